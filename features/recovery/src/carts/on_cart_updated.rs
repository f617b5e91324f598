//! The shop tells that a cart's content has changed, or that it goes on under another token.

use kernel::contracts::shop::{CartRenewed, CartUpdated};
use kernel::{Event, Fault};
use runtime::settings::{Settings, ocart};
use runtime::{Envelope, Subscriber, Tx};

use super::commands;
use crate::sessions;

pub(crate) const SUBSCRIBER: Subscriber =
    Subscriber::unit("recovery.snapshot_cart", CartUpdated::NAME, snapshot).and(&[CartRenewed::NAME]);

fn snapshot(tx: &mut Tx, envelope: &Envelope) -> Result<(), Fault> {
    if envelope.name == CartRenewed::NAME {
        let event: CartRenewed = envelope.read()?;
        return sessions::commands_restored::renew(tx, &event.from, &event.to);
    }
    let event: CartUpdated = envelope.read()?;
    if !Settings::load(tx, ocart::OPTION)?.boolean(&ocart::GENERAL_ENABLED) {
        return Ok(());
    }
    commands::observe(tx, &event.cart, event.at).map(|_| ())
}
