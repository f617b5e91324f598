//! The thank-you page and the account's pages.

use http::Method;
use kernel::contracts::shop::Address;
use kernel::ids::{OrderId, UserId};
use kernel::{Decimal, Fault, Money};
use minijinja::context;
use runtime::Tx;
use runtime::engine::Surroundings;
use serde::Serialize;
use web::{Access, Call, Reply, Routes, Template};

use super::model::{Filter, Order};
use super::{queries, rules, store};
use crate::carts::rules::checked_address;
use crate::customers::store as customers;

/// Templates of this slice.
pub const TEMPLATES: &[Template] = &[
    ("shop/order.html", include_str!("pages/order.html")),
    ("shop/account.html", include_str!("pages/account.html")),
    ("shop/address.html", include_str!("pages/address.html")),
];

pub(crate) fn routes(routes: &mut Routes) {
    routes.page(Method::GET, "/order/{id}/{key}").read(order);
    routes.page(Method::GET, "/my-account").read(account);
    routes.page(Method::GET, "/my-account/address").access(Access::LoggedIn).read(address);
    routes.page(Method::POST, "/my-account/address").access(Access::LoggedIn).unit(save_address);
}

/// A line as the page shows it.
#[derive(Debug, Serialize)]
pub(crate) struct LineView {
    product_id: i64,
    name: String,
    quantity: i64,
    total: String,
    is_offer: bool,
}

/// An order as pages show it.
#[derive(Debug, Serialize)]
pub(crate) struct OrderView {
    id: i64,
    key: String,
    status: String,
    status_name: String,
    placed: String,
    email: String,
    method: String,
    lines: Vec<LineView>,
    subtotal: String,
    discount: Option<String>,
    shipping: Option<String>,
    tax: Option<String>,
    refunded: Option<String>,
    total: String,
    paid: bool,
    address: Vec<String>,
}

fn shown(order: &Order, amount: Decimal) -> String {
    amount.to_money(order.currency).map(Money::display).unwrap_or_default()
}

fn address_lines(address: &Address) -> Vec<String> {
    let name = format!("{} {}", address.first_name, address.last_name);
    let city = format!("{} {} {}", address.city, address.state, address.postcode);
    let lines = [
        name.trim(),
        &address.company,
        &address.address_1,
        &address.address_2,
        city.trim(),
        &address.country,
    ];
    lines.into_iter().filter(|line| !line.is_empty()).map(ToOwned::to_owned).collect()
}

pub(crate) fn view(tx: &mut Tx, order: &Order) -> Result<OrderView, Fault> {
    let refunds = queries::refunds(tx, order.id)?;
    let refunded = queries::refunded_total(&refunds);
    let some = |amount: Decimal| (!amount.is_zero()).then(|| shown(order, amount));
    let gross = order.prices_include_tax;
    let lines: Vec<LineView> = order
        .of_kind("line_item")
        .map(|item| {
            let tax = if gross { item.amount("_line_subtotal_tax") } else { Decimal::ZERO };
            LineView {
                product_id: item.product_id().0,
                name: item.name.clone(),
                quantity: item.number("_qty"),
                total: shown(order, item.amount("_line_subtotal") + tax),
                is_offer: !item.get("_ocart_offer_id").is_empty(),
            }
        })
        .collect();
    let subtotal = order.of_kind("line_item").fold(Decimal::ZERO, |sum, item| {
        let tax = if gross { item.amount("_line_subtotal_tax") } else { Decimal::ZERO };
        sum + item.amount("_line_subtotal") + tax
    });
    Ok(OrderView {
        id: order.id.0,
        key: order.order_key.clone(),
        status: order.status.clone(),
        status_name: rules::status_name(&order.status).to_owned(),
        placed: order.created_at.display(tx.zone()),
        email: order.billing.email.clone(),
        method: order.payment_method_title.clone(),
        lines,
        subtotal: shown(order, subtotal),
        discount: some(if gross { order.discount_total + order.discount_tax } else { order.discount_total }),
        shipping: some(if gross { order.shipping_total + order.shipping_tax } else { order.shipping_total }),
        tax: some(order.total_tax),
        refunded: some(refunded),
        total: shown(order, order.total),
        paid: order.is_paid() || order.status == "refunded",
        address: address_lines(&order.shipping),
    })
}

/// The order of the address, when its key fits: the key is what lets a guest in.
pub(crate) fn keyed(call: &Call, tx: &mut Tx) -> Result<Order, Fault> {
    let id: OrderId = call.id("id")?;
    store::find(tx, id)?
        .filter(|order| {
            order.kind == "shop_order" && kernel::hash::same(&order.order_key, call.parameter("key"))
        })
        .ok_or_else(|| Fault::not_found("order"))
}

fn order(call: &Call, tx: &mut Tx) -> Result<Reply, Fault> {
    let order = keyed(call, tx)?;
    let shown_order = view(tx, &order)?;
    let children = store::children(tx, order.id)?;
    let mut extras = Vec::new();
    let mut sum = order.total;
    for child in &children {
        sum = sum + child.total;
        extras.push(view(tx, child)?);
    }
    let together = shown(&order, sum);
    Ok(Reply::page(
        "shop/order.html",
        context! {
            order => shown_order,
            children => extras,
            together,
            first_name => order.billing.first_name,
            slots => context! { names => ["thank_you"], subject => order.id.0 },
        },
    )
    .header("cache-control", "no-store")
    .header("referrer-policy", "no-referrer"))
}

fn account(call: &Call, tx: &mut Tx) -> Result<Reply, Fault> {
    let Some(user) = &call.caller.user else {
        return Ok(Reply::page(
            "shop/account.html",
            context! { orders => Vec::<OrderView>::new(), known => false },
        ));
    };
    let filter = Filter { customer_id: Some(user.id.0), limit: 20, ..Filter::default() };
    let page = queries::list(tx, &filter)?;
    let orders = page.rows.iter().map(|order| view(tx, order)).collect::<Result<Vec<_>, _>>()?;
    let (billing, _) = customers::find(tx, user.id)?.unwrap_or_default();
    Ok(Reply::page(
        "shop/account.html",
        context! {
            known => true,
            orders,
            more => page.total > 20,
            address => address_lines(&billing),
            slots => context! { names => ["my_account"], subject => user.id.0 },
        },
    ))
}

fn address(call: &Call, tx: &mut Tx) -> Result<Reply, Fault> {
    let user: UserId = call.caller.user()?.id;
    let (billing, _) = customers::find(tx, user)?.unwrap_or_default();
    Ok(Reply::page("shop/address.html", context! { address => billing }))
}

fn save_address(call: &Call, tx: &mut Tx) -> Result<Reply, Fault> {
    let user = call.caller.user()?;
    let form = call.form();
    let text = |name: &str| form.text(name).to_owned();
    let typed = Address {
        first_name: text("first_name"),
        last_name: text("last_name"),
        company: text("company"),
        address_1: text("address_1"),
        address_2: text("address_2"),
        city: text("city"),
        state: text("state"),
        postcode: text("postcode"),
        country: text("country"),
        email: user.email.clone(),
        phone: text("phone"),
    };
    match checked_address("address", &typed) {
        Ok(billing) => {
            let (_, shipping) = customers::find(tx, user.id)?.unwrap_or_default();
            customers::put(tx, user.id, &billing, &shipping)?;
            Ok(Reply::redirect("/my-account").notice("success", "Your address is saved."))
        }
        Err(fault) => {
            let problem = fault.params.values().next().cloned().unwrap_or(fault.message);
            Ok(Reply::page("shop/address.html", context! { address => typed, problem }))
        }
    }
}
