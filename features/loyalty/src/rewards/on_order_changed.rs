//! Paid orders that bear the code of a redemption.

use kernel::contracts::shop::OrderStatusChanged;
use kernel::{Event, Fault};
use runtime::{Envelope, Subscriber, Tx};

use super::commands_redeem::order_paid;

/// Subscribes to status changes.
#[must_use]
pub const fn subscriber() -> Subscriber {
    Subscriber::unit("loyalty.reward_used", OrderStatusChanged::NAME, handle)
}

fn handle(tx: &mut Tx, envelope: &Envelope) -> Result<(), Fault> {
    let event: OrderStatusChanged = envelope.read()?;
    if event.order.is_paid() { order_paid(tx, event.order.id, &event.order.coupon_codes) } else { Ok(()) }
}
