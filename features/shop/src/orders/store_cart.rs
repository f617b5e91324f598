//! The SQL of an order that waits for its payment while its cart goes on under another token.

use kernel::Fault;
use kernel::ids::OrderId;
use runtime::{Sql, Tx, params};

const FOLLOW: Sql = Sql::new("UPDATE {p}cartwright_order_records SET cart_token = ? WHERE id = ?");

/// The order that a cart is becoming, if it is becoming one, is its order under the new token as well.
pub(crate) fn follow(tx: &mut Tx, order: OrderId, token: &str) -> Result<(), Fault> {
    if order.0 > 0 {
        tx.execute(&FOLLOW, params![token, order])?;
    }
    Ok(())
}
