//! The SQL of the journal: rows are inserted and read, never changed.

use db::{DbError, Param};
use kernel::ids::{LedgerEntryId, MemberId};
use kernel::{Fault, Moment, Page, Paging};
use runtime::{Row, Sql, Tx, params};

use super::model::{LedgerEntry, LedgerFilter};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, member_id, seq, type, points, balance_after, lifetime_delta, source, source_id, order_id, note, \
             expires_at, event_at, created_at FROM {p}oloyalty_ledger ",
            $rest
        )
    };
}

const BY_CAUSE: Sql = Sql::new(select!("WHERE member_id = ? AND source = ? AND source_id = ?"));
const INSERT: Sql = Sql::new(
    "INSERT INTO {p}oloyalty_ledger (member_id, seq, type, points, balance_after, lifetime_delta, source, source_id, \
     order_id, note, expires_at, event_at, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
);

fn entry(row: &Row) -> Result<LedgerEntry, DbError> {
    Ok(LedgerEntry {
        id: row.get("id")?,
        member_id: row.get("member_id")?,
        seq: row.get("seq")?,
        kind: row.get("type")?,
        points: row.get("points")?,
        balance_after: row.get("balance_after")?,
        lifetime_delta: row.get("lifetime_delta")?,
        source: row.get("source")?,
        source_id: row.get("source_id")?,
        order_id: row.get("order_id")?,
        note: row.get("note")?,
        expires_at: row.get("expires_at")?,
        event_at: row.get("event_at")?,
        created_at: row.get("created_at")?,
    })
}

pub(crate) fn by_cause(
    tx: &mut Tx,
    member: MemberId,
    source: &str,
    source_id: &str,
) -> Result<Option<LedgerEntry>, Fault> {
    Ok(tx.one(&BY_CAUSE, params![member, source, source_id], entry)?)
}

/// Gives none when the place or the cause is taken.
pub(crate) fn insert(tx: &mut Tx, new: &LedgerEntry) -> Result<Option<LedgerEntryId>, Fault> {
    let inserted = tx.insert(
        &INSERT,
        params![
            new.member_id,
            new.seq,
            &new.kind,
            new.points,
            new.balance_after,
            new.lifetime_delta,
            &new.source,
            &new.source_id,
            new.order_id,
            &new.note,
            new.expires_at,
            new.event_at,
            new.created_at
        ],
    );
    match inserted {
        Ok(id) => Ok(Some(LedgerEntryId(id))),
        Err(error) if error.is_duplicate() => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// A page of a member's journal; `paging.orderby` is one of the columns, checked by the caller.
pub(crate) fn list(
    tx: &mut Tx,
    member: MemberId,
    paging: &Paging,
    filter: &LedgerFilter,
) -> Result<Page<LedgerEntry>, Fault> {
    let condition = "member_id = ? AND (? = '' OR type = ?) AND (? = '' OR source = ?) AND created_at >= ? AND created_at < ?";
    let after = filter.after.unwrap_or_default();
    let before = filter.before.unwrap_or_else(|| Moment::from_unix(FAR_FUTURE));
    let mut all: Vec<Param<'_>> = vec![Param::from(member)];
    all.extend([&filter.kind, &filter.kind, &filter.source, &filter.source].into_iter().map(Param::from));
    all.extend([Param::from(after), Param::from(before)]);
    let total =
        tx.count_text(&format!("SELECT COUNT(*) FROM {{p}}oloyalty_ledger WHERE {condition}"), &all)?;
    let direction = if paging.descending { "DESC" } else { "ASC" };
    let text = format!(
        "{} WHERE {condition} ORDER BY {} {direction}, seq {direction} LIMIT ? OFFSET ?",
        select!(""),
        paging.orderby
    );
    all.extend([Param::from(i64::from(paging.per_page)), Param::from(paging.offset())]);
    let rows = tx.rows_text(&text, &all, entry)?;
    Ok(Page { rows, total })
}

/// 9999-01-01T00:00:00Z: later than any entry.
const FAR_FUTURE: i64 = 253_370_764_800;
