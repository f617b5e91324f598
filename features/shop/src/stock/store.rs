//! The SQL of reserved stock.

use kernel::ids::{OrderId, ProductId};
use kernel::{Fault, Moment};
use runtime::{Sql, Tx, params};

const RESERVED: Sql = Sql::new(
    "SELECT COALESCE(SUM(r.stock_quantity), 0) FROM {p}wc_reserved_stock r \
     JOIN {p}cartwright_order_records o ON o.id = r.order_id \
     WHERE r.product_id = ? AND r.expires > ? AND o.cart_token <> ?",
);
const RESERVE: Sql = Sql::new(
    "INSERT INTO {p}wc_reserved_stock (order_id, product_id, stock_quantity, timestamp, expires) VALUES (?, ?, ?, ?, ?)",
);
const RELEASE: Sql = Sql::new("DELETE FROM {p}wc_reserved_stock WHERE order_id = ?");

/// Units that unpaid orders of other carts hold.
pub(crate) fn reserved(tx: &mut Tx, product: ProductId, cart_token: &str) -> Result<i64, Fault> {
    let now = tx.now();
    Ok(tx.count(&RESERVED, params![product, now, cart_token])?)
}

pub(crate) fn reserve(
    tx: &mut Tx,
    order: OrderId,
    product: ProductId,
    units: i64,
    until: Moment,
) -> Result<(), Fault> {
    let now = tx.now();
    tx.execute(&RESERVE, params![order, product, units, now, until])?;
    Ok(())
}

pub(crate) fn release(tx: &mut Tx, order: OrderId) -> Result<(), Fault> {
    tx.execute(&RELEASE, params![order])?;
    Ok(())
}
