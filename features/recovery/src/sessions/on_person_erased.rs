//! Somebody's account is gone: so are his sessions with all that hangs on them. That he must not be written to stays, as a
//! hash.

use kernel::contracts::accounts::PersonErased;
use kernel::{Event, Fault, text};
use runtime::{Envelope, Subscriber, Tx};

use super::{commands, store};
use crate::{carts, suppression};

pub(crate) fn subscriber() -> Subscriber {
    Subscriber::unit("recovery.erase_person", PersonErased::NAME, handle)
}

fn handle(tx: &mut Tx, envelope: &Envelope) -> Result<(), Fault> {
    let event: PersonErased = envelope.read()?;
    if event.email.is_empty() {
        return Ok(());
    }
    let hash = text::email_hash(&event.email);
    for session in store::all_by_email(tx, &hash)? {
        commands::erase(tx, &session)?;
    }
    carts::store::forget_person(tx, &hash)?;
    suppression::store::forget_email(tx, &hash)
}
