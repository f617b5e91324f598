//! Which order a checkout's request came to, so that a request whose server went away finds it again.

use db::{Sql, Tx, params};
use kernel::Fault;
use kernel::ids::OrderId;

const NOTE: Sql = Sql::pair(
    "INSERT OR IGNORE INTO {p}cartwright_checkout_requests (request, order_id, created_at) VALUES (?, ?, ?)",
    "INSERT IGNORE INTO {p}cartwright_checkout_requests (request, order_id, created_at) VALUES (?, ?, ?)",
);
const FIND: Sql = Sql::new("SELECT order_id FROM {p}cartwright_checkout_requests WHERE request = ?");

/// Writes down that this request pays this order. The first order stays.
pub(crate) fn note(tx: &mut Tx, request: &str, order: OrderId) -> Result<(), Fault> {
    let now = tx.now();
    tx.execute(&NOTE, params![request, order, now])?;
    Ok(())
}

/// The order of a request.
pub(crate) fn find(tx: &mut Tx, request: &str) -> Result<Option<OrderId>, Fault> {
    Ok(tx.one(&FIND, params![request], |row| row.get("order_id"))?)
}
