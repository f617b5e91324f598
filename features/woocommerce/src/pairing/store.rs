//! The SQL of codes; they stand in the one row of the store.

use kernel::{Fault, Moment, hash};
use runtime::{Sql, Tx, params};

use super::rules;
use crate::calls::store as calls;

const CODE: Sql = Sql::new(
    "SELECT code_sealed, code_until FROM {p}cartwright_wordpress_store WHERE id = 1 AND code_until >= ?",
);
const SET_CODE: Sql =
    Sql::new("UPDATE {p}cartwright_wordpress_store SET code_sealed = ?, code_until = ? WHERE id = 1");
const TAKE_CODE: Sql = Sql::new(
    "UPDATE {p}cartwright_wordpress_store SET code_sealed = '', code_until = NULL, wrong_codes = 0, wrong_since = NULL \
     WHERE id = 1 AND code_until IS NOT NULL",
);
const WRONG: Sql =
    Sql::new("SELECT wrong_codes FROM {p}cartwright_wordpress_store WHERE id = 1 AND wrong_since > ?");
const COUNT: Sql = Sql::new(
    "UPDATE {p}cartwright_wordpress_store SET wrong_codes = wrong_codes + 1 WHERE id = 1 AND wrong_since > ?",
);
const COUNT_ANEW: Sql =
    Sql::new("UPDATE {p}cartwright_wordpress_store SET wrong_codes = 1, wrong_since = ? WHERE id = 1");

/// The code that is good now: its bytes, and until when.
pub(crate) fn code(tx: &mut Tx) -> Result<Option<(Vec<u8>, Moment)>, Fault> {
    let now = tx.now();
    let row = tx.one(&CODE, params![now], |row| {
        Ok((row.get::<String>("code_sealed")?, row.get::<Moment>("code_until")?))
    })?;
    let Some((sealed, until)) = row else { return Ok(None) };
    let bytes = hash::unhex(&calls::unsealed(tx, &sealed)?).filter(|bytes| bytes.len() == 32);
    Ok(bytes.map(|bytes| (bytes, until)))
}

/// The one code there is; one made before is void.
pub(crate) fn set_code(tx: &mut Tx, bytes: &[u8]) -> Result<Moment, Fault> {
    calls::ensure_row(tx)?;
    let (sealed, until) = (calls::sealed(tx, &hash::hex(bytes))?, tx.now().plus_seconds(rules::CODE_SECONDS));
    tx.execute(&SET_CODE, params![sealed, until])?;
    Ok(until)
}

/// Takes the code away; false when another was quicker.
pub(crate) fn take_code(tx: &mut Tx) -> Result<bool, Fault> {
    Ok(tx.execute(&TAKE_CODE, params![])? == 1)
}

/// Wrong codes within the last quarter of an hour.
pub(crate) fn wrong_codes(tx: &mut Tx) -> Result<i64, Fault> {
    let since = tx.now().plus_seconds(-rules::CODE_SECONDS);
    Ok(tx.count(&WRONG, params![since])?)
}

pub(crate) fn count_wrong(tx: &mut Tx) -> Result<(), Fault> {
    calls::ensure_row(tx)?;
    let now = tx.now();
    if tx.execute(&COUNT, params![now.plus_seconds(-rules::CODE_SECONDS)])? == 0 {
        tx.execute(&COUNT_ANEW, params![now])?;
    }
    Ok(())
}
