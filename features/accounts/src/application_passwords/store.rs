//! The SQL of application passwords.

use kernel::ids::UserId;
use kernel::{Fault, Moment, hash};
use runtime::{Sql, Tx, params};
use serde::Serialize;

const INSERT: Sql = Sql::new(
    "INSERT INTO {p}cartwright_application_passwords (user_id, uuid, name, password_hash, sealed, created_at) VALUES (?, ?, ?, ?, ?, ?)",
);
const BY_HASH: Sql = Sql::new(
    "SELECT user_id FROM {p}cartwright_application_passwords WHERE password_hash = ? AND user_id = ?",
);
const OF_USER: Sql = Sql::new(
    "SELECT uuid, name, sealed, created_at FROM {p}cartwright_application_passwords WHERE user_id = ? ORDER BY id",
);
const DELETE: Sql =
    Sql::new("DELETE FROM {p}cartwright_application_passwords WHERE user_id = ? AND uuid = ?");

/// An application password without its secret.
#[derive(Debug, Clone, Serialize)]
pub struct ApplicationPassword {
    /// Name of it.
    pub uuid: String,
    /// What it is for.
    pub name: String,
    /// Made at.
    pub created: Moment,
    #[serde(skip)]
    pub(crate) sealed: String,
}

pub(crate) fn insert(
    tx: &mut Tx,
    user: UserId,
    name: &str,
    password: &str,
    sealed: &str,
) -> Result<String, Fault> {
    let now = tx.now();
    let uuid = tx.entropy().uuid(now);
    tx.insert(&INSERT, params![user, &uuid, name, hash::sha256(password), sealed, now])?;
    Ok(uuid)
}

/// Is this one of the account's?
pub(crate) fn holds(tx: &mut Tx, user: UserId, password: &str) -> Result<bool, Fault> {
    // People paste them with the blanks that WordPress shows them with.
    let plain: String = password.chars().filter(|character| !character.is_whitespace()).collect();
    Ok(tx.one(&BY_HASH, params![hash::sha256(plain), user], |row| row.get::<i64>("user_id"))?.is_some())
}

pub(crate) fn of_user(tx: &mut Tx, user: UserId) -> Result<Vec<ApplicationPassword>, Fault> {
    Ok(tx.rows(&OF_USER, params![user], |row| {
        Ok(ApplicationPassword {
            uuid: row.get("uuid")?,
            name: row.get("name")?,
            created: row.get("created_at")?,
            sealed: row.get("sealed")?,
        })
    })?)
}

pub(crate) fn delete(tx: &mut Tx, user: UserId, uuid: &str) -> Result<bool, Fault> {
    Ok(tx.execute(&DELETE, params![user, uuid])? == 1)
}
