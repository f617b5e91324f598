//! What was typed follows its cart to another token.

use kernel::contracts::shop::CartRenewed;
use kernel::{Event, Fault};
use runtime::{Envelope, Subscriber, Tx};

use super::store_person;

pub(crate) fn subscriber() -> Subscriber {
    Subscriber::unit("funnels.cart_renewed", CartRenewed::NAME, handle)
}

fn handle(tx: &mut Tx, envelope: &Envelope) -> Result<(), Fault> {
    let event: CartRenewed = envelope.read()?;
    store_person::renew(tx, &event.from, &event.to)
}
