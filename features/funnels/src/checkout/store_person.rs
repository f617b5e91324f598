//! The SQL of what was typed at checkouts: it follows its cart, and goes with its person.

use kernel::{Fault, json};
use runtime::{Sql, Tx, params};

use super::model::Details;

const RENEW: Sql = Sql::new(
    "UPDATE {p}cartwright_checkouts SET cart_token = ?, open_key = CASE WHEN open_key IS NULL THEN NULL ELSE ? END \
     WHERE cart_token = ?",
);
const OPEN: Sql = Sql::new("SELECT COUNT(*) FROM {p}cartwright_checkouts WHERE open_key = ?");
const FORGET: Sql =
    Sql::new("UPDATE {p}cartwright_checkouts SET document = ? WHERE document LIKE ? ESCAPE '!'");

/// The checkouts of a cart that goes on under another token go on with it, unless one is open there.
pub(crate) fn renew(tx: &mut Tx, from: &str, to: &str) -> Result<(), Fault> {
    if tx.count(&OPEN, params![to])? == 0 {
        tx.execute(&RENEW, params![to, to, from])?;
    }
    Ok(())
}

/// Empties what was typed together with this address.
pub(crate) fn forget(tx: &mut Tx, email: &str) -> Result<(), Fault> {
    let plain = email.replace('!', "!!").replace('%', "!%").replace('_', "!_");
    let pattern = format!("%\"email\":\"{plain}\"%");
    tx.execute(&FORGET, params![json::to_text(&Details::default()), pattern])?;
    Ok(())
}
