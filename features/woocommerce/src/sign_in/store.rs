//! The SQL of addresses that sign in.

use kernel::{Fault, hash};
use runtime::{Sql, Tx, params};

use super::model::Ticket;
use super::rules;

const ADD: Sql = Sql::new(
    "INSERT INTO {p}cartwright_wordpress_sign_ins (token_hash, user_id, path, good_until) VALUES (?, ?, ?, ?)",
);
const FIND: Sql = Sql::new(
    "SELECT user_id, path FROM {p}cartwright_wordpress_sign_ins WHERE token_hash = ? AND good_until >= ?",
);
const TAKE: Sql = Sql::new("DELETE FROM {p}cartwright_wordpress_sign_ins WHERE token_hash = ?");
const PRUNE: Sql = Sql::new("DELETE FROM {p}cartwright_wordpress_sign_ins WHERE good_until < ?");

pub(crate) fn add(tx: &mut Tx, token: &str, ticket: &Ticket) -> Result<(), Fault> {
    let until = tx.now().plus_seconds(rules::SECONDS);
    tx.execute(&ADD, params![hash::sha256(token), ticket.user_id, &ticket.path, until])?;
    Ok(())
}

/// What the token stands for; after this, nothing.
pub(crate) fn take(tx: &mut Tx, token: &str) -> Result<Option<Ticket>, Fault> {
    let (now, hash) = (tx.now(), hash::sha256(token));
    let ticket = tx.one(&FIND, params![&hash, now], |row| {
        Ok(Ticket { user_id: row.get("user_id")?, path: row.get("path")? })
    })?;
    let taken = tx.execute(&TAKE, params![&hash])? == 1;
    Ok(ticket.filter(|_| taken))
}

/// Old ones go.
pub(crate) fn prune(tx: &mut Tx) -> Result<(), Fault> {
    let now = tx.now();
    tx.execute(&PRUNE, params![now])?;
    Ok(())
}
