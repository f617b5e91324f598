//! The SQL of carts.

use kernel::{Fault, Moment};
use runtime::{Sql, Tx, params};

use super::model::{CartDocument, StoredCart};

const FIND: Sql = Sql::new(
    "SELECT session_value, revision FROM {p}woocommerce_sessions WHERE session_key = ? AND session_expiry > ?",
);
const INSERT: Sql = Sql::new(
    "INSERT INTO {p}woocommerce_sessions (session_key, session_value, session_expiry, revision) VALUES (?, ?, ?, 1)",
);
const UPDATE: Sql = Sql::new(
    "UPDATE {p}woocommerce_sessions SET session_value = ?, session_expiry = ?, revision = revision + 1 \
     WHERE session_key = ? AND revision = ?",
);
const REMOVE: Sql = Sql::new("DELETE FROM {p}woocommerce_sessions WHERE session_key = ?");
const PRUNE: Sql = Sql::new("DELETE FROM {p}woocommerce_sessions WHERE session_expiry < ?");
const CLEAR: Sql =
    Sql::new("DELETE FROM {p}woocommerce_sessions WHERE session_key = ? AND session_expiry <= ?");
/// A cart is kept this long after its last change; a restore link may be followed weeks later.
const KEEP_DAYS: i64 = 60;
/// One with nothing in it, which costs nobody anything to open, goes sooner.
const KEEP_EMPTY_DAYS: i64 = 1;

pub(crate) fn find(tx: &mut Tx, token: &str) -> Result<Option<StoredCart>, Fault> {
    let now = tx.now().unix();
    let found: Option<(String, i64)> =
        tx.one(&FIND, params![token, now], |row| Ok((row.get("session_value")?, row.get("revision")?)))?;
    found
        .map(|(text, revision)| {
            let document: CartDocument = kernel::json::from_text(&text)?;
            Ok(StoredCart { token: token.to_owned(), revision, document })
        })
        .transpose()
}

/// Opens a cart under a token that is free.
pub(crate) fn open(tx: &mut Tx, token: &str, document: &CartDocument) -> Result<StoredCart, Fault> {
    let now = tx.now();
    tx.execute(&CLEAR, params![token, now.unix()])?;
    tx.insert(&INSERT, params![token, kernel::json::to_text(document), expiry(now, document)])?;
    Ok(StoredCart { token: token.to_owned(), revision: 1, document: document.clone() })
}

/// Writes a cart that was read in this unit. When a parallel unit wrote it meanwhile, this one runs again.
pub(crate) fn save(tx: &mut Tx, cart: &mut StoredCart) -> Result<(), Fault> {
    let expires = expiry(tx.now(), &cart.document);
    let values = params![kernel::json::to_text(&cart.document), expires, &cart.token, cart.revision];
    if tx.execute(&UPDATE, values)? == 0 {
        tx.run_again();
        return Err(Fault::unavailable("The cart was changed at the same moment."));
    }
    cart.revision += 1;
    Ok(())
}

/// Takes a cart away: its token opens nothing any more.
pub(crate) fn remove(tx: &mut Tx, token: &str) -> Result<(), Fault> {
    tx.execute(&REMOVE, params![token])?;
    Ok(())
}

/// Takes carts away that nobody has touched for long.
pub(crate) fn prune(tx: &mut Tx) -> Result<u64, Fault> {
    let now = tx.now().unix();
    Ok(tx.execute(&PRUNE, params![now])?)
}

fn expiry(now: Moment, document: &CartDocument) -> i64 {
    now.plus_days(if document.lines.is_empty() { KEEP_EMPTY_DAYS } else { KEEP_DAYS }).unix()
}
