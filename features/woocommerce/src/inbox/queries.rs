//! How much waits.

use kernel::Fault;
use runtime::Tx;

use super::model::Waiting;
use super::store;

/// What is not worked off yet, and what was set aside.
pub fn waiting(tx: &mut Tx) -> Result<Waiting, Fault> {
    store::waiting(tx)
}
