//! The SQL of upsell attempts and answers.

use kernel::contracts::ocart::OfferEvent;
use kernel::ids::{OfferId, OrderId, ProductId};
use kernel::{Fault, Moment, Money};
use runtime::ports::AddToCart;
use runtime::{Row, Sql, Tx, params};

use super::model::{Attempt, AttemptState};
use crate::offers::store_events::{self, NewEvent, key};

const INSERT: Sql = Sql::new(
    "INSERT INTO {p}cartwright_upsell_attempts (attempt_key, order_id, offer_id, step_id, funnel_id, attempt, state, \
     product_id, variation_id, quantity, unit_price, amount_minor, currency, transaction_id, child_order_id, challenge, \
     message, held_until, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, 'open', ?, ?, ?, ?, ?, ?, '', 0, '', '', NULL, ?, ?)",
);
const OF_OFFER: Sql = Sql::new(
    "SELECT attempt_key, order_id, offer_id, step_id, funnel_id, attempt, state, product_id, variation_id, quantity, \
     unit_price, amount_minor, currency, child_order_id, challenge, message FROM {p}cartwright_upsell_attempts \
     WHERE order_id = ? AND offer_id = ? ORDER BY attempt",
);
const BY_KEY: Sql = Sql::new(
    "SELECT attempt_key, order_id, offer_id, step_id, funnel_id, attempt, state, product_id, variation_id, quantity, \
     unit_price, amount_minor, currency, child_order_id, challenge, message FROM {p}cartwright_upsell_attempts \
     WHERE attempt_key = ?",
);
const UNSETTLED: Sql = Sql::new(
    "SELECT attempt_key FROM {p}cartwright_upsell_attempts WHERE state IN ('open', 'requires_action') \
     AND updated_at <= ? AND (held_until IS NULL OR held_until < ?) ORDER BY updated_at, id LIMIT 200",
);
const CLAIM: Sql = Sql::new(
    "UPDATE {p}cartwright_upsell_attempts SET held_until = ? WHERE attempt_key = ? \
     AND state IN ('open', 'requires_action') AND (held_until IS NULL OR held_until < ?)",
);
const RELEASE: Sql = Sql::new(
    "UPDATE {p}cartwright_upsell_attempts SET held_until = NULL, updated_at = ? WHERE attempt_key = ? \
     AND state IN ('open', 'requires_action')",
);
const CHALLENGE: Sql = Sql::new(
    "UPDATE {p}cartwright_upsell_attempts SET state = 'requires_action', challenge = ?, held_until = NULL, updated_at = ? \
     WHERE attempt_key = ? AND state IN ('open', 'requires_action')",
);
const SUCCEED: Sql = Sql::new(
    "UPDATE {p}cartwright_upsell_attempts SET state = 'succeeded', transaction_id = ?, child_order_id = ?, challenge = '', \
     message = '', held_until = NULL, updated_at = ? WHERE attempt_key = ? AND state <> 'succeeded'",
);
const FAIL: Sql = Sql::new(
    "UPDATE {p}cartwright_upsell_attempts SET state = 'failed', message = ?, challenge = '', held_until = NULL, \
     updated_at = ? WHERE attempt_key = ? AND state IN ('open', 'requires_action')",
);
const ANSWER: Sql = Sql::new(
    "UPDATE {p}ocart_offer_events SET event_type = ?, child_order_id = ?, amount_minor = ?, currency = ?, created_at = ? \
     WHERE idempotency_key = ? AND event_type <> 'accepted'",
);

const QUOTED: Sql = Sql::new(
    "SELECT amount_minor, currency FROM {p}cartwright_upsell_quotes WHERE order_id = ? AND offer_id = ?",
);
const QUOTE: Sql = Sql::pair(
    "INSERT INTO {p}cartwright_upsell_quotes (order_id, offer_id, amount_minor, currency) VALUES (?, ?, ?, ?) \
     ON CONFLICT (order_id, offer_id) DO UPDATE SET amount_minor = excluded.amount_minor, currency = excluded.currency",
    "INSERT INTO {p}cartwright_upsell_quotes (order_id, offer_id, amount_minor, currency) VALUES (?, ?, ?, ?) \
     ON DUPLICATE KEY UPDATE amount_minor = VALUES(amount_minor), currency = VALUES(currency)",
);

fn attempt(row: &Row<'_>) -> Result<Attempt, db::DbError> {
    let word: String = row.get("state")?;
    Ok(Attempt {
        key: row.get("attempt_key")?,
        order_id: row.get("order_id")?,
        offer_id: row.get("offer_id")?,
        step_id: row.get("step_id")?,
        funnel_id: row.get("funnel_id")?,
        attempt: row.get("attempt")?,
        state: AttemptState::parse(&word)
            .ok_or_else(|| db::DbError::Column { column: "state".to_owned(), problem: word })?,
        product: AddToCart {
            product_id: row.get::<ProductId>("product_id")?,
            variation_id: row.get("variation_id")?,
            quantity: row.get("quantity")?,
            variation: Vec::new(),
        },
        unit_price: row.get("unit_price")?,
        amount: Money::new(row.get("amount_minor")?, row.get("currency")?),
        child_order_id: row.get("child_order_id")?,
        challenge: row.get("challenge")?,
        message: row.get("message")?,
    })
}

/// Writes an attempt; when a parallel one of the same number was first, the unit is run again and finds that one.
pub(crate) fn insert(tx: &mut Tx, fresh: &Attempt) -> Result<(), Fault> {
    let now = tx.now();
    let inserted = tx.insert(
        &INSERT,
        params![
            &fresh.key,
            fresh.order_id,
            fresh.offer_id,
            fresh.step_id,
            fresh.funnel_id,
            fresh.attempt,
            fresh.product.product_id,
            fresh.product.variation_id,
            fresh.product.quantity,
            fresh.unit_price,
            fresh.amount.minor(),
            fresh.amount.currency(),
            now,
            now
        ],
    );
    match inserted {
        Ok(_) => Ok(()),
        Err(error) => {
            if error.is_duplicate() {
                tx.run_again();
            }
            Err(error.into())
        }
    }
}

pub(crate) fn of_offer(tx: &mut Tx, order: OrderId, offer: OfferId) -> Result<Vec<Attempt>, Fault> {
    Ok(tx.rows(&OF_OFFER, params![order, offer], attempt)?)
}

pub(crate) fn by_key(tx: &mut Tx, key: &str) -> Result<Option<Attempt>, Fault> {
    Ok(tx.one(&BY_KEY, params![key], attempt)?)
}

/// Attempts without an outcome that nobody works on and that have rested since `before`.
pub(crate) fn unsettled(tx: &mut Tx, before: Moment) -> Result<Vec<String>, Fault> {
    let now = tx.now();
    Ok(tx.rows(&UNSETTLED, params![before, now], |row| row.get("attempt_key"))?)
}

/// Takes an unsettled attempt in hand for so many seconds.
pub(crate) fn claim(tx: &mut Tx, key: &str, seconds: i64) -> Result<bool, Fault> {
    let now = tx.now();
    Ok(tx.execute(&CLAIM, params![now.plus_seconds(seconds), key, now])? == 1)
}

pub(crate) fn release(tx: &mut Tx, key: &str) -> Result<(), Fault> {
    let now = tx.now();
    tx.execute(&RELEASE, params![now, key])?;
    Ok(())
}

pub(crate) fn challenge(tx: &mut Tx, key: &str, address: &str) -> Result<(), Fault> {
    let now = tx.now();
    tx.execute(&CHALLENGE, params![address, now, key])?;
    Ok(())
}

/// False when it was recorded before.
pub(crate) fn succeed(tx: &mut Tx, key: &str, transaction_id: &str, child: OrderId) -> Result<bool, Fault> {
    let now = tx.now();
    Ok(tx.execute(&SUCCEED, params![transaction_id, child, now, key])? == 1)
}

/// False when it has an outcome already.
pub(crate) fn fail(tx: &mut Tx, key: &str, message: &str) -> Result<bool, Fault> {
    let now = tx.now();
    let message: String = message.chars().take(400).collect();
    Ok(tx.execute(&FAIL, params![message, now, key])? == 1)
}

/// The key of an order's answer to an offer.
fn answer_key(order: OrderId, offer: OfferId) -> String {
    key(&format!("upsell:answer:{order}:{offer}"))
}

/// Writes an order's answer to an offer: one row, and `accepted` stays. Gives the row and whether it changed.
pub(crate) fn answer(tx: &mut Tx, answer: &NewEvent) -> Result<(OfferEvent, bool), Fault> {
    let key = answer_key(answer.order_id, answer.offer_id);
    let before = store_events::by_key(tx, &key)?.map(|event| event.event_type);
    let (event, is_fresh) = store_events::insert(tx, &key, answer)?;
    if is_fresh || before.as_deref() == Some("accepted") || before.as_deref() == Some(answer.event_type) {
        return Ok((event, is_fresh));
    }
    let now = tx.now();
    tx.execute(
        &ANSWER,
        params![
            answer.event_type,
            answer.child_order_id,
            answer.amount.minor(),
            answer.amount.currency(),
            now,
            &key
        ],
    )?;
    Ok((store_events::by_key(tx, &key)?.unwrap_or(event), true))
}

/// Records that the offer was shown to the buyer: once.
pub(crate) fn show(tx: &mut Tx, shown: &NewEvent) -> Result<(), Fault> {
    let key = key(&format!("upsell:shown:{}:{}", shown.order_id, shown.offer_id));
    if store_events::by_key(tx, &key)?.is_none() {
        store_events::insert(tx, &key, shown)?;
    }
    Ok(())
}

/// The order's answer so far.
pub(crate) fn answered(tx: &mut Tx, order: OrderId, offer: OfferId) -> Result<Option<OfferEvent>, Fault> {
    store_events::by_key(tx, &answer_key(order, offer))
}

/// What the buyer was shown last that the offer comes to.
pub(crate) fn quoted(tx: &mut Tx, order: OrderId, offer: OfferId) -> Result<Option<Money>, Fault> {
    Ok(tx.one(&QUOTED, params![order, offer], |row| {
        Ok(Money::new(row.get("amount_minor")?, row.get("currency")?))
    })?)
}

/// Remembers what the buyer is shown.
pub(crate) fn quote(tx: &mut Tx, order: OrderId, offer: OfferId, total: Money) -> Result<(), Fault> {
    if quoted(tx, order, offer)? != Some(total) {
        tx.execute(&QUOTE, params![order, offer, total.minor(), total.currency()])?;
    }
    Ok(())
}
