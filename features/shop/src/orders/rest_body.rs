//! Orders that are made or changed over `wc/v3`.

use kernel::contracts::cartbay::CREATED_VIA;
use kernel::contracts::shop::OrderPlaced;
use kernel::ids::{OrderId, ProductId, UserId};
use kernel::{Amount, Decimal, Fault};
use runtime::ports::AddToCart;
use runtime::{Emit, Tx};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::commands_draft::{self as draft, SoldLine};
use super::model::Order;
use super::{commands, queries, rest_lines, rules, store};
use crate::carts::commands::{Chosen, find, named_values};
use crate::carts::queries::ShopRules;
use crate::carts::rules as cart_rules;
use crate::products::queries as products;
use crate::taxes::Place;
use crate::totals::{self, ChargeTotals, Line, LineTotals, RateTotals, Shipping, Totals};
use crate::wire::{AddressBody, MetaBody};

/// A line to sell; on change a line that is there, by its id.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct LineBody {
    pub(super) id: Option<i64>,
    pub(super) product_id: Option<ProductId>,
    pub(super) variation_id: Option<ProductId>,
    /// Names the product where no id does.
    pub(super) sku: Option<String>,
    /// 1 unless said.
    pub(super) quantity: Option<i64>,
    /// Before coupons, without tax; else the product's price.
    pub(super) subtotal: Option<Amount>,
    /// Without tax; else `subtotal`.
    pub(super) total: Option<Amount>,
    pub(super) name: Option<String>,
    /// What tells the line from others; and values chosen for attributes that the variation leaves open.
    pub(super) meta_data: Option<Vec<MetaBody>>,
}

impl LineBody {
    fn units(&self) -> i64 {
        self.quantity.unwrap_or(1)
    }
}

/// Shipping to charge; on change a line that is there, by its id.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ShippingBody {
    pub(super) id: Option<i64>,
    pub(super) method_id: Option<String>,
    pub(super) method_title: Option<String>,
    /// Without tax.
    pub(super) total: Option<Amount>,
}

/// A coupon that is on the order; none can be put on it here.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct CouponBody {
    pub(super) code: Option<String>,
}

/// A fee that is on the order; none can be put on it here.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct FeeBody {
    pub(super) id: Option<i64>,
    pub(super) name: Option<String>,
    pub(super) total: Option<Amount>,
}

/// An order to make or to change. What is left out stays; on change lines cannot be sold anew.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct OrderBody {
    status: Option<String>,
    currency: Option<String>,
    parent_id: Option<OrderId>,
    customer_id: Option<UserId>,
    customer_note: Option<String>,
    billing: Option<AddressBody>,
    shipping: Option<AddressBody>,
    payment_method: Option<String>,
    payment_method_title: Option<String>,
    transaction_id: Option<String>,
    /// The money has arrived.
    set_paid: Option<bool>,
    pub(super) line_items: Option<Vec<LineBody>>,
    pub(super) shipping_lines: Option<Vec<ShippingBody>>,
    pub(super) fee_lines: Option<Vec<FeeBody>>,
    pub(super) coupon_lines: Option<Vec<CouponBody>>,
    meta_data: Option<Vec<MetaBody>>,
    created_via: Option<String>,
}

/// Makes an order. `key` is unique: the same key is the same order.
pub(crate) fn create(tx: &mut Tx, key: &str, body: &OrderBody) -> Result<Order, Fault> {
    if let Some(id) = store::by_key(tx, key)? {
        return queries::must(tx, id);
    }
    let shop = ShopRules::load(tx)?;
    sold_in(shop.currency, body)?;
    if body.fee_lines.as_ref().is_some_and(|fees| !fees.is_empty()) {
        return Err(Fault::invalid(
            "fee_lines",
            "This shop charges no fees. Put the amount into a line's total.",
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
    set_parent(tx, &mut order, body)?;
    for meta in body.meta_data.iter().flatten().filter(|meta| !meta.value.is_null()) {
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
        .and_then(|line| line.method_title.clone())
        .unwrap_or_default();
    let names = shop.rate_names(&totals);
    draft::apply(&mut order, &totals, &title, &names);
    store::insert(tx, key, &mut order)?;
    let snapshot = queries::snapshot(tx, &order)?;
    tx.emit(&OrderPlaced { order: snapshot })?;
    settle(tx, order, body)
}

fn sold_in(currency: kernel::Currency, body: &OrderBody) -> Result<(), Fault> {
    match body.currency.as_ref().filter(|code| *code != currency.code()) {
        Some(code) => Err(Fault::invalid(
            "currency",
            format!("This order is in {currency}, not in {code}. Leave it out."),
        )),
        None => Ok(()),
    }
}

fn set_parent(tx: &mut Tx, order: &mut Order, body: &OrderBody) -> Result<(), Fault> {
    let Some(parent) = body.parent_id.filter(|parent| *parent != order.parent_id) else { return Ok(()) };
    if parent.0 != 0 && (parent == order.id || queries::must(tx, parent).is_err()) {
        return Err(Fault::invalid("parent_id", "There is no such order to belong to. Use 0 for none."));
    }
    order.parent_id = parent;
    Ok(())
}

fn plain_fields(order: &mut Order, body: &OrderBody) -> Result<(), Fault> {
    if let Some(billing) = &body.billing {
        order.billing = cart_rules::kept_address("billing", &billing.onto(&order.billing))?;
    }
    if let Some(shipping) = &body.shipping {
        order.shipping = cart_rules::kept_address("shipping", &shipping.onto(&order.shipping))?;
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

pub(super) fn meta_pair(meta: &MetaBody) -> Result<(String, String), Fault> {
    meta.check_value()?;
    Ok((meta.checked_key(None)?, meta_text(&meta.value)))
}

/// A metadata value as its column holds it.
pub(super) fn meta_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
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
            quantity: u32::try_from(body.units()).unwrap_or(u32::MAX),
            tax_class: sold.sold.tax_class.clone(),
            tax_status: sold.sold.taxed(),
        });
        chosen.push((sold, name));
    }
    let packages: Vec<Shipping> = shipping
        .iter()
        .enumerate()
        .map(|(index, line)| Shipping {
            key: format!("{}:{index}", line.method_id.as_deref().unwrap_or_default()),
            cost: line.total.map_or(Decimal::ZERO, Amount::decimal),
            taxable: true,
        })
        .collect();
    if packages.iter().any(|package| package.cost < Decimal::ZERO) {
        return Err(Fault::invalid("shipping_lines", "Use totals of at least 0."));
    }
    let mut totals =
        totals::calculate(&totals::Input { shipping: packages, ..shop.sale(&place, lines.clone()) })?;
    overrides(shop, &place, &lines, bodies, &mut totals)?;
    for ((sold, name), (body, line)) in chosen.iter().zip(bodies.iter().zip(&totals.lines)) {
        let sold_line = SoldLine {
            product_id: sold.product_id,
            variation_id: sold.variation_id,
            name: body.name.as_deref().unwrap_or(name),
            quantity: body.units(),
            tax_class: &sold.sold.tax_class,
            variation: &sold.variation,
            offer_id: None,
        };
        let mut item =
            draft::line_item(&sold_line, line).with("_sku", sold.sold.sku.clone().unwrap_or_default());
        for meta in body.meta_data.iter().flatten() {
            let (key, value) = meta_pair(meta)?;
            if !sold.variation.iter().any(|(name, _)| *name == key) {
                item = item.with(&key, value);
            }
        }
        order.items.push(item);
    }
    Ok(totals)
}

fn sold(tx: &mut Tx, index: usize, body: &LineBody) -> Result<(Chosen, String), Fault> {
    if !(1..=cart_rules::MOST_UNITS).contains(&body.units()) {
        return Err(Fault::invalid(
            format!("line_items[{index}].quantity"),
            format!("Use a whole number from 1 to {}.", cart_rules::MOST_UNITS),
        ));
    }
    let product_id = match (body.product_id.filter(|id| id.0 > 0), body.sku.as_deref().unwrap_or_default()) {
        (Some(id), _) => id,
        (None, "") => return Err(Fault::missing(format!("line_items[{index}].product_id"))),
        (None, sku) => crate::products::store::by_sku(tx, sku)?.map_or(ProductId(0), |product| product.id),
    };
    let variation: Vec<(String, String)> = body
        .meta_data
        .iter()
        .flatten()
        .filter_map(|meta| Some((meta.key.clone()?, meta.value.as_str()?.to_owned())))
        .collect();
    let wanted = AddToCart {
        product_id,
        variation_id: body.variation_id.unwrap_or(ProductId(0)),
        quantity: body.units(),
        variation,
    };
    let (parent, mut chosen) = find(tx, &wanted).map_err(|_| {
        Fault::invalid(
            format!("line_items[{index}].product_id"),
            "There is no such product or variation for sale.",
        )
    })?;
    if chosen.variation_id.0 > 0 {
        chosen.variation = named_values(tx, &parent, &chosen.sold, &wanted.variation)?;
    }
    let parent = Some(&parent).filter(|_| chosen.variation_id.0 > 0);
    let name = products::name_of(&chosen.sold, parent, &chosen.variation);
    Ok((chosen, name))
}

/// Sets line totals that the body names; taxes are those of the amounts that are given, as on an order edited by hand.
fn overrides(
    shop: &ShopRules,
    place: &Place,
    lines: &[Line],
    bodies: &[LineBody],
    totals: &mut Totals,
) -> Result<(), Fault> {
    for (index, (body, sold)) in bodies.iter().zip(lines).enumerate() {
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
        let subtotal = subtotal.unwrap_or(total);
        let (after, before) = (net(shop, place, sold, total)?, net(shop, place, sold, subtotal)?);
        (line.total, line.tax, line.taxes) = (total, after.tax, after.taxes);
        (line.subtotal, line.subtotal_tax, line.subtotal_taxes) = (subtotal, before.tax, before.taxes);
    }
    resum(shop, totals);
    Ok(())
}

/// What a net amount for a line comes to at a place.
fn net(shop: &ShopRules, place: &Place, sold: &Line, amount: Decimal) -> Result<LineTotals, Fault> {
    let line = Line { unit_price: amount, quantity: 1, ..sold.clone() };
    let mut sale = shop.sale(place, vec![line]);
    sale.settings.prices_include_tax = false;
    let totals = totals::calculate(&sale)?;
    totals.lines.into_iter().next().ok_or_else(|| Fault::bug("a line without totals"))
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
    for id in totals.lines.iter().flat_map(|line| line.taxes.keys().copied()) {
        if !totals.rates.iter().any(|rate| rate.rate_id == id) {
            let none = Decimal::ZERO;
            totals.rates.push(RateTotals { rate_id: id, tax: none, shipping_tax: none });
        }
    }
    for rate in &mut totals.rates {
        let of_rate = totals.lines.iter().filter_map(|line| line.taxes.get(&rate.rate_id));
        rate.tax = round(of_rate.fold(Decimal::ZERO, |sum, tax| sum + *tax));
    }
}

/// Changes what the body names: status, addresses, notes, metadata, payment. What the lines sell stays.
pub(crate) fn change(tx: &mut Tx, id: OrderId, body: &OrderBody) -> Result<Order, Fault> {
    let mut order = commands::hold(tx, id)?;
    let before = order.clone();
    sold_in(order.currency, body)?;
    rest_lines::change(tx, &order, body)?;
    plain_fields(&mut order, body)?;
    set_parent(tx, &mut order, body)?;
    if order != before {
        store::update(tx, &order)?;
    }
    if order.billing != before.billing || order.shipping != before.shipping {
        store::put_addresses(tx, &order)?;
    }
    merge_meta(tx, &order, body.meta_data.as_deref().unwrap_or_default())?;
    settle(tx, order, body)
}

/// Sets metadata as WooCommerce does: by id, else by key; null takes a value away.
fn merge_meta(tx: &mut Tx, order: &Order, bodies: &[MetaBody]) -> Result<(), Fault> {
    let rows = store::meta_ids(tx, order.id)?;
    let known: Vec<(i64, &(String, String))> = rows.into_iter().zip(&order.meta).collect();
    for body in bodies {
        body.check_value()?;
        let by_id = body.id.and_then(|id| known.iter().find(|(row, _)| *row == id));
        let by_key = || known.iter().find(|(_, (key, _))| body.key.as_ref() == Some(key));
        let Some((row, (key, value))) = by_id.or_else(by_key) else {
            if !body.value.is_null() {
                let (key, value) = meta_pair(body)?;
                store::put_meta(tx, order.id, &key, &value)?;
            }
            continue;
        };
        if body.value.is_null() {
            store::remove_meta(tx, order.id, *row)?;
            continue;
        }
        let (new_key, new_value) = (body.checked_key(Some(key))?, meta_text(&body.value));
        if new_key != *key || new_value != *value {
            store::set_meta(tx, order.id, *row, &new_key, &new_value)?;
        }
    }
    Ok(())
}

/// `set_paid` and `status`.
fn settle(tx: &mut Tx, order: Order, body: &OrderBody) -> Result<Order, Fault> {
    let id = order.id;
    let set_paid = body.set_paid.unwrap_or(false);
    if let Some(status) = body.status.as_ref().filter(|status| **status != order.status) {
        let status = status.strip_prefix("wc-").unwrap_or(status);
        if !rules::STATUSES.contains(&status) {
            return Err(Fault::invalid("status", format!("Use one of: {}.", rules::STATUSES.join(", "))));
        }
        if !(set_paid && status == "pending") {
            commands::set_status(tx, id, status, "")?;
        }
    }
    if set_paid && !queries::must(tx, id)?.is_paid() {
        commands::complete_payment(tx, id, &order.transaction_id)?;
    }
    queries::must(tx, id)
}
