//! Recomputes every member's totals from the journal.

use std::collections::BTreeMap;

use kernel::Fault;
use runtime::{Sql, Tx, Verifier, Violation, params};

use super::model::redeemed_delta;
use crate::members;

const TOTALS: Sql = Sql::new(
    "SELECT id, points_balance, lifetime_earned, lifetime_redeemed, ledger_seq FROM {p}oloyalty_members ORDER BY id",
);
/// Rows of members in blocks, so that a large journal is never in memory as a whole.
const ROWS: Sql = Sql::new(
    "SELECT member_id, seq, type, source, points, balance_after, lifetime_delta FROM {p}oloyalty_ledger \
     WHERE member_id > ? AND member_id <= ? ORDER BY member_id, seq",
);
const ORPHANS: Sql = Sql::new(
    "SELECT l.id, l.member_id FROM {p}oloyalty_ledger l LEFT JOIN {p}oloyalty_members m ON m.id = l.member_id \
     WHERE m.id IS NULL ORDER BY l.id",
);
const REPEATED_CAUSES: Sql = Sql::new(
    "SELECT member_id, source, source_id, COUNT(*) AS times FROM {p}oloyalty_ledger \
     GROUP BY member_id, source, source_id HAVING COUNT(*) > 1 ORDER BY member_id",
);
const AWARDS: Sql = Sql::new(
    "SELECT a.source_key, a.kept, a.awarded, \
     COALESCE((SELECT SUM(l.points) FROM {p}oloyalty_ledger l WHERE l.member_id = a.member_id AND l.source LIKE 'order.%' \
     AND l.order_id = CAST(a.source_key AS SIGNED)), 0) AS posted \
     FROM {p}cartwright_point_awards a WHERE a.action = 'order.completed' AND a.shadow = 0 ORDER BY a.id",
);
const ERASED: Sql = Sql::new(
    "SELECT id FROM {p}oloyalty_members WHERE status = 'banned' AND status_reason = ? \
     AND (email <> '' OR points_balance > 0) ORDER BY id",
);
const BLOCK: usize = 500;

/// The invariants of the journal.
#[must_use]
pub fn verifiers() -> Vec<Verifier> {
    vec![
        Verifier { name: "oloyalty.ledger", check: ledger },
        Verifier { name: "oloyalty.causes", check: causes },
        Verifier { name: "oloyalty.awards", check: awards },
        Verifier { name: "oloyalty.erased", check: erased },
    ]
}

#[derive(Debug, Clone, Default)]
struct Totals {
    balance: i64,
    earned: i64,
    redeemed: i64,
    entries: i64,
}

struct Row {
    member: i64,
    seq: i64,
    kind: String,
    source: String,
    points: i64,
    balance_after: i64,
    lifetime_delta: i64,
}

fn ledger(tx: &mut Tx) -> Result<Vec<Violation>, Fault> {
    let members = tx.rows(&TOTALS, params![], |row| {
        let totals = Totals {
            balance: row.get("points_balance")?,
            earned: row.get("lifetime_earned")?,
            redeemed: row.get("lifetime_redeemed")?,
            entries: row.get("ledger_seq")?,
        };
        Ok((row.get::<i64>("id")?, totals))
    })?;
    let mut found = Vec::new();
    let mut after = 0;
    for block in members.chunks(BLOCK) {
        let last = block.last().map_or(after, |(id, _)| *id);
        let rows = tx.rows(&ROWS, params![after, last], |row| {
            Ok(Row {
                member: row.get("member_id")?,
                seq: row.get("seq")?,
                kind: row.get("type")?,
                source: row.get("source")?,
                points: row.get("points")?,
                balance_after: row.get("balance_after")?,
                lifetime_delta: row.get("lifetime_delta")?,
            })
        })?;
        let mut sums: BTreeMap<i64, Totals> = BTreeMap::new();
        for row in &rows {
            check_row(row, sums.entry(row.member).or_default(), &mut found);
        }
        for (id, totals) in block {
            check_totals(*id, totals, &sums.remove(id).unwrap_or_default(), &mut found);
        }
        after = last;
    }
    for (id, member) in
        tx.rows(&ORPHANS, params![], |row| Ok((row.get::<i64>("id")?, row.get::<i64>("member_id")?)))?
    {
        found.push(Violation {
            invariant: "ledger.member",
            subject: format!("ledger entry {id}"),
            detail: format!("member {member} does not exist"),
        });
    }
    Ok(found)
}

fn check_row(row: &Row, sums: &mut Totals, found: &mut Vec<Violation>) {
    let mut say = |invariant, detail| {
        found.push(Violation {
            invariant,
            subject: format!("member {} entry {}", row.member, row.seq),
            detail,
        });
    };
    let expected = sums.entries + 1;
    if row.seq != expected {
        say("ledger.seq", format!("the entry after {} is {}, expected {expected}", sums.entries, row.seq));
    }
    let balance = sums.balance.saturating_add(row.points);
    if row.balance_after != balance {
        say("ledger.balance_after", format!("is {}, expected {balance}", row.balance_after));
    }
    let right_sign = match row.kind.as_str() {
        "earn" => row.points > 0,
        "redeem" | "expire" => row.points < 0,
        "adjust" | "reverse" | "transfer" => row.points != 0,
        _ => false,
    };
    if !right_sign {
        say("ledger.type", format!("{} of {} points", row.kind, row.points));
    }
    sums.entries = row.seq;
    sums.balance = row.balance_after;
    sums.earned = sums.earned.saturating_add(row.lifetime_delta);
    sums.redeemed = sums.redeemed.saturating_add(redeemed_delta(&row.source, row.points));
}

fn check_totals(id: i64, stored: &Totals, sums: &Totals, found: &mut Vec<Violation>) {
    for (invariant, name, is, should) in [
        ("member.balance", "points_balance", stored.balance, sums.balance),
        ("member.lifetime_earned", "lifetime_earned", stored.earned, sums.earned),
        ("member.lifetime_redeemed", "lifetime_redeemed", stored.redeemed, sums.redeemed),
        ("member.ledger_seq", "ledger_seq", stored.entries, sums.entries),
    ] {
        if is != should {
            found.push(Violation {
                invariant,
                subject: format!("member {id}"),
                detail: format!("{name} is {is}, the ledger says {should}"),
            });
        }
    }
}

/// Nothing is kept of a member whose account was deleted: no address, and no points that he could spend.
fn erased(tx: &mut Tx) -> Result<Vec<Violation>, Fault> {
    Ok(tx.rows(&ERASED, params![members::commands::ERASED], |row| {
        Ok(Violation {
            invariant: "member.erased",
            subject: format!("member {}", row.get::<i64>("id")?),
            detail: "the account was deleted, and an address or points are left".to_owned(),
        })
    })?)
}

fn causes(tx: &mut Tx) -> Result<Vec<Violation>, Fault> {
    let found = tx.rows(&REPEATED_CAUSES, params![], |row| {
        Ok(Violation {
            invariant: "ledger.cause",
            subject: format!("member {}", row.get::<i64>("member_id")?),
            detail: format!(
                "{} {} has {} entries, expected one",
                row.get::<String>("source")?,
                row.get::<String>("source_id")?,
                row.get::<i64>("times")?
            ),
        })
    })?;
    Ok(found)
}

fn awards(tx: &mut Tx) -> Result<Vec<Violation>, Fault> {
    let rows = tx.rows(&AWARDS, params![], |row| {
        Ok((
            row.get::<String>("source_key")?,
            row.get::<i64>("kept")?,
            row.get::<i64>("awarded")?,
            row.get::<i64>("posted")?,
        ))
    })?;
    Ok(rows
        .into_iter()
        .filter(|(_, kept, awarded, posted)| kept != posted || *kept < 0 || kept > awarded)
        .map(|(order, kept, awarded, posted)| Violation {
            invariant: "award.kept",
            subject: format!("order {order}"),
            detail: format!("keeps {kept} of {awarded} points, the ledger says {posted}"),
        })
        .collect())
}
