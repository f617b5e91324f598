//! Reading the journal.

use kernel::ids::MemberId;
use kernel::{Fault, Page, Paging};
use runtime::Tx;

use super::model::{LedgerEntry, LedgerFilter};
use super::store;

/// Columns a list may be ordered by.
pub const ORDER_COLUMNS: [&str; 4] = ["seq", "created_at", "points", "id"];

/// A page of a member's journal.
pub fn list(
    tx: &mut Tx,
    member: MemberId,
    paging: &Paging,
    filter: &LedgerFilter,
) -> Result<Page<LedgerEntry>, Fault> {
    store::list(tx, member, paging, filter)
}

/// The entry of a cause, if it moved the member's points.
pub(crate) fn by_cause(
    tx: &mut Tx,
    member: MemberId,
    source: &str,
    source_id: &str,
) -> Result<Option<LedgerEntry>, Fault> {
    store::by_cause(tx, member, source, source_id)
}

/// The latest entries of a member, newest first.
pub fn latest(tx: &mut Tx, member: MemberId, limit: u32) -> Result<Vec<LedgerEntry>, Fault> {
    let paging = Paging { orderby: "seq".to_owned(), ..Paging::first(limit) };
    Ok(store::list(tx, member, &paging, &LedgerFilter::default())?.rows)
}
