//! A cart becomes an order.

use kernel::contracts::shop::{OrderPlaced, OrderSnapshot};
use kernel::{Fault, Money};
use runtime::ports::NewOrder;
use runtime::{Emit, Tx};

use super::commands_draft::{self as draft, SoldLine};
use super::model::Order;
use super::{queries, store};
use crate::carts::model::{CartDocument, PricedCart};
use crate::carts::{queries as carts, rules as cart_rules, store as cart_store};
use crate::coupons;
use crate::products::model::Product;
use crate::stock::commands as stock;

/// Writes the order `pending`, its stock held. The same key gives the same order.
pub fn place(tx: &mut Tx, wanted: &NewOrder) -> Result<OrderSnapshot, Fault> {
    if let Some(id) = store::by_key(tx, &wanted.key)? {
        let order = queries::must(tx, id)?;
        return queries::snapshot(tx, &order);
    }
    let cart = cart_store::find(tx, &wanted.cart_token)?.ok_or_else(|| Fault::not_found("cart"))?;
    let document = CartDocument {
        billing: wanted.billing.clone(),
        shipping: wanted.shipping.clone(),
        customer_id: wanted.customer_id.0,
        ..cart.document.clone()
    };
    let priced = carts::price_document(tx, &cart.token, &document, true)?;
    check(&priced, wanted.expected_total)?;
    let mut order = order_of(tx, &priced, wanted);
    let id = store::insert(tx, &wanted.key, &mut order)?;
    let sold: Vec<(Product, String, i64)> = priced
        .lines
        .iter()
        .map(|line| (line.product.clone(), line.name.clone(), line.line.quantity))
        .collect();
    stock::reserve(tx, id, &wanted.cart_token, &sold)?;
    count_coupons(tx, &order, &priced, &document)?;
    let snapshot = queries::snapshot_with(tx, &order, &[])?;
    tx.emit(&OrderPlaced { order: snapshot.clone() })?;
    Ok(snapshot)
}

fn check(priced: &PricedCart, expected: Option<Money>) -> Result<(), Fault> {
    if priced.lines.is_empty() {
        return Err(Fault::refused(
            "woocommerce_rest_cart_empty",
            "Your cart is empty. Put something into it first.",
        ));
    }
    let total = priced.totals.total.to_money(priced.currency)?;
    match expected {
        Some(expected) if expected != total => Err(Fault::conflict(
            "total_changed",
            format!("The total has changed to {}. Look it over and confirm again.", total.display()),
        )
        .with("total", total.major())),
        _ => match priced.removed.first() {
            Some(sentence) if expected.is_none() => {
                Err(Fault::refused("woocommerce_rest_cart_changed", sentence.clone()))
            }
            _ => Ok(()),
        },
    }
}

fn order_of(tx: &Tx, priced: &PricedCart, wanted: &NewOrder) -> Order {
    let mut order = draft::blank(tx, priced.currency);
    order.customer_id = wanted.customer_id;
    order.billing = wanted.billing.clone();
    order.shipping = if cart_rules::is_known(&wanted.shipping) {
        wanted.shipping.clone()
    } else {
        let mut address = wanted.billing.clone();
        address.email.clear();
        address
    };
    order.payment_method.clone_from(&wanted.payment_method);
    order.payment_method_title.clone_from(&wanted.payment_method_title);
    order.ip_address.clone_from(&wanted.ip_address);
    order.user_agent.clone_from(&wanted.user_agent);
    order.customer_note.clone_from(&wanted.customer_note);
    order.cart_token.clone_from(&wanted.cart_token);
    order.cart_hash.clone_from(&priced.hash);
    order.prices_include_tax = priced.prices_include_tax;
    order.meta.clone_from(&wanted.meta);
    for line in &priced.lines {
        let sold = SoldLine {
            product_id: line.line.product_id,
            variation_id: line.line.variation_id,
            name: &line.name,
            quantity: line.line.quantity,
            tax_class: &line.product.tax_class,
            variation: &line.line.variation,
            offer_id: line.line.offer_id,
        };
        order.items.push(draft::line_item(&sold, &line.totals).with("_cart_line_key", &line.line.key));
    }
    draft::apply(&mut order, &priced.totals, &priced.shipping_title, &priced.rate_names);
    order
}

fn count_coupons(
    tx: &mut Tx,
    order: &Order,
    priced: &PricedCart,
    document: &CartDocument,
) -> Result<(), Fault> {
    let customer = carts::customer_key(document).unwrap_or_default();
    for coupon in &priced.coupons {
        if !coupons::store::take_use(tx, coupon.id, order.id, &customer)? {
            let refusal = coupons::Refusal::UsedUp;
            return Err(Fault::refused("woocommerce_rest_cart_coupon_error", refusal.message(&coupon.code)));
        }
    }
    Ok(())
}
