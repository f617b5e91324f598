//! Writing the journal and keeping its sums.

use kernel::Fault;
use runtime::Tx;
use runtime::engine::Surroundings;

use super::model::Entry;
use super::store;

/// Writes the entry and adds it to its day, in the shop's time zone. A cause that was written before changes nothing.
pub fn record(tx: &mut Tx, entry: &Entry) -> Result<bool, Fault> {
    let day = entry.at.local_day(tx.zone());
    let fresh = store::insert(tx, entry, &day)?;
    if fresh {
        store::add(tx, entry, &day)?;
    }
    Ok(fresh)
}
