//! Events that WordPress hears of.

use kernel::Fault;
use runtime::{Enqueue, Envelope, Subscriber, Tx};
use serde_json::Value;

use super::jobs::Send;
use super::{rules, store};
use crate::calls::store as calls;

/// One subscriber of them all, so that what is of one aggregate stays in order.
#[must_use]
pub const fn subscriber() -> Subscriber {
    Subscriber::unit("woocommerce.actions", rules::FIRST, note).and(rules::MORE)
}

fn note(tx: &mut Tx, envelope: &Envelope) -> Result<(), Fault> {
    let site = calls::site(tx)?;
    if !site.is_paired() {
        return Ok(());
    }
    let event: Value = serde_json::from_str(&envelope.payload)?;
    let arguments = rules::arguments(&envelope.name, &event);
    store::add(tx, &site.site, &envelope.event_id, &envelope.name, &arguments)?;
    let now = tx.now();
    // One job for each: one that is about to end may have looked too early to see this one.
    tx.enqueue(&Send {}, &envelope.event_id, now)
}
