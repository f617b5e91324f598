//! `wc/store/v1` cart. A cart is named by its `Cart-Token` (or the cart cookie); without one a fresh cart is opened.

use http::Method;
use kernel::Fault;
use kernel::contracts::shop::Address;
use kernel::ids::ProductId;
use runtime::Tx;
use runtime::ports::AddToCart;
use schemars::JsonSchema;
use serde::Deserialize;
use web::{Call, Reply, Routes};

use super::model::PricedCart;
use super::rest_model::CartReply;
use super::{commands, commands_session, commands_show};

/// A chosen attribute.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ChoiceBody {
    attribute: String,
    value: String,
}

/// A product for the cart.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct AddBody {
    id: ProductId,
    #[serde(default = "one")]
    quantity: i64,
    #[serde(default)]
    variation: Vec<ChoiceBody>,
}

const fn one() -> i64 {
    1
}

/// A line's units.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct QuantityBody {
    key: String,
    quantity: i64,
}

/// A line.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct KeyBody {
    key: String,
}

/// A coupon.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct CodeBody {
    code: String,
}

/// Where goods go.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct CustomerBody {
    #[serde(default)]
    billing_address: Address,
    #[serde(default)]
    shipping_address: Address,
}

const NAMESPACE: &str = "wc/store/v1";

pub(crate) fn routes(routes: &mut Routes) {
    routes.rest(Method::GET, NAMESPACE, "/cart").summary("The cart.").replies::<CartReply>().flow(
        |call: Call| async move {
            let priced = commands_show::shown(&call.engine, call.caller.cart_token.as_deref()).await?;
            call.engine
                .read(move |tx| match &priced {
                    Some(priced) => answer(tx, priced, 200),
                    None => Ok(Reply::json(&CartReply::empty(tx)?)),
                })
                .await
        },
    );
    routes
        .rest(Method::POST, NAMESPACE, "/cart/add-item")
        .summary("Put a product into the cart.")
        // As on the page: whoever names no cart opens one.
        .limit("cart", 120, 60)
        .body::<AddBody>()
        .replies::<CartReply>()
        .status(201)
        .unit(|call, tx| {
            let body: AddBody = call.body()?;
            let token = token(call, tx)?;
            let wanted = AddToCart {
                product_id: body.id,
                variation_id: ProductId(0),
                quantity: body.quantity,
                variation: body
                    .variation
                    .into_iter()
                    .map(|choice| (choice.attribute, choice.value))
                    .collect(),
            };
            let priced = commands::add(tx, &token, &wanted)?;
            answer(tx, &priced, 201)
        });
    change(routes, "/cart/update-item", "Set the units of a line.", |call, tx, token| {
        let body: QuantityBody = call.body()?;
        commands::set_quantity(tx, token, &body.key, body.quantity)
    });
    change(routes, "/cart/remove-item", "Take a line out.", |call, tx, token| {
        let body: KeyBody = call.body()?;
        commands::set_quantity(tx, token, &body.key, 0)
    });
    change(routes, "/cart/apply-coupon", "Apply a coupon.", |call, tx, token| {
        let body: CodeBody = call.body()?;
        commands::apply_coupon(tx, token, &body.code)
    });
    change(routes, "/cart/remove-coupon", "Take a coupon off.", |call, tx, token| {
        let body: CodeBody = call.body()?;
        commands::remove_coupon(tx, token, &body.code)
    });
    change(
        routes,
        "/cart/update-customer",
        "Set the addresses that decide taxes and shipping.",
        |call, tx, token| {
            let body: CustomerBody = call.body()?;
            let billing = super::rules::checked_address("billing_address", &body.billing_address)?;
            let shipping = super::rules::checked_address("shipping_address", &body.shipping_address)?;
            commands::set_destination(tx, token, &billing, &shipping)
        },
    );
}

type Change = fn(&Call, &mut Tx, &str) -> Result<PricedCart, Fault>;

fn change(routes: &mut Routes, path: &'static str, summary: &'static str, work: Change) {
    let registration = routes.rest(Method::POST, NAMESPACE, path).summary(summary).replies::<CartReply>();
    let registration = match path {
        "/cart/update-item" => registration.body::<QuantityBody>(),
        "/cart/remove-item" => registration.body::<KeyBody>(),
        "/cart/update-customer" => registration.body::<CustomerBody>(),
        // As many codes as on the page, so that they cannot be guessed here.
        "/cart/apply-coupon" => registration.body::<CodeBody>().limit("coupon", 20, 60),
        _ => registration.body::<CodeBody>(),
    };
    registration.unit(move |call, tx| {
        let token = token(call, tx)?;
        let priced = work(call, tx, &token)?;
        answer(tx, &priced, 200)
    });
}

/// The caller's cart, or a fresh one.
fn token(call: &Call, tx: &mut Tx) -> Result<String, Fault> {
    commands_session::current(tx, call.caller.cart_token.as_deref(), call.caller.user_id())
}

fn answer(tx: &mut Tx, cart: &PricedCart, status: u16) -> Result<Reply, Fault> {
    let status = http::StatusCode::from_u16(status).unwrap_or(http::StatusCode::OK);
    Ok(Reply::with_status(status, &CartReply::of(tx, cart)?).header("cart-token", &cart.token))
}
