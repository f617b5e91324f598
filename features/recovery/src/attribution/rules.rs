//! Pure decisions about attribution.

use kernel::contracts::shop::OrderSnapshot;
use kernel::{Fault, Moment, Money};

/// Seconds by which the clocks of several servers may differ. What lies closer together may have happened in either order.
pub(crate) const CLOCKS_DIFFER: i64 = 10;
/// Days before an order in which a mail counts as having helped.
const ASSISTED_DAYS: i64 = 3;

/// A click on a restore link led to the cart.
pub(crate) const CLICK: &str = "click";
/// A mail had gone out shortly before.
pub(crate) const ASSISTED: &str = "assisted";
/// Recovery had no part in it.
pub(crate) const ORGANIC: &str = "organic";

/// Does the order say that its shopper has ordered? Money promised (on hold) counts as well as money paid.
pub(crate) fn qualifies(status: &str) -> bool {
    matches!(status, "processing" | "completed" | "on-hold")
}

/// When the order came to count.
pub(crate) fn placed_at(order: &OrderSnapshot) -> Moment {
    order.paid_at.unwrap_or(order.created_at)
}

/// Was an address left before the order? In doubt it was: better one letter too few than one to somebody who has ordered.
pub(crate) fn was_before(captured_at: Moment, order_at: Moment) -> bool {
    captured_at <= order_at.plus_seconds(CLOCKS_DIFFER)
}

/// What the order is worth after its refunds; nothing once it is undone.
pub(crate) fn net(order: &OrderSnapshot) -> Result<Money, Fault> {
    if qualifies(&order.status) {
        order.total.minus(order.refunded_total)
    } else {
        Ok(Money::zero(order.total.currency()))
    }
}

/// What part recovery had, from a click within its window and the last mail before the order.
pub(crate) fn tier(clicked: bool, last_mail: Option<Moment>, at: Moment) -> &'static str {
    let helped = last_mail.is_some_and(|sent| sent <= at && at <= sent.plus_days(ASSISTED_DAYS));
    if clicked {
        CLICK
    } else if helped {
        ASSISTED
    } else {
        ORGANIC
    }
}
