//! The SQL of password resets.

use kernel::ids::UserId;
use kernel::{Fault, Moment, hash};
use runtime::{Sql, Tx, params};

const INSERT: Sql = Sql::new(
    "INSERT INTO {p}cartwright_password_resets (token_hash, user_id, created_at, expires_at) VALUES (?, ?, ?, ?)",
);
const FIND: Sql =
    Sql::new("SELECT user_id FROM {p}cartwright_password_resets WHERE token_hash = ? AND expires_at > ?");
const RECENT: Sql =
    Sql::new("SELECT COUNT(*) FROM {p}cartwright_password_resets WHERE user_id = ? AND created_at > ?");
const EXPIRE: Sql = Sql::new("UPDATE {p}cartwright_password_resets SET expires_at = ? WHERE user_id = ?");
const PRUNE: Sql = Sql::new("DELETE FROM {p}cartwright_password_resets WHERE created_at < ?");

/// Keeps a token as its hash.
pub(crate) fn insert(tx: &mut Tx, token: &str, user: UserId, expires_at: Moment) -> Result<(), Fault> {
    let now = tx.now();
    tx.execute(&INSERT, params![hash::sha256(token), user, now, expires_at])?;
    Ok(())
}

/// The account behind a token that is still good.
pub(crate) fn user_of(tx: &mut Tx, token: &str) -> Result<Option<UserId>, Fault> {
    let now = tx.now();
    Ok(tx.one(&FIND, params![hash::sha256(token), now], |row| row.get("user_id"))?)
}

/// Links emailed to the account since then.
pub(crate) fn recent(tx: &mut Tx, user: UserId, since: Moment) -> Result<i64, Fault> {
    Ok(tx.count(&RECENT, params![user, since])?)
}

/// Ends every link of the account.
pub(crate) fn expire(tx: &mut Tx, user: UserId) -> Result<(), Fault> {
    let now = tx.now();
    tx.execute(&EXPIRE, params![now, user])?;
    Ok(())
}

/// Forgets links that were made before then.
pub(crate) fn prune(tx: &mut Tx, before: Moment) -> Result<(), Fault> {
    tx.execute(&PRUNE, params![before])?;
    Ok(())
}
