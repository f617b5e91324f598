//! The SQL of customers' addresses.

use kernel::Fault;
use kernel::contracts::shop::Address;
use kernel::ids::UserId;
use runtime::{Sql, Tx, params};

use crate::wire::Meta;

const FIND: Sql = Sql::new("SELECT billing, shipping FROM {p}cartwright_customers WHERE user_id = ?");
const UPDATE: Sql =
    Sql::new("UPDATE {p}cartwright_customers SET billing = ?, shipping = ? WHERE user_id = ?");
const INSERT: Sql =
    Sql::new("INSERT INTO {p}cartwright_customers (user_id, billing, shipping) VALUES (?, ?, ?)");
const DETAILS: Sql = Sql::new("SELECT details FROM {p}cartwright_customers WHERE user_id = ?");
const SET_DETAILS: Sql = Sql::new("UPDATE {p}cartwright_customers SET details = ? WHERE user_id = ?");
const TOUCH: Sql = Sql::new("UPDATE {p}cartwright_customers SET billing = billing WHERE user_id = ?");
const BUYERS: Sql = Sql::new(
    "SELECT COUNT(*) FROM {p}wc_orders WHERE type = 'shop_order' AND customer_id = ? AND status IN ('wc-processing', 'wc-completed')",
);

/// Holds the customer's row until the transaction ends.
pub(crate) fn hold(tx: &mut Tx, user: UserId) -> Result<(), Fault> {
    tx.execute(&TOUCH, params![user])?;
    Ok(())
}

/// Metadata of a customer.
pub(crate) fn meta(tx: &mut Tx, user: UserId) -> Result<Vec<Meta>, Fault> {
    let text: Option<Option<String>> = tx.one(&DETAILS, params![user], |row| row.get("details"))?;
    text.flatten().map_or_else(|| Ok(Vec::new()), |text| kernel::json::from_text(&text))
}

/// Writes the metadata of a customer who has a row.
pub(crate) fn put_meta(tx: &mut Tx, user: UserId, meta: &[Meta]) -> Result<(), Fault> {
    tx.execute(&SET_DETAILS, params![kernel::json::to_text(&meta), user])?;
    Ok(())
}

/// Has the account paid for an order?
pub(crate) fn has_paid(tx: &mut Tx, user: UserId) -> Result<bool, Fault> {
    Ok(tx.count(&BUYERS, params![user])? > 0)
}

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
