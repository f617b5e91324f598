//! Whose account is gone pays with no saved method any more.

use kernel::contracts::accounts::PersonErased;
use kernel::{Event, Fault};
use runtime::{Envelope, Subscriber, Tx};

use super::store_methods;

pub(crate) fn subscriber() -> Subscriber {
    Subscriber::unit("payments.erase_person", PersonErased::NAME, handle)
}

fn handle(tx: &mut Tx, envelope: &Envelope) -> Result<(), Fault> {
    let event: PersonErased = envelope.read()?;
    store_methods::forget(tx, event.user_id)
}
