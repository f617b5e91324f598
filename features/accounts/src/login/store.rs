//! The SQL of login sessions and failed logins.

use kernel::ids::UserId;
use kernel::{Fault, Moment, hash};
use runtime::{Sql, Tx, params};

const INSERT: Sql = Sql::new(
    "INSERT INTO {p}cartwright_login_sessions (token_hash, user_id, created_at, expires_at, user_agent) VALUES (?, ?, ?, ?, ?)",
);
const FIND: Sql =
    Sql::new("SELECT user_id FROM {p}cartwright_login_sessions WHERE token_hash = ? AND expires_at > ?");
const DELETE: Sql = Sql::new("DELETE FROM {p}cartwright_login_sessions WHERE token_hash = ?");
const PRUNE_SESSIONS: Sql = Sql::new("DELETE FROM {p}cartwright_login_sessions WHERE expires_at < ?");
const FAILURES: Sql =
    Sql::new("SELECT COUNT(*) FROM {p}cartwright_failed_logins WHERE subject = ? AND failed_at > ?");
const FAIL: Sql = Sql::new("INSERT INTO {p}cartwright_failed_logins (subject, failed_at) VALUES (?, ?)");
const FORGIVE: Sql = Sql::new("DELETE FROM {p}cartwright_failed_logins WHERE subject = ?");
const PRUNE_FAILURES: Sql = Sql::new("DELETE FROM {p}cartwright_failed_logins WHERE failed_at < ?");

/// Failures within the window after which the next try is refused.
pub(crate) const FAILURES_ALLOWED: i64 = 5;
/// Seconds of the window.
pub(crate) const WINDOW_SECONDS: i64 = 900;

pub(crate) fn insert(
    tx: &mut Tx,
    token: &str,
    user: UserId,
    days: i64,
    user_agent: &str,
) -> Result<(), Fault> {
    let now = tx.now();
    tx.execute(&INSERT, params![hash::sha256(token), user, now, now.plus_days(days), user_agent])?;
    Ok(())
}

pub(crate) fn user_of(tx: &mut Tx, token_hash: &str) -> Result<Option<UserId>, Fault> {
    let now = tx.now();
    Ok(tx.one(&FIND, params![token_hash, now], |row| row.get("user_id"))?)
}

pub(crate) fn delete(tx: &mut Tx, token_hash: &str) -> Result<(), Fault> {
    tx.execute(&DELETE, params![token_hash])?;
    Ok(())
}

/// Who is throttled: a login name from one address, as a hash.
pub(crate) fn subject(login: &str, ip: &str) -> String {
    hash::sha256(format!("{}\n{ip}", login.trim().to_lowercase()))
}

pub(crate) fn failures(tx: &mut Tx, subject: &str) -> Result<i64, Fault> {
    let since = tx.now().plus_seconds(-WINDOW_SECONDS);
    Ok(tx.count(&FAILURES, params![subject, since])?)
}

pub(crate) fn fail(tx: &mut Tx, subject: &str) -> Result<(), Fault> {
    let now = tx.now();
    tx.execute(&FAIL, params![subject, now])?;
    Ok(())
}

pub(crate) fn forgive(tx: &mut Tx, subject: &str) -> Result<(), Fault> {
    tx.execute(&FORGIVE, params![subject])?;
    Ok(())
}

pub(crate) fn prune(tx: &mut Tx, now: Moment) -> Result<(), Fault> {
    tx.execute(&PRUNE_SESSIONS, params![now])?;
    tx.execute(&PRUNE_FAILURES, params![now.plus_seconds(-WINDOW_SECONDS)])?;
    Ok(())
}
