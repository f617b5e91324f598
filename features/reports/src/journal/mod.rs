//! What happened, once per cause, summed up by the shop's own days.

pub mod commands;
pub mod model;
pub mod on_cart_changed;
pub mod on_customer_rewarded;
pub mod on_offer_answered;
pub mod on_order_changed;
pub(crate) mod store;
pub mod verify;

use runtime::Subscriber;

/// Everyone who writes the journal.
#[must_use]
pub fn subscribers() -> Vec<Subscriber> {
    let mut all = on_order_changed::subscribers();
    all.extend(on_cart_changed::subscribers());
    all.extend(on_offer_answered::subscribers());
    all.extend(on_customer_rewarded::subscribers());
    all
}
