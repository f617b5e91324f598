//! A new account is a new member, with the welcome bonus.

use kernel::contracts::shop::CustomerCreated;
use kernel::{Event, Fault};
use runtime::{Envelope, Subscriber, Tx};

use super::commands;
use crate::earning;

/// Subscribes.
#[must_use]
pub const fn subscriber() -> Subscriber {
    Subscriber::unit("loyalty.enrol_customer", CustomerCreated::NAME, handle)
}

fn handle(tx: &mut Tx, envelope: &Envelope) -> Result<(), Fault> {
    let event: CustomerCreated = envelope.read()?;
    let member = commands::enrol(tx, event.user_id, &event.email)?;
    earning::commands::award_welcome(tx, &member, event.at)
}
