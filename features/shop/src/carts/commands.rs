//! Changing a cart.

use kernel::Fault;
use kernel::contracts::shop::{Address, CartUpdated};
use kernel::ids::{ProductId, UserId};
use runtime::ports::{AddToCart, RestoreLine, RestoredLine};
use runtime::{Emit, Tx};

use super::model::{CartDocument, PricedCart, StoredCart, StoredLine};
use super::{queries, rules, store};
use crate::coupons::{self, Basket};
use crate::products::model::Product;
use crate::products::store as products;
use crate::stock::commands as stock;

/// Characters of a cart's token; 240 bits of chance.
pub(super) const TOKEN_LENGTH: usize = 40;

/// Opens an empty cart.
pub fn open(tx: &mut Tx, customer_id: UserId) -> Result<StoredCart, Fault> {
    let token = tx.entropy().alphanumeric(TOKEN_LENGTH);
    let document = CartDocument { customer_id: customer_id.0, ..CartDocument::default() };
    store::open(tx, &token, &document)
}

/// The cart under `token`, or a 404.
pub fn must(tx: &mut Tx, token: &str) -> Result<StoredCart, Fault> {
    store::find(tx, token)?.ok_or_else(|| Fault::not_found("cart"))
}

/// Writes what has changed and tells of it. A cart that is as it was is not written. What it comes to is shown to its
/// holder by whoever asked for the change.
pub(crate) fn finish(tx: &mut Tx, mut cart: StoredCart, before: &CartDocument) -> Result<PricedCart, Fault> {
    if cart.document.lines != before.lines || cart.document.coupons != before.coupons {
        cart.document.notices.clear();
    }
    let mut priced = queries::price(tx, &cart)?;
    rules::keep_what_holds(&mut cart.document, &priced);
    priced.notices.clone_from(&cart.document.notices);
    if cart.document == *before {
        return Ok(priced);
    }
    store::save(tx, &mut cart)?;
    let snapshot = queries::snapshot(&priced)?;
    let at = tx.now();
    tx.emit(&CartUpdated { cart: snapshot, at })?;
    Ok(priced)
}

/// What an addition comes to: what is sold, and the values chosen for attributes that the variation leaves open.
pub(crate) struct Chosen {
    pub(crate) product_id: ProductId,
    pub(crate) variation_id: ProductId,
    pub(crate) sold: Product,
    pub(crate) variation: Vec<(String, String)>,
}

/// Finds what is to be sold. A variable product is resolved to its variation by id or by its attributes; a value must be
/// chosen for each attribute that the variation leaves open.
pub(crate) fn choose(tx: &mut Tx, wanted: &AddToCart) -> Result<Chosen, Fault> {
    let (parent, mut chosen) = find(tx, wanted)?;
    if chosen.variation_id.0 > 0 {
        chosen.variation = open_values(&parent, &chosen.sold, &wanted.variation)?;
    }
    Ok(chosen)
}

/// The same for an order made by hand, which may leave open what the variation does. Gives the parent beside it.
pub(crate) fn find(tx: &mut Tx, wanted: &AddToCart) -> Result<(Product, Chosen), Fault> {
    let missing = || {
        Fault::new(
            kernel::FaultKind::Invalid,
            "woocommerce_rest_cart_invalid_product",
            "This product cannot be added to the cart.",
        )
        .and_invalid("id", "There is no such product for sale. Choose another.")
    };
    let named = products::by_id(tx, wanted.product_id)?.ok_or_else(missing)?;
    let (parent, asked) = match named.kind.as_str() {
        "variation" => (products::by_id(tx, named.parent_id)?.ok_or_else(missing)?, Some(named)),
        "variable" if wanted.variation_id.0 > 0 => {
            let variation = products::by_id(tx, wanted.variation_id)?;
            let variation =
                variation.filter(|variation| variation.parent_id == named.id).ok_or_else(missing)?;
            (named, Some(variation))
        }
        "variable" => (named, None),
        _ => (named.clone(), Some(named)),
    };
    if parent.kind != "variable" {
        let sold = asked.ok_or_else(missing)?;
        let chosen =
            Chosen { product_id: parent.id, variation_id: ProductId(0), sold, variation: Vec::new() };
        return Ok((parent, chosen));
    }
    let variation = match asked {
        Some(variation) => variation,
        None => matching(tx, &parent, &wanted.variation)?,
    };
    let chosen =
        Chosen { product_id: parent.id, variation_id: variation.id, sold: variation, variation: Vec::new() };
    Ok((parent, chosen))
}

fn attribute_is(name: &str, given: &str) -> bool {
    let given = given.strip_prefix("attribute_").unwrap_or(given);
    let given = given.strip_prefix("pa_").unwrap_or(given);
    kernel::text::slug(name) == kernel::text::slug(given)
}

fn value_of<'a>(name: &str, chosen: &'a [(String, String)]) -> Option<&'a str> {
    chosen
        .iter()
        .find(|(given, value)| attribute_is(name, given) && !value.is_empty())
        .map(|(_, value)| value.as_str())
}

fn same_value(one: &str, other: &str) -> bool {
    kernel::text::slug(one) == kernel::text::slug(other)
}

fn matching(tx: &mut Tx, parent: &Product, chosen: &[(String, String)]) -> Result<Product, Fault> {
    let fits = |variation: &Product| {
        variation.attributes.iter().all(|attribute| {
            match (attribute.options.first(), value_of(&attribute.name, chosen)) {
                (None, _) => true,
                (Some(fixed), Some(value)) => same_value(fixed, value),
                (Some(_), None) => false,
            }
        })
    };
    products::variations(tx, parent.id)?.into_iter().find(fits).ok_or_else(|| {
        Fault::new(
            kernel::FaultKind::Invalid,
            "woocommerce_rest_variation_id_from_variation_data",
            "No matching variation found.",
        )
        .and_invalid("variation", "Choose a value for every option.")
    })
}

/// Values for the attributes that the variation leaves open; each must be one of the parent's.
fn open_values(
    parent: &Product,
    variation: &Product,
    chosen: &[(String, String)],
) -> Result<Vec<(String, String)>, Fault> {
    let mut open = Vec::new();
    for attribute in parent.attributes.iter() {
        let fixed = variation.attributes.iter().find(|own| attribute_is(&own.name, &attribute.name));
        let Some(fixed) = fixed else { continue };
        if !fixed.options.is_empty() {
            continue;
        }
        let value = value_of(&attribute.name, chosen)
            .and_then(|value| attribute.options.iter().find(|option| same_value(option, value)))
            .ok_or_else(|| {
                Fault::new(
                    kernel::FaultKind::Invalid,
                    "woocommerce_rest_missing_variation_data",
                    "Missing attributes.",
                )
                .and_invalid(
                    attribute.name.clone(),
                    format!("Choose one of: {}.", attribute.options.join(", ")),
                )
            })?;
        open.push((attribute.name.clone(), value.clone()));
    }
    Ok(open)
}

/// Puts a product into the cart, or more of it.
pub fn add(tx: &mut Tx, token: &str, wanted: &AddToCart) -> Result<PricedCart, Fault> {
    let mut cart = must(tx, token)?;
    let before = cart.document.clone();
    put(tx, &mut cart, wanted)?;
    finish(tx, cart, &before)
}

/// Adds to the document. Gives how many units could be added, at least one.
fn put(tx: &mut Tx, cart: &mut StoredCart, wanted: &AddToCart) -> Result<(), Fault> {
    quantity_in_range(wanted.quantity)?;
    let chosen = choose(tx, wanted)?;
    let name = sold_name(tx, &chosen)?;
    if !matches!(chosen.sold.kind.as_str(), "simple" | "variation")
        || chosen.sold.status != "publish"
        || chosen.sold.price(tx.now()).is_none()
    {
        return Err(Fault::refused(
            "woocommerce_rest_product_not_purchasable",
            format!("“{name}” is not available for purchase."),
        ));
    }
    let key = rules::line_key(chosen.product_id, chosen.variation_id, &chosen.variation, None);
    let there = cart.document.lines.iter().find(|line| line.key == key).map_or(0, |line| line.quantity);
    let quantity = there + wanted.quantity;
    if chosen.sold.sold_individually && quantity > 1 {
        return Err(Fault::refused(
            "woocommerce_rest_product_quantity_limit",
            format!("“{name}” is in your cart already, and only one can be bought."),
        ));
    }
    quantity_in_range(quantity)?;
    enough(tx, cart, &chosen.sold, &name, &key, quantity)?;
    match cart.document.lines.iter_mut().find(|line| line.key == key) {
        Some(line) => line.quantity = quantity,
        None => {
            room(cart)?;
            cart.document.lines.push(StoredLine {
                key,
                product_id: chosen.product_id,
                variation_id: chosen.variation_id,
                quantity,
                variation: chosen.variation,
                offer_id: None,
                offer_price: None,
            });
        }
    }
    Ok(())
}

pub(super) fn room(cart: &StoredCart) -> Result<(), Fault> {
    if cart.document.lines.len() >= rules::MOST_LINES {
        return Err(Fault::refused(
            "woocommerce_rest_cart_full",
            "The cart is full. Take something out first.",
        ));
    }
    Ok(())
}

pub(super) fn quantity_in_range(quantity: i64) -> Result<(), Fault> {
    if (1..=rules::MOST_UNITS).contains(&quantity) {
        Ok(())
    } else {
        Err(Fault::invalid("quantity", format!("Use a whole number from 1 to {}.", rules::MOST_UNITS)))
    }
}

pub(super) fn sold_name(tx: &mut Tx, chosen: &Chosen) -> Result<String, Fault> {
    let parent = if chosen.variation_id.0 > 0 { products::by_id(tx, chosen.product_id)? } else { None };
    Ok(crate::products::queries::name_of(&chosen.sold, parent.as_ref(), &chosen.variation))
}

/// Refuses more units than there are, counting other lines of the same product.
pub(super) fn enough(
    tx: &mut Tx,
    cart: &StoredCart,
    sold: &Product,
    name: &str,
    key: &str,
    quantity: i64,
) -> Result<(), Fault> {
    let Some(free) = stock::available(tx, sold, cart.document.own())? else { return Ok(()) };
    let others: i64 = cart
        .document
        .lines
        .iter()
        .filter(|line| line.key != key && line.sold_id() == sold.id)
        .map(|line| line.quantity)
        .sum();
    if free <= 0 {
        return Err(stock::sold_out(name));
    }
    if quantity + others > free { Err(stock::too_few(name, free)) } else { Ok(()) }
}

/// Sets the units of a line; 0 takes it out.
pub fn set_quantity(tx: &mut Tx, token: &str, key: &str, quantity: i64) -> Result<PricedCart, Fault> {
    let mut cart = must(tx, token)?;
    let before = cart.document.clone();
    let Some(line) = cart.document.lines.iter().find(|line| line.key == key).cloned() else {
        return Err(Fault::new(
            kernel::FaultKind::NotFound,
            "woocommerce_rest_cart_invalid_key",
            "Cart item no longer exists or is invalid.",
        ));
    };
    if quantity == 0 {
        cart.document.lines.retain(|line| line.key != key);
        return finish(tx, cart, &before);
    }
    quantity_in_range(quantity)?;
    if line.offer_id.is_some() && quantity != line.quantity {
        return Err(Fault::refused(
            "offer_quantity_fixed",
            "The quantity of a special offer cannot be changed.",
        ));
    }
    if quantity > line.quantity
        && let Some(sold) = products::by_id(tx, line.sold_id())?
    {
        let name = crate::products::queries::sold_name(tx, &sold)?;
        if sold.sold_individually {
            return Err(Fault::refused(
                "woocommerce_rest_product_quantity_limit",
                format!("Only one of “{name}” can be bought."),
            ));
        }
        enough(tx, &cart, &sold, &name, key, quantity)?;
    }
    for line in cart.document.lines.iter_mut().filter(|line| line.key == key) {
        line.quantity = quantity;
    }
    finish(tx, cart, &before)
}

/// Applies a coupon, or says in WooCommerce's words why not.
pub fn apply_coupon(tx: &mut Tx, token: &str, code: &str) -> Result<PricedCart, Fault> {
    let mut cart = must(tx, token)?;
    let before = cart.document.clone();
    let code = coupons::normal_code(code);
    let priced = queries::price(tx, &cart)?;
    let coupon = coupons::store::by_code(tx, &code)?.map(|stored| stored.coupon);
    let applied: Vec<&coupons::Coupon> = priced.coupons.iter().collect();
    if let Some(coupon) = &coupon {
        match coupons::combine(coupon, &applied) {
            Ok(leaving) => cart.document.coupons.retain(|code| !leaving.contains(code)),
            Err((refusal, about)) => return Err(refused(&refusal, &about)),
        }
    }
    cart.document.coupons.push(code.clone());
    let trial = queries::price(tx, &cart)?;
    if !trial.coupons.iter().any(|coupon| coupon.code == code) {
        return Err(why_not(tx, &cart.document, &trial, &code, coupon.as_ref()));
    }
    finish(tx, cart, &before)
}

/// The sentence that pricing gave for the code, with WooCommerce's number.
fn why_not(
    tx: &Tx,
    document: &CartDocument,
    trial: &PricedCart,
    code: &str,
    coupon: Option<&coupons::Coupon>,
) -> Fault {
    let basket = Basket {
        lines: Vec::new(),
        subtotal: trial.totals.subtotal,
        currency: trial.currency,
        now: tx.now(),
        held: 0,
        customer: None,
        emails: vec![document.billing.email.clone()],
        at_checkout: false,
    };
    let plain = coupons::check(code, coupon, &basket, false).err();
    let message = trial.removed.last().cloned().unwrap_or_default();
    match plain.filter(|refusal| refusal.message(code) == message) {
        Some(refusal) => refused(&refusal, code),
        None => Fault::refused("woocommerce_rest_cart_coupon_error", message),
    }
}

fn refused(refusal: &coupons::Refusal, code: &str) -> Fault {
    Fault::refused("woocommerce_rest_cart_coupon_error", refusal.message(code))
        .with("coupon_error_code", i64::from(refusal.code()))
}

/// Takes a coupon off; nothing happens when it is not there.
pub fn remove_coupon(tx: &mut Tx, token: &str, code: &str) -> Result<PricedCart, Fault> {
    let mut cart = must(tx, token)?;
    let before = cart.document.clone();
    let code = coupons::normal_code(code);
    cart.document.coupons.retain(|applied| *applied != code);
    finish(tx, cart, &before)
}

/// Sets the addresses that decide taxes and shipping.
pub fn set_destination(
    tx: &mut Tx,
    token: &str,
    billing: &Address,
    shipping: &Address,
) -> Result<PricedCart, Fault> {
    let mut cart = must(tx, token)?;
    let before = cart.document.clone();
    cart.document.billing = billing.clone();
    cart.document.shipping = shipping.clone();
    finish(tx, cart, &before)
}

/// Rebuilds a cart from lines: what can be had is put in, the rest is named. A gone cart is opened anew.
pub fn restore(
    tx: &mut Tx,
    token: &str,
    lines: &[RestoreLine],
    codes: &[String],
) -> Result<(PricedCart, Vec<RestoredLine>), Fault> {
    let mut cart = match store::find(tx, token)? {
        Some(cart) => cart,
        None => open(tx, UserId(0))?,
    };
    let before = cart.document.clone();
    let mut outcomes = Vec::new();
    for line in lines {
        outcomes.push(RestoredLine { name: line.name.clone(), outcome: restore_line(tx, &mut cart, line)? });
    }
    for code in codes {
        let code = coupons::normal_code(code);
        if !cart.document.coupons.contains(&code) {
            cart.document.coupons.push(code);
        }
    }
    Ok((finish(tx, cart, &before)?, outcomes))
}

fn restore_line(tx: &mut Tx, cart: &mut StoredCart, line: &RestoreLine) -> Result<&'static str, Fault> {
    let chosen = match choose(tx, &line.product) {
        Ok(chosen) => chosen,
        Err(fault) if fault.status() < 500 => return Ok("missing"),
        Err(fault) => return Err(fault),
    };
    let key = rules::line_key(chosen.product_id, chosen.variation_id, &chosen.variation, None);
    if cart.document.lines.iter().any(|there| there.key == key) {
        return Ok("added");
    }
    let free = stock::available(tx, &chosen.sold, cart.document.own())?;
    if free.is_some_and(|free| free <= 0) {
        return Ok("out_of_stock");
    }
    let quantity = free.map_or(line.product.quantity, |free| free.min(line.product.quantity));
    let wanted = AddToCart { quantity, ..line.product.clone() };
    match put(tx, cart, &wanted) {
        Ok(()) => {}
        Err(fault) if fault.status() < 500 => return Ok("missing"),
        Err(fault) => return Err(fault),
    }
    let price = chosen.sold.price(tx.now());
    Ok(if quantity < line.product.quantity {
        "reduced"
    } else if price.is_some_and(|price| price != line.unit_price) {
        "price_changed"
    } else {
        "added"
    })
}

/// Takes out what an order has bought, and what was typed for it: whoever knows the token learns nothing of who has
/// ordered. What was added meanwhile stays.
pub(crate) fn take_out_ordered(tx: &mut Tx, token: &str, bought: &[(String, i64)]) -> Result<(), Fault> {
    let Some(mut cart) = store::find(tx, token)? else { return Ok(()) };
    let before = cart.document.clone();
    for line in &mut cart.document.lines {
        let units = bought.iter().find(|(key, _)| *key == line.key).map_or(0, |(_, units)| *units);
        line.quantity -= units;
    }
    cart.document.lines.retain(|line| line.quantity > 0);
    cart.document.coupons.clear();
    cart.document.billing = Address::default();
    cart.document.shipping = Address::default();
    cart.document.customer_id = 0;
    cart.document.orders += 1;
    cart.document.open_order = 0;
    finish(tx, cart, &before).map(drop)
}
