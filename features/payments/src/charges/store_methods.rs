//! The SQL of forgetting saved methods.

use kernel::Fault;
use kernel::ids::UserId;
use runtime::{Sql, Tx, params};

const FORGET: Sql = Sql::new("DELETE FROM {p}cartwright_payment_methods WHERE customer = ? AND customer > 0");

/// Deletes the methods that were saved for an account.
pub(crate) fn forget(tx: &mut Tx, customer: UserId) -> Result<(), Fault> {
    tx.execute(&FORGET, params![customer])?;
    Ok(())
}
