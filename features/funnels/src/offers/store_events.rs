//! The SQL of offer events.

use kernel::contracts::ocart::OfferEvent;
use kernel::ids::{FunnelId, OfferId, OrderId, StepId};
use kernel::{Fault, Money, hash};
use runtime::{Row, Sql, Tx, params};

const INSERT: Sql = Sql::pair(
    "INSERT OR IGNORE INTO {p}ocart_offer_events (offer_id, funnel_id, step_id, event_type, session_token, order_id, \
     child_order_id, idempotency_key, amount_minor, currency, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    "INSERT IGNORE INTO {p}ocart_offer_events (offer_id, funnel_id, step_id, event_type, session_token, order_id, \
     child_order_id, idempotency_key, amount_minor, currency, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
);
const BY_KEY: Sql = Sql::new(
    "SELECT id, offer_id, funnel_id, event_type, order_id, child_order_id, amount_minor, currency, created_at \
     FROM {p}ocart_offer_events WHERE idempotency_key = ?",
);
const CHOOSE: Sql = Sql::new(
    "UPDATE {p}ocart_offer_events SET event_type = ?, amount_minor = ?, currency = ?, created_at = ? \
     WHERE idempotency_key = ? AND order_id = 0",
);
const OF_CART: Sql = Sql::new(
    "SELECT id, offer_id, event_type FROM {p}ocart_offer_events WHERE session_token = ? AND order_id = 0 ORDER BY id",
);
const BIND: Sql = Sql::new(
    "UPDATE {p}ocart_offer_events SET order_id = ?, idempotency_key = ?, event_type = ?, amount_minor = ?, currency = ? \
     WHERE id = ? AND order_id = 0",
);
const FIGURES: Sql = Sql::new(
    "SELECT offer_id, event_type, COUNT(*) AS events, SUM(CASE WHEN order_id > 0 THEN amount_minor ELSE 0 END) AS amount, \
     SUM(CASE WHEN order_id > 0 THEN 1 ELSE 0 END) AS ordered FROM {p}ocart_offer_events WHERE funnel_id = ? \
     GROUP BY offer_id, event_type",
);

const FIGURES_OF_OFFER: Sql = Sql::new(
    "SELECT offer_id, event_type, COUNT(*) AS events, SUM(CASE WHEN order_id > 0 THEN amount_minor ELSE 0 END) AS amount, \
     SUM(CASE WHEN order_id > 0 THEN 1 ELSE 0 END) AS ordered FROM {p}ocart_offer_events WHERE offer_id = ? \
     GROUP BY offer_id, event_type",
);

/// An event to write; `subject` and `what` make its key.
#[derive(Debug, Clone)]
pub(crate) struct NewEvent<'a> {
    pub(crate) offer_id: OfferId,
    pub(crate) funnel_id: FunnelId,
    pub(crate) step_id: StepId,
    pub(crate) event_type: &'a str,
    pub(crate) session_token: &'a str,
    pub(crate) order_id: OrderId,
    pub(crate) child_order_id: OrderId,
    pub(crate) amount: Money,
}

/// A key in the form of a UUID that the same words always give.
pub(crate) fn key(words: &str) -> String {
    let digest = hash::sha256(words);
    let part = |from: usize, to: usize| digest.get(from..to).unwrap_or_default();
    format!("{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32))
}

fn event(row: &Row<'_>) -> Result<OfferEvent, db::DbError> {
    Ok(OfferEvent {
        id: row.get("id")?,
        offer_id: row.get("offer_id")?,
        funnel_id: row.get("funnel_id")?,
        event_type: row.get("event_type")?,
        order_id: row.get("order_id")?,
        child_order_id: row.get("child_order_id")?,
        amount_minor: row.get("amount_minor")?,
        currency: row.get("currency")?,
        created_at: row.get("created_at")?,
    })
}

/// Writes the event unless its key is there; gives the row and whether it is a fresh one.
pub(crate) fn insert(tx: &mut Tx, key: &str, fresh: &NewEvent) -> Result<(OfferEvent, bool), Fault> {
    let now = tx.now();
    let inserted = tx.execute(
        &INSERT,
        params![
            fresh.offer_id,
            fresh.funnel_id,
            fresh.step_id,
            fresh.event_type,
            fresh.session_token,
            fresh.order_id,
            fresh.child_order_id,
            key,
            fresh.amount.minor(),
            fresh.amount.currency(),
            now
        ],
    )?;
    let row =
        tx.one(&BY_KEY, params![key], event)?.ok_or_else(|| Fault::bug("an offer event is gone at once"))?;
    Ok((row, inserted == 1))
}

pub(crate) fn by_key(tx: &mut Tx, key: &str) -> Result<Option<OfferEvent>, Fault> {
    Ok(tx.one(&BY_KEY, params![key], event)?)
}

/// Changes a choice on a cart that is not an order yet.
pub(crate) fn choose(tx: &mut Tx, key: &str, event_type: &str, amount: Money) -> Result<(), Fault> {
    let now = tx.now();
    tx.execute(&CHOOSE, params![event_type, amount.minor(), amount.currency(), now, key])?;
    Ok(())
}

/// Events of a cart that belong to no order yet: id, offer, type.
pub(crate) fn of_cart(tx: &mut Tx, token: &str) -> Result<Vec<(i64, OfferId, String)>, Fault> {
    Ok(tx.rows(&OF_CART, params![token], |row| {
        Ok((row.get("id")?, row.get("offer_id")?, row.get("event_type")?))
    })?)
}

/// Ties a cart's event to the order it became; frees the cart's key for its next order.
pub(crate) fn bind(
    tx: &mut Tx,
    id: i64,
    order: OrderId,
    key: &str,
    event_type: &str,
    amount: Money,
) -> Result<(), Fault> {
    tx.execute(&BIND, params![order, key, event_type, amount.minor(), amount.currency(), id])?;
    Ok(())
}

/// Counts of one offer in a funnel.
#[derive(Debug, Clone)]
pub(crate) struct Figure {
    pub(crate) offer_id: OfferId,
    pub(crate) event_type: String,
    pub(crate) events: i64,
    pub(crate) ordered: i64,
    pub(crate) amount_minor: i64,
}

fn figure(row: &Row<'_>) -> Result<Figure, db::DbError> {
    Ok(Figure {
        offer_id: row.get("offer_id")?,
        event_type: row.get("event_type")?,
        events: row.get("events")?,
        ordered: row.get("ordered")?,
        amount_minor: row.get("amount")?,
    })
}

pub(crate) fn figures(tx: &mut Tx, funnel: FunnelId) -> Result<Vec<Figure>, Fault> {
    Ok(tx.rows(&FIGURES, params![funnel], figure)?)
}

/// Of one offer in all funnels.
pub(crate) fn figures_of_offer(tx: &mut Tx, offer: OfferId) -> Result<Vec<Figure>, Fault> {
    Ok(tx.rows(&FIGURES_OF_OFFER, params![offer], figure)?)
}
