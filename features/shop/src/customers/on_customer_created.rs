//! A fresh account is a customer from now on.

use kernel::Fault;
use kernel::contracts::shop::{Address, CustomerCreated};
use runtime::{Envelope, Tx};

use super::store;

/// Writes the customer's row with the account's address.
pub fn handle(tx: &mut Tx, envelope: &Envelope) -> Result<(), Fault> {
    let created: CustomerCreated = envelope.read()?;
    if store::find(tx, created.user_id)?.is_none() {
        let billing = Address { email: created.email, ..Address::default() };
        store::add(tx, created.user_id, &billing, &Address::default())?;
    }
    Ok(())
}
