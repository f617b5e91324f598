//! The cart's page and its forms.

use http::Method;
use kernel::ids::ProductId;
use kernel::{Decimal, Fault, Money};
use minijinja::context;
use runtime::Tx;
use runtime::ports::AddToCart;
use serde::Serialize;
use web::{Call, Reply, Routes, Template};

use super::model::PricedCart;
use super::{commands, commands_session, commands_show, queries};

/// Templates of this slice.
pub const TEMPLATES: &[Template] = &[("shop/cart.html", include_str!("pages/cart.html"))];

/// The cart's cookie.
pub const COOKIE: &str = "cartwright_cart";
/// Days for which a browser keeps its cart.
const DAYS: i64 = 60;

pub(crate) fn routes(routes: &mut Routes) {
    routes.page(Method::GET, "/cart").flow(page);
    routes.page(Method::POST, "/cart/add").limit("cart", 120, 60).unit(add);
    routes.page(Method::POST, "/cart/update").limit("cart", 120, 60).unit(update);
    routes.page(Method::POST, "/cart/coupon").limit("coupon", 20, 60).unit(coupon);
}

/// A line as the page shows it.
#[derive(Debug, Serialize)]
struct LineView {
    key: String,
    product_id: i64,
    name: String,
    slug: String,
    unit_price: String,
    quantity: i64,
    total: String,
    is_offer: bool,
    fixed: bool,
}

/// Sums as pages show them.
#[derive(Debug, Serialize)]
struct SumsView {
    subtotal: String,
    discounts: Vec<(String, String)>,
    shipping: Option<String>,
    shipping_title: String,
    taxes: Vec<(String, String)>,
    total: String,
}

fn shown(amount: Decimal, cart: &PricedCart) -> String {
    amount.to_money(cart.currency).map(Money::display).unwrap_or_default()
}

fn lines(cart: &PricedCart) -> Vec<LineView> {
    cart.lines
        .iter()
        .map(|line| {
            let total = if cart.prices_include_tax {
                line.totals.subtotal + line.totals.subtotal_tax
            } else {
                line.totals.subtotal
            };
            LineView {
                key: line.line.key.clone(),
                product_id: line.line.product_id.0,
                name: line.name.clone(),
                slug: line.slug.clone(),
                unit_price: shown(line.unit_price, cart),
                quantity: line.line.quantity,
                total: shown(total, cart),
                is_offer: line.line.offer_id.is_some(),
                fixed: line.line.offer_id.is_some() || line.product.sold_individually,
            }
        })
        .collect()
}

fn sums(cart: &PricedCart) -> SumsView {
    let totals = &cart.totals;
    let gross = cart.prices_include_tax;
    let with = |net: Decimal, tax: Decimal| if gross { net + tax } else { net };
    let name = |id: i64| {
        cart.rate_names.iter().find(|(rate, _)| *rate == id).map_or("Tax", |(_, name)| name.as_str())
    };
    SumsView {
        subtotal: shown(with(totals.subtotal, totals.subtotal_tax), cart),
        discounts: totals
            .coupons
            .iter()
            .map(|coupon| (coupon.code.clone(), shown(with(coupon.discount, coupon.discount_tax), cart)))
            .collect(),
        shipping: cart.needs_shipping.then(|| {
            if totals.shipping.is_zero() {
                "Free".to_owned()
            } else {
                shown(with(totals.shipping, totals.shipping_tax), cart)
            }
        }),
        shipping_title: cart.shipping_title.clone(),
        taxes: totals
            .rates
            .iter()
            .map(|rate| (name(rate.rate_id).to_owned(), shown(rate.tax + rate.shipping_tax, cart)))
            .collect(),
        total: shown(totals.total, cart),
    }
}

async fn page(call: Call) -> Result<Reply, Fault> {
    let Some(priced) = commands_show::shown(&call.engine, call.caller.cart_token.as_deref()).await? else {
        return Ok(Reply::page(
            "shop/cart.html",
            context! { lines => Vec::<LineView>::new(), problems => Vec::<String>::new() },
        ));
    };
    let context = context! {
        lines => lines(&priced),
        sums => sums(&priced),
        problems => priced.told(),
        gross => priced.prices_include_tax,
    };
    Ok(Reply::page("shop/cart.html", context))
}

/// The caller's cart, or a fresh one.
fn token(call: &Call, tx: &mut Tx) -> Result<String, Fault> {
    commands_session::current(tx, call.caller.cart_token.as_deref(), call.caller.user_id())
}

fn keep(call: &Call, reply: Reply, token: &str) -> Reply {
    reply.cookie(COOKIE, token, DAYS * 86_400, call.engine.public_url().starts_with("https"))
}

/// A refusal becomes a notice where the shopper was; anything else goes on up.
fn refused(fault: Fault, back: &str) -> Result<Reply, Fault> {
    if fault.status() >= 500 {
        return Err(fault);
    }
    let text = fault.params.values().next().cloned().unwrap_or(fault.message);
    Ok(Reply::redirect(back).notice("error", &text))
}

fn add(call: &Call, tx: &mut Tx) -> Result<Reply, Fault> {
    let form = call.form();
    let number = |name: &str| form.text(name).parse::<i64>().ok();
    let wanted = AddToCart {
        product_id: ProductId(number("product_id").unwrap_or(0)),
        variation_id: ProductId(number("variation_id").unwrap_or(0)),
        quantity: if form.text("quantity").is_empty() { 1 } else { number("quantity").unwrap_or(0) },
        variation: form
            .pairs()
            .filter(|(name, _)| name.starts_with("attribute_"))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
    };
    let token = token(call, tx)?;
    match commands::add(tx, &token, &wanted) {
        Ok(cart) => {
            let name = cart.lines.last().map_or("", |line| line.name.as_str());
            let added = cart.lines.iter().rfind(|line| {
                line.line.sold_id() == wanted.variation_id || line.line.product_id == wanted.product_id
            });
            let name = added.map_or(name, |line| line.name.as_str());
            let reply = Reply::redirect("/cart").notice("success", &format!("“{name}” is in your cart."));
            Ok(keep(call, reply, &token))
        }
        Err(fault) => {
            let product = queries::product_slug(tx, wanted.product_id)?;
            let back = product.map_or_else(|| "/shop".to_owned(), |slug| format!("/product/{slug}"));
            Ok(keep(call, refused(fault, &back)?, &token))
        }
    }
}

fn update(call: &Call, tx: &mut Tx) -> Result<Reply, Fault> {
    let Some(token) = call.caller.cart_token.clone() else { return Ok(Reply::redirect("/cart")) };
    let form = call.form();
    if !form.text("remove").is_empty() {
        return match commands::set_quantity(tx, &token, form.text("remove"), 0) {
            Ok(_) => Ok(Reply::redirect("/cart").notice("success", "Taken out of your cart.")),
            Err(fault) => refused(fault, "/cart"),
        };
    }
    for (name, value) in form.pairs() {
        let Some(key) = name.strip_prefix("quantity-") else { continue };
        let Ok(quantity) = value.trim().parse::<i64>() else {
            return Ok(Reply::redirect("/cart").notice("error", "Enter quantities as whole numbers."));
        };
        if let Err(fault) = commands::set_quantity(tx, &token, key, quantity) {
            return refused(fault, "/cart");
        }
    }
    Ok(Reply::redirect("/cart").notice("success", "Your cart is up to date."))
}

fn coupon(call: &Call, tx: &mut Tx) -> Result<Reply, Fault> {
    let Some(token) = call.caller.cart_token.clone() else { return Ok(Reply::redirect("/cart")) };
    let form = call.form();
    if !form.text("remove").is_empty() {
        commands::remove_coupon(tx, &token, form.text("remove"))?;
        return Ok(Reply::redirect("/cart").notice("success", "The coupon is off."));
    }
    match commands::apply_coupon(tx, &token, form.text("code")) {
        Ok(_) => Ok(Reply::redirect("/cart").notice("success", "The coupon is applied.")),
        Err(fault) => refused(fault, "/cart"),
    }
}
