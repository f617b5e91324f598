//! The SQL of reserved stock.

use kernel::ids::{OrderId, ProductId};
use kernel::{Fault, Moment};
use runtime::{Sql, Tx, params};

const RESERVED: Sql = Sql::new(
    "SELECT COALESCE(SUM(stock_quantity), 0) FROM {p}wc_reserved_stock \
     WHERE product_id = ? AND expires > ? AND order_id <> ?",
);
const LIVE: Sql = Sql::new("SELECT COUNT(*) FROM {p}wc_reserved_stock WHERE order_id = ? AND expires > ?");
const RESERVE: Sql = Sql::new(
    "INSERT INTO {p}wc_reserved_stock (order_id, product_id, stock_quantity, timestamp, expires) VALUES (?, ?, ?, ?, ?)",
);
const RELEASE: Sql = Sql::new("DELETE FROM {p}wc_reserved_stock WHERE order_id = ?");

/// Units that unpaid orders hold, those of `own` not counted.
pub(crate) fn reserved(tx: &mut Tx, product: ProductId, own: OrderId) -> Result<i64, Fault> {
    let now = tx.now();
    Ok(tx.count(&RESERVED, params![product, now, own])?)
}

/// Does the order hold anything at this moment?
pub(crate) fn is_live(tx: &mut Tx, order: OrderId) -> Result<bool, Fault> {
    let now = tx.now();
    Ok(tx.count(&LIVE, params![order, now])? > 0)
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
