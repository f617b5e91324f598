//! The SQL of attempts.

use db::{DbError, Row};
use kernel::contracts::payments::SavedMethodSnapshot;
use kernel::ids::{OrderId, UserId};
use kernel::{Currency, Fault, Moment, Money};
use runtime::{Sql, Tx, params};

use super::model::{Attempt, State};
use super::rules::Recorded;

const COLUMNS: &str = "id, attempt_key, order_id, gateway, amount, currency, state, transaction_id, challenge, code, \
     message, source_kind, source_method, save_method, customer, method_label, description, return_url, refunded, claimed_until, \
     gateway_key";
const INSERT: Sql = Sql::new(
    "INSERT INTO {p}cartwright_payment_attempts (attempt_key, order_id, gateway, amount, currency, state, transaction_id, \
     challenge, code, message, source_kind, source_method, save_method, customer, saved_method, method_label, description, \
     return_url, refunded, claimed_by, claimed_until, gateway_key, created_at, updated_at) \
     VALUES (?, ?, ?, ?, ?, 'open', '', '', '', '', ?, ?, ?, ?, '', '', ?, ?, 0, ?, ?, ?, ?, ?)",
);
const CLAIM: Sql = Sql::new(
    "UPDATE {p}cartwright_payment_attempts SET claimed_by = ?, claimed_until = ? \
     WHERE attempt_key = ? AND state IN ('open', 'unknown', 'requires_action') \
     AND (claimed_until IS NULL OR claimed_until < ?)",
);
const RELEASE: Sql = Sql::new(
    "UPDATE {p}cartwright_payment_attempts SET claimed_by = NULL, claimed_until = NULL \
     WHERE attempt_key = ? AND claimed_by = ?",
);
/// After an unknown answer the claim runs on: the gateway may still be at work, and nobody may send the key again yet.
/// A payment that the gateway reports after the attempt was given up is recorded all the same: the money has moved.
const RECORD: Sql = Sql::new(
    "UPDATE {p}cartwright_payment_attempts SET state = ?, \
     transaction_id = CASE WHEN ? = '' THEN transaction_id ELSE ? END, challenge = ?, code = ?, message = ?, \
     saved_method = ?, method_label = ?, claimed_until = CASE WHEN ? = 'unknown' THEN claimed_until ELSE NULL END, \
     updated_at = ? \
     WHERE attempt_key = ? AND (state IN ('open', 'unknown', 'requires_action') \
     OR (state = 'abandoned' AND ? = 'succeeded'))",
);
/// A key that was never begun and never will be.
const GIVE_UP: Sql = Sql::new(
    "INSERT INTO {p}cartwright_payment_attempts (attempt_key, order_id, gateway, amount, currency, state, transaction_id, \
     challenge, code, message, source_kind, source_method, save_method, customer, saved_method, method_label, description, \
     return_url, refunded, claimed_by, claimed_until, created_at, updated_at) \
     VALUES (?, 0, '', 0, 'USD', 'abandoned', '', '', 'never_begun', ?, 'fresh', '', ?, 0, '', '', '', '', 0, NULL, NULL, ?, ?)",
);
const UNSETTLED: Sql = Sql::new(
    "SELECT id, attempt_key FROM {p}cartwright_payment_attempts \
     WHERE state IN ('open', 'unknown', 'requires_action') AND updated_at <= ? \
     AND (claimed_until IS NULL OR claimed_until < ?) AND id > ? ORDER BY id LIMIT 200",
);
const HAS_METHOD: Sql = Sql::new(
    "SELECT COUNT(*) FROM {p}cartwright_payment_methods WHERE order_id = ? AND gateway = ? AND token = ?",
);
const INSERT_METHOD: Sql = Sql::new(
    "INSERT INTO {p}cartwright_payment_methods (order_id, customer, gateway, token, label, created_at) \
     VALUES (?, ?, ?, ?, ?, ?)",
);
const METHOD: Sql = Sql::new(
    "SELECT gateway, token, label FROM {p}cartwright_payment_methods WHERE order_id = ? ORDER BY id DESC LIMIT 1",
);

/// Seconds for which an attempt belongs to whoever talks to the gateway: longer than any answer is waited for.
pub(crate) const CLAIM_SECONDS: i64 = 60;

/// A key for a gateway: of this attempt or refund alone, here and everywhere.
pub(crate) fn gateway_key(tx: &Tx) -> String {
    format!("cw_{}", tx.entropy().alphanumeric(40))
}

/// An attempt about to be written.
#[derive(Debug, Clone)]
pub(crate) struct NewAttempt {
    pub(crate) key: String,
    pub(crate) order_id: OrderId,
    pub(crate) gateway: String,
    pub(crate) amount: Money,
    pub(crate) source_method: Option<String>,
    pub(crate) save_method: bool,
    pub(crate) customer: UserId,
    pub(crate) description: String,
    pub(crate) return_url: String,
}

/// A saved method with the gateway's id of it.
#[derive(Debug, Clone)]
pub(crate) struct Method {
    pub(crate) token: String,
    pub(crate) snapshot: SavedMethodSnapshot,
}

fn read(row: &Row<'_>) -> Result<Attempt, DbError> {
    let currency: Currency = row.get("currency")?;
    let saved = row.get::<String>("source_kind")? == "saved";
    Ok(Attempt {
        id: row.get("id")?,
        key: row.get("attempt_key")?,
        order_id: row.get("order_id")?,
        gateway: row.get("gateway")?,
        amount: Money::new(row.get("amount")?, currency),
        state: State::read(&row.get::<String>("state")?),
        transaction_id: row.get("transaction_id")?,
        challenge: row.get("challenge")?,
        code: row.get("code")?,
        message: row.get("message")?,
        source_method: Some(row.get("source_method")?).filter(|_| saved),
        save_method: row.get("save_method")?,
        customer: row.get("customer")?,
        method_label: row.get("method_label")?,
        description: row.get("description")?,
        return_url: row.get("return_url")?,
        refunded: row.get("refunded")?,
        claimed_until: row.get("claimed_until")?,
        gateway_key: row.get::<Option<String>>("gateway_key")?,
    })
}

fn all(tx: &mut Tx, condition: &str, values: &[db::Param<'_>]) -> Result<Vec<Attempt>, Fault> {
    let text =
        format!("SELECT {COLUMNS} FROM {{p}}cartwright_payment_attempts WHERE {condition} ORDER BY id");
    Ok(tx.rows_text(&text, values, read)?)
}

pub(crate) fn by_key(tx: &mut Tx, key: &str) -> Result<Option<Attempt>, Fault> {
    Ok(all(tx, "attempt_key = ?", params![key])?.pop())
}

/// The attempt that its gateway knows by this key.
pub(crate) fn by_gateway_key(tx: &mut Tx, key: &str) -> Result<Option<Attempt>, Fault> {
    let found = all(tx, "gateway_key = ?", params![key])?.pop();
    match found {
        Some(attempt) => Ok(Some(attempt)),
        None => Ok(by_key(tx, key)?.filter(|attempt| attempt.gateway_key.is_none())),
    }
}

pub(crate) fn by_transaction(
    tx: &mut Tx,
    gateway: &str,
    transaction: &str,
) -> Result<Option<Attempt>, Fault> {
    if transaction.is_empty() {
        return Ok(None);
    }
    Ok(all(tx, "gateway = ? AND transaction_id = ?", params![gateway, transaction])?.pop())
}

/// Payments whose gateway names them so, and payments of the order itself.
pub(crate) fn captured(tx: &mut Tx, order: OrderId, transaction: &str) -> Result<Vec<Attempt>, Fault> {
    let condition = "state = 'succeeded' AND (order_id = ? OR (transaction_id = ? AND transaction_id <> ''))";
    all(tx, condition, params![order, transaction])
}

pub(crate) fn by_id(tx: &mut Tx, id: i64) -> Result<Option<Attempt>, Fault> {
    Ok(all(tx, "id = ?", params![id])?.pop())
}

/// Writes an attempt, held by `claim`. When a parallel caller has just written the key, the unit runs again.
pub(crate) fn insert(tx: &mut Tx, attempt: &NewAttempt, claim: &str) -> Result<(), Fault> {
    let now = tx.now();
    let kind = if attempt.source_method.is_some() { "saved" } else { "fresh" };
    let values = params![
        &attempt.key,
        attempt.order_id,
        &attempt.gateway,
        attempt.amount.minor(),
        attempt.amount.currency(),
        kind,
        attempt.source_method.as_deref().unwrap_or_default(),
        attempt.save_method,
        attempt.customer,
        &attempt.description,
        &attempt.return_url,
        claim,
        now.plus_seconds(CLAIM_SECONDS),
        gateway_key(tx),
        now,
        now
    ];
    tx.insert(&INSERT, values).map(|_| ()).map_err(|error| {
        if error.is_duplicate() {
            tx.run_again();
        }
        error.into()
    })
}

/// Sees to it that a key which nobody has begun is never begun. When a parallel caller has just begun it, the unit runs
/// again.
pub(crate) fn give_up(tx: &mut Tx, key: &str) -> Result<(), Fault> {
    let now = tx.now();
    let message = "The payment was given up before it was begun. Nothing was charged.";
    tx.insert(&GIVE_UP, params![key, message, false, now, now]).map(|_| ()).map_err(|error| {
        if error.is_duplicate() {
            tx.run_again();
        }
        error.into()
    })
}

/// Holds an unsettled attempt; false while another holds it.
pub(crate) fn claim(tx: &mut Tx, key: &str, claim: &str) -> Result<bool, Fault> {
    let now = tx.now();
    Ok(tx.execute(&CLAIM, params![claim, now.plus_seconds(CLAIM_SECONDS), key, now])? == 1)
}

pub(crate) fn release(tx: &mut Tx, key: &str, claim: &str) -> Result<(), Fault> {
    tx.execute(&RELEASE, params![key, claim])?;
    Ok(())
}

/// Records an answer; false when the attempt has come to its end before.
pub(crate) fn record(tx: &mut Tx, key: &str, recorded: &Recorded) -> Result<bool, Fault> {
    let now = tx.now();
    let word = recorded.state.word();
    let values = params![
        word,
        &recorded.transaction_id,
        &recorded.transaction_id,
        &recorded.challenge,
        &recorded.code,
        &recorded.message,
        recorded.saved_method.as_deref().unwrap_or_default(),
        &recorded.method_label,
        word,
        now,
        key,
        word
    ];
    Ok(tx.execute(&RECORD, values)? == 1)
}

/// Attempts after row `after` that nobody holds and that have not changed since `before`: row and key, at most 200.
pub(crate) fn unsettled(tx: &mut Tx, before: Moment, after: i64) -> Result<Vec<(i64, String)>, Fault> {
    let now = tx.now();
    Ok(tx
        .rows(&UNSETTLED, params![before, now, after], |row| Ok((row.get("id")?, row.get("attempt_key")?)))?)
}

pub(crate) fn keep_method(tx: &mut Tx, attempt: &Attempt, token: &str, label: &str) -> Result<(), Fault> {
    if tx.count(&HAS_METHOD, params![attempt.order_id, &attempt.gateway, token])? > 0 {
        return Ok(());
    }
    let now = tx.now();
    let values = params![attempt.order_id, attempt.customer, &attempt.gateway, token, label, now];
    tx.insert(&INSERT_METHOD, values)?;
    Ok(())
}

/// The newest method saved with the order.
pub(crate) fn method(tx: &mut Tx, order: OrderId) -> Result<Option<Method>, Fault> {
    Ok(tx.one(&METHOD, params![order], |row| {
        Ok(Method {
            token: row.get("token")?,
            snapshot: SavedMethodSnapshot { gateway: row.get("gateway")?, label: row.get("label")? },
        })
    })?)
}
