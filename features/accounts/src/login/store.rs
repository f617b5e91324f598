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
const BEGIN: Sql = Sql::pair(
    "INSERT OR IGNORE INTO {p}cartwright_login_tries (subject, tries, since) VALUES (?, 0, ?)",
    "INSERT IGNORE INTO {p}cartwright_login_tries (subject, tries, since) VALUES (?, 0, ?)",
);
const BEGIN_ANEW: Sql =
    Sql::new("UPDATE {p}cartwright_login_tries SET tries = 0, since = ? WHERE subject = ? AND since <= ?");
// Counting and refusing are one statement: tries beside each other do not pass it together.
const TRY: Sql =
    Sql::new("UPDATE {p}cartwright_login_tries SET tries = tries + 1 WHERE subject = ? AND tries < ?");
const KNOWN: Sql =
    Sql::new("SELECT COUNT(*) FROM {p}cartwright_login_tries WHERE subject = ? AND known_at IS NOT NULL");
const SUCCEED: Sql =
    Sql::new("UPDATE {p}cartwright_login_tries SET tries = 0, known_at = ? WHERE subject = ?");
const GIVE_BACK: Sql =
    Sql::new("UPDATE {p}cartwright_login_tries SET tries = tries - 1 WHERE subject = ? AND tries > 0");
const PRUNE_TRIES: Sql =
    Sql::new("DELETE FROM {p}cartwright_login_tries WHERE since < ? AND (known_at IS NULL OR known_at < ?)");
const PRUNE_FAILURES: Sql = Sql::new("DELETE FROM {p}cartwright_failed_logins WHERE failed_at < ?");

/// Tries of a name from one address within the window.
const TRIES_ALLOWED: i64 = 5;
/// Tries of a name from all addresses together within the window. An address that has logged in before is not held up by
/// them: a stranger cannot lock the owner out.
const TRIES_OF_ALL: i64 = 50;
/// Days for which an address that has logged in is remembered.
const KNOWN_DAYS: i64 = 90;
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

/// Who is throttled: a login name from one address, and the name from anywhere, as hashes.
#[derive(Debug, Clone)]
pub(crate) struct Subject {
    here: String,
    anywhere: String,
}

impl Subject {
    pub(crate) fn new(login: &str, ip: &str) -> Self {
        let login = login.trim().to_lowercase();
        let address = web::limit::by_address(ip);
        Self {
            here: hash::sha256(format!("{login}\n{address}")),
            anywhere: hash::sha256(format!("{login}\n")),
        }
    }
}

/// Counts a try before the password is looked at, or refuses it with 429.
pub(crate) fn begin_try(tx: &mut Tx, subject: &Subject) -> Result<(), Fault> {
    let known = tx.count(&KNOWN, params![&subject.here])? > 0;
    count_try(tx, &subject.here, TRIES_ALLOWED)?;
    if known { Ok(()) } else { count_try(tx, &subject.anywhere, TRIES_OF_ALL) }
}

fn count_try(tx: &mut Tx, subject: &str, allowed: i64) -> Result<(), Fault> {
    let now = tx.now();
    tx.execute(&BEGIN, params![subject, now])?;
    tx.execute(&BEGIN_ANEW, params![now, subject, now.plus_seconds(-WINDOW_SECONDS)])?;
    if tx.execute(&TRY, params![subject, allowed])? == 1 {
        return Ok(());
    }
    Err(Fault::too_many(WINDOW_SECONDS))
}

/// The password was right: the try does not count, and the address is known from now on.
pub(crate) fn succeed(tx: &mut Tx, subject: &Subject) -> Result<(), Fault> {
    let now = tx.now();
    tx.execute(&SUCCEED, params![now, &subject.here])?;
    tx.execute(&GIVE_BACK, params![&subject.anywhere])?;
    Ok(())
}

pub(crate) fn prune(tx: &mut Tx, now: Moment) -> Result<(), Fault> {
    tx.execute(&PRUNE_SESSIONS, params![now])?;
    tx.execute(&PRUNE_FAILURES, params![now.plus_seconds(-WINDOW_SECONDS)])?;
    tx.execute(&PRUNE_TRIES, params![now.plus_seconds(-WINDOW_SECONDS), now.plus_days(-KNOWN_DAYS)])?;
    Ok(())
}
