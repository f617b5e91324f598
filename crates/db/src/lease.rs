//! Leases: whoever swaps the row in holds the name until its time. The same on every engine, no table locks.

use crate::error::DbError;
use crate::params;
use crate::statement::Sql;
use crate::tx::Tx;

const TAKE: Sql = Sql::new("INSERT INTO {p}cartwright_leases (name, owner, held_until) VALUES (?, ?, ?)");
const SWAP: Sql = Sql::new(
    "UPDATE {p}cartwright_leases SET owner = ?, held_until = ? WHERE name = ? AND (held_until < ? OR owner = ?)",
);
const RENEW: Sql = Sql::new("UPDATE {p}cartwright_leases SET held_until = ? WHERE name = ? AND owner = ?");
const RELEASE: Sql = Sql::new("DELETE FROM {p}cartwright_leases WHERE name = ? AND owner = ?");

/// Takes the lease for so many seconds; false while another holds it. One that ran out is taken over.
pub fn acquire(tx: &mut Tx<'_>, name: &str, owner: &str, seconds: i64) -> Result<bool, DbError> {
    let now = tx.now();
    let until = now.plus_seconds(seconds);
    if tx.execute(&SWAP, params![owner, until, name, now, owner])? == 1 {
        return Ok(true);
    }
    match tx.execute(&TAKE, params![name, owner, until]) {
        Ok(_) => Ok(true),
        Err(error) if error.is_duplicate() => Ok(false),
        Err(error) => Err(error),
    }
}

/// Holds it for so many seconds from now; false when it has gone to another.
pub fn renew(tx: &mut Tx<'_>, name: &str, owner: &str, seconds: i64) -> Result<bool, DbError> {
    let until = tx.now().plus_seconds(seconds);
    Ok(tx.execute(&RENEW, params![until, name, owner])? == 1)
}

/// Gives it back.
pub fn release(tx: &mut Tx<'_>, name: &str, owner: &str) -> Result<(), DbError> {
    tx.execute(&RELEASE, params![name, owner])?;
    Ok(())
}
