//! Orders that are paid, complete, come undone or are refunded.

use kernel::contracts::shop::{OrderRefunded, OrderStatusChanged};
use kernel::{Event, Fault};
use runtime::{Envelope, Subscriber, Tx};

use super::commands_orders::order_changed;
use crate::rewards::commands_redeem::{order_paid, order_undone};

/// Subscribes to status changes and refunds.
#[must_use]
pub fn subscribers() -> Vec<Subscriber> {
    vec![
        Subscriber::unit("loyalty.order_status", OrderStatusChanged::NAME, status_changed),
        Subscriber::unit("loyalty.order_refund", OrderRefunded::NAME, refunded),
    ]
}

fn status_changed(tx: &mut Tx, envelope: &Envelope) -> Result<(), Fault> {
    let event: OrderStatusChanged = envelope.read()?;
    order_changed(tx, &event.order, None)?;
    // One delivery of an order is enough for both; and the member is held before his redemption, as everywhere.
    match event.order.status.as_str() {
        _ if event.order.is_paid() => order_paid(tx, event.order.id, &event.order.coupon_codes),
        // As in the shop: these free the coupons of an order. A refund does not.
        "cancelled" | "failed" | "trash" => order_undone(tx, event.order.id),
        _ => Ok(()),
    }
}

fn refunded(tx: &mut Tx, envelope: &Envelope) -> Result<(), Fault> {
    let event: OrderRefunded = envelope.read()?;
    order_changed(tx, &event.order, Some(event.refund_id))
}
