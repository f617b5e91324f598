//! Somebody's account is gone: so are his addresses and carts, and, where that was asked for, his name in orders.

use kernel::Fault;
use kernel::contracts::accounts::PersonErased;
use runtime::{Envelope, Tx};

use super::store_erasure;

/// Forgets the person.
pub fn handle(tx: &mut Tx, envelope: &Envelope) -> Result<(), Fault> {
    let event: PersonErased = envelope.read()?;
    store_erasure::customer(tx, event.user_id)?;
    store_erasure::carts(tx, event.user_id, &event.email)?;
    if event.orders {
        store_erasure::orders(tx, event.user_id, &event.email)?;
    }
    Ok(())
}
