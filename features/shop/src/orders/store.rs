//! The SQL of orders.

use db::DbError;
use kernel::contracts::shop::Address;
use kernel::ids::{OrderId, UserId};
use kernel::{Currency, Decimal, Fault, Moment, Page};
use runtime::{Row, Sql, Tx, params};

use super::model::{Filter, Order};
use super::store_items;
pub(crate) use super::store_notes::{add_note, notes};

const RECORD: Sql = Sql::new(
    "INSERT INTO {p}cartwright_order_records (idempotency_key, version, cart_token) VALUES (?, 1, ?)",
);
const BY_KEY: Sql = Sql::new("SELECT id FROM {p}cartwright_order_records WHERE idempotency_key = ?");
const BUMP: Sql = Sql::new("UPDATE {p}cartwright_order_records SET version = version + 1 WHERE id = ?");
const INSERT: Sql = Sql::new(
    "INSERT INTO {p}wc_orders (id, status, currency, type, tax_amount, total_amount, customer_id, billing_email, email_normal, \
     date_created_gmt, date_updated_gmt, parent_order_id, payment_method, payment_method_title, transaction_id, ip_address, \
     user_agent, customer_note) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
);
const INSERT_OPERATIONAL: Sql = Sql::new(
    "INSERT INTO {p}wc_order_operational_data (order_id, created_via, woocommerce_version, prices_include_tax, \
     coupon_usages_are_counted, cart_hash, order_key, order_stock_reduced, date_paid_gmt, date_completed_gmt, \
     shipping_tax_amount, shipping_total_amount, discount_tax_amount, discount_total_amount, recorded_sales) \
     VALUES (?, ?, '', ?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)",
);
const UPDATE: Sql = Sql::new(
    "UPDATE {p}wc_orders SET status = ?, tax_amount = ?, total_amount = ?, customer_id = ?, billing_email = ?, email_normal = ?, \
     date_updated_gmt = ?, parent_order_id = ?, payment_method = ?, payment_method_title = ?, transaction_id = ?, \
     customer_note = ? WHERE id = ?",
);
const UPDATE_OPERATIONAL: Sql = Sql::new(
    "UPDATE {p}wc_order_operational_data SET order_stock_reduced = ?, date_paid_gmt = ?, date_completed_gmt = ?, \
     shipping_tax_amount = ?, shipping_total_amount = ?, discount_tax_amount = ?, discount_total_amount = ? WHERE order_id = ?",
);
const RENEW: Sql =
    Sql::new("UPDATE {p}wc_orders SET currency = ?, ip_address = ?, user_agent = ? WHERE id = ?");
const RENEW_OPERATIONAL: Sql = Sql::new(
    "UPDATE {p}wc_order_operational_data SET prices_include_tax = ?, cart_hash = ? WHERE order_id = ?",
);
const RETIRE: Sql = Sql::new("UPDATE {p}cartwright_order_records SET idempotency_key = ? WHERE id = ?");
const COLUMNS: &str = "o.id, o.status, o.currency, o.type, o.tax_amount, o.total_amount, o.customer_id, o.billing_email, \
    o.date_created_gmt, o.date_updated_gmt, o.parent_order_id, o.payment_method, o.payment_method_title, o.transaction_id, \
    o.ip_address, o.user_agent, o.customer_note, d.created_via, d.prices_include_tax, d.cart_hash, d.order_key, \
    d.order_stock_reduced, d.date_paid_gmt, d.date_completed_gmt, d.shipping_tax_amount, d.shipping_total_amount, \
    d.discount_tax_amount, d.discount_total_amount, r.version, r.cart_token";
const FROM: &str = "FROM {p}wc_orders o JOIN {p}wc_order_operational_data d ON d.order_id = o.id \
    JOIN {p}cartwright_order_records r ON r.id = o.id";
const ADDRESSES: Sql = Sql::new(
    "SELECT address_type, first_name, last_name, company, address_1, address_2, city, state, postcode, country, email, phone \
     FROM {p}wc_order_addresses WHERE order_id = ?",
);
const CLEAR_ADDRESSES: Sql = Sql::new("DELETE FROM {p}wc_order_addresses WHERE order_id = ?");
const INSERT_ADDRESS: Sql = Sql::new(
    "INSERT INTO {p}wc_order_addresses (order_id, address_type, first_name, last_name, company, address_1, address_2, city, \
     state, postcode, country, email, phone) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
);
const META: Sql =
    Sql::new("SELECT meta_key, meta_value FROM {p}wc_orders_meta WHERE order_id = ? ORDER BY id");
const CLEAR_META: Sql = Sql::new("DELETE FROM {p}wc_orders_meta WHERE order_id = ? AND meta_key = ?");
const INSERT_META: Sql =
    Sql::new("INSERT INTO {p}wc_orders_meta (order_id, meta_key, meta_value) VALUES (?, ?, ?)");
const CLEAR_ALL_META: Sql = Sql::new("DELETE FROM {p}wc_orders_meta WHERE order_id = ?");
const CLEAR_NOTES: Sql = Sql::new("DELETE FROM {p}cartwright_order_notes WHERE order_id = ?");
const CLEAR_OPERATIONAL: Sql = Sql::new("DELETE FROM {p}wc_order_operational_data WHERE order_id = ?");
const CLEAR_ORDER: Sql = Sql::new("DELETE FROM {p}wc_orders WHERE id = ?");
const REFUNDS: Sql = Sql::new(
    "SELECT id FROM {p}wc_orders WHERE parent_order_id = ? AND type = 'shop_order_refund' AND status = ? ORDER BY id",
);
const CHILDREN: Sql =
    Sql::new("SELECT id FROM {p}wc_orders WHERE parent_order_id = ? AND type = 'shop_order' ORDER BY id");
const ORDERED: Sql = Sql::new(
    "SELECT COUNT(*) FROM {p}wc_orders o JOIN {p}wc_order_operational_data d ON d.order_id = o.id \
     WHERE o.email_normal = ? AND o.type = 'shop_order' AND o.status IN ('wc-processing', 'wc-completed', 'wc-on-hold') \
     AND (o.date_created_gmt >= ? OR d.date_paid_gmt >= ?)",
);
const UNPAID: Sql = Sql::new(
    "SELECT id FROM {p}wc_orders WHERE type = 'shop_order' AND status = 'wc-pending' AND date_updated_gmt < ? ORDER BY id LIMIT 200",
);
const WAITING_REFUNDS: Sql = Sql::new(
    "SELECT id FROM {p}wc_orders WHERE type = 'shop_order_refund' AND status = 'wc-pending' AND date_created_gmt < ? \
     ORDER BY id LIMIT 100",
);

/// The order that was written under this key.
pub(crate) fn by_key(tx: &mut Tx, key: &str) -> Result<Option<OrderId>, Fault> {
    Ok(tx.one(&BY_KEY, params![key], |row| row.get("id"))?)
}

/// Takes the number of an order under its key. A parallel unit with the same key makes this one run again.
pub(crate) fn take_number(tx: &mut Tx, key: &str, cart_token: &str) -> Result<OrderId, Fault> {
    match tx.insert(&RECORD, params![key, cart_token]) {
        Ok(id) => Ok(OrderId(id)),
        Err(error) => {
            if error.is_duplicate() {
                tx.run_again();
            }
            Err(error.into())
        }
    }
}

/// Writes a fresh order under its key and gives its id. A parallel unit with the same key makes this one run again.
pub(crate) fn insert(tx: &mut Tx, key: &str, order: &mut Order) -> Result<OrderId, Fault> {
    // A child order's number may have been taken before, with its stock.
    let number = if order.parent_id.0 > 0 { by_key(tx, key)? } else { None };
    let id = match number {
        Some(id) => id,
        None => take_number(tx, key, &order.cart_token)?,
    };
    order.id = id;
    let normal = kernel::text::normal_email(&order.billing.email);
    tx.execute(
        &INSERT,
        params![
            id,
            format!("wc-{}", order.status),
            order.currency,
            &order.kind,
            order.total_tax,
            order.total,
            order.customer_id,
            &order.billing.email,
            normal,
            order.created_at,
            order.updated_at,
            order.parent_id,
            &order.payment_method,
            &order.payment_method_title,
            &order.transaction_id,
            &order.ip_address,
            &order.user_agent,
            &order.customer_note
        ],
    )?;
    tx.execute(
        &INSERT_OPERATIONAL,
        params![
            id,
            &order.created_via,
            order.prices_include_tax,
            &order.cart_hash,
            &order.order_key,
            order.stock_reduced,
            order.paid_at,
            order.completed_at,
            order.shipping_tax,
            order.shipping_total,
            order.discount_tax,
            order.discount_total
        ],
    )?;
    add_addresses(tx, order)?;
    store_items::add(tx, order)?;
    let meta: Vec<_> = order.meta.iter().map(|(key, value)| params![id, key, value].to_vec()).collect();
    tx.insert_rows(&INSERT_META, &meta)?;
    Ok(id)
}

/// Counts up the order's version, which holds it for this unit. False when there is no such order.
pub(crate) fn bump(tx: &mut Tx, id: OrderId) -> Result<bool, Fault> {
    Ok(tx.execute(&BUMP, params![id])? > 0)
}

/// Writes what may change of an order. Items, addresses and metadata have their own.
pub(crate) fn update(tx: &mut Tx, order: &Order) -> Result<(), Fault> {
    let now = tx.now();
    let normal = kernel::text::normal_email(&order.billing.email);
    tx.execute(
        &UPDATE,
        params![
            format!("wc-{}", order.status),
            order.total_tax,
            order.total,
            order.customer_id,
            &order.billing.email,
            normal,
            now,
            order.parent_id,
            &order.payment_method,
            &order.payment_method_title,
            &order.transaction_id,
            &order.customer_note,
            order.id
        ],
    )?;
    tx.execute(
        &UPDATE_OPERATIONAL,
        params![
            order.stock_reduced,
            order.paid_at,
            order.completed_at,
            order.shipping_tax,
            order.shipping_total,
            order.discount_tax,
            order.discount_total,
            order.id
        ],
    )?;
    Ok(())
}

/// Writes what changes of an order that is placed anew besides.
pub(crate) fn renew(tx: &mut Tx, order: &Order) -> Result<(), Fault> {
    tx.execute(&RENEW, params![order.currency, &order.ip_address, &order.user_agent, order.id])?;
    tx.execute(&RENEW_OPERATIONAL, params![order.prices_include_tax, &order.cart_hash, order.id])?;
    Ok(())
}

/// Takes the key away from an order that came to nothing, for a fresh one.
pub(crate) fn retire_key(tx: &mut Tx, key: &str, id: OrderId) -> Result<(), Fault> {
    let retired = kernel::hash::sha256(format!("retired:{id}:{key}"));
    tx.execute(&RETIRE, params![retired, id])?;
    Ok(())
}

/// Writes both addresses anew.
pub(crate) fn put_addresses(tx: &mut Tx, order: &Order) -> Result<(), Fault> {
    tx.execute(&CLEAR_ADDRESSES, params![order.id])?;
    add_addresses(tx, order)
}

fn add_addresses(tx: &mut Tx, order: &Order) -> Result<(), Fault> {
    let mut rows = Vec::new();
    for (kind, address) in [("billing", &order.billing), ("shipping", &order.shipping)] {
        if *address == Address::default() {
            continue;
        }
        rows.push(
            params![
                order.id,
                kind,
                &address.first_name,
                &address.last_name,
                &address.company,
                &address.address_1,
                &address.address_2,
                &address.city,
                &address.state,
                &address.postcode,
                &address.country,
                &address.email,
                &address.phone
            ]
            .to_vec(),
        );
    }
    tx.insert_rows(&INSERT_ADDRESS, &rows)?;
    Ok(())
}

/// Sets a metadata value.
pub(crate) fn put_meta(tx: &mut Tx, id: OrderId, key: &str, value: &str) -> Result<(), Fault> {
    tx.execute(&CLEAR_META, params![id, key])?;
    tx.execute(&INSERT_META, params![id, key, value])?;
    Ok(())
}

fn order(row: &Row) -> Result<Order, DbError> {
    let status: String = row.get("status")?;
    let amount = |column: &str| -> Result<Decimal, DbError> {
        Ok(row.get::<Option<Decimal>>(column)?.unwrap_or(Decimal::ZERO))
    };
    Ok(Order {
        id: row.get("id")?,
        kind: row.get("type")?,
        parent_id: row.get("parent_order_id")?,
        status: status.strip_prefix("wc-").unwrap_or(&status).to_owned(),
        currency: row.get::<Currency>("currency")?,
        customer_id: row.get::<UserId>("customer_id")?,
        billing: Address::default(),
        shipping: Address::default(),
        payment_method: row.get("payment_method")?,
        payment_method_title: row.get("payment_method_title")?,
        transaction_id: row.get("transaction_id")?,
        ip_address: row.get("ip_address")?,
        user_agent: row.get("user_agent")?,
        customer_note: row.get("customer_note")?,
        created_via: row.get("created_via")?,
        order_key: row.get("order_key")?,
        cart_token: row.get("cart_token")?,
        cart_hash: row.get("cart_hash")?,
        prices_include_tax: row.get("prices_include_tax")?,
        stock_reduced: row.get("order_stock_reduced")?,
        discount_total: amount("discount_total_amount")?,
        discount_tax: amount("discount_tax_amount")?,
        shipping_total: amount("shipping_total_amount")?,
        shipping_tax: amount("shipping_tax_amount")?,
        total_tax: amount("tax_amount")?,
        total: amount("total_amount")?,
        items: Vec::new(),
        meta: Vec::new(),
        created_at: row.get("date_created_gmt")?,
        updated_at: row.get("date_updated_gmt")?,
        paid_at: row.get("date_paid_gmt")?,
        completed_at: row.get("date_completed_gmt")?,
        version: row.get("version")?,
    })
}

/// An order or a refund with all that belongs to it.
pub(crate) fn find(tx: &mut Tx, id: OrderId) -> Result<Option<Order>, Fault> {
    let text = format!("SELECT {COLUMNS} {FROM} WHERE o.id = ?");
    match tx.rows_text(&text, params![id], order)?.pop() {
        Some(order) => complete(tx, order).map(Some),
        None => Ok(None),
    }
}

fn complete(tx: &mut Tx, mut order: Order) -> Result<Order, Fault> {
    let addresses = tx
        .rows(&ADDRESSES, params![order.id], |row| Ok((row.get::<String>("address_type")?, address(row)?)))?;
    for (kind, address) in addresses {
        if kind == "billing" {
            order.billing = address;
        } else {
            order.shipping = address;
        }
    }
    order.meta =
        tx.rows(&META, params![order.id], |row| Ok((row.get("meta_key")?, row.get("meta_value")?)))?;
    order.items = store_items::all(tx, order.id)?;
    Ok(order)
}

fn address(row: &Row) -> Result<Address, DbError> {
    Ok(Address {
        first_name: row.get("first_name")?,
        last_name: row.get("last_name")?,
        company: row.get("company")?,
        address_1: row.get("address_1")?,
        address_2: row.get("address_2")?,
        city: row.get("city")?,
        state: row.get("state")?,
        postcode: row.get("postcode")?,
        country: row.get("country")?,
        email: row.get("email")?,
        phone: row.get("phone")?,
    })
}

/// Refunds of an order that are in this status: `completed` ones have moved money.
pub(crate) fn refunds(tx: &mut Tx, parent: OrderId, status: &str) -> Result<Vec<Order>, Fault> {
    let ids: Vec<OrderId> =
        tx.rows(&REFUNDS, params![parent, format!("wc-{status}")], |row| row.get("id"))?;
    found(tx, ids)
}

pub(crate) fn children(tx: &mut Tx, parent: OrderId) -> Result<Vec<Order>, Fault> {
    let ids: Vec<OrderId> = tx.rows(&CHILDREN, params![parent], |row| row.get("id"))?;
    found(tx, ids)
}

fn found(tx: &mut Tx, ids: Vec<OrderId>) -> Result<Vec<Order>, Fault> {
    let mut orders = Vec::with_capacity(ids.len());
    for id in ids {
        orders.extend(find(tx, id)?);
    }
    Ok(orders)
}

/// A page of orders, newest first unless asked otherwise.
pub(crate) fn list(tx: &mut Tx, filter: &Filter) -> Result<Page<Order>, Fault> {
    let mut condition = String::from("o.type = 'shop_order'");
    let mut values: Vec<db::Param<'_>> = Vec::new();
    if filter.statuses.is_empty() {
        condition.push_str(" AND o.status <> 'wc-trash' AND o.status NOT LIKE 'wc-cartbay-%'");
    } else {
        let marks = vec!["?"; filter.statuses.len()].join(", ");
        condition.push_str(&format!(" AND o.status IN ({marks})"));
        values.extend(filter.statuses.iter().map(|status| db::Param::from(format!("wc-{status}"))));
    }
    for (text, value) in
        [(" AND o.customer_id = ?", filter.customer_id), (" AND o.parent_order_id = ?", filter.parent_id)]
    {
        if let Some(value) = value {
            condition.push_str(text);
            values.push(value.into());
        }
    }
    if let Some(product) = filter.product_id {
        condition.push_str(
            " AND o.id IN (SELECT i.order_id FROM {p}woocommerce_order_items i JOIN {p}woocommerce_order_itemmeta m \
             ON m.order_item_id = i.order_item_id WHERE m.meta_key IN ('_product_id', '_variation_id') AND m.meta_value = ?)",
        );
        values.push(product.to_string().into());
    }
    for (text, value) in
        [(" AND o.date_created_gmt >= ?", filter.after), (" AND o.date_created_gmt <= ?", filter.before)]
    {
        if let Some(value) = value {
            condition.push_str(text);
            values.push(value.into());
        }
    }
    if !filter.include.is_empty() {
        let marks = vec!["?"; filter.include.len()].join(", ");
        condition.push_str(&format!(" AND o.id IN ({marks})"));
        values.extend(filter.include.iter().map(|id| db::Param::from(*id)));
    }
    if !filter.search.is_empty() {
        let pattern = format!("%{}%", filter.search.replace(['%', '_'], ""));
        condition.push_str(
            " AND (o.email_normal LIKE ? OR o.id = ? OR o.id IN (SELECT order_id FROM {p}wc_order_addresses \
             WHERE LOWER(first_name) LIKE ? OR LOWER(last_name) LIKE ?))",
        );
        let number: i64 = filter.search.trim_start_matches('#').parse().unwrap_or(0);
        values.extend([pattern.clone().into(), number.into(), pattern.clone().into(), pattern.into()]);
    }
    let total =
        tx.count_text(&format!("SELECT COUNT(*) FROM {{p}}wc_orders o WHERE {condition}"), &values)?;
    let order_by =
        if filter.ascending { "o.date_created_gmt, o.id" } else { "o.date_created_gmt DESC, o.id DESC" };
    let text = format!("SELECT {COLUMNS} {FROM} WHERE {condition} ORDER BY {order_by} LIMIT ? OFFSET ?");
    values.extend([db::Param::from(filter.limit), db::Param::from(filter.offset)]);
    let plain = tx.rows_text(&text, &values, order)?;
    let mut rows = Vec::with_capacity(plain.len());
    for order in plain {
        rows.push(complete(tx, order)?);
    }
    Ok(Page { rows, total })
}

/// Has this address a paid or on-hold order since then?
pub(crate) fn has_ordered_since(tx: &mut Tx, email: &str, since: Moment) -> Result<bool, Fault> {
    Ok(tx.count(&ORDERED, params![kernel::text::normal_email(email), since, since])? > 0)
}

/// Unpaid orders that nothing has happened to since `before`.
pub(crate) fn unpaid(tx: &mut Tx, before: Moment) -> Result<Vec<OrderId>, Fault> {
    Ok(tx.rows(&UNPAID, params![before], |row| row.get("id"))?)
}

/// Refunds that were begun before a moment and have not come to an end.
pub(crate) fn waiting_refunds(tx: &mut Tx, before: Moment) -> Result<Vec<OrderId>, Fault> {
    Ok(tx.rows(&WAITING_REFUNDS, params![before], |row| row.get("id"))?)
}

/// Takes an order and all that belongs to it away; its number and key stay taken.
pub(crate) fn remove(tx: &mut Tx, id: OrderId) -> Result<(), Fault> {
    store_items::clear(tx, id)?;
    for sql in [&CLEAR_ALL_META, &CLEAR_NOTES, &CLEAR_ADDRESSES, &CLEAR_OPERATIONAL, &CLEAR_ORDER] {
        tx.execute(sql, params![id])?;
    }
    Ok(())
}
