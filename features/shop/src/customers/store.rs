//! The SQL of customers' addresses.

use kernel::contracts::shop::Address;
use kernel::ids::UserId;
use kernel::{Fault, Page};
use runtime::{Sql, Tx, params};

const FIND: Sql = Sql::new("SELECT billing, shipping FROM {p}cartwright_customers WHERE user_id = ?");
const UPDATE: Sql =
    Sql::new("UPDATE {p}cartwright_customers SET billing = ?, shipping = ? WHERE user_id = ?");
const INSERT: Sql =
    Sql::new("INSERT INTO {p}cartwright_customers (user_id, billing, shipping) VALUES (?, ?, ?)");
const LIST: Sql =
    Sql::new("SELECT user_id FROM {p}cartwright_customers ORDER BY user_id DESC LIMIT ? OFFSET ?");
const COUNT: Sql = Sql::new("SELECT COUNT(*) FROM {p}cartwright_customers");

/// Billing and shipping address of an account; none when the shop does not know it.
pub(crate) fn find(tx: &mut Tx, user: UserId) -> Result<Option<(Address, Address)>, Fault> {
    let found: Option<(String, String)> =
        tx.one(&FIND, params![user], |row| Ok((row.get("billing")?, row.get("shipping")?)))?;
    found
        .map(|(billing, shipping)| {
            Ok((kernel::json::from_text(&billing)?, kernel::json::from_text(&shipping)?))
        })
        .transpose()
}

/// Writes both addresses.
pub(crate) fn put(tx: &mut Tx, user: UserId, billing: &Address, shipping: &Address) -> Result<(), Fault> {
    let (text, ships) = (kernel::json::to_text(billing), kernel::json::to_text(shipping));
    if tx.execute(&UPDATE, params![text, ships, user])? == 0 {
        add(tx, user, billing, shipping)?;
    }
    Ok(())
}

/// Writes the addresses of an account that has none. Where another has just written some the unit runs again, and finds them.
pub(crate) fn add(tx: &mut Tx, user: UserId, billing: &Address, shipping: &Address) -> Result<(), Fault> {
    let (billing, shipping) = (kernel::json::to_text(billing), kernel::json::to_text(shipping));
    match tx.execute(&INSERT, params![user, billing, shipping]) {
        Ok(_) => Ok(()),
        Err(error) => {
            if error.is_duplicate() {
                tx.run_again();
            }
            Err(error.into())
        }
    }
}

/// A page of customers' accounts, newest first.
pub(crate) fn list(tx: &mut Tx, limit: i64, offset: i64) -> Result<Page<UserId>, Fault> {
    let total = tx.count(&COUNT, params![])?;
    let rows = tx.rows(&LIST, params![limit, offset], |row| row.get("user_id"))?;
    Ok(Page { rows, total })
}
