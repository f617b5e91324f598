//! SQL of the consent journal: when, where and to which text somebody has agreed to be written to, or taken that back.
//! Rows are appended, never changed; they go with their session.

use kernel::{Fault, Moment};
use runtime::{Sql, Tx, params};

use super::model::{Consent, Session};

const ADD: Sql = Sql::new(
    "INSERT INTO {p}cartwright_consents (session_id, email_hash, given, consent_text, source, created_at) \
     VALUES (?, ?, ?, ?, ?, ?)",
);
const OF_SESSION: Sql = Sql::new(
    "SELECT given, consent_text, source, created_at FROM {p}cartwright_consents WHERE session_id = ? ORDER BY id LIMIT 1000",
);
const LAST: Sql = Sql::new(
    "SELECT given, consent_text, source, created_at FROM {p}cartwright_consents WHERE session_id = ? AND email_hash = ? \
     ORDER BY id DESC LIMIT 1",
);
const FORGET: Sql = Sql::new("DELETE FROM {p}cartwright_consents WHERE session_id = ?");

fn read(row: &runtime::Row) -> Result<Consent, db::DbError> {
    Ok(Consent {
        given: row.get("given")?,
        text: row.get("consent_text")?,
        source: row.get("source")?,
        at: row.get("created_at")?,
    })
}

/// Writes down what the session's shopper has said, unless the journal's last word for this address is the same. Gives
/// since when it holds.
pub(crate) fn record(
    tx: &mut Tx,
    session: &Session,
    given: bool,
    text: &str,
    source: &str,
) -> Result<Moment, Fault> {
    let last = tx.one(&LAST, params![session.id, &session.email_hash], read)?;
    if let Some(last) = last.filter(|last| last.given == given && last.text == text) {
        return Ok(last.at);
    }
    let now = tx.now();
    tx.insert(&ADD, params![session.id, &session.email_hash, given, text, source, now])?;
    Ok(now)
}

/// Oldest first.
pub(crate) fn of_session(tx: &mut Tx, session_id: i64) -> Result<Vec<Consent>, Fault> {
    Ok(tx.rows(&OF_SESSION, params![session_id], read)?)
}

/// With the session.
pub(crate) fn forget(tx: &mut Tx, session_id: i64) -> Result<(), Fault> {
    tx.execute(&FORGET, params![session_id])?;
    Ok(())
}
