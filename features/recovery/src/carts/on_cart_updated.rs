//! The shop tells that a cart's content has changed.

use kernel::contracts::shop::CartUpdated;
use kernel::{Event, Fault};
use runtime::settings::{Settings, ocart};
use runtime::{Envelope, Subscriber, Tx};

use super::commands;

pub(crate) const SUBSCRIBER: Subscriber =
    Subscriber::unit("recovery.snapshot_cart", CartUpdated::NAME, snapshot);

fn snapshot(tx: &mut Tx, envelope: &Envelope) -> Result<(), Fault> {
    let event: CartUpdated = envelope.read()?;
    if !Settings::load(tx, ocart::OPTION)?.boolean(&ocart::GENERAL_ENABLED) {
        return Ok(());
    }
    commands::observe(tx, &event.cart, event.at).map(|_| ())
}
