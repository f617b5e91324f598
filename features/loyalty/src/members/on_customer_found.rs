//! Who had an account before the server came is a member as well, without the bonus for making one.

use kernel::contracts::shop::CustomerFound;
use kernel::{Event, Fault};
use runtime::{Envelope, Subscriber, Tx};

use super::commands;

/// Subscribes.
#[must_use]
pub const fn subscriber() -> Subscriber {
    Subscriber::unit("loyalty.enrol_found", CustomerFound::NAME, handle)
}

fn handle(tx: &mut Tx, envelope: &Envelope) -> Result<(), Fault> {
    let event: CustomerFound = envelope.read()?;
    commands::enrol(tx, event.user_id, &event.email).map(drop)
}
