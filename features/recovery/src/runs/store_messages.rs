//! SQL of messages.

use kernel::ids::RunId;
use kernel::{Fault, Moment};
use runtime::{Row, Sql, Tx, params};

use super::model::{CANCELED, Message};
use crate::sessions::model::Session;

const ADD: Sql = Sql::new(
    "INSERT INTO {p}cartwright_messages (run_id, session_id, step, channel, template, state, message_key, email_hash, \
     recipient_mask, subject, attempts, due_at, planned_at, cancel_reason, last_error, queued_at, updated_at) \
     VALUES (?, ?, ?, ?, ?, 'queued', ?, ?, ?, '', 0, ?, ?, '', '', ?, ?)",
);
const BY_ID: Sql = Sql::new("SELECT * FROM {p}cartwright_messages WHERE id = ?");
const OF_SESSION: Sql = Sql::new("SELECT * FROM {p}cartwright_messages WHERE session_id = ? ORDER BY id");
const DUE: Sql = Sql::new(
    "SELECT * FROM {p}cartwright_messages WHERE state = 'queued' AND due_at <= ? ORDER BY due_at, id LIMIT ?",
);
const CLAIM: Sql = Sql::new(
    "UPDATE {p}cartwright_messages SET state = 'claimed', claimed_at = ?, test_mode = ?, attempts = attempts + 1, \
     updated_at = ? WHERE id = ? AND state = 'queued'",
);
const SETTLE: Sql = Sql::new(
    "UPDATE {p}cartwright_messages SET state = ?, subject = ?, sent_at = ?, failed_at = ?, last_error = ?, due_at = ?, \
     updated_at = ? WHERE id = ? AND state = 'claimed'",
);
const CANCEL: Sql = Sql::new(
    "UPDATE {p}cartwright_messages SET state = 'canceled', canceled_at = ?, cancel_reason = ?, updated_at = ? \
     WHERE session_id = ? AND state IN ('queued', 'paused')",
);
const CANCEL_ONE: Sql = Sql::new(
    "UPDATE {p}cartwright_messages SET state = 'canceled', canceled_at = ?, cancel_reason = ?, updated_at = ? \
     WHERE id = ? AND state = 'queued'",
);
const CANCEL_CLAIMED: Sql = Sql::new(
    "UPDATE {p}cartwright_messages SET state = 'canceled', canceled_at = ?, cancel_reason = ?, updated_at = ? \
     WHERE id = ? AND state = 'claimed'",
);
const PAUSE: Sql = Sql::new(
    "UPDATE {p}cartwright_messages SET state = 'paused', updated_at = ? WHERE session_id = ? AND state = 'queued'",
);
const RESUME: Sql = Sql::new(
    "UPDATE {p}cartwright_messages SET state = 'queued', due_at = ?, planned_at = ?, updated_at = ? \
     WHERE id = ? AND state = 'paused'",
);
const PLAN: Sql = Sql::new(
    "UPDATE {p}cartwright_messages SET due_at = ?, planned_at = ?, updated_at = ? WHERE id = ? AND state = 'queued'",
);
const READDRESS: Sql = Sql::new(
    "UPDATE {p}cartwright_messages SET email_hash = ?, recipient_mask = ?, updated_at = ? \
     WHERE session_id = ? AND state IN ('queued', 'paused')",
);
const READDRESS_ONE: Sql =
    Sql::new("UPDATE {p}cartwright_messages SET email_hash = ?, recipient_mask = ? WHERE id = ?");
const WAITING_OF_RUN: Sql = Sql::new(
    "SELECT COUNT(*) FROM {p}cartwright_messages WHERE run_id = ? AND state IN ('queued', 'paused', 'claimed')",
);
const UNKNOWN_BEFORE: Sql = Sql::new(
    "UPDATE {p}cartwright_messages SET state = 'unknown', last_error = ?, updated_at = ? \
     WHERE state IN ('queued', 'claimed') AND due_at <= ?",
);
const LOST: Sql = Sql::new(
    "SELECT id FROM {p}cartwright_messages WHERE state = 'claimed' AND claimed_at < ? ORDER BY id LIMIT 100",
);
const SENT_SINCE: Sql = Sql::new(
    "SELECT COUNT(*) FROM {p}cartwright_messages WHERE email_hash = ? AND state IN ('sent', 'claimed', 'unknown') \
     AND claimed_at >= ? AND id <> ? AND COALESCE(test_mode, 0) = 0",
);

/// Along the index, and never further back than a day.
const FATES: Sql = Sql::new(
    "SELECT CASE WHEN state = 'canceled' AND cancel_reason IN ('suppressed', 'unsubscribed') THEN 'suppressed' \
     ELSE state END AS fate, COUNT(*) AS number FROM {p}cartwright_messages \
     WHERE state IN ('queued', 'paused', 'claimed', 'sent', 'failed', 'unknown', 'canceled') AND due_at >= ? \
     GROUP BY fate ORDER BY fate",
);

/// How many messages that were due since `since` became what; `suppressed` are those whose contact wants none.
pub(crate) fn fates(tx: &mut Tx, since: Moment) -> Result<Vec<(String, i64)>, Fault> {
    Ok(tx.rows(&FATES, params![since], |row| Ok((row.get("fate")?, row.get("number")?)))?)
}

pub(crate) fn read(row: &Row) -> Result<Message, db::DbError> {
    Ok(Message {
        id: row.get("id")?,
        run_id: row.get("run_id")?,
        session_id: row.get("session_id")?,
        step: row.get("step")?,
        channel: row.get("channel")?,
        template: row.get("template")?,
        state: row.get("state")?,
        key: row.get("message_key")?,
        email_hash: row.get("email_hash")?,
        recipient_mask: row.get("recipient_mask")?,
        subject: row.get("subject")?,
        attempts: row.get("attempts")?,
        due_at: row.get("due_at")?,
        planned_at: match row.get::<Option<Moment>>("planned_at")? {
            Some(planned) => planned,
            None => row.get("due_at")?,
        },
        test_mode: row.get::<Option<bool>>("test_mode")?.unwrap_or(false),
        sent_at: row.get("sent_at")?,
        cancel_reason: row.get("cancel_reason")?,
        last_error: row.get("last_error")?,
        queued_at: row.get("queued_at")?,
    })
}

/// Queues a step. `{run}-{step}` is its key, and the mail's.
pub(crate) fn add(
    tx: &mut Tx,
    session: &Session,
    run_id: RunId,
    step: i64,
    template: &str,
    due_at: Moment,
) -> Result<i64, Fault> {
    let (now, key) = (tx.now(), format!("recovery-{run_id}-{step}"));
    let mask = kernel::text::masked_email(&session.email);
    Ok(tx.insert(
        &ADD,
        params![
            run_id,
            session.id,
            step,
            "email",
            template,
            key,
            &session.email_hash,
            mask,
            due_at,
            due_at,
            now,
            now
        ],
    )?)
}

pub(crate) fn by_id(tx: &mut Tx, id: i64) -> Result<Option<Message>, Fault> {
    Ok(tx.one(&BY_ID, params![id], read)?)
}

pub(crate) fn of_session(tx: &mut Tx, session_id: i64) -> Result<Vec<Message>, Fault> {
    Ok(tx.rows(&OF_SESSION, params![session_id], read)?)
}

pub(crate) fn due(tx: &mut Tx, limit: i64) -> Result<Vec<Message>, Fault> {
    let now = tx.now();
    Ok(tx.rows(&DUE, params![now, limit], read)?)
}

/// Gives a queued message another time.
pub(crate) fn plan(tx: &mut Tx, id: i64, due_at: Moment) -> Result<(), Fault> {
    let now = tx.now();
    tx.execute(&PLAN, params![due_at, due_at, now, id])?;
    Ok(())
}

/// What a session has not sent yet goes to its present address.
pub(crate) fn readdress(tx: &mut Tx, session: &Session) -> Result<(), Fault> {
    let now = tx.now();
    let mask = kernel::text::masked_email(&session.email);
    tx.execute(&READDRESS, params![&session.email_hash, mask, now, session.id])?;
    Ok(())
}

/// A message that is about to go bears the address that it goes to.
pub(crate) fn readdress_one(tx: &mut Tx, id: i64, session: &Session) -> Result<(), Fault> {
    let mask = kernel::text::masked_email(&session.email);
    tx.execute(&READDRESS_ONE, params![&session.email_hash, mask, id])?;
    Ok(())
}

/// Messages of a run that may still go.
pub(crate) fn waiting_of_run(tx: &mut Tx, run_id: RunId) -> Result<i64, Fault> {
    Ok(tx.count(&WAITING_OF_RUN, params![run_id])?)
}

/// What was due before then may have gone already: it is not sent.
pub(crate) fn unknown_before(tx: &mut Tx, before: Moment, why: &str) -> Result<u64, Fault> {
    let now = tx.now();
    Ok(tx.execute(&UNKNOWN_BEFORE, params![why, now, before])?)
}

/// True for the one who may send it; to the owner's test address, or to the shopper.
pub(crate) fn claim(tx: &mut Tx, id: i64, test_mode: bool) -> Result<bool, Fault> {
    let now = tx.now();
    Ok(tx.execute(&CLAIM, params![now, test_mode, now, id])? == 1)
}

/// What became of a claimed message.
#[derive(Debug, Clone)]
pub(crate) struct Settled {
    pub(crate) state: &'static str,
    pub(crate) subject: String,
    pub(crate) error: String,
    pub(crate) due_at: Moment,
}

pub(crate) fn settle(tx: &mut Tx, id: i64, settled: &Settled) -> Result<bool, Fault> {
    let now = tx.now();
    let sent_at = (settled.state == super::model::SENT).then_some(now);
    let failed_at = (sent_at.is_none() && settled.state != CANCELED).then_some(now);
    let error: String = settled.error.chars().take(500).collect();
    Ok(tx.execute(
        &SETTLE,
        params![settled.state, &settled.subject, sent_at, failed_at, error, settled.due_at, now, id],
    )? == 1)
}

/// Cancels what has not been sent of a session.
pub(crate) fn cancel(tx: &mut Tx, session_id: i64, reason: &str) -> Result<(), Fault> {
    let now = tx.now();
    tx.execute(&CANCEL, params![now, reason, now, session_id])?;
    Ok(())
}

pub(crate) fn cancel_one(tx: &mut Tx, id: i64, reason: &str) -> Result<bool, Fault> {
    let now = tx.now();
    Ok(tx.execute(&CANCEL_ONE, params![now, reason, now, id])? == 1)
}

/// Takes back a claim before the mail server has heard of the message.
pub(crate) fn cancel_claimed(tx: &mut Tx, id: i64, reason: &str) -> Result<bool, Fault> {
    let now = tx.now();
    Ok(tx.execute(&CANCEL_CLAIMED, params![now, reason, now, id])? == 1)
}

pub(crate) fn pause(tx: &mut Tx, session_id: i64) -> Result<(), Fault> {
    let now = tx.now();
    tx.execute(&PAUSE, params![now, session_id])?;
    Ok(())
}

pub(crate) fn resume(tx: &mut Tx, id: i64, due_at: Moment) -> Result<(), Fault> {
    let now = tx.now();
    tx.execute(&RESUME, params![due_at, due_at, now, id])?;
    Ok(())
}

/// Messages that were claimed before then and never settled: their server went away in between.
pub(crate) fn lost(tx: &mut Tx, before: Moment) -> Result<Vec<i64>, Fault> {
    Ok(tx.rows(&LOST, params![before], |row| row.get("id"))?)
}

/// Messages to an address since then, but for this one.
pub(crate) fn sent_since(tx: &mut Tx, email_hash: &str, since: Moment, but: i64) -> Result<i64, Fault> {
    Ok(tx.count(&SENT_SINCE, params![email_hash, since, but])?)
}
