//! Invariants of orders.

use kernel::{Decimal, Fault};
use runtime::{Sql, Tx, Verifier, Violation, params};

const REFUNDS: Sql = Sql::new(
    "SELECT o.id, o.total_amount, r.total_amount AS refunded FROM {p}wc_orders o \
     JOIN {p}wc_orders r ON r.parent_order_id = o.id AND r.type = 'shop_order_refund' AND r.status = 'wc-completed' \
     ORDER BY o.id",
);
const HELD: Sql = Sql::new(
    "SELECT o.id FROM {p}wc_orders o JOIN {p}wc_reserved_stock s ON s.order_id = o.id \
     WHERE o.status IN ('wc-processing', 'wc-completed', 'wc-refunded', 'wc-cancelled', 'wc-failed') GROUP BY o.id",
);
const ORPHANS: Sql = Sql::new(
    "SELECT i.order_item_id FROM {p}woocommerce_order_items i LEFT JOIN {p}wc_orders o ON o.id = i.order_id WHERE o.id IS NULL",
);

/// What must hold of orders.
pub const VERIFIERS: &[Verifier] = &[
    Verifier { name: "orders.refunds", check: refunds },
    Verifier { name: "orders.reserved_stock", check: reserved },
    Verifier { name: "orders.items", check: items },
];

/// No order has given back more than it took.
fn refunds(tx: &mut Tx) -> Result<Vec<Violation>, Fault> {
    let rows: Vec<(i64, Decimal, Decimal)> = tx.rows(&REFUNDS, params![], |row| {
        Ok((row.get("id")?, row.get("total_amount")?, row.get("refunded")?))
    })?;
    let mut sums: Vec<(i64, Decimal, Decimal)> = Vec::new();
    for (id, total, refunded) in rows {
        match sums.last_mut().filter(|last| last.0 == id) {
            Some(last) => last.2 = last.2 - refunded,
            None => sums.push((id, total, Decimal::ZERO - refunded)),
        }
    }
    let too_much = |(id, total, refunded): (i64, Decimal, Decimal)| Violation {
        invariant: "orders.refunds",
        subject: format!("order {id}"),
        detail: format!("refunded {refunded} of {total}"),
    };
    Ok(sums.into_iter().filter(|(_, total, refunded)| refunded > total).map(too_much).collect())
}

/// Only an unpaid order holds stock.
fn reserved(tx: &mut Tx) -> Result<Vec<Violation>, Fault> {
    let ids: Vec<i64> = tx.rows(&HELD, params![], |row| row.get("id"))?;
    Ok(ids
        .into_iter()
        .map(|id| Violation {
            invariant: "orders.reserved_stock",
            subject: format!("order {id}"),
            detail: "holds stock although it is settled".to_owned(),
        })
        .collect())
}

/// Every item belongs to an order.
fn items(tx: &mut Tx) -> Result<Vec<Violation>, Fault> {
    let ids: Vec<i64> = tx.rows(&ORPHANS, params![], |row| row.get("order_item_id"))?;
    Ok(ids
        .into_iter()
        .map(|id| Violation {
            invariant: "orders.items",
            subject: format!("order item {id}"),
            detail: "belongs to no order".to_owned(),
        })
        .collect())
}
