//! The SQL of forgetting a person: in his own rows, in carts, in orders.

use kernel::ids::{OrderId, UserId};
use kernel::{Fault, text};
use runtime::{Sql, Tx, params};

const CUSTOMER: Sql = Sql::new("DELETE FROM {p}cartwright_customers WHERE user_id = ?");
const CARTS: Sql = Sql::new(
    "DELETE FROM {p}woocommerce_sessions WHERE session_key = ? OR session_value LIKE ? ESCAPE '!' \
     OR session_value LIKE ? ESCAPE '!'",
);
const ORDERS: Sql = Sql::new(
    "SELECT id FROM {p}wc_orders WHERE type <> 'shop_order_refund' AND ((customer_id = ? AND customer_id > 0) \
     OR (email_normal = ? AND email_normal <> ''))",
);
const ORDER: Sql = Sql::new(
    "UPDATE {p}wc_orders SET customer_id = 0, billing_email = '', email_normal = '', ip_address = '', user_agent = '', \
     customer_note = '' WHERE id = ?",
);
const ADDRESSES: Sql = Sql::new(
    "UPDATE {p}wc_order_addresses SET first_name = '', last_name = '', company = '', address_1 = '', address_2 = '', \
     city = '', postcode = '', email = '', phone = '' WHERE order_id = ?",
);

/// The account's addresses.
pub(crate) fn customer(tx: &mut Tx, user: UserId) -> Result<(), Fault> {
    tx.execute(&CUSTOMER, params![user])?;
    Ok(())
}

/// Carts of the account, or with its address typed into them.
pub(crate) fn carts(tx: &mut Tx, user: UserId, email: &str) -> Result<(), Fault> {
    let plain = email.replace('!', "!!").replace('%', "!%").replace('_', "!_");
    let own = format!("%\"customer_id\":{user},%");
    let typed = format!("%\"email\":\"{plain}\"%");
    tx.execute(&CARTS, params![format!("account:{user}"), own, typed])?;
    Ok(())
}

/// What says whose an order was. Country and state stay, by which it was taxed, and every amount.
pub(crate) fn orders(tx: &mut Tx, user: UserId, email: &str) -> Result<(), Fault> {
    let ids: Vec<OrderId> =
        tx.rows(&ORDERS, params![user, text::normal_email(email)], |row| row.get("id"))?;
    for id in ids {
        tx.execute(&ORDER, params![id])?;
        tx.execute(&ADDRESSES, params![id])?;
    }
    Ok(())
}
