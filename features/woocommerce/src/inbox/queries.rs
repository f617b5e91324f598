//! How much waits.

use kernel::Fault;
use runtime::{Exposition, Kind, Tx};

use super::model::Waiting;
use super::store;

/// What is not worked off yet, and what was set aside.
pub fn waiting(tx: &mut Tx) -> Result<Waiting, Fault> {
    store::waiting(tx)
}

pub(crate) fn gauges(tx: &mut Tx, page: &mut Exposition) -> Result<(), Fault> {
    let count = store::waiting(tx)?;
    page.family(
        "cartwright_wordpress_announcements",
        Kind::Gauge,
        "Announcements of the store that are not worked off, and that could not be read.",
    );
    for (state, number) in [("waiting", count.waiting), ("failed", count.failed)] {
        page.sample(&[("state", state)], u64::try_from(number).unwrap_or_default());
    }
    Ok(())
}
