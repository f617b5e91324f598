//! An order as `wc/v3` shows it.

use std::collections::BTreeMap;

use kernel::contracts::shop::Address;
use kernel::ids::{OrderId, ProductId, UserId};
use kernel::{Decimal, Fault, Moment};
use runtime::Tx;
use runtime::engine::Surroundings;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::model::{Item, Note, Order};
use super::{queries, store};
use crate::products::rest_model::local;
use crate::wire::Meta;

#[derive(Debug, Serialize, JsonSchema)]
struct ItemTax {
    id: i64,
    total: String,
    subtotal: String,
}

#[derive(Debug, Serialize, JsonSchema)]
struct LineItem {
    id: i64,
    name: String,
    product_id: ProductId,
    variation_id: ProductId,
    quantity: i64,
    tax_class: String,
    subtotal: String,
    subtotal_tax: String,
    total: String,
    total_tax: String,
    taxes: Vec<ItemTax>,
    meta_data: Vec<Meta>,
    sku: String,
    price: String,
}

#[derive(Debug, Serialize, JsonSchema)]
struct TaxLine {
    id: i64,
    rate_code: String,
    rate_id: i64,
    label: String,
    compound: bool,
    tax_total: String,
    shipping_tax_total: String,
    meta_data: Vec<Meta>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct ShippingLine {
    id: i64,
    method_title: String,
    method_id: String,
    instance_id: String,
    total: String,
    total_tax: String,
    taxes: Vec<ItemTax>,
    meta_data: Vec<Meta>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct CouponLine {
    id: i64,
    code: String,
    discount: String,
    discount_tax: String,
    meta_data: Vec<Meta>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct FeeLine {
    id: i64,
    name: String,
    total: String,
    total_tax: String,
}

#[derive(Debug, Serialize, JsonSchema)]
struct RefundSummary {
    id: OrderId,
    reason: String,
    total: String,
}

/// An order as `wc/v3` shows it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct OrderReply {
    id: OrderId,
    parent_id: OrderId,
    number: String,
    order_key: String,
    created_via: String,
    version: String,
    status: String,
    currency: String,
    currency_symbol: String,
    date_created: String,
    date_created_gmt: String,
    date_modified: String,
    date_modified_gmt: String,
    discount_total: String,
    discount_tax: String,
    shipping_total: String,
    shipping_tax: String,
    cart_tax: String,
    total: String,
    total_tax: String,
    prices_include_tax: bool,
    customer_id: UserId,
    customer_ip_address: String,
    customer_user_agent: String,
    customer_note: String,
    billing: Address,
    shipping: Address,
    payment_method: String,
    payment_method_title: String,
    transaction_id: String,
    date_paid: Option<String>,
    date_paid_gmt: Option<String>,
    date_completed: Option<String>,
    date_completed_gmt: Option<String>,
    cart_hash: String,
    meta_data: Vec<Meta>,
    line_items: Vec<LineItem>,
    tax_lines: Vec<TaxLine>,
    shipping_lines: Vec<ShippingLine>,
    fee_lines: Vec<FeeLine>,
    coupon_lines: Vec<CouponLine>,
    refunds: Vec<RefundSummary>,
    is_editable: bool,
    needs_payment: bool,
    needs_processing: bool,
    payment_url: String,
}

/// A refund as `wc/v3` shows it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RefundReply {
    id: OrderId,
    parent_id: OrderId,
    date_created: String,
    date_created_gmt: String,
    amount: String,
    reason: String,
    refunded_by: UserId,
    refunded_payment: bool,
    meta_data: Vec<Meta>,
    line_items: Vec<LineItem>,
}

/// A note as `wc/v3` shows it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct NoteReply {
    id: i64,
    author: String,
    date_created_gmt: String,
    note: String,
    customer_note: bool,
}

impl From<Note> for NoteReply {
    fn from(note: Note) -> Self {
        Self {
            id: note.id,
            author: note.author,
            date_created_gmt: note.created_at.woocommerce(),
            note: note.note,
            customer_note: note.customer_note,
        }
    }
}

fn meta(pairs: impl Iterator<Item = (usize, (String, String))>) -> Vec<Meta> {
    pairs
        .map(|(index, (key, value))| Meta {
            id: i64::try_from(index + 1).unwrap_or(0),
            key,
            value: shown_value(&value),
        })
        .collect()
}

/// A metadata value as it was sent: lists and objects are kept as their text.
fn shown_value(text: &str) -> Value {
    if text.starts_with(['{', '[']) {
        serde_json::from_str(text).unwrap_or_else(|_| Value::from(text))
    } else {
        Value::from(text)
    }
}

/// How orders are to be shown.
#[derive(Debug, Default)]
pub(crate) struct Shown {
    digits: Option<u32>,
    only_meta: Option<Vec<String>>,
    no_meta: Vec<String>,
}

impl Shown {
    /// `dp`, `include_meta` and `exclude_meta`.
    pub(crate) fn of(call: &web::Call) -> Result<Self, Fault> {
        let digits = call.number("dp")?.map(u32::try_from).transpose();
        let digits = digits.ok().filter(|digits| digits.is_none_or(|digits| digits <= 8));
        Ok(Self {
            digits: digits.ok_or_else(|| Fault::invalid("dp", "Use a whole number from 0 to 8."))?,
            only_meta: call.values("include_meta"),
            no_meta: call.values("exclude_meta").unwrap_or_default(),
        })
    }

    fn keeps(&self, key: &str) -> bool {
        let has = |keys: &Vec<String>| keys.iter().any(|known| known == key);
        self.only_meta.as_ref().is_none_or(has) && !has(&self.no_meta)
    }
}

/// The taxes of an item by rate, from its `_line_tax_data` or `taxes` document.
fn item_taxes(item: &Item) -> Vec<ItemTax> {
    let document = if item.kind == "shipping" { item.get("taxes") } else { item.get("_line_tax_data") };
    let parsed: Value = serde_json::from_str(document).unwrap_or(Value::Null);
    let amounts = |part: &str| -> BTreeMap<String, String> {
        parsed[part]
            .as_object()
            .map(|rates| {
                rates
                    .iter()
                    .map(|(id, amount)| (id.clone(), amount.as_str().unwrap_or_default().to_owned()))
                    .collect()
            })
            .unwrap_or_default()
    };
    let subtotals = amounts("subtotal");
    amounts("total")
        .into_iter()
        .map(|(id, total)| ItemTax {
            subtotal: subtotals.get(&id).cloned().unwrap_or_default(),
            id: id.parse().unwrap_or(0),
            total,
        })
        .collect()
}

struct Digits(u32);

impl Digits {
    fn text(&self, amount: Decimal) -> String {
        amount.round(self.0, kernel::decimal::Rounding::HalfUp).fixed(self.0)
    }

    fn line(&self, item: &Item) -> LineItem {
        let quantity = item.number("_qty");
        let price = if quantity == 0 {
            Decimal::ZERO
        } else {
            item.amount("_line_total").ratio(1, i128::from(quantity), kernel::decimal::Rounding::HalfUp)
        };
        let shown = item.meta.iter().filter(|(key, _)| {
            !key.starts_with('_') || key == "_ocart_offer_id" || key == "_refunded_item_id"
        });
        LineItem {
            id: item.id,
            name: item.name.clone(),
            product_id: item.product_id(),
            variation_id: item.variation_id(),
            quantity,
            tax_class: item.get("_tax_class").to_owned(),
            subtotal: self.text(item.amount("_line_subtotal")),
            subtotal_tax: self.text(item.amount("_line_subtotal_tax")),
            total: self.text(item.amount("_line_total")),
            total_tax: self.text(item.amount("_line_tax")),
            taxes: item_taxes(item),
            meta_data: meta(shown.cloned().enumerate()),
            sku: item.get("_sku").to_owned(),
            price: price.to_string(),
        }
    }
}

impl OrderReply {
    /// Of an order.
    pub(crate) fn of(tx: &mut Tx, order: &Order) -> Result<Self, Fault> {
        Self::shown(tx, order, &Shown::default())
    }

    /// Of an order, as it was asked for.
    pub(crate) fn shown(tx: &mut Tx, order: &Order, wanted: &Shown) -> Result<Self, Fault> {
        let rows = store::meta_ids(tx, order.id)?;
        let metadata = rows.into_iter().zip(&order.meta).filter(|(_, (key, _))| wanted.keeps(key));
        let meta_data = metadata
            .map(|(id, (key, value))| Meta { id, key: key.clone(), value: shown_value(value) })
            .collect();
        let zone = tx.zone().to_owned();
        let base = tx.public_url().to_owned();
        let digits = Digits(wanted.digits.unwrap_or_else(|| order.currency.exponent()));
        let refunds = store::refunds(tx, order.id, "completed")?;
        let shown = |moment: Option<Moment>| moment.map(|moment| local(moment, &zone));
        let text = |amount: Decimal| digits.text(amount);
        Ok(Self {
            id: order.id,
            parent_id: order.parent_id,
            number: order.id.to_string(),
            order_key: order.order_key.clone(),
            created_via: order.created_via.clone(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            status: order.status.clone(),
            currency: order.currency.code().to_owned(),
            currency_symbol: order.currency.symbol(),
            date_created: local(order.created_at, &zone),
            date_created_gmt: order.created_at.woocommerce(),
            date_modified: local(order.updated_at, &zone),
            date_modified_gmt: order.updated_at.woocommerce(),
            discount_total: text(order.discount_total),
            discount_tax: text(order.discount_tax),
            shipping_total: text(order.shipping_total),
            shipping_tax: text(order.shipping_tax),
            cart_tax: text(order.total_tax - order.shipping_tax),
            total: text(order.total),
            total_tax: text(order.total_tax),
            prices_include_tax: order.prices_include_tax,
            customer_id: order.customer_id,
            customer_ip_address: order.ip_address.clone(),
            customer_user_agent: order.user_agent.clone(),
            customer_note: order.customer_note.clone(),
            billing: order.billing.clone(),
            shipping: order.shipping.clone(),
            payment_method: order.payment_method.clone(),
            payment_method_title: order.payment_method_title.clone(),
            transaction_id: order.transaction_id.clone(),
            date_paid: shown(order.paid_at),
            date_paid_gmt: order.paid_at.map(Moment::woocommerce),
            date_completed: shown(order.completed_at),
            date_completed_gmt: order.completed_at.map(Moment::woocommerce),
            cart_hash: order.cart_hash.clone(),
            meta_data,
            line_items: order.of_kind("line_item").map(|item| digits.line(item)).collect(),
            tax_lines: order.of_kind("tax").map(|item| tax_line(item, &digits)).collect(),
            shipping_lines: order.of_kind("shipping").map(|item| shipping_line(item, &digits)).collect(),
            fee_lines: order.of_kind("fee").map(|item| fee_line(item, &digits)).collect(),
            coupon_lines: order.of_kind("coupon").map(|item| coupon_line(item, &digits)).collect(),
            refunds: refunds.iter().map(|refund| summary(refund, &digits)).collect(),
            is_editable: matches!(order.status.as_str(), "pending" | "on-hold"),
            needs_payment: matches!(order.status.as_str(), "pending" | "failed")
                && order.total > Decimal::ZERO,
            needs_processing: order.status == "processing",
            payment_url: format!("{base}/order/{}/{}", order.id, order.order_key),
        })
    }
}

fn summary(refund: &Order, digits: &Digits) -> RefundSummary {
    RefundSummary {
        id: refund.id,
        reason: refund.meta("_refund_reason").unwrap_or_default().to_owned(),
        total: digits.text(refund.total),
    }
}

fn coupon_line(item: &Item, digits: &Digits) -> CouponLine {
    CouponLine {
        id: item.id,
        code: item.name.clone(),
        discount: digits.text(item.amount("discount_amount")),
        discount_tax: digits.text(item.amount("discount_amount_tax")),
        meta_data: Vec::new(),
    }
}

fn fee_line(item: &Item, digits: &Digits) -> FeeLine {
    FeeLine {
        id: item.id,
        name: item.name.clone(),
        total: digits.text(item.amount("_line_total")),
        total_tax: digits.text(item.amount("_line_tax")),
    }
}

fn tax_line(item: &Item, digits: &Digits) -> TaxLine {
    TaxLine {
        id: item.id,
        rate_code: item.name.clone(),
        rate_id: item.number("rate_id"),
        label: item.get("label").to_owned(),
        compound: item.get("compound") == "1",
        tax_total: digits.text(item.amount("tax_amount")),
        shipping_tax_total: digits.text(item.amount("shipping_tax_amount")),
        meta_data: Vec::new(),
    }
}

fn shipping_line(item: &Item, digits: &Digits) -> ShippingLine {
    ShippingLine {
        id: item.id,
        method_title: item.name.clone(),
        method_id: item.get("method_id").to_owned(),
        instance_id: item.get("instance_id").to_owned(),
        total: digits.text(item.amount("cost")),
        total_tax: digits.text(item.amount("total_tax")),
        taxes: item_taxes(item),
        meta_data: Vec::new(),
    }
}

impl RefundReply {
    /// Of a refund.
    pub(crate) fn of(tx: &Tx, refund: &Order) -> Self {
        let digits = Digits(refund.currency.exponent());
        Self {
            id: refund.id,
            parent_id: refund.parent_id,
            date_created: local(refund.created_at, tx.zone()),
            date_created_gmt: refund.created_at.woocommerce(),
            amount: digits.text(Decimal::ZERO - refund.total),
            reason: refund.meta("_refund_reason").unwrap_or_default().to_owned(),
            refunded_by: UserId(0),
            refunded_payment: refund.meta("_refunded_payment") == Some("1"),
            meta_data: Vec::new(),
            line_items: refund.of_kind("line_item").map(|item| digits.line(item)).collect(),
        }
    }
}

/// What is left to refund of an order.
pub(crate) fn left_to_refund(tx: &mut Tx, order: &Order) -> Result<Decimal, Fault> {
    let refunds = queries::refunds(tx, order.id)?;
    Ok(order.total - queries::refunded_total(&refunds))
}
