//! The lines of an order that a change over `wc/v3` names: an answer can be sent back, and names and metadata can change;
//! what was sold cannot.

use kernel::{Amount, Decimal, Fault};
use runtime::Tx;

use super::model::{Item, Order};
use super::rest_body::{OrderBody, meta_text};
use super::store_items;

/// Checks the lines that a body names against those that are there, and sets their names and metadata.
pub(super) fn change(tx: &mut Tx, order: &Order, body: &OrderBody) -> Result<(), Fault> {
    for (index, line) in body.line_items.iter().flatten().enumerate() {
        let field = format!("line_items[{index}]");
        let item = there(order, "line_item", line.id, &field)?;
        for (name, named, own) in [
            ("product_id", line.product_id.map(|id| id.0), item.product_id().0),
            ("variation_id", line.variation_id.map(|id| id.0), item.variation_id().0),
            ("quantity", line.quantity, item.number("_qty")),
        ] {
            if named.is_some_and(|named| named != own) {
                return Err(sold_already(&format!("{field}.{name}")));
            }
        }
        same_amount(order, item, "_line_subtotal", line.subtotal, &format!("{field}.subtotal"))?;
        same_amount(order, item, "_line_total", line.total, &format!("{field}.total"))?;
        rename(tx, item, line.name.as_ref(), &format!("{field}.name"))?;
        for meta in line.meta_data.iter().flatten() {
            meta.check_value()?;
            let key = meta.checked_key(None)?;
            let value = meta_text(&meta.value);
            let known = item.meta.iter().any(|(own, _)| *own == key);
            if (known && item.get(&key) == value) || (meta.value.is_null() && !known) {
                continue;
            }
            if key.starts_with('_') {
                return Err(Fault::invalid(
                    format!("{field}.meta_data"),
                    "What begins with _ belongs to the shop. Use another key.",
                ));
            }
            store_items::set_meta(tx, item.id, &key, (!meta.value.is_null()).then_some(value.as_str()))?;
        }
    }
    for (index, line) in body.shipping_lines.iter().flatten().enumerate() {
        let field = format!("shipping_lines[{index}]");
        let item = there(order, "shipping", line.id, &field)?;
        same_amount(order, item, "cost", line.total, &format!("{field}.total"))?;
        if line.method_id.as_ref().is_some_and(|method| method != item.get("method_id")) {
            return Err(sold_already(&format!("{field}.method_id")));
        }
        rename(tx, item, line.method_title.as_ref(), &format!("{field}.method_title"))?;
    }
    for (index, line) in body.fee_lines.iter().flatten().enumerate() {
        let field = format!("fee_lines[{index}]");
        let item = there(order, "fee", line.id, &field)?;
        same_amount(order, item, "_line_total", line.total, &format!("{field}.total"))?;
        rename(tx, item, line.name.as_ref(), &format!("{field}.name"))?;
    }
    for line in body.coupon_lines.iter().flatten() {
        let code = crate::coupons::normal_code(line.code.as_deref().unwrap_or_default());
        if !order.of_kind("coupon").any(|item| item.name == code) {
            return Err(sold_already("coupon_lines"));
        }
    }
    Ok(())
}

fn sold_already(field: &str) -> Fault {
    Fault::invalid(field, "The lines of an order cannot be changed. Refund it and make another.")
}

fn there<'order>(
    order: &'order Order,
    kind: &str,
    id: Option<i64>,
    field: &str,
) -> Result<&'order Item, Fault> {
    let Some(id) = id.filter(|id| *id != 0) else { return Err(sold_already(field)) };
    order.items.iter().find(|item| item.id == id && item.kind == kind).ok_or_else(|| {
        Fault::new(
            kernel::FaultKind::Invalid,
            "woocommerce_rest_invalid_item_id",
            "Order item ID provided is not associated with order.",
        )
        .and_invalid(format!("{field}.id"), "This order has no such line. Read it anew.")
    })
}

/// An amount that is named must be the one that is shown.
fn same_amount(
    order: &Order,
    item: &Item,
    key: &str,
    named: Option<Amount>,
    field: &str,
) -> Result<(), Fault> {
    let digits = order.currency.exponent();
    let round = |amount: Decimal| amount.round(digits, kernel::decimal::Rounding::HalfUp);
    match named {
        Some(named) if round(named.decimal()) != round(item.amount(key)) => Err(sold_already(field)),
        _ => Ok(()),
    }
}

fn rename(tx: &mut Tx, item: &Item, named: Option<&String>, field: &str) -> Result<(), Fault> {
    match named {
        Some(named) if *named != item.name => {
            store_items::rename(tx, item.id, &kernel::text::line(field, named, 500)?)
        }
        _ => Ok(()),
    }
}
