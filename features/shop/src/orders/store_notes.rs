//! The SQL of orders' notes.

use kernel::Fault;
use kernel::ids::OrderId;
use runtime::{Sql, Tx, params};

use super::model::Note;

const NOTE: Sql = Sql::new(
    "INSERT INTO {p}cartwright_order_notes (order_id, note, customer_note, author, created_at) VALUES (?, ?, ?, ?, ?)",
);
const NOTES: Sql = Sql::new(
    "SELECT id, note, customer_note, author, created_at FROM {p}cartwright_order_notes WHERE order_id = ? ORDER BY id DESC",
);

pub(crate) fn add_note(
    tx: &mut Tx,
    id: OrderId,
    note: &str,
    customer_note: bool,
    author: &str,
) -> Result<i64, Fault> {
    let now = tx.now();
    Ok(tx.insert(&NOTE, params![id, note, customer_note, author, now])?)
}

/// Newest first.
pub(crate) fn notes(tx: &mut Tx, id: OrderId) -> Result<Vec<Note>, Fault> {
    Ok(tx.rows(&NOTES, params![id], |row| {
        Ok(Note {
            id: row.get("id")?,
            note: row.get("note")?,
            customer_note: row.get("customer_note")?,
            author: row.get("author")?,
            created_at: row.get("created_at")?,
        })
    })?)
}
