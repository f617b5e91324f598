//! The SQL of the lines of orders and refunds: products, shipping, fees, taxes and coupons.

use kernel::Fault;
use kernel::ids::OrderId;
use runtime::{Sql, Tx, params};

use super::model::{Item, Order};

const ITEMS: Sql = Sql::new(
    "SELECT i.order_item_id, i.order_item_name, i.order_item_type, m.meta_key, m.meta_value \
     FROM {p}woocommerce_order_items i LEFT JOIN {p}woocommerce_order_itemmeta m ON m.order_item_id = i.order_item_id \
     WHERE i.order_id = ? ORDER BY i.order_item_id, m.meta_id",
);
const INSERT_ITEM: Sql = Sql::new(
    "INSERT INTO {p}woocommerce_order_items (order_item_name, order_item_type, order_id) VALUES (?, ?, ?)",
);
const INSERT_ITEM_META: Sql = Sql::new(
    "INSERT INTO {p}woocommerce_order_itemmeta (order_item_id, meta_key, meta_value) VALUES (?, ?, ?)",
);
const CLEAR_ITEM_META: Sql =
    Sql::new("DELETE FROM {p}woocommerce_order_itemmeta WHERE order_item_id = ? AND meta_key = ?");
const ITEM_IDS: Sql = Sql::new("SELECT order_item_id FROM {p}woocommerce_order_items WHERE order_id = ?");
const CLEAR_ITEMS: Sql = Sql::new("DELETE FROM {p}woocommerce_order_items WHERE order_id = ?");

const RENAME: Sql =
    Sql::new("UPDATE {p}woocommerce_order_items SET order_item_name = ? WHERE order_item_id = ?");
const CLEAR_META: Sql =
    Sql::new("DELETE FROM {p}woocommerce_order_itemmeta WHERE order_item_id = ? AND meta_key = ?");

/// Gives an item another name.
pub(crate) fn rename(tx: &mut Tx, item: i64, name: &str) -> Result<(), Fault> {
    tx.execute(&RENAME, params![name, item])?;
    Ok(())
}

/// Sets a metadata value of an item, or takes it away.
pub(crate) fn set_meta(tx: &mut Tx, item: i64, key: &str, value: Option<&str>) -> Result<(), Fault> {
    tx.execute(&CLEAR_META, params![item, key])?;
    if let Some(value) = value {
        tx.execute(&INSERT_ITEM_META, params![item, key, value])?;
    }
    Ok(())
}

/// Items with their metadata.
pub(crate) fn all(tx: &mut Tx, id: OrderId) -> Result<Vec<Item>, Fault> {
    let mut items: Vec<Item> = Vec::new();
    let rows: Vec<(Item, Option<String>, Option<String>)> = tx.rows(&ITEMS, params![id], |row| {
        let item = Item {
            id: row.get("order_item_id")?,
            name: row.get("order_item_name")?,
            kind: row.get("order_item_type")?,
            meta: Vec::new(),
        };
        Ok((item, row.get("meta_key")?, row.get("meta_value")?))
    })?;
    for (item, key, value) in rows {
        if items.last().is_none_or(|last| last.id != item.id) {
            items.push(item);
        }
        if let (Some(last), Some(key)) = (items.last_mut(), key) {
            last.meta.push((key, value.unwrap_or_default()));
        }
    }
    Ok(items)
}

/// Writes the items anew.
pub(crate) fn put(tx: &mut Tx, order: &mut Order) -> Result<(), Fault> {
    clear(tx, order.id)?;
    add(tx, order)
}

/// Takes the items away. Their metadata goes by the items' numbers: MariaDB would look through the metadata of every
/// order, and hold it, for a subquery in a DELETE.
pub(crate) fn clear(tx: &mut Tx, id: OrderId) -> Result<(), Fault> {
    let items: Vec<i64> = tx.rows(&ITEM_IDS, params![id], |row| row.get("order_item_id"))?;
    for some in items.chunks(64) {
        let marks = vec!["?"; some.len()].join(", ");
        let values: Vec<db::Param<'_>> = some.iter().map(|item| db::Param::from(*item)).collect();
        let text = format!("DELETE FROM {{p}}woocommerce_order_itemmeta WHERE order_item_id IN ({marks})");
        tx.execute_text(&text, &values)?;
    }
    if !items.is_empty() {
        tx.execute(&CLEAR_ITEMS, params![id])?;
    }
    Ok(())
}

/// Sets a metadata value of an item.
pub(crate) fn put_meta(tx: &mut Tx, item: i64, key: &str, value: &str) -> Result<(), Fault> {
    tx.execute(&CLEAR_ITEM_META, params![item, key])?;
    tx.execute(&INSERT_ITEM_META, params![item, key, value])?;
    Ok(())
}

/// Adds metadata values that the items do not have yet.
pub(crate) fn add_meta(tx: &mut Tx, values: &[(i64, &str, String)]) -> Result<(), Fault> {
    let rows: Vec<_> = values.iter().map(|(item, key, value)| params![*item, *key, value].to_vec()).collect();
    tx.insert_rows(&INSERT_ITEM_META, &rows)?;
    Ok(())
}

/// Writes the items of an order that has none.
pub(crate) fn add(tx: &mut Tx, order: &mut Order) -> Result<(), Fault> {
    for item in &mut order.items {
        item.id = tx.insert(&INSERT_ITEM, params![&item.name, &item.kind, order.id])?;
    }
    let meta: Vec<_> = order
        .items
        .iter()
        .flat_map(|item| item.meta.iter().map(|(key, value)| params![item.id, key, value].to_vec()))
        .collect();
    tx.insert_rows(&INSERT_ITEM_META, &meta)?;
    Ok(())
}
