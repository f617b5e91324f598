//! SQL of order facts and attributions.

use kernel::contracts::shop::OrderSnapshot;
use kernel::ids::{OrderId, RunId};
use kernel::{Fault, Moment, Money};
use runtime::{Sql, Tx, params};

use super::rules;

const ADD_FACT: Sql = Sql::pair(
    "INSERT OR IGNORE INTO {p}cartwright_order_facts (order_id, parent_id, version, status, qualifying, email_hash, \
     cart_token, total, refunded, currency, placed_at) VALUES (?, ?, -1, '', 0, '', '', 0, 0, ?, ?)",
    "INSERT IGNORE INTO {p}cartwright_order_facts (order_id, parent_id, version, status, qualifying, email_hash, \
     cart_token, total, refunded, currency, placed_at) VALUES (?, ?, -1, '', 0, '', '', 0, 0, ?, ?)",
);
// Also takes the row's lock, so that the question after it and the answer stay together.
const LOCK_FACT: Sql = Sql::new("UPDATE {p}cartwright_order_facts SET version = version WHERE order_id = ?");
const FACT: Sql = Sql::new("SELECT version, qualifying FROM {p}cartwright_order_facts WHERE order_id = ?");
const SAVE_FACT: Sql = Sql::new(
    "UPDATE {p}cartwright_order_facts SET version = ?, status = ?, qualifying = ?, email_hash = ?, cart_token = ?, \
     total = ?, refunded = ?, currency = ?, placed_at = ? WHERE order_id = ?",
);
const HAS_ORDERED: Sql = Sql::new(
    "SELECT COUNT(*) FROM {p}cartwright_order_facts WHERE email_hash = ? AND qualifying = 1 AND placed_at >= ?",
);
const ORDER_OF_CART: Sql = Sql::new(
    "SELECT order_id FROM {p}cartwright_order_facts WHERE cart_token = ? AND qualifying = 1 AND parent_id = 0 \
     AND placed_at >= ? ORDER BY placed_at, order_id LIMIT 1",
);
const LAST_OF_CART: Sql = Sql::new(
    "SELECT COALESCE(MAX(order_id), 0) FROM {p}cartwright_order_facts WHERE cart_token = ? AND cart_token <> ''",
);
const REMEMBER_ORDERS: Sql = Sql::new("UPDATE {p}cartwright_sessions SET orders_before = ? WHERE id = ?");
const ORDERS_BEFORE: Sql =
    Sql::new("SELECT COALESCE(orders_before, 0) FROM {p}cartwright_sessions WHERE id = ?");
const BECAME_ORDER: Sql = Sql::new(
    "SELECT COUNT(*) FROM {p}cartwright_order_facts WHERE cart_token = ? AND cart_token <> '' AND qualifying = 1 \
     AND parent_id = 0 AND order_id > ?",
);
const ADD: Sql = Sql::new(
    "INSERT INTO {p}cartwright_attributions (session_id, order_id, run_id, message_id, tier, gross, refunded, currency, \
     created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
);
const OF_ORDER: Sql = Sql::new("SELECT * FROM {p}cartwright_attributions WHERE order_id = ?");
const OF_SESSION: Sql =
    Sql::new("SELECT * FROM {p}cartwright_attributions WHERE session_id = ? ORDER BY id LIMIT 1");
const SET_REFUNDED: Sql = Sql::new("UPDATE {p}cartwright_attributions SET refunded = ? WHERE order_id = ?");

/// What was known of an order before: whether it counted. None when the announcement is an old one.
pub(crate) fn take_fact(tx: &mut Tx, order: &OrderSnapshot) -> Result<Option<bool>, Fault> {
    let at = rules::placed_at(order);
    tx.execute(&ADD_FACT, params![order.id, order.parent_id, order.currency, at])?;
    tx.execute(&LOCK_FACT, params![order.id])?;
    let known = tx.one(&FACT, params![order.id], |row| {
        Ok((row.get::<i64>("version")?, row.get::<bool>("qualifying")?))
    })?;
    let (version, counted) = known.unwrap_or((-1, false));
    if order.version <= version {
        return Ok(None);
    }
    let hash = if order.billing_email.is_empty() {
        String::new()
    } else {
        kernel::text::email_hash(&order.billing_email)
    };
    tx.execute(
        &SAVE_FACT,
        params![
            order.version,
            &order.status,
            rules::qualifies(&order.status),
            hash,
            &order.cart_token,
            order.total.minor(),
            order.refunded_total.minor(),
            order.currency,
            at,
            order.id
        ],
    )?;
    Ok(Some(counted))
}

/// Has this address an order that counts since then, or at the same time by another server's clock?
pub(crate) fn has_ordered(tx: &mut Tx, email_hash: &str, since: Moment) -> Result<bool, Fault> {
    let since = since.plus_seconds(-rules::CLOCKS_DIFFER);
    Ok(tx.count(&HAS_ORDERED, params![email_hash, since])? > 0)
}

/// Remembers which orders a session's cart had become before the session began.
pub(crate) fn remember_orders(tx: &mut Tx, session_id: i64, cart_token: &str) -> Result<(), Fault> {
    let last = tx.count(&LAST_OF_CART, params![cart_token])?;
    tx.execute(&REMEMBER_ORDERS, params![last, session_id])?;
    Ok(())
}

/// The last order of the session's cart from before the session.
pub(crate) fn orders_before(tx: &mut Tx, session_id: i64) -> Result<i64, Fault> {
    Ok(tx.count(&ORDERS_BEFORE, params![session_id])?)
}

/// Has the session's cart become an order? By the cart's token and the order of orders, not by any clock.
pub(crate) fn became_order(tx: &mut Tx, session_id: i64, cart_token: &str) -> Result<bool, Fault> {
    let before = orders_before(tx, session_id)?;
    Ok(tx.count(&BECAME_ORDER, params![cart_token, before])? > 0)
}

/// The order that a cart became since then.
pub(crate) fn order_of_cart(tx: &mut Tx, token: &str, since: Moment) -> Result<Option<OrderId>, Fault> {
    Ok(tx.one(&ORDER_OF_CART, params![token, since], |row| row.get("order_id"))?)
}

/// A row of `cartwright_attributions`.
#[derive(Debug, Clone)]
pub(crate) struct Attribution {
    pub(crate) session_id: i64,
    pub(crate) order_id: OrderId,
    pub(crate) run_id: RunId,
    pub(crate) message_id: i64,
    pub(crate) tier: String,
    pub(crate) gross: Money,
    pub(crate) refunded: Money,
}

fn read(row: &runtime::Row) -> Result<Attribution, db::DbError> {
    let currency = row.get("currency")?;
    Ok(Attribution {
        session_id: row.get("session_id")?,
        order_id: row.get("order_id")?,
        run_id: row.get("run_id")?,
        message_id: row.get("message_id")?,
        tier: row.get("tier")?,
        gross: Money::new(row.get("gross")?, currency),
        refunded: Money::new(row.get("refunded")?, currency),
    })
}

pub(crate) fn add(tx: &mut Tx, attribution: &Attribution) -> Result<(), Fault> {
    let now = tx.now();
    tx.insert(
        &ADD,
        params![
            attribution.session_id,
            attribution.order_id,
            attribution.run_id,
            attribution.message_id,
            &attribution.tier,
            attribution.gross.minor(),
            attribution.refunded.minor(),
            attribution.gross.currency(),
            now
        ],
    )?;
    Ok(())
}

pub(crate) fn of_order(tx: &mut Tx, order_id: OrderId) -> Result<Option<Attribution>, Fault> {
    Ok(tx.one(&OF_ORDER, params![order_id], read)?)
}

pub(crate) fn of_session(tx: &mut Tx, session_id: i64) -> Result<Option<Attribution>, Fault> {
    Ok(tx.one(&OF_SESSION, params![session_id], read)?)
}

pub(crate) fn set_refunded(tx: &mut Tx, order_id: OrderId, refunded: Money) -> Result<(), Fault> {
    tx.execute(&SET_REFUNDED, params![refunded.minor(), order_id])?;
    Ok(())
}
