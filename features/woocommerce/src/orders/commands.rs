//! Telling what has happened to an order.

use kernel::Fault;
use kernel::contracts::shop::{OrderPaid, OrderPlaced, OrderRefunded, OrderStatusChanged};
use kernel::ids::OrderId;
use runtime::{Emit, Tx};

use super::model::{Happening, OrderState};
use super::{rules, store};

/// Takes an order's present state over and tells what has happened since it was last seen, each thing once.
pub fn take_over(tx: &mut Tx, site: &str, id: OrderId, state: &OrderState) -> Result<(), Fault> {
    let before = store::hold(tx, site, id)?;
    let Some((known, happened)) = rules::compare(before.as_ref(), state) else { return Ok(()) };
    store::keep(tx, site, &known, before.is_none())?;
    for happening in happened {
        let order = known.order.clone();
        match happening {
            Happening::Placed => tx.emit(&OrderPlaced { order })?,
            Happening::Paid => tx.emit(&OrderPaid { order })?,
            Happening::Changed { from } => {
                tx.emit(&OrderStatusChanged { from, to: order.status.clone(), order })?;
            }
            Happening::Refunded { refund, amount } => {
                tx.emit(&OrderRefunded { refund_id: refund, amount, order })?;
            }
        }
    }
    Ok(())
}
