//! Compares redemptions with the journal.

use kernel::Fault;
use runtime::{Row, Sql, Tx, Verifier, Violation, params};

const REDEMPTIONS: Sql = Sql::new(
    "SELECT r.id, r.status, r.order_id, r.points_spent, r.coupon_id, \
     (SELECT COUNT(*) FROM {p}oloyalty_ledger l WHERE l.member_id = r.member_id AND l.source = 'reward' \
     AND l.source_id = CAST(r.id AS CHAR)) AS debits, \
     COALESCE((SELECT SUM(l.points) FROM {p}oloyalty_ledger l WHERE l.member_id = r.member_id AND l.source = 'reward' \
     AND l.source_id = CAST(r.id AS CHAR)), 0) AS taken, \
     (SELECT COUNT(*) FROM {p}oloyalty_ledger l WHERE l.member_id = r.member_id AND l.source = 'reward.reversed' \
     AND l.source_id = CAST(r.id AS CHAR)) AS reversals, \
     COALESCE((SELECT SUM(l.points) FROM {p}oloyalty_ledger l WHERE l.member_id = r.member_id \
     AND l.source = 'reward.reversed' AND l.source_id = CAST(r.id AS CHAR)), 0) AS given_back \
     FROM {p}oloyalty_redemptions r ORDER BY r.id",
);
const STRAY: Sql = Sql::new(
    "SELECT l.id, l.member_id, l.source, l.source_id FROM {p}oloyalty_ledger l \
     WHERE l.source IN ('reward', 'reward.reversed') AND NOT EXISTS (SELECT 1 FROM {p}oloyalty_redemptions r \
     WHERE r.member_id = l.member_id AND CAST(r.id AS CHAR) = l.source_id) ORDER BY l.id",
);

/// The invariants of redemptions.
#[must_use]
pub fn verifiers() -> Vec<Verifier> {
    vec![Verifier { name: "oloyalty.redemptions", check: redemptions }]
}

struct Redeemed {
    id: i64,
    status: String,
    order: i64,
    spent: i64,
    coupon: i64,
    debits: i64,
    taken: i64,
    reversals: i64,
    given_back: i64,
}

fn redeemed(row: &Row) -> Result<Redeemed, db::DbError> {
    Ok(Redeemed {
        id: row.get("id")?,
        status: row.get("status")?,
        order: row.get("order_id")?,
        spent: row.get("points_spent")?,
        coupon: row.get("coupon_id")?,
        debits: row.get("debits")?,
        taken: row.get("taken")?,
        reversals: row.get("reversals")?,
        given_back: row.get("given_back")?,
    })
}

fn redemptions(tx: &mut Tx) -> Result<Vec<Violation>, Fault> {
    let mut found = Vec::new();
    for redeemed in tx.rows(&REDEMPTIONS, params![], redeemed)? {
        check(&redeemed, &mut found);
    }
    let stray = tx.rows(&STRAY, params![], |row| {
        Ok(Violation {
            invariant: "redemption.entry",
            subject: format!("ledger entry {}", row.get::<i64>("id")?),
            detail: format!(
                "{} {} is no redemption of member {}",
                row.get::<String>("source")?,
                row.get::<String>("source_id")?,
                row.get::<i64>("member_id")?
            ),
        })
    })?;
    found.extend(stray);
    Ok(found)
}

fn check(redeemed: &Redeemed, found: &mut Vec<Violation>) {
    let mut say = |invariant, detail| {
        found.push(Violation { invariant, subject: format!("redemption {}", redeemed.id), detail });
    };
    if redeemed.debits != 1 || redeemed.taken != -redeemed.spent || redeemed.spent < 1 {
        let (spent, debits, taken) = (redeemed.spent, redeemed.debits, redeemed.taken);
        say("redemption.debit", format!("spent {spent}, the ledger has {debits} entries of {taken}"));
    }
    let reversed = redeemed.status == "reversed";
    let back = if reversed { (1, redeemed.spent) } else { (0, 0) };
    if (redeemed.reversals, redeemed.given_back) != back {
        let (times, points, status) = (redeemed.reversals, redeemed.given_back, &redeemed.status);
        say("redemption.reversal", format!("is {status}, the ledger gave back {points} in {times} entries"));
    }
    if reversed && redeemed.coupon > 0 {
        say("redemption.coupon", format!("is reversed and has coupon {}", redeemed.coupon));
    }
    if (redeemed.status == "consumed") != (redeemed.order > 0) {
        say("redemption.order", format!("is {} with order {}", redeemed.status, redeemed.order));
    }
}
