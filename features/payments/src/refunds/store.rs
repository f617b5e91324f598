//! The SQL of refunds.

use db::{DbError, Row};
use kernel::{Currency, Fault, Moment, Money};
use runtime::{Sql, Tx, params};

use super::model::Refund;
use crate::charges::model::State;
use crate::charges::store::CLAIM_SECONDS;

const BY_KEY: Sql = Sql::new(
    "SELECT refund_key, order_id, attempt_id, amount, currency, state, gateway_refund_id, code, message, gateway_key \
     FROM {p}cartwright_payment_refunds WHERE refund_key = ?",
);
const INSERT: Sql = Sql::new(
    "INSERT INTO {p}cartwright_payment_refunds (refund_key, order_id, attempt_id, amount, currency, state, \
     gateway_refund_id, code, message, claimed_by, claimed_until, gateway_key, created_at, updated_at) \
     VALUES (?, ?, ?, ?, ?, 'open', '', '', '', ?, ?, ?, ?, ?)",
);
/// What could not reach the gateway may be asked again.
const CLAIM: Sql = Sql::new(
    "UPDATE {p}cartwright_payment_refunds SET claimed_by = ?, claimed_until = ? \
     WHERE refund_key = ? AND state IN ('open', 'unknown') AND (claimed_until IS NULL OR claimed_until < ?)",
);
const REOPEN: Sql = Sql::new(
    "UPDATE {p}cartwright_payment_refunds SET state = 'open', claimed_by = ?, claimed_until = ?, updated_at = ? \
     WHERE refund_key = ? AND state = 'down'",
);
const RECORD: Sql = Sql::new(
    "UPDATE {p}cartwright_payment_refunds SET state = ?, gateway_refund_id = ?, code = ?, message = ?, \
     claimed_until = NULL, updated_at = ? WHERE refund_key = ? AND state IN ('open', 'unknown')",
);
const UNSETTLED: Sql = Sql::new(
    "SELECT refund_key FROM {p}cartwright_payment_refunds WHERE state IN ('open', 'unknown') AND updated_at <= ? \
     AND (claimed_until IS NULL OR claimed_until < ?) ORDER BY updated_at, id LIMIT 500",
);
const COUNT_IN: Sql = Sql::new(
    "UPDATE {p}cartwright_payment_attempts SET refunded = refunded + ? \
     WHERE id = ? AND state = 'succeeded' AND refunded + ? <= amount",
);
const COUNT_OUT: Sql = Sql::new(
    "UPDATE {p}cartwright_payment_attempts SET refunded = refunded - ? WHERE id = ? AND refunded >= ?",
);

fn read(row: &Row<'_>) -> Result<Refund, DbError> {
    let currency: Currency = row.get("currency")?;
    Ok(Refund {
        key: row.get("refund_key")?,
        gateway_key: row.get("gateway_key")?,
        order_id: row.get("order_id")?,
        attempt_id: row.get("attempt_id")?,
        amount: Money::new(row.get("amount")?, currency),
        state: State::read(&row.get::<String>("state")?),
        gateway_refund_id: row.get("gateway_refund_id")?,
        code: row.get("code")?,
        message: row.get("message")?,
    })
}

pub(crate) fn by_key(tx: &mut Tx, key: &str) -> Result<Option<Refund>, Fault> {
    Ok(tx.one(&BY_KEY, params![key], read)?)
}

/// Counts the amount against the payment; false when too little is left of it.
pub(crate) fn count_in(tx: &mut Tx, attempt: i64, amount: Money) -> Result<bool, Fault> {
    Ok(tx.execute(&COUNT_IN, params![amount.minor(), attempt, amount.minor()])? == 1)
}

/// Frees the amount again.
pub(crate) fn count_out(tx: &mut Tx, attempt: i64, amount: Money) -> Result<bool, Fault> {
    Ok(tx.execute(&COUNT_OUT, params![amount.minor(), attempt, amount.minor()])? == 1)
}

/// Writes a refund, held by `claim`. When a parallel caller has just written the key, the unit runs again.
pub(crate) fn insert(tx: &mut Tx, refund: &Refund, claim: &str) -> Result<(), Fault> {
    let now = tx.now();
    let values = params![
        &refund.key,
        refund.order_id,
        refund.attempt_id,
        refund.amount.minor(),
        refund.amount.currency(),
        claim,
        now.plus_seconds(CLAIM_SECONDS),
        refund.gateway_key.as_deref(),
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

/// Holds a refund without an answer; false while another holds it.
pub(crate) fn claim(tx: &mut Tx, key: &str, claim: &str) -> Result<bool, Fault> {
    let now = tx.now();
    Ok(tx.execute(&CLAIM, params![claim, now.plus_seconds(CLAIM_SECONDS), key, now])? == 1)
}

/// Opens a refund again that could not reach the gateway; false when another has done so.
pub(crate) fn reopen(tx: &mut Tx, key: &str, claim: &str) -> Result<bool, Fault> {
    let now = tx.now();
    Ok(tx.execute(&REOPEN, params![claim, now.plus_seconds(CLAIM_SECONDS), now, key])? == 1)
}

/// Records an answer; false when the refund has come to its end before.
pub(crate) fn record(tx: &mut Tx, refund: &Refund) -> Result<bool, Fault> {
    let now = tx.now();
    let values = params![
        refund.state.word(),
        &refund.gateway_refund_id,
        &refund.code,
        &refund.message,
        now,
        &refund.key
    ];
    Ok(tx.execute(&RECORD, values)? == 1)
}

/// Keys of refunds that nobody holds and that have not changed since `before`.
pub(crate) fn unsettled(tx: &mut Tx, before: Moment) -> Result<Vec<String>, Fault> {
    let now = tx.now();
    Ok(tx.rows(&UNSETTLED, params![before, now], |row| row.get("refund_key"))?)
}
