//! What somebody typed at checkouts goes with his account.

use kernel::contracts::accounts::PersonErased;
use kernel::{Event, Fault};
use runtime::{Envelope, Subscriber, Tx};

use super::store_person;

pub(crate) fn subscriber() -> Subscriber {
    Subscriber::unit("funnels.erase_person", PersonErased::NAME, handle)
}

fn handle(tx: &mut Tx, envelope: &Envelope) -> Result<(), Fault> {
    let event: PersonErased = envelope.read()?;
    store_person::forget(tx, &event.email)
}
