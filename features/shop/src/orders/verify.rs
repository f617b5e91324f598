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

const BELOW: Sql = Sql::new(
    "SELECT id, stock_quantity FROM {p}cartwright_products \
     WHERE manage_stock = 1 AND backorders = 'no' AND stock_quantity < 0 ORDER BY id",
);
const UNITS: Sql = Sql::new(
    "SELECT i.order_item_id, i.order_id, o.status, m.meta_key, m.meta_value FROM {p}woocommerce_order_items i \
     JOIN {p}wc_orders o ON o.id = i.order_id AND o.type = 'shop_order' \
     JOIN {p}woocommerce_order_itemmeta m ON m.order_item_id = i.order_item_id \
     WHERE i.order_item_type = 'line_item' AND m.meta_key IN ('_qty', '_reduced_stock', '_restocked') \
     ORDER BY i.order_item_id",
);

/// What must hold of orders.
pub const VERIFIERS: &[Verifier] = &[
    Verifier { name: "orders.refunds", check: refunds },
    Verifier { name: "orders.reserved_stock", check: reserved },
    Verifier { name: "orders.items", check: items },
    Verifier { name: "stock.below_zero", check: below_zero },
    Verifier { name: "stock.units", check: units },
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

/// Without backorders nothing is sold that is not there.
fn below_zero(tx: &mut Tx) -> Result<Vec<Violation>, Fault> {
    Ok(tx.rows(&BELOW, params![], |row| {
        Ok(Violation {
            invariant: "stock.below_zero",
            subject: format!("product {}", row.get::<i64>("id")?),
            detail: format!("stock is {} without backorders", row.get::<i64>("stock_quantity")?),
        })
    })?)
}

/// The units of an order's line.
#[derive(Default)]
struct Line {
    id: i64,
    order: i64,
    is_undone: bool,
    sold: i64,
    out: i64,
    restocked: i64,
}

impl Line {
    /// What is out of the stock and what has gone back are together at most what was sold; an order that came to nothing has
    /// nothing out.
    fn holds(&self) -> bool {
        self.restocked >= 0
            && self.out >= 0
            && self.out + self.restocked <= self.sold
            && !(self.is_undone && self.out > 0)
    }
}

/// Each line of an order gives back what it took, once.
fn units(tx: &mut Tx) -> Result<Vec<Violation>, Fault> {
    let rows: Vec<(Line, String, i64)> = tx.rows(&UNITS, params![], |row| {
        let status: String = row.get("status")?;
        let line = Line {
            id: row.get("order_item_id")?,
            order: row.get("order_id")?,
            is_undone: matches!(status.as_str(), "wc-cancelled" | "wc-failed" | "wc-trash"),
            ..Line::default()
        };
        Ok((line, row.get("meta_key")?, row.get::<String>("meta_value")?.parse().unwrap_or(0)))
    })?;
    let mut lines: Vec<Line> = Vec::new();
    for (line, key, units) in rows {
        if lines.last().is_none_or(|last| last.id != line.id) {
            lines.push(line);
        }
        let Some(last) = lines.last_mut() else { continue };
        match key.as_str() {
            "_qty" => last.sold = units,
            "_reduced_stock" => last.out = units,
            _ => last.restocked = units,
        }
    }
    let violation = |line: Line| Violation {
        invariant: "stock.units",
        subject: format!("order {}, item {}", line.order, line.id),
        detail: format!(
            "of {} sold {} are out of the stock and {} were put back",
            line.sold, line.out, line.restocked
        ),
    };
    Ok(lines.into_iter().filter(|line| !line.holds()).map(violation).collect())
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
