//! Moving points. Every movement of every kind goes through [`append`].

use kernel::contracts::oloyalty::{PointsAdjusted, PointsEarned, PointsRedeemed};
use kernel::ids::{LedgerEntryId, MemberId, OrderId};
use kernel::{Fault, text};
use runtime::audit::AuditLog;
use runtime::{Audit, Emit, Tx};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::model::{EntryKind, LedgerEntry, NewEntry, Posted, redeemed_delta};
use super::store;
use crate::members;
use crate::members::model::Member;
use crate::tiers;

/// Furthest from zero that a balance or a movement may be.
pub const MOST_POINTS: i64 = 1_000_000_000_000;

/// Writes a movement and the member's new totals, sees to the tier, and announces it. The same cause again gives the
/// entry it wrote before; the same cause with other points is a 409.
pub fn append(tx: &mut Tx, new: &NewEntry) -> Result<Posted, Fault> {
    let member = members::queries::held(tx, new.member_id)?;
    append_held(tx, &member, member.award_seq, new)
}

/// As [`append`], of an award that was just recorded: it is counted with the movement. `member` is as it was read when
/// its row was held.
pub(crate) fn append_award(tx: &mut Tx, member: &Member, new: &NewEntry) -> Result<Posted, Fault> {
    append_held(tx, member, member.award_seq + 1, new)
}

fn append_held(tx: &mut Tx, before: &Member, award_seq: i64, new: &NewEntry) -> Result<Posted, Fault> {
    if let Some(entry) = store::by_cause(tx, new.member_id, new.source, &new.source_id)? {
        if entry.kind != new.kind.name() || entry.points != new.points {
            let message = "This cause has moved points already, and not in this way.";
            return Err(Fault::conflict("idempotency_conflict", message).with("entry", entry.id.0));
        }
        return Ok(Posted { entry, fresh: false });
    }
    let after = Member { award_seq, ..totals_after(before, new)? };
    let mut entry = LedgerEntry {
        id: LedgerEntryId(0),
        member_id: before.id,
        seq: after.ledger_seq,
        kind: new.kind.name().to_owned(),
        points: new.points,
        balance_after: after.points_balance,
        lifetime_delta: new.lifetime_delta,
        source: new.source.to_owned(),
        source_id: new.source_id.clone(),
        order_id: new.order_id,
        note: new.note.clone(),
        expires_at: new.expires_at,
        event_at: new.event_at,
        created_at: tx.now(),
    };
    let written =
        if members::store::move_totals(tx, before, &after)? { store::insert(tx, &entry)? } else { None };
    let Some(id) = written else {
        tx.run_again();
        return Err(Fault::unavailable("The member's points moved at this very moment. Try again."));
    };
    entry.id = id;
    announce(tx, &entry, &after)?;
    if new.lifetime_delta != 0 {
        tiers::commands::settle(tx, &after)?;
    }
    Ok(Posted { entry, fresh: true })
}

fn totals_after(before: &Member, new: &NewEntry) -> Result<Member, Fault> {
    let sum = |total: i64, change: i64| {
        total
            .checked_add(change)
            .filter(|sum| sum.unsigned_abs() <= MOST_POINTS.unsigned_abs())
            .ok_or_else(|| Fault::refused("points_too_large", "That is more points than a member can hold."))
    };
    Ok(Member {
        points_balance: sum(before.points_balance, new.points)?,
        lifetime_earned: sum(before.lifetime_earned, new.lifetime_delta)?,
        lifetime_redeemed: sum(before.lifetime_redeemed, redeemed_delta(new.source, new.points))?,
        ledger_seq: before.ledger_seq + 1,
        ..before.clone()
    })
}

fn announce(tx: &mut Tx, entry: &LedgerEntry, member: &Member) -> Result<(), Fault> {
    let entry = entry.record(member.user_id);
    if entry.kind == EntryKind::Earn.name() {
        tx.emit(&PointsEarned { entry })
    } else if entry.kind == EntryKind::Redeem.name() {
        tx.emit(&PointsRedeemed { entry })
    } else {
        tx.emit(&PointsAdjusted { entry })
    }
}

/// A correction by hand.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Adjust {
    /// Points to add, or to take when below zero.
    pub points: i64,
    /// Why; the member can read it.
    pub reason: String,
    /// Take the points even when the balance falls below zero.
    #[serde(default)]
    pub force: bool,
}

/// What a correction did.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Adjusted {
    /// The ledger entry.
    pub entry: LedgerEntry,
    /// Balance before.
    pub balance_before: i64,
    /// Balance after.
    pub balance_after: i64,
}

/// Corrects a member's points. `key` makes it one correction, however often it is asked for. Staff may do so in shadow
/// mode as well: that mode holds back what events would move, not what people decide.
pub fn adjust(tx: &mut Tx, member: MemberId, adjust: &Adjust, key: &str) -> Result<Adjusted, Fault> {
    if adjust.points == 0 || adjust.points.unsigned_abs() > MOST_POINTS.unsigned_abs() {
        return Err(Fault::invalid("points", "Use a whole number other than 0, such as 500 or -500."));
    }
    let note = text::line("reason", &adjust.reason, 500)?;
    let before = members::queries::held(tx, member)?;
    let known = store::by_cause(tx, member, SOURCE, key)?.is_some();
    let falls_below = before.points_balance.saturating_add(adjust.points) < 0;
    if adjust.points < 0 && falls_below && !adjust.force && !known {
        return Err(Fault::refused(
            "balance_below_zero",
            "The member has fewer points than that. Take fewer, or send force to go below zero.",
        )
        .with("points_balance", before.points_balance));
    }
    let now = tx.now();
    let posted = append(
        tx,
        &NewEntry {
            member_id: member,
            kind: EntryKind::Adjust,
            points: adjust.points,
            lifetime_delta: 0,
            source: SOURCE,
            source_id: key.to_owned(),
            order_id: OrderId(0),
            note,
            expires_at: None,
            event_at: now,
        },
    )?;
    let entry = posted.entry;
    let balance_before = entry.balance_after - entry.points;
    if posted.fresh {
        let was = serde_json::json!({ "points_balance": balance_before });
        let is = serde_json::json!({ "points_balance": entry.balance_after, "reason": entry.note });
        tx.audit(AuditLog::OLoyalty, "points.adjust", ("member", member.to_string()), Some(&was), Some(&is))?;
    }
    Ok(Adjusted { balance_before, balance_after: entry.balance_after, entry })
}

const SOURCE: &str = "admin";
