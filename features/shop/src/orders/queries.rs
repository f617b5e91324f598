//! Reading orders.

use std::collections::BTreeMap;

use kernel::contracts::shop::{OrderLine, OrderSnapshot};
use kernel::ids::{OrderId, ProductId};
use kernel::{Decimal, Fault, Page};
use runtime::Tx;

use super::model::{Filter, Item, Note, Order};
use super::store;
use crate::products::store as products;

/// An order or a refund.
pub fn find(tx: &mut Tx, id: OrderId) -> Result<Option<Order>, Fault> {
    store::find(tx, id)
}

/// An order that is no refund, or a 404.
pub fn must(tx: &mut Tx, id: OrderId) -> Result<Order, Fault> {
    store::find(tx, id)?.filter(|order| order.kind == "shop_order").ok_or_else(|| {
        Fault::new(kernel::FaultKind::NotFound, "woocommerce_rest_shop_order_invalid_id", "Invalid ID.")
    })
}

/// As [`must`], but a session of an abandoned cart, which stands among the orders, is none.
pub(crate) fn sold(tx: &mut Tx, id: OrderId) -> Result<Order, Fault> {
    let order = must(tx, id)?;
    if order.is_session() { Err(Fault::not_found("order")) } else { Ok(order) }
}

/// A page of orders.
pub fn list(tx: &mut Tx, filter: &Filter) -> Result<Page<Order>, Fault> {
    store::list(tx, filter)
}

/// Refunds that have moved money, oldest first.
pub fn refunds(tx: &mut Tx, id: OrderId) -> Result<Vec<Order>, Fault> {
    store::refunds(tx, id, "completed")
}

/// Notes, newest first.
pub fn notes(tx: &mut Tx, id: OrderId) -> Result<Vec<Note>, Fault> {
    store::notes(tx, id)
}

/// What has been refunded of each line of goods and of shipping so far, positive: units and amount without tax, by the
/// line's id.
pub(crate) fn refunded_lines(refunds: &[Order]) -> BTreeMap<i64, (i64, Decimal)> {
    let mut refunded: BTreeMap<i64, (i64, Decimal)> = BTreeMap::new();
    let items = refunds.iter().flat_map(|refund| refund.items.iter());
    for item in items.filter(|item| matches!(item.kind.as_str(), "line_item" | "shipping")) {
        let entry = refunded.entry(item.number("_refunded_item_id")).or_insert((0, Decimal::ZERO));
        entry.0 -= item.number("_qty");
        entry.1 = entry.1 - item.amount("_line_total");
    }
    refunded
}

/// What has been refunded of an order so far, positive.
pub(crate) fn refunded_total(refunds: &[Order]) -> Decimal {
    refunds.iter().fold(Decimal::ZERO, |sum, refund| sum - refund.total)
}

/// The order as other features see it.
pub fn snapshot(tx: &mut Tx, order: &Order) -> Result<OrderSnapshot, Fault> {
    let refunds = store::refunds(tx, order.id, "completed")?;
    snapshot_with(tx, order, &refunds)
}

/// As [`snapshot`], of an order whose refunds are known.
pub(crate) fn snapshot_with(tx: &mut Tx, order: &Order, refunds: &[Order]) -> Result<OrderSnapshot, Fault> {
    let refunded = refunded_lines(refunds);
    let mut lines = Vec::new();
    for item in order.of_kind("line_item") {
        lines.push(line(tx, item, refunded.get(&item.id).copied().unwrap_or((0, Decimal::ZERO)))?);
    }
    let money = |amount: Decimal| amount.to_money(order.currency);
    let shipping = |amount: &str| -> Decimal {
        let items = refunds.iter().flat_map(|refund| refund.of_kind("shipping"));
        items.fold(Decimal::ZERO, |sum, item| sum - item.amount(amount))
    };
    Ok(OrderSnapshot {
        refunded_shipping: shipping("_line_total"),
        refunded_shipping_tax: shipping("_line_tax"),
        id: order.id,
        parent_id: order.parent_id,
        order_key: order.order_key.clone(),
        status: order.status.clone(),
        currency: order.currency,
        customer_id: order.customer_id,
        billing_email: order.billing.email.clone(),
        created_via: order.created_via.clone(),
        payment_method: order.payment_method.clone(),
        transaction_id: order.transaction_id.clone(),
        lines,
        coupon_codes: order.of_kind("coupon").map(|item| item.name.clone()).collect(),
        discount_total: money(order.discount_total)?,
        shipping_total: money(order.shipping_total)?,
        total_tax: money(order.total_tax)?,
        total: money(order.total)?,
        refunded_total: money(refunded_total(refunds))?,
        cart_token: order.cart_token.clone(),
        meta: order.meta.clone(),
        created_at: order.created_at,
        paid_at: order.paid_at,
        completed_at: order.completed_at,
        version: order.version,
    })
}

fn line(tx: &mut Tx, item: &Item, refunded: (i64, Decimal)) -> Result<OrderLine, Fault> {
    let product_id = item.product_id();
    let category_ids =
        if product_id == ProductId(0) { Vec::new() } else { products::category_ids(tx, product_id)? };
    Ok(OrderLine {
        id: item.item_id(),
        product_id,
        variation_id: item.variation_id(),
        name: item.name.clone(),
        quantity: item.number("_qty"),
        subtotal: item.amount("_line_subtotal"),
        total: item.amount("_line_total"),
        total_tax: item.amount("_line_tax"),
        refunded_quantity: refunded.0,
        refunded_total: refunded.1,
        category_ids,
        offer_id: item.get("_ocart_offer_id").parse().ok(),
    })
}
