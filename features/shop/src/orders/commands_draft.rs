//! Putting an order together before it is written.

use kernel::contracts::shop::Address;
use kernel::ids::{OrderId, ProductId, UserId};
use kernel::{Currency, Decimal};
use runtime::Tx;
use serde_json::json;

use super::model::{Item, Order};
use crate::totals::{ChargeTotals, LineTotals, Taxes, Totals};

/// Characters of an order's key behind `wc_order_`.
const KEY_LENGTH: usize = 22;

/// An order with nothing in it.
pub(crate) fn blank(tx: &Tx, currency: Currency) -> Order {
    let now = tx.now();
    Order {
        id: OrderId(0),
        kind: "shop_order".to_owned(),
        parent_id: OrderId(0),
        status: "pending".to_owned(),
        currency,
        customer_id: UserId(0),
        billing: Address::default(),
        shipping: Address::default(),
        payment_method: String::new(),
        payment_method_title: String::new(),
        transaction_id: String::new(),
        ip_address: String::new(),
        user_agent: String::new(),
        customer_note: String::new(),
        created_via: "checkout".to_owned(),
        order_key: format!("wc_order_{}", tx.entropy().alphanumeric(KEY_LENGTH)),
        cart_token: String::new(),
        cart_hash: String::new(),
        prices_include_tax: false,
        stock_reduced: false,
        discount_total: Decimal::ZERO,
        discount_tax: Decimal::ZERO,
        shipping_total: Decimal::ZERO,
        shipping_tax: Decimal::ZERO,
        total_tax: Decimal::ZERO,
        total: Decimal::ZERO,
        items: Vec::new(),
        meta: Vec::new(),
        created_at: now,
        updated_at: now,
        paid_at: None,
        completed_at: None,
        version: 1,
    }
}

/// What a line sells.
pub(crate) struct SoldLine<'a> {
    pub(crate) product_id: ProductId,
    pub(crate) variation_id: ProductId,
    pub(crate) name: &'a str,
    pub(crate) quantity: i64,
    pub(crate) tax_class: &'a str,
    pub(crate) variation: &'a [(String, String)],
    pub(crate) offer_id: Option<i64>,
}

fn taxes_json(taxes: &Taxes) -> serde_json::Value {
    taxes
        .iter()
        .map(|(rate, amount)| (rate.to_string(), json!(amount.to_string())))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

/// A line of goods.
pub(crate) fn line_item(sold: &SoldLine, totals: &LineTotals) -> Item {
    let data = json!({ "total": taxes_json(&totals.taxes), "subtotal": taxes_json(&totals.subtotal_taxes) });
    let mut item = Item::new("line_item", sold.name)
        .with("_product_id", sold.product_id)
        .with("_variation_id", sold.variation_id)
        .with("_qty", sold.quantity)
        .with("_tax_class", sold.tax_class)
        .with("_line_subtotal", totals.subtotal)
        .with("_line_subtotal_tax", totals.subtotal_tax)
        .with("_line_total", totals.total)
        .with("_line_tax", totals.tax)
        .with("_line_tax_data", data);
    if let Some(offer) = sold.offer_id {
        item = item.with("_ocart_offer_id", offer);
    }
    for (name, value) in sold.variation {
        item = item.with(name, value);
    }
    item
}

/// A line of shipping.
pub(crate) fn shipping_item(title: &str, charge: &ChargeTotals) -> Item {
    Item::new("shipping", title)
        .with("method_id", "flat_rate")
        .with("instance_id", "1")
        .with("cost", charge.total)
        .with("total_tax", charge.tax)
        .with("taxes", json!({ "total": taxes_json(&charge.taxes) }))
}

/// Fills in shipping, tax and coupon items and the sums. Lines of goods are there already.
pub(crate) fn apply(order: &mut Order, totals: &Totals, shipping_title: &str, rate_names: &[(i64, String)]) {
    for charge in &totals.shipping_lines {
        order.items.push(shipping_item(shipping_title, charge));
    }
    for rate in &totals.rates {
        let name =
            rate_names.iter().find(|(id, _)| *id == rate.rate_id).map_or("Tax", |(_, name)| name.as_str());
        order.items.push(
            Item::new("tax", &format!("{name}-{}", rate.rate_id))
                .with("rate_id", rate.rate_id)
                .with("label", name)
                .with("tax_amount", rate.tax)
                .with("shipping_tax_amount", rate.shipping_tax),
        );
    }
    for coupon in &totals.coupons {
        order.items.push(
            Item::new("coupon", &coupon.code)
                .with("discount_amount", coupon.discount)
                .with("discount_amount_tax", coupon.discount_tax),
        );
    }
    order.discount_total = totals.discount;
    order.discount_tax = totals.discount_tax;
    order.shipping_total = totals.shipping;
    order.shipping_tax = totals.shipping_tax;
    order.total_tax = totals.total_tax;
    order.total = totals.total;
}
