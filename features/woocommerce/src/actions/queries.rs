//! How much waits.

use kernel::Fault;
use runtime::Tx;

use super::store;
use crate::calls::store as calls;

/// Actions that the paired store has not done yet.
pub fn waiting(tx: &mut Tx) -> Result<i64, Fault> {
    let site = calls::site(tx)?.site;
    store::count(tx, &site)
}
