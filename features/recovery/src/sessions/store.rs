//! SQL of sessions.

use kernel::contracts::shop::CartSnapshot;
use kernel::{Currency, Fault, Moment, Money};
use runtime::{Enqueue, Row, Sql, Tx, params};

use super::jobs::ProjectSession;
use super::model::{RestoreResult, Session};

// In the order in which `read` asks for them: a column that is where it is expected is not looked for.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT currency, id, version, cart_id, cart_token, email, email_hash, phone, state, close_reason, source, funnel, \
             consent, consent_text, consent_at, fingerprint, cart_total, cart_item_count, captured_at, last_activity_at, \
             abandoned_at, closed_at, closed_order_id, recovered_at, recovered_order_id, recovered_revenue, \
             restore_clicked_at, restore_result, coupon_code, coupon_expires_at, updated_at, cart_snapshot \
             FROM {p}cartwright_sessions ",
            $rest
        )
    };
}

const BY_ID: Sql = Sql::new(select!("WHERE id = ?"));
const OPEN_BY_CART: Sql =
    Sql::new(select!("WHERE cart_token = ? AND state IN ('captured', 'abandoned') ORDER BY id DESC LIMIT 1"));
const OPEN_BY_EMAIL: Sql = Sql::new(select!(
    "WHERE email_hash = ? AND state IN ('captured', 'abandoned') ORDER BY id DESC LIMIT 100"
));
const ALL_BY_EMAIL: Sql = Sql::new(select!("WHERE email_hash = ? ORDER BY id DESC LIMIT 500"));
const INSERT: Sql = Sql::new(
    "INSERT INTO {p}cartwright_sessions (version, cart_id, cart_token, email, email_hash, phone, state, close_reason, \
     source, funnel, consent, consent_text, consent_at, cart_hash, fingerprint, cart_total, currency, cart_item_count, \
     cart_snapshot, captured_at, last_activity_at, closed_order_id, recovered_order_id, recovered_revenue, \
     restore_result, coupon_code, updated_at) \
     VALUES (0, ?, ?, ?, ?, ?, 'captured', '', ?, ?, ?, ?, ?, '', '', 0, ?, 0, '{}', ?, ?, 0, 0, 0, '', '', ?)",
);
const SAVE: Sql = Sql::new(
    "UPDATE {p}cartwright_sessions SET version = version + 1, cart_id = ?, cart_token = ?, email = ?, email_hash = ?, \
     phone = ?, state = ?, close_reason = ?, source = ?, funnel = ?, consent = ?, consent_text = ?, consent_at = ?, \
     cart_hash = ?, fingerprint = ?, cart_total = ?, currency = ?, cart_item_count = ?, cart_snapshot = ?, \
     last_activity_at = ?, abandoned_at = ?, closed_at = ?, closed_order_id = ?, recovered_at = ?, \
     recovered_order_id = ?, recovered_revenue = ?, restore_clicked_at = ?, restore_result = ?, coupon_code = ?, \
     coupon_expires_at = ?, updated_at = ? WHERE id = ? AND version = ?",
);
const DELETE: Sql = Sql::new("DELETE FROM {p}cartwright_sessions WHERE id = ?");
const PAST: Sql =
    Sql::new("SELECT id FROM {p}cartwright_sessions WHERE last_activity_at < ? ORDER BY id LIMIT 100");

pub(crate) fn read(row: &Row) -> Result<Session, db::DbError> {
    let mut session = read_without_cart(row)?;
    if let Ok(cart) = kernel::json::from_text(&row.get::<String>("cart_snapshot")?) {
        session.cart = cart;
    }
    Ok(session)
}

fn read_without_cart(row: &Row) -> Result<Session, db::DbError> {
    let currency: Currency = row.get("currency")?;
    Ok(Session {
        id: row.get("id")?,
        version: row.get("version")?,
        cart_id: row.get("cart_id")?,
        cart_token: row.get("cart_token")?,
        email: row.get("email")?,
        email_hash: row.get("email_hash")?,
        phone: row.get("phone")?,
        state: row.get("state")?,
        close_reason: row.get("close_reason")?,
        source: row.get("source")?,
        funnel: row.get("funnel")?,
        consent: row.get("consent")?,
        consent_text: row.get("consent_text")?,
        consent_at: row.get("consent_at")?,
        fingerprint: row.get("fingerprint")?,
        total: Money::new(row.get("cart_total")?, currency),
        item_count: row.get("cart_item_count")?,
        cart: empty_cart(currency),
        captured_at: row.get("captured_at")?,
        last_activity_at: row.get("last_activity_at")?,
        abandoned_at: row.get("abandoned_at")?,
        closed_at: row.get("closed_at")?,
        closed_order_id: row.get("closed_order_id")?,
        recovered_at: row.get("recovered_at")?,
        recovered_order_id: row.get("recovered_order_id")?,
        recovered_revenue: Money::new(row.get("recovered_revenue")?, currency),
        restore_clicked_at: row.get("restore_clicked_at")?,
        restore_result: restored(&row.get::<String>("restore_result")?),
        coupon_code: row.get("coupon_code")?,
        coupon_expires_at: row.get("coupon_expires_at")?,
        updated_at: row.get("updated_at")?,
    })
}

fn restored(text: &str) -> Option<RestoreResult> {
    if text.is_empty() { None } else { kernel::json::from_text(text).ok() }
}

fn empty_cart(currency: Currency) -> CartSnapshot {
    let nothing = Money::zero(currency);
    CartSnapshot {
        token: String::new(),
        customer_id: kernel::ids::UserId(0),
        lines: Vec::new(),
        coupon_codes: Vec::new(),
        currency,
        subtotal: nothing,
        discount_total: nothing,
        shipping_total: nothing,
        total_tax: nothing,
        total: nothing,
        item_count: 0,
        needs_shipping: false,
        hash: String::new(),
        notices: Vec::new(),
    }
}

pub(crate) fn by_id(tx: &mut Tx, id: i64) -> Result<Option<Session>, Fault> {
    Ok(tx.one(&BY_ID, params![id], read)?)
}

/// A session, or 404.
pub(crate) fn get(tx: &mut Tx, id: i64) -> Result<Session, Fault> {
    by_id(tx, id)?.ok_or_else(|| Fault::not_found("session"))
}

pub(crate) fn open_by_cart(tx: &mut Tx, token: &str) -> Result<Option<Session>, Fault> {
    Ok(tx.one(&OPEN_BY_CART, params![token], read)?)
}

/// As [`open_by_cart`], for whoever puts another cart in before he saves: `cart` is empty, what was saved is not read.
pub(crate) fn open_without_cart(tx: &mut Tx, token: &str) -> Result<Option<Session>, Fault> {
    Ok(tx.one(&OPEN_BY_CART, params![token], read_without_cart)?)
}

/// Open sessions of an address, newest first.
pub(crate) fn open_by_email(tx: &mut Tx, email_hash: &str) -> Result<Vec<Session>, Fault> {
    Ok(tx.rows(&OPEN_BY_EMAIL, params![email_hash], read)?)
}

/// All sessions of an address, newest first.
pub(crate) fn all_by_email(tx: &mut Tx, email_hash: &str) -> Result<Vec<Session>, Fault> {
    Ok(tx.rows(&ALL_BY_EMAIL, params![email_hash], read)?)
}

/// Inserts the bare session; its cart comes with [`save`].
pub(crate) fn insert(tx: &mut Tx, session: &Session) -> Result<i64, Fault> {
    Ok(tx.insert(
        &INSERT,
        params![
            session.cart_id,
            &session.cart_token,
            &session.email,
            &session.email_hash,
            &session.phone,
            &session.source,
            &session.funnel,
            session.consent,
            &session.consent_text,
            session.consent_at,
            session.total.currency(),
            session.captured_at,
            session.last_activity_at,
            session.updated_at
        ],
    )?)
}

/// Writes the session back, one version on, and has the order list follow. A parallel change makes the unit run again.
pub(crate) fn save(tx: &mut Tx, session: &mut Session) -> Result<(), Fault> {
    session.updated_at = tx.now();
    let restored = session.restore_result.as_ref().map(kernel::json::to_text).unwrap_or_default();
    let changed = tx.execute(
        &SAVE,
        params![
            session.cart_id,
            &session.cart_token,
            &session.email,
            &session.email_hash,
            &session.phone,
            &session.state,
            &session.close_reason,
            &session.source,
            &session.funnel,
            session.consent,
            &session.consent_text,
            session.consent_at,
            &session.cart.hash,
            &session.fingerprint,
            session.total.minor(),
            session.total.currency(),
            session.item_count,
            kernel::json::to_text(&session.cart),
            session.last_activity_at,
            session.abandoned_at,
            session.closed_at,
            session.closed_order_id,
            session.recovered_at,
            session.recovered_order_id,
            session.recovered_revenue.minor(),
            session.restore_clicked_at,
            restored,
            &session.coupon_code,
            session.coupon_expires_at,
            session.updated_at,
            session.id,
            session.version
        ],
    )?;
    if changed == 0 {
        tx.run_again();
        return Err(Fault::unavailable("This session has just been changed. Try again."));
    }
    session.version += 1;
    project(tx, session.id, session.version)
}

/// Has the order list follow once this has committed.
pub(crate) fn project(tx: &mut Tx, id: i64, version: i64) -> Result<(), Fault> {
    let now = tx.now();
    tx.enqueue(&ProjectSession { session_id: id }, &format!("session:{id}:{version}"), now)
}

pub(crate) fn delete(tx: &mut Tx, id: i64) -> Result<(), Fault> {
    tx.execute(&DELETE, params![id])?;
    Ok(())
}

/// Sessions without activity since then, at most 100.
pub(crate) fn past(tx: &mut Tx, before: Moment) -> Result<Vec<i64>, Fault> {
    Ok(tx.rows(&PAST, params![before], |row| row.get("id"))?)
}
