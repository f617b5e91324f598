//! Emails to somebody whose account is gone are not kept.

use kernel::contracts::accounts::PersonErased;
use kernel::{Event, Fault};
use runtime::{Envelope, Subscriber, Tx};

use super::store;

pub(crate) fn subscriber() -> Subscriber {
    Subscriber::unit("messaging.erase_person", PersonErased::NAME, handle)
}

fn handle(tx: &mut Tx, envelope: &Envelope) -> Result<(), Fault> {
    let event: PersonErased = envelope.read()?;
    store::forget(tx, &event.email)
}
