//! Whether a coupon may be used on a cart, in WooCommerce's order of questions.

use std::collections::BTreeSet;

use kernel::decimal::Decimal;
use kernel::money::Currency;
use kernel::text;

use super::model::{Basket, BasketLine, Coupon, Refusal};
use crate::totals::{self, DiscountKind};

/// A code as it is stored and compared: trimmed, lower case.
#[must_use]
pub fn normal_code(code: &str) -> String {
    code.trim().to_lowercase()
}

/// Checks a coupon against the cart; the first thing that is wrong is the answer. `coupon` is none when the shop has no
/// such code, `vetoed` what the filter on valid coupons says.
pub fn check(code: &str, coupon: Option<&Coupon>, basket: &Basket, vetoed: bool) -> Result<(), Refusal> {
    if normal_code(code).is_empty() {
        return Err(Refusal::NoCode);
    }
    let coupon = coupon.ok_or(Refusal::Missing)?;
    usage_limit(coupon, basket)?;
    customer_limit(coupon, basket)?;
    if coupon.expires.is_some_and(|expires| basket.now > expires) {
        return Err(Refusal::Expired);
    }
    spend(coupon, basket)?;
    wanted_products(coupon, basket)?;
    if is_for_products(coupon) {
        if !basket.lines.is_empty() && !basket.lines.iter().any(|line| is_eligible(coupon, line)) {
            return Err(Refusal::NotApplicable);
        }
    } else {
        unwanted_products(coupon, basket)?;
    }
    if !coupon.emails.is_empty() && !is_for_one_of(&coupon.emails, &basket.emails) {
        return Err(Refusal::NotYours { at_checkout: basket.at_checkout });
    }
    if vetoed { Err(Refusal::Vetoed) } else { Ok(()) }
}

/// Puts a coupon that was checked beside those already in the cart. Gives the codes that have to go because the new one
/// stands alone; refused with the code that the message is about.
pub fn combine(coupon: &Coupon, applied: &[&Coupon]) -> Result<Vec<String>, (Refusal, String)> {
    if applied.iter().any(|other| other.code == coupon.code) {
        return Err((Refusal::AlreadyApplied, coupon.code.clone()));
    }
    if coupon.individual_use {
        return Ok(applied.iter().map(|other| other.code.clone()).collect());
    }
    match applied.iter().find(|other| other.individual_use) {
        Some(alone) => Err((Refusal::IndividualUse, alone.code.clone())),
        None => Ok(Vec::new()),
    }
}

/// The coupon as the totals take it. One for the whole cart discounts every line.
#[must_use]
pub fn for_totals(coupon: &Coupon, lines: &[BasketLine]) -> totals::Coupon {
    let eligible: BTreeSet<String> =
        lines.iter().filter(|line| is_eligible(coupon, line)).map(|line| line.key.clone()).collect();
    totals::Coupon {
        id: coupon.id,
        code: coupon.code.clone(),
        kind: coupon.kind,
        amount: coupon.amount,
        item_limit: coupon.item_limit.filter(|limit| *limit > 0),
        eligible: is_for_products(coupon).then_some(eligible),
    }
}

/// Whether a coupon for products may discount a line.
#[must_use]
pub fn is_eligible(coupon: &Coupon, line: &BasketLine) -> bool {
    let anything = coupon.product_ids.is_empty() && coupon.category_ids.is_empty();
    let wanted =
        anything || names_product(&coupon.product_ids, line) || names_category(&coupon.category_ids, line);
    let unwanted = names_product(&coupon.excluded_product_ids, line)
        || names_category(&coupon.excluded_category_ids, line)
        || (coupon.exclude_sale_items && line.on_sale);
    wanted && !unwanted
}

fn is_for_products(coupon: &Coupon) -> bool {
    coupon.kind != DiscountKind::FixedCart
}

fn names_product(ids: &[i64], line: &BasketLine) -> bool {
    ids.contains(&line.product_id) || line.parent_id.is_some_and(|parent| ids.contains(&parent))
}

fn names_category(ids: &[i64], line: &BasketLine) -> bool {
    line.categories.iter().any(|(id, _)| ids.contains(id))
}

fn usage_limit(coupon: &Coupon, basket: &Basket) -> Result<(), Refusal> {
    let Some(limit) = coupon.usage_limit.filter(|limit| *limit > 0) else {
        return Ok(());
    };
    if coupon.usage_count.saturating_add(basket.held) < limit {
        return Ok(());
    }
    Err(match basket.customer {
        _ if basket.held == 0 => Refusal::UsedUp,
        Some(customer) if customer.has_unfinished_order => Refusal::Stuck,
        Some(_) => Refusal::UsedUp,
        None => Refusal::StuckGuest,
    })
}

fn customer_limit(coupon: &Coupon, basket: &Basket) -> Result<(), Refusal> {
    let limit = coupon.usage_limit_per_user.filter(|limit| *limit > 0);
    match (limit, basket.customer) {
        (Some(limit), Some(customer)) if customer.uses >= limit => {
            Err(if customer.held > 0 { Refusal::Stuck } else { Refusal::UsedUp })
        }
        _ => Ok(()),
    }
}

fn spend(coupon: &Coupon, basket: &Basket) -> Result<(), Refusal> {
    let limit = |amount: Option<Decimal>| amount.filter(|amount| *amount > Decimal::ZERO);
    if let Some(minimum) = limit(coupon.minimum)
        && minimum > basket.subtotal
    {
        return Err(Refusal::BelowMinimum(price(minimum, basket.currency)));
    }
    if let Some(maximum) = limit(coupon.maximum)
        && maximum < basket.subtotal
    {
        return Err(Refusal::AboveMaximum(price(maximum, basket.currency)));
    }
    Ok(())
}

fn price(amount: Decimal, currency: Currency) -> String {
    amount.to_money(currency).map_or_else(|_| amount.to_string(), kernel::money::Money::display)
}

/// Something that the coupon is for must be in the cart.
fn wanted_products(coupon: &Coupon, basket: &Basket) -> Result<(), Refusal> {
    let products = &coupon.product_ids;
    if !products.is_empty() && !basket.lines.iter().any(|line| names_product(products, line)) {
        return Err(Refusal::NotApplicable);
    }
    let counts = |line: &&BasketLine| !(coupon.exclude_sale_items && line.on_sale);
    let categories = &coupon.category_ids;
    if !categories.is_empty()
        && !basket.lines.iter().filter(counts).any(|line| names_category(categories, line))
    {
        return Err(Refusal::NotApplicable);
    }
    Ok(())
}

/// Nothing that the coupon is not for may be in the cart.
fn unwanted_products(coupon: &Coupon, basket: &Basket) -> Result<(), Refusal> {
    if coupon.exclude_sale_items && basket.lines.iter().any(|line| line.on_sale) {
        return Err(Refusal::SaleItems);
    }
    let excluded = basket.lines.iter().filter(|line| names_product(&coupon.excluded_product_ids, line));
    let products: Vec<String> = excluded.map(|line| line.name.clone()).collect();
    if !products.is_empty() {
        return Err(Refusal::ExcludedProducts(products));
    }
    let mut categories: Vec<String> = Vec::new();
    for (id, name) in basket.lines.iter().flat_map(|line| &line.categories) {
        if coupon.excluded_category_ids.contains(id) && !categories.contains(name) {
            categories.push(name.clone());
        }
    }
    if categories.is_empty() { Ok(()) } else { Err(Refusal::ExcludedCategories(categories)) }
}

/// Whether one of the addresses is among the patterns.
fn is_for_one_of(patterns: &[String], emails: &[String]) -> bool {
    let emails: Vec<String> =
        emails.iter().map(|email| text::normal_email(email)).filter(|email| !email.is_empty()).collect();
    patterns
        .iter()
        .map(|pattern| text::normal_email(pattern))
        .any(|pattern| emails.iter().any(|email| covers(&pattern, email)))
}

/// Whether a pattern in which `*` stands for anything covers the whole text.
fn covers(pattern: &str, text: &str) -> bool {
    let mut pieces = pattern.split('*');
    let first = pieces.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let mut pieces: Vec<&str> = pieces.collect();
    let Some(last) = pieces.pop() else {
        return rest.is_empty();
    };
    for piece in pieces {
        let Some(found) = rest.find(piece) else {
            return false;
        };
        rest = &rest[found + piece.len()..];
    }
    rest.ends_with(last)
}
