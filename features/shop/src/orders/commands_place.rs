//! A cart becomes an order.

use std::collections::BTreeSet;

use db::Db;
use kernel::contracts::shop::{OrderPlaced, OrderSnapshot};
use kernel::ids::OrderId;
use kernel::{Fault, Money};
use runtime::ports::NewOrder;
use runtime::{Emit, Tx};

use super::commands_draft::{self as draft, SoldLine};
use super::model::Order;
use super::{commands, commands_attempt as attempts, queries, store, store_items};
use crate::carts::commands_show::show_at_checkout;
use crate::carts::model::{CartDocument, PricedCart, StoredCart};
use crate::carts::{queries as carts, rules as cart_rules, store as cart_store};
use crate::coupons;
use crate::products::model::Product;
use crate::stock::{commands as stock, store as reservations};

/// The code of a checkout's refusal whose coupons no longer hold.
const COUPONS_GONE: &str = "woocommerce_rest_cart_coupon_errors";

/// Metadata of an order that came to nothing: the order of its cart that was placed after it. Money for the former goes
/// back, or the cart would be paid twice.
pub(crate) const REPLACED_BY: &str = "_replaced_by";

/// What whoever orders has been shown.
#[derive(Debug, Clone)]
pub(crate) enum Shown {
    /// Nothing that is known: the order is for whatever the cart comes to.
    Unknown,
    /// This total.
    Total(Money),
    /// This total, in minor units of the shop's currency.
    Minor(i64),
    /// What the cart remembers as shown last.
    AsRemembered,
}

/// Writes the order `pending`, its stock held. The same key gives the same order.
pub fn place(tx: &mut Tx, wanted: &NewOrder) -> Result<OrderSnapshot, Fault> {
    let shown = wanted.expected_total.map_or(Shown::Unknown, Shown::Total);
    let order = place_shown(tx, wanted, &shown)?;
    queries::snapshot(tx, &order)
}

/// As [`place`]. A cart has one order that waits for its payment: placed again, under whatever key, that order takes on
/// what is wanted now, unless a payment of it is at its gateway. What it holds of stock and coupons never counts against
/// its own cart.
pub(crate) fn place_shown(tx: &mut Tx, wanted: &NewOrder, shown: &Shown) -> Result<Order, Fault> {
    let (named, undone) = match named(tx, &wanted.key)? {
        (Some(order), _) if order.status != "pending" => return Ok(order),
        named => named,
    };
    let mut cart = cart_store::find(tx, &wanted.cart_token)?.ok_or_else(|| Fault::not_found("cart"))?;
    let before = match named {
        Some(order) => Some(order),
        None => open_order(tx, &cart)?,
    };
    if let Some(order) = &before
        && attempts::is_asking(order)
    {
        return if stock::renew(tx, order)? { Ok(order.clone()) } else { Err(gone(order)) };
    }
    let stored = cart.document.clone();
    cart.document.open_order = before.as_ref().map_or(0, |order| order.id.0);
    let document = CartDocument {
        billing: wanted.billing.clone(),
        shipping: wanted.shipping.clone(),
        customer_id: wanted.customer_id.0,
        ..cart.document.clone()
    };
    let priced = carts::price_document(tx, &cart.token, &document, true)?;
    let seen = match shown {
        // Whoever names his place with the order for the first time was shown the cart without one.
        Shown::AsRemembered if !has_place(&cart.document) => {
            carts::price_document(tx, &cart.token, &cart.document, false)?.hash
        }
        _ => priced.hash.clone(),
    };
    check((&document, &seen), &priced, shown)?;
    let order = match &before {
        Some(before) => rewrite(tx, before, &priced, wanted)?,
        None => {
            let mut order = order_of(tx, &priced, wanted);
            store::insert(tx, &wanted.key, &mut order)?;
            order
        }
    };
    let sold: Vec<(Product, String, i64)> = priced
        .lines
        .iter()
        .map(|line| (line.product.clone(), line.name.clone(), line.line.quantity))
        .collect();
    stock::reserve(tx, order.id, &sold)?;
    count_coupons(tx, &order, &priced, &document)?;
    cart.document = CartDocument {
        open_order: order.id.0,
        shown: if matches!(shown, Shown::AsRemembered) { priced.hash.clone() } else { cart.document.shown },
        billing: document.billing,
        shipping: document.shipping,
        ..cart.document
    };
    if cart.document != stored {
        cart_store::save(tx, &mut cart)?;
    }
    if before.is_none() {
        let replaced = [undone, Some(stored.own()).filter(|id| id.0 > 0)];
        for id in replaced.into_iter().flatten().collect::<BTreeSet<OrderId>>() {
            if store::find(tx, id)?.is_some_and(|old| commands::is_undone(&old.status)) {
                store::put_meta(tx, id, REPLACED_BY, &order.id.to_string())?;
            }
        }
        let snapshot = queries::snapshot_with(tx, &order, &[])?;
        tx.emit(&OrderPlaced { order: snapshot })?;
    }
    Ok(order)
}

/// The order that was placed under a key, held. One that came to nothing gives its key to a fresh one.
fn named(tx: &mut Tx, key: &str) -> Result<(Option<Order>, Option<OrderId>), Fault> {
    let Some(id) = store::by_key(tx, key)? else { return Ok((None, None)) };
    store::bump(tx, id)?;
    match store::find(tx, id)? {
        Some(order) if !commands::is_undone(&order.status) => Ok((Some(order), None)),
        _ => {
            store::retire_key(tx, key, id)?;
            Ok((None, Some(id)))
        }
    }
}

/// The order of this cart that waits for its payment, held.
fn open_order(tx: &mut Tx, cart: &StoredCart) -> Result<Option<Order>, Fault> {
    let id = cart.document.own();
    if id.0 == 0 || !store::bump(tx, id)? {
        return Ok(None);
    }
    Ok(store::find(tx, id)?.filter(|order| order.status == "pending"))
}

fn gone(order: &Order) -> Fault {
    stock::sold_out(order.of_kind("line_item").next().map_or("", |item| item.name.as_str()))
}

/// The order keeps its number, its key in addresses and its payments; everything else is what is wanted now.
fn rewrite(tx: &mut Tx, before: &Order, priced: &PricedCart, wanted: &NewOrder) -> Result<Order, Fault> {
    let mut order = order_of(tx, priced, wanted);
    order.id = before.id;
    order.order_key.clone_from(&before.order_key);
    order.created_at = before.created_at;
    order.version = before.version;
    order.meta.clone_from(&before.meta);
    for (key, value) in &wanted.meta {
        if before.meta(key) != Some(value) {
            store::put_meta(tx, order.id, key, value)?;
            order.meta.retain(|(name, _)| name != key);
            order.meta.push((key.clone(), value.clone()));
        }
    }
    store::update(tx, &order)?;
    store::renew(tx, &order)?;
    store::put_addresses(tx, &order)?;
    store_items::put(tx, &mut order)?;
    coupons::store::release_uses(tx, order.id)?;
    reservations::release(tx, order.id)?;
    Ok(order)
}

/// Is it known where the cart goes?
fn has_place(document: &CartDocument) -> bool {
    cart_rules::is_known(&document.billing) || cart_rules::is_known(&document.shipping)
}

fn check((document, seen): (&CartDocument, &str), priced: &PricedCart, shown: &Shown) -> Result<(), Fault> {
    if priced.lines.is_empty() {
        return Err(Fault::refused(
            "woocommerce_rest_cart_empty",
            "Your cart is empty. Put something into it first.",
        ));
    }
    if !priced.removed_coupons.is_empty() {
        return Err(coupons_gone(&priced.removed_coupons));
    }
    let total = priced.totals.total.to_money(priced.currency)?;
    let is_as_shown = match shown {
        Shown::Unknown => priced.removed.is_empty(),
        Shown::Total(expected) => *expected == total,
        Shown::Minor(expected) => *expected == total.minor(),
        Shown::AsRemembered => document.shown == seen,
    };
    if is_as_shown {
        return Ok(());
    }
    match (priced.removed.first(), shown) {
        (Some(sentence), Shown::Unknown) => {
            Err(Fault::refused("woocommerce_rest_cart_changed", sentence.clone()))
        }
        (reason, _) => {
            let reason = reason.map_or_else(String::new, |sentence| format!("{sentence} "));
            Err(Fault::conflict(
                "total_changed",
                format!(
                    "{reason}The total has changed to {}. Look it over and confirm again.",
                    total.display()
                ),
            )
            .with("total", total.major()))
        }
    }
}

/// WooCommerce's refusal of a checkout whose coupons no longer hold.
fn coupons_gone(removed: &[(String, String)]) -> Fault {
    let message = match removed {
        [(code, sentence)] => format!("\"{code}\" was removed from the cart. {sentence}"),
        all => {
            let codes: Vec<&str> = all.iter().map(|(code, _)| code.as_str()).collect();
            format!("Invalid coupons were removed from the cart: \"{}\"", codes.join("\", \""))
        }
    };
    let reasons: serde_json::Map<String, serde_json::Value> =
        removed.iter().map(|(code, sentence)| (code.clone(), sentence.clone().into())).collect();
    Fault::conflict(COUPONS_GONE, message).with("removed_coupons", reasons)
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
    let customer = carts::coupon_customer(document);
    for coupon in &priced.coupons {
        if !coupons::store::take_use(tx, coupon, order.id, &customer)? {
            let refusal = coupons::Refusal::UsedUp;
            return Err(coupons_gone(&[(coupon.code.clone(), refusal.message(&coupon.code))]));
        }
    }
    Ok(())
}

/// As [`place`], for whoever is not within a transaction. Coupons that no longer hold are taken off the cart, so that
/// the next look at it shows what it comes to without them.
pub(crate) async fn place_for(db: &Db, wanted: &NewOrder) -> Result<OrderSnapshot, Fault> {
    let order = wanted.clone();
    let placed = db.write(move |tx| place(tx, &order)).await;
    if placed.as_ref().is_err_and(|fault| fault.code == COUPONS_GONE) {
        let order = wanted.clone();
        db.write(move |tx| {
            let destination = (&order.billing, &order.shipping);
            show_at_checkout(tx, &order.cart_token, destination, order.customer_id).map(drop)
        })
        .await?;
    }
    placed
}
