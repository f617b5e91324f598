//! The SQL of lists of orders.

use kernel::{Fault, Page};
use runtime::Tx;

use super::model::{Filter, Order, SortBy};
use super::store::{COLUMNS, FROM, complete, order};
use crate::conditions::{Conditions, by_place, pattern};

/// A page of orders, newest first unless asked otherwise.
pub(crate) fn list(tx: &mut Tx, filter: &Filter) -> Result<Page<Order>, Fault> {
    let conditions = conditions(filter);
    let condition = conditions.text().to_owned();
    let mut values = conditions.values;
    let total = tx.count_text(&format!("SELECT COUNT(*) {FROM} WHERE {condition}"), &values)?;
    let direction = if filter.ascending { "ASC" } else { "DESC" };
    let order_by = match &filter.sort_by {
        SortBy::Date => format!("o.date_created_gmt {direction}, o.id {direction}"),
        SortBy::Modified => format!("o.date_updated_gmt {direction}, o.id {direction}"),
        SortBy::Id => format!("o.id {direction}"),
        SortBy::Include => {
            format!("{}, o.id", by_place("o.id", filter.include.as_deref().unwrap_or_default()))
        }
    };
    let text = format!("SELECT {COLUMNS} {FROM} WHERE {condition} ORDER BY {order_by} LIMIT ? OFFSET ?");
    values.extend([db::Param::from(filter.limit), db::Param::from(filter.offset)]);
    let plain = tx.rows_text(&text, &values, order)?;
    let mut rows = Vec::with_capacity(plain.len());
    for order in plain {
        rows.push(complete(tx, order)?);
    }
    Ok(Page { rows, total })
}

fn conditions(filter: &Filter) -> Conditions {
    let mut conditions = Conditions::new("o.type = 'shop_order'");
    if filter.statuses.is_empty() {
        conditions.and("o.status <> 'wc-trash' AND o.status NOT LIKE 'wc-cartbay-%'", []);
    } else {
        conditions.one_of("o.status", filter.statuses.iter().map(|status| format!("wc-{status}")));
    }
    if let Some(customer) = filter.customer_id {
        conditions.and("o.customer_id = ?", [customer.into()]);
    }
    for (column, wanted, unwanted) in [
        ("o.parent_order_id", &filter.parents, &filter.not_parents),
        ("o.id", &filter.include, &filter.exclude),
    ] {
        if let Some(ids) = wanted {
            conditions.one_of(column, ids.clone());
        }
        if let Some(ids) = unwanted {
            conditions.none_of(column, ids.clone());
        }
    }
    if let Some(ways) = &filter.created_via {
        conditions.one_of("d.created_via", ways.clone());
    }
    if let Some(product) = filter.product_id {
        conditions.and(
            "o.id IN (SELECT i.order_id FROM {p}woocommerce_order_items i JOIN {p}woocommerce_order_itemmeta m \
             ON m.order_item_id = i.order_item_id WHERE m.meta_key IN ('_product_id', '_variation_id') AND m.meta_value = ?)",
            [product.to_string().into()],
        );
    }
    conditions.between("o.date_created_gmt", filter.dates.after, filter.dates.before);
    conditions.between("o.date_updated_gmt", filter.dates.modified_after, filter.dates.modified_before);
    if !filter.search.is_empty() {
        let number: i64 = filter.search.trim_start_matches('#').parse().unwrap_or(0);
        // Every word stands somewhere in one address, so that a whole name is found.
        let words: Vec<String> = filter.search.split_whitespace().map(pattern).collect();
        let columns = "LOWER(CONCAT(first_name, ' ', last_name, ' ', company, ' ', email, ' ', phone, ' ', address_1, ' ', city, ' ', postcode))";
        let each = vec![format!("{columns} LIKE ? ESCAPE '!'"); words.len()].join(" AND ");
        let mut values = vec![db::Param::from(pattern(&filter.search)), number.into()];
        values.extend(words.into_iter().map(db::Param::from));
        conditions.and(
            &format!(
                "(o.email_normal LIKE ? ESCAPE '!' OR o.id = ? OR o.id IN (SELECT order_id FROM {{p}}wc_order_addresses WHERE {each}))"
            ),
            values,
        );
    }
    conditions
}
