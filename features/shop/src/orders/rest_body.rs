//! Orders that are made or changed over `wc/v3`.

use kernel::contracts::cartbay::CREATED_VIA;
use kernel::contracts::shop::{Address, OrderPlaced};
use kernel::ids::{OrderId, ProductId, UserId};
use kernel::{Amount, Decimal, Fault};
use runtime::ports::AddToCart;
use runtime::{Emit, Tx};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::commands_draft::{self as draft, SoldLine};
use super::model::Order;
use super::{commands, queries, rules, store};
use crate::carts::commands::{Chosen, find};
use crate::carts::queries::ShopRules;
use crate::carts::rules as cart_rules;
use crate::products::queries as products;
use crate::totals::{self, ChargeTotals, Line, LineTotals, Shipping, Taxes, Totals};

/// A metadata value.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MetaBody {
    /// Ignored: metadata is known by its key.
    #[serde(default)]
    #[expect(dead_code, reason = "taken, as WooCommerce's clients send it back, and not used")]
    id: Option<i64>,
    key: String,
    #[serde(default)]
    value: Value,
}

/// A line to sell.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LineBody {
    product_id: ProductId,
    #[serde(default)]
    variation_id: Option<ProductId>,
    #[serde(default = "one", deserialize_with = "kernel::json::whole")]
    quantity: i64,
    /// Before coupons, without tax; else the product's price.
    subtotal: Option<Amount>,
    /// Without tax; else `subtotal`.
    total: Option<Amount>,
    name: Option<String>,
    #[serde(default)]
    meta_data: Vec<MetaBody>,
}

const fn one() -> i64 {
    1
}

/// Shipping to charge.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ShippingBody {
    #[serde(default)]
    method_id: String,
    #[serde(default)]
    method_title: String,
    /// Without tax.
    total: Option<Amount>,
}

/// A coupon to apply.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CouponBody {
    #[expect(dead_code, reason = "a named coupon is refused, but its shape is checked")]
    code: String,
}

/// An order to make or to change. On change, lines cannot be named.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct OrderBody {
    /// Ignored, as WooCommerce's clients send it back.
    id: Option<i64>,
    status: Option<String>,
    currency: Option<String>,
    parent_id: Option<OrderId>,
    customer_id: Option<UserId>,
    customer_note: Option<String>,
    billing: Option<Address>,
    shipping: Option<Address>,
    payment_method: Option<String>,
    payment_method_title: Option<String>,
    transaction_id: Option<String>,
    /// The money has arrived.
    set_paid: bool,
    line_items: Option<Vec<LineBody>>,
    shipping_lines: Option<Vec<ShippingBody>>,
    coupon_lines: Option<Vec<CouponBody>>,
    meta_data: Option<Vec<MetaBody>>,
    created_via: Option<String>,
}

/// Makes an order. `key` is unique: the same key is the same order.
pub(crate) fn create(tx: &mut Tx, key: &str, body: &OrderBody) -> Result<Order, Fault> {
    if let Some(id) = store::by_key(tx, key)? {
        return queries::must(tx, id);
    }
    let shop = ShopRules::load(tx)?;
    if let Some(code) = body.currency.as_ref().filter(|code| *code != shop.currency.code()) {
        return Err(Fault::invalid(
            "currency",
            format!("This shop sells in {}, not in {code}.", shop.currency),
        ));
    }
    if body.coupon_lines.as_ref().is_some_and(|coupons| !coupons.is_empty()) {
        return Err(Fault::invalid(
            "coupon_lines",
            "Apply coupons through a cart; an order made by hand takes line totals.",
        ));
    }
    let mut order = draft::blank(tx, shop.currency);
    order.created_via =
        kernel::text::optional_line("created_via", body.created_via.as_deref().unwrap_or("rest-api"), 100)?;
    if order.created_via == CREATED_VIA {
        let problem =
            "Orders of this origin are CartBay's sessions, which are not made by hand. Leave it out.";
        return Err(Fault::invalid("created_via", problem));
    }
    order.prices_include_tax = shop.prices_include_tax();
    plain_fields(&mut order, body)?;
    if let Some(parent) = body.parent_id.filter(|parent| parent.0 > 0) {
        queries::must(tx, parent)?;
        order.parent_id = parent;
    }
    for meta in body.meta_data.iter().flatten() {
        order.meta.push(meta_pair(meta)?);
    }
    let lines = body.line_items.clone().unwrap_or_default();
    let totals =
        price_lines(tx, &shop, &mut order, &lines, body.shipping_lines.as_deref().unwrap_or_default())?;
    let title = body
        .shipping_lines
        .iter()
        .flatten()
        .next()
        .map_or_else(String::new, |line| line.method_title.clone());
    let names = shop.rate_names(&totals);
    draft::apply(&mut order, &totals, &title, &names);
    store::insert(tx, key, &mut order)?;
    let snapshot = queries::snapshot(tx, &order)?;
    tx.emit(&OrderPlaced { order: snapshot })?;
    settle(tx, order, body)
}

fn plain_fields(order: &mut Order, body: &OrderBody) -> Result<(), Fault> {
    if let Some(billing) = &body.billing {
        order.billing = cart_rules::checked_address("billing", billing)?;
    }
    if let Some(shipping) = &body.shipping {
        order.shipping = cart_rules::checked_address("shipping", shipping)?;
    }
    if let Some(customer) = body.customer_id {
        if customer.0 < 0 {
            return Err(Fault::invalid("customer_id", "Use an account's id, or 0 for a guest."));
        }
        order.customer_id = customer;
    }
    if let Some(note) = &body.customer_note {
        if note.chars().count() > 5_000 {
            return Err(Fault::invalid("customer_note", "Use at most 5000 characters."));
        }
        order.customer_note.clone_from(note);
    }
    for (field, given, own) in [
        ("payment_method", &body.payment_method, &mut order.payment_method),
        ("payment_method_title", &body.payment_method_title, &mut order.payment_method_title),
        ("transaction_id", &body.transaction_id, &mut order.transaction_id),
    ] {
        if let Some(text) = given {
            *own = kernel::text::optional_line(field, text, 100)?;
        }
    }
    Ok(())
}

fn meta_pair(meta: &MetaBody) -> Result<(String, String), Fault> {
    let key = kernel::text::line("meta_data", &meta.key, 191)?;
    let value = match &meta.value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    };
    if value.len() > 20_000 {
        return Err(Fault::invalid("meta_data", "Use values of at most 20,000 bytes."));
    }
    Ok((key, value))
}

fn price_lines(
    tx: &mut Tx,
    shop: &ShopRules,
    order: &mut Order,
    bodies: &[LineBody],
    shipping: &[ShippingBody],
) -> Result<Totals, Fault> {
    let place = shop.place(&order.billing, &order.shipping);
    let mut chosen: Vec<(Chosen, String)> = Vec::new();
    let mut lines = Vec::new();
    for (index, body) in bodies.iter().enumerate() {
        let (sold, name) = sold(tx, index, body)?;
        let unit_price = sold.sold.price(tx.now()).unwrap_or(Decimal::ZERO);
        lines.push(Line {
            key: index.to_string(),
            unit_price,
            quantity: u32::try_from(body.quantity).unwrap_or(u32::MAX),
            tax_class: sold.sold.tax_class.clone(),
            tax_status: sold.sold.taxed(),
        });
        chosen.push((sold, name));
    }
    let packages: Vec<Shipping> = shipping
        .iter()
        .enumerate()
        .map(|(index, line)| Shipping {
            key: format!("{}:{index}", line.method_id),
            cost: line.total.map_or(Decimal::ZERO, Amount::decimal),
            taxable: true,
        })
        .collect();
    if packages.iter().any(|package| package.cost < Decimal::ZERO) {
        return Err(Fault::invalid("shipping_lines", "Use totals of at least 0."));
    }
    let mut totals = totals::calculate(&totals::Input { shipping: packages, ..shop.sale(&place, lines) })?;
    overrides(shop, bodies, &mut totals)?;
    for ((sold, name), (body, line)) in chosen.iter().zip(bodies.iter().zip(&totals.lines)) {
        let sold_line = SoldLine {
            product_id: sold.product_id,
            variation_id: sold.variation_id,
            name: body.name.as_deref().unwrap_or(name),
            quantity: body.quantity,
            tax_class: &sold.sold.tax_class,
            variation: &sold.variation,
            offer_id: None,
        };
        let mut item =
            draft::line_item(&sold_line, line).with("_sku", sold.sold.sku.clone().unwrap_or_default());
        for meta in &body.meta_data {
            let (key, value) = meta_pair(meta)?;
            item = item.with(&key, value);
        }
        order.items.push(item);
    }
    Ok(totals)
}

fn sold(tx: &mut Tx, index: usize, body: &LineBody) -> Result<(Chosen, String), Fault> {
    if !(1..=cart_rules::MOST_UNITS).contains(&body.quantity) {
        return Err(Fault::invalid(
            format!("line_items[{index}].quantity"),
            format!("Use a whole number from 1 to {}.", cart_rules::MOST_UNITS),
        ));
    }
    let wanted = AddToCart {
        product_id: body.product_id,
        variation_id: body.variation_id.unwrap_or(ProductId(0)),
        quantity: body.quantity,
        variation: Vec::new(),
    };
    let (parent, chosen) = find(tx, &wanted).map_err(|_| {
        Fault::invalid(
            format!("line_items[{index}].product_id"),
            "There is no such product or variation for sale.",
        )
    })?;
    let parent = Some(&parent).filter(|_| chosen.variation_id.0 > 0);
    let name = products::name_of(&chosen.sold, parent, &chosen.variation);
    Ok((chosen, name))
}

/// Sets line totals that the body names; taxes follow in proportion, as on an order edited by hand.
fn overrides(shop: &ShopRules, bodies: &[LineBody], totals: &mut Totals) -> Result<(), Fault> {
    let digits = shop.currency.exponent();
    for (index, body) in bodies.iter().enumerate() {
        let Some(line) = totals.lines.get_mut(index) else { continue };
        let given = |name: &str, amount: Option<Amount>| -> Result<Option<Decimal>, Fault> {
            let Some(amount) = amount else { return Ok(None) };
            let money = amount.in_currency(&format!("line_items[{index}].{name}"), shop.currency)?;
            if money.minor() < 0 {
                return Err(Fault::invalid(
                    format!("line_items[{index}].{name}"),
                    "Use an amount of at least 0.",
                ));
            }
            Ok(Some(Decimal::from(money)))
        };
        let subtotal = given("subtotal", body.subtotal)?;
        let total = given("total", body.total)?.or(subtotal);
        let Some(total) = total else { continue };
        let before = line.total;
        let scaled = |amount: Decimal, to: Decimal| {
            if before.is_zero() {
                Decimal::ZERO
            } else {
                amount.ratio(to.raw(), before.raw(), kernel::decimal::Rounding::HalfUp)
            }
        };
        let taxes: Taxes = line.taxes.iter().map(|(id, tax)| (*id, scaled(*tax, total))).collect();
        let subtotal = subtotal.unwrap_or(total);
        line.subtotal_taxes = line.taxes.iter().map(|(id, tax)| (*id, scaled(*tax, subtotal))).collect();
        line.subtotal_tax = sum(&line.subtotal_taxes).round(digits, kernel::decimal::Rounding::HalfUp);
        line.tax = sum(&taxes).round(digits, kernel::decimal::Rounding::HalfUp);
        line.taxes = taxes;
        line.subtotal = subtotal;
        line.total = total;
    }
    resum(shop, totals);
    Ok(())
}

fn sum(taxes: &Taxes) -> Decimal {
    taxes.values().fold(Decimal::ZERO, |sum, tax| sum + *tax)
}

fn resum(shop: &ShopRules, totals: &mut Totals) {
    let digits = shop.currency.exponent();
    let round = |amount: Decimal| amount.round(digits, kernel::decimal::Rounding::HalfUp);
    let add = |of: &dyn Fn(&LineTotals) -> Decimal| {
        totals.lines.iter().fold(Decimal::ZERO, |sum, line| sum + of(line))
    };
    let (subtotal, items, items_tax) =
        (add(&|line| line.subtotal), add(&|line| line.total), add(&|line| line.tax));
    totals.subtotal = subtotal;
    totals.items = items;
    totals.items_tax = items_tax;
    totals.discount = subtotal - items;
    let shipping =
        totals.shipping_lines.iter().fold(Decimal::ZERO, |sum, charge: &ChargeTotals| sum + charge.total);
    totals.shipping = shipping;
    totals.total_tax = items_tax + totals.shipping_tax;
    totals.total = round(items + shipping + totals.total_tax);
    for rate in &mut totals.rates {
        let of_rate = totals.lines.iter().filter_map(|line| line.taxes.get(&rate.rate_id));
        rate.tax = round(of_rate.fold(Decimal::ZERO, |sum, tax| sum + *tax));
    }
}

/// Changes an order: status, addresses, notes, metadata, payment. Its lines stay.
pub(crate) fn change(tx: &mut Tx, id: OrderId, body: &OrderBody) -> Result<Order, Fault> {
    for (field, named) in [
        ("line_items", body.line_items.is_some()),
        ("shipping_lines", body.shipping_lines.is_some()),
        ("coupon_lines", body.coupon_lines.is_some()),
    ] {
        if named {
            return Err(Fault::invalid(
                field,
                "The lines of an order cannot be changed. Refund it and make another.",
            ));
        }
    }
    let mut order = commands::hold(tx, id)?;
    plain_fields(&mut order, body)?;
    store::update(tx, &order)?;
    store::put_addresses(tx, &order)?;
    for meta in body.meta_data.iter().flatten() {
        let (key, value) = meta_pair(meta)?;
        store::put_meta(tx, id, &key, &value)?;
    }
    settle(tx, order, body)
}

/// `set_paid` and `status`.
fn settle(tx: &mut Tx, order: Order, body: &OrderBody) -> Result<Order, Fault> {
    let id = order.id;
    if let Some(status) = &body.status {
        let status = status.strip_prefix("wc-").unwrap_or(status);
        if !rules::STATUSES.contains(&status) {
            return Err(Fault::invalid("status", format!("Use one of: {}.", rules::STATUSES.join(", "))));
        }
        if !(body.set_paid && status == "pending") {
            commands::set_status(tx, id, status, "")?;
        }
    }
    if body.set_paid && !queries::must(tx, id)?.is_paid() {
        commands::complete_payment(tx, id, &order.transaction_id)?;
    }
    queries::must(tx, id)
}
