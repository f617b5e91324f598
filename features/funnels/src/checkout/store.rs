//! The SQL of checkouts.

use kernel::ids::{FunnelId, OrderId};
use kernel::{Fault, Moment, json};
use runtime::{Row, Sql, Tx, params};

use super::model::{Checkout, CheckoutState, Details};
use crate::offers::store::document;

const COLUMNS_OPEN: Sql = Sql::new(
    "SELECT id, cart_token, funnel_id, state, document, attempt, attempt_key, revision, order_hash, order_id, challenge, \
     message FROM {p}cartwright_checkouts WHERE open_key = ?",
);
const LATEST: Sql = Sql::new(
    "SELECT id, cart_token, funnel_id, state, document, attempt, attempt_key, revision, order_hash, order_id, challenge, \
     message FROM {p}cartwright_checkouts WHERE cart_token = ? ORDER BY id DESC LIMIT 1",
);
const BY_ID: Sql = Sql::new(
    "SELECT id, cart_token, funnel_id, state, document, attempt, attempt_key, revision, order_hash, order_id, challenge, \
     message FROM {p}cartwright_checkouts WHERE id = ?",
);
const INSERT: Sql = Sql::new(
    "INSERT INTO {p}cartwright_checkouts (cart_token, open_key, funnel_id, state, document, attempt, attempt_key, revision, \
     order_hash, order_id, challenge, message, held_until, created_at, updated_at) \
     VALUES (?, ?, ?, 'open', ?, 0, '', 0, '', 0, '', '', NULL, ?, ?)",
);
const SAVE: Sql = Sql::new(
    "UPDATE {p}cartwright_checkouts SET funnel_id = ?, document = ?, updated_at = ? WHERE id = ? AND state IN ('open', 'requires_action')",
);
const BEGIN: Sql = Sql::new(
    "UPDATE {p}cartwright_checkouts SET state = 'paying', attempt = ?, attempt_key = ?, revision = ?, order_hash = ?, \
     order_id = ?, challenge = '', message = '', held_until = ?, updated_at = ? WHERE id = ? \
     AND state IN ('open', 'requires_action') AND attempt = ?",
);
const ORDER: Sql = Sql::new(
    "UPDATE {p}cartwright_checkouts SET order_id = ?, held_until = ?, updated_at = ? WHERE id = ? AND attempt_key = ? \
     AND state = 'paying'",
);
const REOPEN: Sql = Sql::new(
    "UPDATE {p}cartwright_checkouts SET state = 'open', message = ?, challenge = '', held_until = NULL, updated_at = ? \
     WHERE id = ? AND attempt_key = ? AND state IN ('paying', 'requires_action')",
);
const CHALLENGE: Sql = Sql::new(
    "UPDATE {p}cartwright_checkouts SET state = 'requires_action', challenge = ?, held_until = NULL, updated_at = ? \
     WHERE id = ? AND attempt_key = ? AND state IN ('paying', 'requires_action')",
);
const PAID: Sql = Sql::new(
    "UPDATE {p}cartwright_checkouts SET state = 'paid', open_key = NULL, message = '', challenge = '', held_until = NULL, \
     updated_at = ? WHERE id = ? AND state <> 'paid'",
);
const CLAIM: Sql = Sql::new(
    "UPDATE {p}cartwright_checkouts SET held_until = ? WHERE id = ? AND attempt_key = ? \
     AND state IN ('paying', 'requires_action') AND (held_until IS NULL OR held_until < ?)",
);
const RELEASE: Sql = Sql::new(
    "UPDATE {p}cartwright_checkouts SET held_until = NULL, updated_at = ? WHERE id = ? \
     AND state IN ('paying', 'requires_action')",
);
const UNSETTLED: Sql = Sql::new(
    "SELECT id FROM {p}cartwright_checkouts WHERE state IN ('paying', 'requires_action') AND updated_at <= ? \
     AND (held_until IS NULL OR held_until < ?) ORDER BY updated_at, id LIMIT 200",
);
/// Forgets what was filled in and never paid.
const PRUNE: Sql =
    Sql::new("DELETE FROM {p}cartwright_checkouts WHERE state = 'open' AND order_id = 0 AND updated_at < ?");

fn checkout(row: &Row<'_>) -> Result<Checkout, db::DbError> {
    let word: String = row.get("state")?;
    Ok(Checkout {
        id: row.get("id")?,
        cart_token: row.get("cart_token")?,
        funnel_id: row.get("funnel_id")?,
        state: CheckoutState::parse(&word)
            .ok_or_else(|| db::DbError::Column { column: "state".to_owned(), problem: word })?,
        details: document(row, "document")?,
        attempt: row.get("attempt")?,
        attempt_key: row.get("attempt_key")?,
        revision: row.get("revision")?,
        order_hash: row.get("order_hash")?,
        order_id: row.get("order_id")?,
        challenge: row.get("challenge")?,
        message: row.get("message")?,
    })
}

/// The cart's checkout that is not paid yet.
pub(crate) fn open(tx: &mut Tx, token: &str) -> Result<Option<Checkout>, Fault> {
    Ok(tx.one(&COLUMNS_OPEN, params![token], checkout)?)
}

/// The cart's newest checkout, paid or not.
pub(crate) fn latest(tx: &mut Tx, token: &str) -> Result<Option<Checkout>, Fault> {
    Ok(tx.one(&LATEST, params![token], checkout)?)
}

pub(crate) fn by_id(tx: &mut Tx, id: i64) -> Result<Option<Checkout>, Fault> {
    Ok(tx.one(&BY_ID, params![id], checkout)?)
}

/// Writes what was filled in; while a payment is under way it stays as it is.
pub(crate) fn save(tx: &mut Tx, token: &str, funnel: FunnelId, details: &Details) -> Result<(), Fault> {
    let now = tx.now();
    let text = json::to_text(details);
    if let Some(checkout) = open(tx, token)? {
        tx.execute(&SAVE, params![funnel, text, now, checkout.id])?;
        return Ok(());
    }
    match tx.insert(&INSERT, params![token, token, funnel, text, now, now]) {
        Ok(_) => Ok(()),
        Err(error) => {
            if error.is_duplicate() {
                tx.run_again();
            }
            Err(error.into())
        }
    }
}

/// Begins the next attempt; false when another was first.
pub(crate) fn begin(tx: &mut Tx, checkout: &Checkout, before: i64, held_seconds: i64) -> Result<bool, Fault> {
    let now = tx.now();
    let begun = tx.execute(
        &BEGIN,
        params![
            checkout.attempt,
            &checkout.attempt_key,
            checkout.revision,
            &checkout.order_hash,
            checkout.order_id,
            now.plus_seconds(held_seconds),
            now,
            checkout.id,
            before
        ],
    )?;
    Ok(begun == 1)
}

/// Records the order of an attempt that is still ours.
pub(crate) fn ordered(
    tx: &mut Tx,
    checkout: &Checkout,
    order: OrderId,
    held_seconds: i64,
) -> Result<bool, Fault> {
    let now = tx.now();
    let held = now.plus_seconds(held_seconds);
    Ok(tx.execute(&ORDER, params![order, held, now, checkout.id, &checkout.attempt_key])? == 1)
}

pub(crate) fn reopen(tx: &mut Tx, checkout: &Checkout, message: &str) -> Result<(), Fault> {
    let now = tx.now();
    let message: String = message.chars().take(400).collect();
    tx.execute(&REOPEN, params![message, now, checkout.id, &checkout.attempt_key])?;
    Ok(())
}

pub(crate) fn challenge(tx: &mut Tx, checkout: &Checkout, address: &str) -> Result<(), Fault> {
    let now = tx.now();
    tx.execute(&CHALLENGE, params![address, now, checkout.id, &checkout.attempt_key])?;
    Ok(())
}

/// False when it was recorded before.
pub(crate) fn paid(tx: &mut Tx, id: i64) -> Result<bool, Fault> {
    let now = tx.now();
    Ok(tx.execute(&PAID, params![now, id])? == 1)
}

pub(crate) fn claim(tx: &mut Tx, checkout: &Checkout, seconds: i64) -> Result<bool, Fault> {
    let now = tx.now();
    let held = now.plus_seconds(seconds);
    Ok(tx.execute(&CLAIM, params![held, checkout.id, &checkout.attempt_key, now])? == 1)
}

pub(crate) fn release(tx: &mut Tx, id: i64) -> Result<(), Fault> {
    let now = tx.now();
    tx.execute(&RELEASE, params![now, id])?;
    Ok(())
}

/// Payments without an outcome that nobody works on and that have rested since `before`.
pub(crate) fn unsettled(tx: &mut Tx, before: Moment) -> Result<Vec<i64>, Fault> {
    let now = tx.now();
    Ok(tx.rows(&UNSETTLED, params![before, now], |row| row.get("id"))?)
}

/// Deletes checkouts without an order that nobody has touched since `before`.
pub(crate) fn prune(tx: &mut Tx, before: Moment) -> Result<(), Fault> {
    tx.execute(&PRUNE, params![before])?;
    Ok(())
}
