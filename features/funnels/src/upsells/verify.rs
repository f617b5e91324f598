//! Accepted means charged, and with a child order.

use kernel::Fault;
use runtime::{Row, Sql, Tx, Verifier, Violation, params};

const WITHOUT_CHILD: Sql = Sql::new(
    "SELECT e.id, e.order_id, e.offer_id, e.child_order_id FROM {p}ocart_offer_events e \
     JOIN {p}ocart_offers o ON o.id = e.offer_id LEFT JOIN {p}cartwright_upsell_attempts a \
     ON a.order_id = e.order_id AND a.offer_id = e.offer_id AND a.state = 'succeeded' \
     WHERE o.type <> 'bump' AND e.event_type = 'accepted' AND (e.child_order_id = 0 OR a.id IS NULL \
     OR a.child_order_id <> e.child_order_id OR a.amount_minor <> e.amount_minor OR a.transaction_id = '')",
);
const WITHOUT_EVENT: Sql = Sql::new(
    "SELECT a.id, a.order_id, a.offer_id, a.child_order_id FROM {p}cartwright_upsell_attempts a \
     LEFT JOIN {p}ocart_offer_events e ON e.order_id = a.order_id AND e.offer_id = a.offer_id \
     AND e.event_type = 'accepted' WHERE a.state = 'succeeded' AND e.id IS NULL",
);
const TWICE: Sql = Sql::new(
    "SELECT MIN(id) AS id, order_id, offer_id, MIN(child_order_id) AS child_order_id FROM {p}cartwright_upsell_attempts \
     WHERE state = 'succeeded' GROUP BY order_id, offer_id HAVING COUNT(*) > 1",
);

fn found(
    tx: &mut Tx,
    sql: &Sql,
    invariant: &'static str,
    noun: &str,
    problem: &str,
) -> Result<Vec<Violation>, Fault> {
    let violation = |row: &Row<'_>| {
        Ok(Violation {
            invariant,
            subject: format!("{noun} {}", row.get::<i64>("id")?),
            detail: format!(
                "order {}, offer {}, child order {}: {problem}",
                row.get::<i64>("order_id")?,
                row.get::<i64>("offer_id")?,
                row.get::<i64>("child_order_id")?
            ),
        })
    };
    Ok(tx.rows(sql, params![], violation)?)
}

/// Accepted upsells have one charge and one child order of the same amount.
pub(crate) const ACCEPTED: Verifier = Verifier {
    name: "upsells.accepted",
    check: |tx| {
        let name = "upsells.accepted";
        let mut all =
            found(tx, &WITHOUT_CHILD, name, "offer event", "accepted without its charge or child order")?;
        all.extend(found(
            tx,
            &WITHOUT_EVENT,
            name,
            "upsell attempt",
            "charged without an accepted offer event",
        )?);
        all.extend(found(tx, &TWICE, name, "upsell attempt", "charged more than once")?);
        Ok(all)
    },
};
