//! SQL of suppression and deliverability.

use kernel::ids::RunId;
use kernel::{Fault, Moment, Page, Paging};
use runtime::{Row, Sql, Tx, params};

use super::model::{DeliverabilityEvent, Suppression};

const FORGET_EMAIL: Sql =
    Sql::new("UPDATE {p}ocart_suppression SET email = '', phone = '' WHERE contact_hash = ?");
const IS_SUPPRESSED: Sql =
    Sql::new("SELECT COUNT(*) FROM {p}ocart_suppression WHERE channel = ? AND contact_hash = ?");
const ADD: Sql = Sql::pair(
    "INSERT OR IGNORE INTO {p}ocart_suppression (channel, contact_hash, email, phone, reason, source, created_at) \
     VALUES (?, ?, ?, ?, ?, ?, ?)",
    "INSERT IGNORE INTO {p}ocart_suppression (channel, contact_hash, email, phone, reason, source, created_at) \
     VALUES (?, ?, ?, ?, ?, ?, ?)",
);
const FIND: Sql = Sql::new("SELECT * FROM {p}ocart_suppression WHERE channel = ? AND contact_hash = ?");
const BY_ID: Sql = Sql::new("SELECT * FROM {p}ocart_suppression WHERE id = ?");
const DELETE: Sql = Sql::new("DELETE FROM {p}ocart_suppression WHERE id = ?");
const LIST: Sql = Sql::new(
    "SELECT * FROM {p}ocart_suppression WHERE (? = '' OR LOWER(email) LIKE ?) ORDER BY id DESC LIMIT ? OFFSET ?",
);
const COUNT: Sql =
    Sql::new("SELECT COUNT(*) FROM {p}ocart_suppression WHERE (? = '' OR LOWER(email) LIKE ?)");
const ADD_EVENT: Sql = Sql::new(
    "INSERT INTO {p}ocart_deliverability_events (channel, event_type, run_id, message_id, step, contact_hash, detail, \
     created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
);
const EVENTS: Sql =
    Sql::new("SELECT * FROM {p}ocart_deliverability_events ORDER BY id DESC LIMIT ? OFFSET ?");
/// The mail server refuses this shop: its owner must mend something.
pub(crate) const REJECTED: &str = "rejected";

const LAST: Sql = Sql::new(
    "SELECT event_type, detail, created_at FROM {p}ocart_deliverability_events \
     WHERE channel = 'email' AND event_type IN ('send', 'bounce', 'fail', 'unknown', 'rejected') ORDER BY id DESC LIMIT 1",
);
const COUNT_EVENTS: Sql = Sql::new("SELECT COUNT(*) FROM {p}ocart_deliverability_events");
const PRUNE_EVENTS: Sql = Sql::new("DELETE FROM {p}ocart_deliverability_events WHERE created_at < ?");

fn read(row: &Row) -> Result<Suppression, db::DbError> {
    Ok(Suppression {
        id: row.get("id")?,
        channel: row.get("channel")?,
        email: row.get("email")?,
        phone: row.get("phone")?,
        reason: row.get("reason")?,
        source: row.get("source")?,
        created_at: row.get("created_at")?,
    })
}

pub(crate) fn is_suppressed(tx: &mut Tx, channel: &str, contact_hash: &str) -> Result<bool, Fault> {
    Ok(tx.count(&IS_SUPPRESSED, params![channel, contact_hash])? > 0)
}

/// Suppresses an address; one that is so already stays as it was.
pub(crate) fn add(
    tx: &mut Tx,
    contact_hash: &str,
    email: &str,
    reason: &str,
    source: &str,
) -> Result<bool, Fault> {
    let now = tx.now();
    Ok(tx.execute(&ADD, params!["email", contact_hash, email, "", reason, source, now])? == 1)
}

pub(crate) fn find(tx: &mut Tx, contact_hash: &str) -> Result<Option<Suppression>, Fault> {
    Ok(tx.one(&FIND, params!["email", contact_hash], read)?)
}

pub(crate) fn by_id(tx: &mut Tx, id: i64) -> Result<Option<(Suppression, String)>, Fault> {
    Ok(tx.one(&BY_ID, params![id], |row| Ok((read(row)?, row.get("contact_hash")?)))?)
}

pub(crate) fn delete(tx: &mut Tx, id: i64) -> Result<(), Fault> {
    tx.execute(&DELETE, params![id])?;
    Ok(())
}

pub(crate) fn list(tx: &mut Tx, paging: &Paging) -> Result<Page<Suppression>, Fault> {
    let like = format!("%{}%", paging.search);
    let total = tx.count(&COUNT, params![&paging.search, &like])?;
    let rows =
        tx.rows(&LIST, params![&paging.search, &like, i64::from(paging.per_page), paging.offset()], read)?;
    Ok(Page { rows, total })
}

/// What a deliverability row tells of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fate<'a> {
    pub(crate) event_type: &'a str,
    pub(crate) run_id: RunId,
    pub(crate) message_id: i64,
    pub(crate) step: i64,
    pub(crate) contact_hash: &'a str,
    pub(crate) detail: &'a str,
}

pub(crate) fn add_event(tx: &mut Tx, fate: &Fate) -> Result<(), Fault> {
    let (now, detail) = (tx.now(), fate.detail.chars().take(500).collect::<String>());
    tx.insert(
        &ADD_EVENT,
        params![
            "email",
            fate.event_type,
            fate.run_id,
            fate.message_id,
            fate.step,
            fate.contact_hash,
            detail,
            now
        ],
    )?;
    Ok(())
}

pub(crate) fn events(tx: &mut Tx, paging: &Paging) -> Result<Page<DeliverabilityEvent>, Fault> {
    let total = tx.count(&COUNT_EVENTS, params![])?;
    let rows = tx.rows(&EVENTS, params![i64::from(paging.per_page), paging.offset()], |row| {
        Ok(DeliverabilityEvent {
            id: row.get("id")?,
            channel: row.get("channel")?,
            event_type: row.get("event_type")?,
            run_id: row.get("run_id")?,
            step: row.get("step")?,
            detail: row.get("detail")?,
            created_at: row.get("created_at")?,
        })
    })?;
    Ok(Page { rows, total })
}

/// Why mail does not go out, and since when it was seen last; none while it does, or nothing was sent.
pub(crate) fn rejected(tx: &mut Tx) -> Result<Option<(String, Moment)>, Fault> {
    let last = tx.one(&LAST, params![], |row| {
        Ok((row.get::<String>("event_type")?, row.get::<String>("detail")?, row.get::<Moment>("created_at")?))
    })?;
    Ok(last.filter(|(kind, ..)| kind == REJECTED).map(|(_, detail, at)| (detail, at)))
}

pub(crate) fn prune_events(tx: &mut Tx, before: Moment) -> Result<(), Fault> {
    tx.execute(&PRUNE_EVENTS, params![before])?;
    Ok(())
}

/// Keeps that a contact is suppressed, and forgets the address itself.
pub(crate) fn forget_email(tx: &mut Tx, contact_hash: &str) -> Result<(), Fault> {
    tx.execute(&FORGET_EMAIL, params![contact_hash])?;
    Ok(())
}
