//! SQL of `ocart_carts`.

use kernel::contracts::shop::CartSnapshot;
use kernel::ids::{CartId, OrderId};
use kernel::{Currency, Fault, Moment, Money};
use runtime::{Row, Sql, Tx, params};

use super::model::{ACTIVE, Cart, Totals};

// In the order in which `read` asks for them: a column that is where it is expected is not looked for.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT currency, id, session_token, email, phone, items, total, item_count, status, session_id, order_id, \
             created_at, updated_at, last_activity_at, snapshot_at, abandoned_at FROM {p}ocart_carts ",
            $rest
        )
    };
}

const BY_TOKEN: Sql = Sql::new(select!("WHERE session_token = ?"));
const BY_ID: Sql = Sql::new(select!("WHERE id = ?"));
const INSERT: Sql = Sql::new(
    "INSERT INTO {p}ocart_carts (session_token, email, email_hash, phone, items, totals, total, currency, item_count, \
     status, session_id, order_id, created_at, updated_at, last_activity_at, snapshot_at) \
     VALUES (?, '', '', '', ?, ?, ?, ?, ?, 'active', 0, 0, ?, ?, ?, ?)",
);
// Takes the row's lock on MariaDB, so that what is read next stays true until the commit.
const LOCK: Sql = Sql::new("UPDATE {p}ocart_carts SET item_count = item_count WHERE session_token = ?");
const TAKE_OVER: Sql = Sql::new(
    "UPDATE {p}ocart_carts SET items = ?, totals = ?, total = ?, currency = ?, item_count = ?, status = ?, \
     updated_at = ?, last_activity_at = ?, snapshot_at = ? WHERE id = ?",
);
const START_OVER: Sql = Sql::new(
    "UPDATE {p}ocart_carts SET email = '', email_hash = '', phone = '', session_id = 0, order_id = 0, \
     abandoned_at = NULL, created_at = ? WHERE id = ?",
);
const SET_CONTACT: Sql = Sql::new(
    "UPDATE {p}ocart_carts SET email = ?, email_hash = ?, phone = ?, session_id = ?, updated_at = ? WHERE id = ?",
);
const ABANDON: Sql =
    Sql::new("UPDATE {p}ocart_carts SET status = 'abandoned', abandoned_at = ?, updated_at = ? WHERE id = ?");
const CONVERT: Sql =
    Sql::new("UPDATE {p}ocart_carts SET status = 'converted', order_id = ?, updated_at = ? WHERE id = ?");
const IDLE: Sql = Sql::new(
    "SELECT id FROM {p}ocart_carts WHERE status = 'active' AND last_activity_at <= ? AND item_count > 0 \
     ORDER BY last_activity_at LIMIT 100",
);
const EXPIRE: Sql = Sql::new(
    "UPDATE {p}ocart_carts SET status = 'expired' WHERE status IN ('active', 'abandoned') AND last_activity_at < ?",
);
const PRUNE: Sql = Sql::new("DELETE FROM {p}ocart_carts WHERE updated_at < ?");
const RENEW: Sql = Sql::new("UPDATE {p}ocart_carts SET session_token = ? WHERE session_token = ?");
const FORGET_PERSON: Sql =
    Sql::new("UPDATE {p}ocart_carts SET email = '', email_hash = '', phone = '' WHERE email_hash = ?");
const FORGET_SESSION: Sql =
    Sql::new("UPDATE {p}ocart_carts SET email = '', email_hash = '', phone = '' WHERE session_id = ?");

fn read(row: &Row) -> Result<Cart, db::DbError> {
    let currency: Currency = row.get("currency")?;
    Ok(Cart {
        id: row.get("id")?,
        session_token: row.get("session_token")?,
        email: row.get("email")?,
        phone: row.get("phone")?,
        items: row.get("items")?,
        total: Money::new(row.get("total")?, currency),
        item_count: row.get("item_count")?,
        status: row.get("status")?,
        session_id: row.get("session_id")?,
        order_id: row.get("order_id")?,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
        last_activity_at: row.get("last_activity_at")?,
        snapshot_at: row.get("snapshot_at")?,
        abandoned_at: row.get("abandoned_at")?,
    })
}

/// A cart by its token, its row locked.
pub(crate) fn by_token(tx: &mut Tx, token: &str) -> Result<Option<Cart>, Fault> {
    tx.execute(&LOCK, params![token])?;
    Ok(tx.one(&BY_TOKEN, params![token], read)?)
}

pub(crate) fn by_id(tx: &mut Tx, id: CartId) -> Result<Option<Cart>, Fault> {
    Ok(tx.one(&BY_ID, params![id], read)?)
}

pub(crate) fn insert(tx: &mut Tx, cart: &CartSnapshot, at: Moment) -> Result<CartId, Fault> {
    let (items, totals) = (kernel::json::to_text(&cart.lines), kernel::json::to_text(&Totals::of(cart)));
    let inserted = tx.insert(
        &INSERT,
        params![
            &cart.token,
            items,
            totals,
            cart.total.minor(),
            cart.currency,
            cart.item_count,
            at,
            at,
            at,
            at
        ],
    );
    // Two announcements of a fresh cart at once: the second one finds the row of the first.
    if inserted.as_ref().is_err_and(db::DbError::is_duplicate) {
        tx.run_again();
    }
    Ok(CartId(inserted?))
}

/// Writes the shop's cart into a row whose lock is held; gives the row as it is then.
pub(crate) fn take_over(tx: &mut Tx, known: Cart, cart: &CartSnapshot, at: Moment) -> Result<Cart, Fault> {
    let totals = kernel::json::to_text(&Totals::of(cart));
    let after = Cart {
        items: kernel::json::to_text(&cart.lines),
        total: cart.total,
        item_count: cart.item_count,
        status: ACTIVE.to_owned(),
        updated_at: tx.now(),
        last_activity_at: at,
        snapshot_at: at,
        ..known
    };
    tx.execute(
        &TAKE_OVER,
        params![
            &after.items,
            totals,
            after.total.minor(),
            after.total.currency(),
            after.item_count,
            &after.status,
            after.updated_at,
            after.last_activity_at,
            after.snapshot_at,
            after.id
        ],
    )?;
    Ok(after)
}

pub(crate) fn start_over(tx: &mut Tx, id: CartId, at: Moment) -> Result<(), Fault> {
    tx.execute(&START_OVER, params![at, id])?;
    Ok(())
}

pub(crate) fn set_contact(tx: &mut Tx, cart: &Cart) -> Result<(), Fault> {
    let hash = if cart.email.is_empty() { String::new() } else { kernel::text::email_hash(&cart.email) };
    let now = tx.now();
    tx.execute(&SET_CONTACT, params![&cart.email, hash, &cart.phone, cart.session_id, now, cart.id])?;
    Ok(())
}

pub(crate) fn abandon(tx: &mut Tx, id: CartId) -> Result<(), Fault> {
    let now = tx.now();
    tx.execute(&ABANDON, params![now, now, id])?;
    Ok(())
}

pub(crate) fn convert(tx: &mut Tx, id: CartId, order_id: OrderId) -> Result<(), Fault> {
    let now = tx.now();
    tx.execute(&CONVERT, params![order_id, now, id])?;
    Ok(())
}

/// Active carts without activity since then, at most 100.
pub(crate) fn idle(tx: &mut Tx, since: Moment) -> Result<Vec<CartId>, Fault> {
    Ok(tx.rows(&IDLE, params![since], |row| row.get("id"))?)
}

/// Marks carts expired that nobody has touched since then.
pub(crate) fn expire(tx: &mut Tx, before: Moment) -> Result<u64, Fault> {
    Ok(tx.execute(&EXPIRE, params![before])?)
}

pub(crate) fn prune(tx: &mut Tx, before: Moment) -> Result<u64, Fault> {
    Ok(tx.execute(&PRUNE, params![before])?)
}

/// Takes the address of a session that is withdrawn or erased out of its cart.
pub(crate) fn forget_session(tx: &mut Tx, session_id: i64) -> Result<(), Fault> {
    tx.execute(&FORGET_SESSION, params![session_id])?;
    Ok(())
}

/// A cart goes on under another token, unless it has a row there already.
pub(crate) fn renew(tx: &mut Tx, from: &str, to: &str) -> Result<(), Fault> {
    if by_token(tx, to)?.is_none() {
        tx.execute(&RENEW, params![to, from])?;
    }
    Ok(())
}

/// Takes an address out of every cart it was left with.
pub(crate) fn forget_person(tx: &mut Tx, email_hash: &str) -> Result<(), Fault> {
    tx.execute(&FORGET_PERSON, params![email_hash])?;
    Ok(())
}

/// Carts of a status changed since then, newest first.
pub(crate) fn list(
    tx: &mut Tx,
    status: Option<&str>,
    since: Option<Moment>,
    limit: i64,
) -> Result<Vec<Cart>, Fault> {
    let mut text = select!("WHERE 1 = 1").to_owned();
    let mut values = Vec::new();
    if let Some(status) = status {
        text.push_str(" AND status = ?");
        values.push(db::Param::from(status));
    }
    if let Some(since) = since {
        text.push_str(" AND updated_at >= ?");
        values.push(db::Param::from(since));
    }
    text.push_str(" ORDER BY id DESC LIMIT ?");
    values.push(db::Param::from(limit));
    Ok(tx.rows_text(&text, &values, read)?)
}
