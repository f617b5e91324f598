//! How much waits.

use kernel::Fault;
use runtime::{Exposition, Kind, Tx};

use super::store;
use crate::calls::store as calls;

/// Actions that the paired store has not done yet.
pub fn waiting(tx: &mut Tx) -> Result<i64, Fault> {
    let site = calls::site(tx)?.site;
    store::count(tx, &site)
}

pub(crate) fn gauges(tx: &mut Tx, page: &mut Exposition) -> Result<(), Fault> {
    let count = waiting(tx)?;
    page.family("cartwright_wordpress_actions", Kind::Gauge, "Actions that the store has not done yet.");
    page.sample(&[], u64::try_from(count).unwrap_or_default());
    Ok(())
}
