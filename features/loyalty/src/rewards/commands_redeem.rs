//! Redeeming a reward, and what becomes of the redemption.

use kernel::ids::{OrderId, RedemptionId, RewardId, UserId};
use kernel::ports::SMALL;
use kernel::{Fault, text};
use runtime::settings::{oloyalty as keys, shop};
use runtime::{Enqueue, Settings, Tx};
use schemars::JsonSchema;
use serde::Serialize;

use super::jobs::MakeCoupon;
use super::model::{ACTIVE, PENDING, Redemption, Reward, Terms};
use super::{queries, store};
use crate::ledger;
use crate::ledger::model::{EntryKind, LedgerEntry, NewEntry, REWARD, REWARD_REVERSED, grouped};
use crate::members;
use crate::members::model::Member;

/// Eighty random bits.
const CODE_LENGTH: usize = 16;

/// What redeeming did.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Redeemed {
    /// The redemption with its code.
    pub redemption: Redemption,
    /// The ledger entry.
    pub entry: LedgerEntry,
    /// Balance before.
    pub balance_before: i64,
    /// Balance after.
    pub balance_after: i64,
}

/// Redeems a reward for the member of an account. `request` makes it one redemption, however often it is asked for.
pub fn redeem(tx: &mut Tx, user: UserId, reward: RewardId, request: &str) -> Result<Redeemed, Fault> {
    let Some(member) = members::queries::of_user(tx, user)? else {
        return Err(members::rest::not_a_member());
    };
    let member = members::queries::held(tx, member.id)?;
    if let Some(known) = store::by_request(tx, request)? {
        return again(tx, known, reward);
    }
    let reward = queries::reward(tx, reward)?;
    eligible(tx, &member, &reward)?;
    let redemption = Redemption {
        id: RedemptionId(0),
        member_id: member.id,
        reward_id: reward.id,
        // The shop's codes are lower case.
        code: tx.entropy().code(SMALL, CODE_LENGTH),
        status: PENDING.to_owned(),
        order_id: OrderId(0),
        points_spent: reward.points_cost,
        terms: Terms::of(&reward),
        coupon_id: 0,
        issued_at: tx.now(),
        consumed_at: None,
        reversed_at: None,
    };
    let Some(id) = store::insert(tx, &redemption, request)? else {
        tx.run_again();
        return Err(Fault::unavailable("The reward is being redeemed at this very moment. Try again."));
    };
    let redemption = Redemption { id, ..redemption };
    let entry = moves(tx, &redemption, EntryKind::Redeem, REWARD, -redemption.points_spent)?;
    let now = tx.now();
    tx.enqueue(&MakeCoupon { redemption_id: id }, &id.to_string(), now)?;
    Ok(redeemed(redemption, entry))
}

fn redeemed(redemption: Redemption, entry: LedgerEntry) -> Redeemed {
    let balance_before = entry.balance_after.saturating_sub(entry.points);
    Redeemed { redemption, balance_before, balance_after: entry.balance_after, entry }
}

/// The redemption of a request that was answered before.
fn again(tx: &mut Tx, known: Redemption, reward: RewardId) -> Result<Redeemed, Fault> {
    if known.reward_id != reward {
        let message = "This Idempotency-Key has redeemed another reward. Use another key.";
        return Err(
            Fault::conflict("idempotency_conflict", message).with("original", known.reward_id.to_string())
        );
    }
    let entry = ledger::queries::by_cause(tx, known.member_id, REWARD, &known.id.to_string())?
        .ok_or_else(|| Fault::bug("a redemption without its ledger entry"))?;
    Ok(redeemed(known, entry))
}

fn eligible(tx: &mut Tx, member: &Member, reward: &Reward) -> Result<(), Fault> {
    let settings = Settings::load(tx, keys::OPTION)?;
    if !settings.boolean(&keys::POINTS_ENABLED) || settings.boolean(&keys::POINTS_SHADOW_MODE) {
        return Err(Fault::refused(
            "oloyalty_not_live",
            "Rewards cannot be redeemed yet: the programme is not live. Whoever runs the shop turns points on and the \
             shadow mode off.",
        ));
    }
    if !member.is_active() {
        return Err(Fault::refused(
            "oloyalty_member_shut_out",
            "This membership is suspended, so nothing can be redeemed. Points are kept; ask the shop.",
        ));
    }
    if reward.status != ACTIVE {
        return Err(Fault::refused(
            "oloyalty_reward_inactive",
            "This reward is not offered any more. Choose another.",
        ));
    }
    if let Some(own) = reward.currency()
        && shop::currency(tx)? != own
    {
        return Err(Fault::refused(
            "oloyalty_reward_currency",
            "This reward is in another currency than the shop's. Choose another.",
        ));
    }
    if text::email("email", &member.email).is_err() {
        return Err(Fault::refused(
            "oloyalty_member_without_email",
            "This membership has no e-mail address that the code could be for. Ask the shop.",
        ));
    }
    let missing = reward.points_cost.saturating_sub(member.points_balance);
    if missing > 0 && !settings.boolean(&keys::POINTS_ALLOW_NEGATIVE_BALANCE) {
        let (cost, has) = (grouped(reward.points_cost), grouped(member.points_balance));
        let message = format!(
            "This reward costs {cost} points and you have {has}. Earn {} more, or choose another.",
            grouped(missing)
        );
        return Err(Fault::refused("points_short", message)
            .with("points_cost", reward.points_cost)
            .with("points_balance", member.points_balance)
            .with("missing", missing));
    }
    Ok(())
}

fn moves(
    tx: &mut Tx,
    redemption: &Redemption,
    kind: EntryKind,
    source: &'static str,
    points: i64,
) -> Result<LedgerEntry, Fault> {
    let now = tx.now();
    let entry = NewEntry {
        member_id: redemption.member_id,
        kind,
        points,
        lifetime_delta: 0,
        source,
        source_id: redemption.id.to_string(),
        order_id: OrderId(0),
        note: redemption.terms.name.clone(),
        expires_at: None,
        event_at: now,
    };
    Ok(ledger::commands::append(tx, &entry)?.entry)
}

/// Notes that the shop has the coupon.
pub(super) fn coupon_made(tx: &mut Tx, id: RedemptionId, coupon: i64) -> Result<(), Fault> {
    store::set_coupon(tx, id, coupon)
}

/// Gives the points of a redemption back whose coupon the shop refuses to make. Nothing happens when it does not wait.
pub(super) fn reverse(tx: &mut Tx, id: RedemptionId) -> Result<(), Fault> {
    let Some(redemption) = store::redemption(tx, id)? else { return Ok(()) };
    members::queries::held(tx, redemption.member_id)?;
    if !store::reverse(tx, id)? {
        return Ok(());
    }
    moves(tx, &redemption, EntryKind::Reverse, REWARD_REVERSED, redemption.points_spent).map(drop)
}

/// An order came undone, and with it the use of its coupons in the shop: what it has used up waits for the next one.
pub fn order_undone(tx: &mut Tx, order: OrderId) -> Result<(), Fault> {
    store::release(tx, order)
}

/// A paid order bears these coupon codes: redemptions that wait under them are used up.
pub fn order_paid(tx: &mut Tx, order: OrderId, codes: &[String]) -> Result<(), Fault> {
    for code in codes {
        store::consume(tx, &code.trim().to_lowercase(), order)?;
    }
    Ok(())
}
