//! SQL of a session's event log, its carts and its tokens.

use kernel::{Fault, Moment, hash};
use runtime::{Sql, Tx, params};
use serde_json::Value;

use super::model::{RestoreResult, SessionEvent};

const NEXT_SEQ: Sql =
    Sql::new("SELECT COALESCE(MAX(seq), 0) + 1 FROM {p}cartwright_session_events WHERE session_id = ?");
const LOG: Sql = Sql::new(
    "INSERT INTO {p}cartwright_session_events (session_id, seq, event, data, created_at) VALUES (?, ?, ?, ?, ?)",
);
const EVENTS: Sql = Sql::new(
    "SELECT event, data, created_at FROM {p}cartwright_session_events WHERE session_id = ? ORDER BY seq LIMIT 1000",
);
const DELETE_EVENTS: Sql = Sql::new("DELETE FROM {p}cartwright_session_events WHERE session_id = ?");
const CART: Sql = Sql::new(
    "INSERT INTO {p}cartwright_session_carts (session_id, message_id, cart_token, outcome, confirmed_at, created_at) \
     VALUES (?, ?, ?, ?, ?, ?)",
);
const RESTORED: Sql = Sql::new(
    "SELECT id, session_id, message_id, outcome, confirmed_at FROM {p}cartwright_session_carts WHERE cart_token = ? \
     ORDER BY id DESC LIMIT 1",
);
const CONFIRM: Sql =
    Sql::new("UPDATE {p}cartwright_session_carts SET confirmed_at = ? WHERE id = ? AND confirmed_at IS NULL");
const RENEW: Sql = Sql::new("UPDATE {p}cartwright_session_carts SET cart_token = ? WHERE cart_token = ?");
const BY_RESTORED_CART: Sql = Sql::new(
    "SELECT session_id, message_id, created_at FROM {p}cartwright_session_carts WHERE cart_token = ? AND created_at >= ? \
     ORDER BY id DESC LIMIT 1",
);
const DELETE_CARTS: Sql = Sql::new("DELETE FROM {p}cartwright_session_carts WHERE session_id = ?");
const TOKEN: Sql = Sql::new(
    "INSERT INTO {p}cartwright_tokens (hash, kind, session_id, message_id, contact_hash, masked, expires_at, created_at) \
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
);
const TOKENS: Sql =
    Sql::new("SELECT * FROM {p}cartwright_tokens WHERE session_id = ? AND kind = ? ORDER BY id");
const BY_HASH: Sql = Sql::new("SELECT * FROM {p}cartwright_tokens WHERE hash = ? AND kind = ?");
const DELETE_TOKENS: Sql =
    Sql::new("DELETE FROM {p}cartwright_tokens WHERE session_id = ? AND kind = 'restore'");

/// A token as it is kept: its hash only.
#[derive(Debug, Clone)]
pub(crate) struct Token {
    pub(crate) hash: String,
    pub(crate) session_id: i64,
    pub(crate) message_id: i64,
    pub(crate) contact_hash: String,
    pub(crate) masked: String,
    pub(crate) expires_at: Option<Moment>,
    pub(crate) created_at: Moment,
}

/// Opens a session's cart again.
pub(crate) const RESTORE: &str = "restore";
/// Ends all mail to an address.
pub(crate) const UNSUBSCRIBE: &str = "unsubscribe";
/// Characters of a token.
const TOKEN_LENGTH: usize = 64;

/// A click that led to a cart.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Click {
    pub(crate) session_id: i64,
    pub(crate) message_id: i64,
}

pub(crate) fn log(tx: &mut Tx, session_id: i64, event: &str, data: &Value) -> Result<(), Fault> {
    let seq = tx.count(&NEXT_SEQ, params![session_id])?;
    let now = tx.now();
    tx.insert(&LOG, params![session_id, seq, event, data.to_string(), now])?;
    Ok(())
}

/// Oldest first.
pub(crate) fn events(tx: &mut Tx, session_id: i64) -> Result<Vec<SessionEvent>, Fault> {
    Ok(tx.rows(&EVENTS, params![session_id], |row| {
        let data: String = row.get("data")?;
        Ok(SessionEvent {
            timestamp: row.get("created_at")?,
            event: row.get("event")?,
            data: kernel::json::from_text(&data).unwrap_or(Value::Null),
        })
    })?)
}

/// A cart that a restore link led to.
#[derive(Debug, Clone)]
pub(crate) struct RestoredCart {
    id: i64,
    pub(crate) session_id: i64,
    pub(crate) message_id: i64,
    /// What became of each line; none when the cart was there already.
    pub(crate) outcome: Option<RestoreResult>,
    /// When a person did something there.
    pub(crate) confirmed_at: Option<Moment>,
}

/// Remembers that a restore link led to a cart. Nobody has been seen there yet.
pub(crate) fn add_cart(
    tx: &mut Tx,
    token: &Token,
    cart_token: &str,
    outcome: Option<&RestoreResult>,
) -> Result<(), Fault> {
    let before = restored_cart(tx, cart_token)?;
    if before.is_some_and(|row| row.session_id == token.session_id && row.confirmed_at.is_none()) {
        return Ok(());
    }
    let (now, outcome) = (tx.now(), outcome.map(kernel::json::to_text));
    let nobody: Option<Moment> = None;
    tx.insert(&CART, params![token.session_id, token.message_id, cart_token, outcome, nobody, now])?;
    Ok(())
}

/// A session's former cart stays its own: an order from it is still this shopper's.
pub(crate) fn keep_former_cart(
    tx: &mut Tx,
    session_id: i64,
    message_id: i64,
    token: &str,
) -> Result<(), Fault> {
    let now = tx.now();
    tx.insert(&CART, params![session_id, message_id, token, None::<String>, now, now])?;
    Ok(())
}

/// The latest restore that led to this cart.
pub(crate) fn restored_cart(tx: &mut Tx, token: &str) -> Result<Option<RestoredCart>, Fault> {
    Ok(tx.one(&RESTORED, params![token], |row| {
        let outcome: Option<String> = row.get("outcome")?;
        Ok(RestoredCart {
            id: row.get("id")?,
            session_id: row.get("session_id")?,
            message_id: row.get("message_id")?,
            outcome: outcome.and_then(|text| kernel::json::from_text(&text).ok()),
            confirmed_at: row.get("confirmed_at")?,
        })
    })?)
}

/// Somebody has been seen at the restored cart. False when that was known.
pub(crate) fn confirm_cart(tx: &mut Tx, cart: &RestoredCart) -> Result<bool, Fault> {
    let now = tx.now();
    Ok(tx.execute(&CONFIRM, params![now, cart.id])? == 1)
}

/// The cart goes on under another token.
pub(crate) fn renew_cart(tx: &mut Tx, from: &str, to: &str) -> Result<(), Fault> {
    tx.execute(&RENEW, params![to, from])?;
    Ok(())
}

/// The last click since then that led to this cart.
pub(crate) fn click_of_cart(tx: &mut Tx, token: &str, since: Moment) -> Result<Option<Click>, Fault> {
    Ok(tx.one(&BY_RESTORED_CART, params![token, since], |row| {
        Ok(Click { session_id: row.get("session_id")?, message_id: row.get("message_id")? })
    })?)
}

/// Makes a token and gives its text, which is kept nowhere.
pub(crate) fn add_token(
    tx: &mut Tx,
    kind: &str,
    session: &super::model::Session,
    message_id: i64,
    expires_at: Option<Moment>,
) -> Result<String, Fault> {
    let text = tx.entropy().alphanumeric(TOKEN_LENGTH);
    let now = tx.now();
    tx.insert(
        &TOKEN,
        params![
            hash::sha256(&text),
            kind,
            session.id,
            message_id,
            &session.email_hash,
            kernel::text::masked_email(&session.email),
            expires_at,
            now
        ],
    )?;
    Ok(text)
}

fn read(row: &runtime::Row) -> Result<Token, db::DbError> {
    Ok(Token {
        hash: row.get("hash")?,
        session_id: row.get("session_id")?,
        message_id: row.get("message_id")?,
        contact_hash: row.get("contact_hash")?,
        masked: row.get("masked")?,
        expires_at: row.get("expires_at")?,
        created_at: row.get("created_at")?,
    })
}

pub(crate) fn token(tx: &mut Tx, kind: &str, text: &str) -> Result<Option<Token>, Fault> {
    Ok(tx.one(&BY_HASH, params![hash::sha256(text), kind], read)?)
}

pub(crate) fn tokens(tx: &mut Tx, kind: &str, session_id: i64) -> Result<Vec<Token>, Fault> {
    Ok(tx.rows(&TOKENS, params![session_id, kind], read)?)
}

/// All that hangs on a session but its messages. A way to unsubscribe stays: the mail it stands in is still out there.
pub(crate) fn forget(tx: &mut Tx, session_id: i64) -> Result<(), Fault> {
    for sql in [&DELETE_EVENTS, &DELETE_CARTS, &DELETE_TOKENS] {
        tx.execute(sql, params![session_id])?;
    }
    Ok(())
}
