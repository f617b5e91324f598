//! `wc/store/v1` checkout.

use http::Method;
use kernel::contracts::shop::{Address, OrderSnapshot};
use kernel::ids::{OrderId, UserId};
use kernel::{Fault, FaultKind, hash};
use runtime::ports::NewOrder;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::{Access, Call, Reply, Routes};

use super::commands_checkout::{CheckoutOutcome, Payer, check_out, paid_by};
use super::commands_place::Shown;
use crate::carts::commands_offers::hold_conditions;
use crate::carts::commands_show::show_at_checkout;
use crate::carts::rest_model::CartReply;
use crate::carts::rules::{checked_address, needed_places};
use crate::carts::{commands as carts, queries};
use crate::wire::AddressBody;

/// A field of the gateway's form.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
struct PaymentField {
    key: String,
    value: String,
}

/// An order to place and pay.
#[derive(Debug, Deserialize, JsonSchema)]
struct CheckoutBody {
    billing_address: AddressBody,
    #[serde(default)]
    shipping_address: AddressBody,
    #[serde(default)]
    customer_note: String,
    /// A gateway; may be left out where nothing is to be paid.
    #[serde(default)]
    payment_method: String,
    /// For the test gateway: `card_number`.
    #[serde(default)]
    payment_data: Vec<PaymentField>,
    /// What the shopper was shown, as `totals.total_price` names it; what the cart was shown at last when left out.
    #[serde(default)]
    expected_total: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct PaymentResult {
    payment_status: &'static str,
    payment_details: Vec<PaymentField>,
    redirect_url: String,
}

/// The order and what paying it came to.
#[derive(Debug, Serialize, JsonSchema)]
struct CheckoutReply {
    order_id: OrderId,
    status: String,
    order_key: String,
    order_number: String,
    customer_note: String,
    customer_id: UserId,
    billing_address: Address,
    shipping_address: Address,
    payment_method: String,
    payment_result: PaymentResult,
}

pub(crate) fn routes(routes: &mut Routes) {
    routes
        .rest(Method::GET, "wc/store/v1", "/checkout")
        .summary("What the checkout knows of the cart so far.")
        .access(Access::Shopper)
        .replies::<CheckoutReply>()
        .read(|call, tx| {
            let cart = carts::must(tx, call.cart_token()?)?;
            let priced = queries::price(tx, &cart)?;
            Ok(Reply::json(&CheckoutReply {
                order_id: OrderId(0),
                status: "checkout-draft".to_owned(),
                order_key: String::new(),
                order_number: String::new(),
                customer_note: String::new(),
                customer_id: priced.customer_id,
                billing_address: priced.billing,
                shipping_address: priced.shipping,
                payment_method: String::new(),
                payment_result: PaymentResult {
                    payment_status: "pending",
                    payment_details: Vec::new(),
                    redirect_url: String::new(),
                },
            }))
        });
    routes
        .rest(Method::POST, "wc/store/v1", "/checkout")
        .summary("Place the order and pay it.")
        .access(Access::Shopper)
        .limit("checkout", 30, 60)
        .body::<CheckoutBody>()
        .replies::<CheckoutReply>()
        .flow(place);
}

fn needed(address: &Address) -> Result<(), Fault> {
    for (field, value) in [
        ("billing_address.email", &address.email),
        ("billing_address.first_name", &address.first_name),
        ("billing_address.last_name", &address.last_name),
        ("billing_address.address_1", &address.address_1),
        ("billing_address.city", &address.city),
        ("billing_address.country", &address.country),
    ] {
        if value.is_empty() {
            return Err(Fault::missing(field));
        }
    }
    needed_places("billing_address", address)
}

/// Who buys, checked.
struct Buyer {
    billing: Address,
    shipping: Address,
    note: String,
}

/// A request under a key that has paid already gives its order again: the first answer was lost with its server.
async fn place(call: Call) -> Result<Reply, Fault> {
    let body: CheckoutBody = call.lenient_body()?;
    let token = call.cart_token()?.to_owned();
    let buyer = buyer(&body)?;
    let request = call.idempotency_key()?.map(|key| hash::sha256(format!("{token}:{key}")));
    if let Some(order) = paid_before(&call, request.as_ref()).await? {
        return Ok(told(&call, CheckoutOutcome::Paid(order), buyer));
    }
    match pay(&call, &token, body, &buyer, request.clone()).await {
        Ok(CheckoutOutcome::Declined(_, message)) => {
            Err(Fault::refused("woocommerce_rest_checkout_process_payment_error", message))
        }
        Ok(outcome) => Ok(told(&call, outcome, buyer)),
        // Paid at this very moment by whoever asks gateways for lost answers.
        Err(fault) => match paid_before(&call, request.as_ref()).await? {
            Some(order) => Ok(told(&call, CheckoutOutcome::Paid(order), buyer)),
            None => Err(fault),
        },
    }
}

fn buyer(body: &CheckoutBody) -> Result<Buyer, Fault> {
    let billing = checked_address("billing_address", &body.billing_address.onto(&Address::default()))?;
    let shipping = checked_address("shipping_address", &body.shipping_address.onto(&Address::default()))?;
    needed(&billing)?;
    if !shipping.country.is_empty() {
        needed_places("shipping_address", &shipping)?;
    }
    let note = body.customer_note.trim().to_owned();
    if note.chars().count() > 2_000 {
        return Err(Fault::invalid("customer_note", "Use at most 2000 characters."));
    }
    Ok(Buyer { billing, shipping, note })
}

async fn paid_before(call: &Call, request: Option<&String>) -> Result<Option<OrderSnapshot>, Fault> {
    match request {
        Some(request) => paid_by(&call.engine, request.clone()).await,
        None => Ok(None),
    }
}

async fn pay(
    call: &Call,
    token: &str,
    body: CheckoutBody,
    buyer: &Buyer,
    request: Option<String>,
) -> Result<CheckoutOutcome, Fault> {
    let has_method = !body.payment_method.is_empty();
    let title = if has_method { call.engine.gateway(&body.payment_method)?.title() } else { "" };
    let card = body.payment_data.iter().find(|field| matches!(field.key.as_str(), "card_number" | "token"));
    let payer = Payer { token: card.map(|field| field.value.clone()), has_method };
    hold_conditions(&call.engine, token).await?;
    let owned = token.to_owned();
    let orders = call.engine.read(move |tx| Ok(carts::must(tx, &owned)?.document.orders)).await?;
    let wanted = NewOrder {
        key: format!("cart:{token}:{orders}"),
        cart_token: token.to_owned(),
        billing: buyer.billing.clone(),
        shipping: buyer.shipping.clone(),
        payment_method: body.payment_method,
        payment_method_title: title.to_owned(),
        customer_id: call.caller.user_id(),
        customer_note: buyer.note.clone(),
        meta: Vec::new(),
        ip_address: call.caller.ip.clone(),
        user_agent: call.user_agent(),
        expected_total: None,
    };
    let shown = match &body.expected_total {
        Some(minor) => Shown::Minor(minor.parse().map_err(|_| {
            Fault::invalid("expected_total", "Use the cart's totals.total_price, such as 1999 for 19.99.")
        })?),
        None => Shown::AsRemembered,
    };
    let placed = check_out(&call.engine, call.caller.actor(), (wanted.clone(), shown), payer, request).await;
    match placed {
        Err(fault) if is_conflict(&fault) => Err(with_cart(call, &wanted, fault).await?),
        outcome => outcome,
    }
}

/// The cart is not, or no longer, what can be bought.
fn is_conflict(fault: &Fault) -> bool {
    fault.kind == FaultKind::Conflict
        || matches!(
            fault.code,
            "woocommerce_rest_product_out_of_stock"
                | "woocommerce_rest_product_partially_out_of_stock"
                | "woocommerce_rest_cart_changed"
        )
}

/// As WooCommerce refuses a checkout: 409, with the cart as it is now, which is what is charged when it is sent again.
async fn with_cart(call: &Call, wanted: &NewOrder, fault: Fault) -> Result<Fault, Fault> {
    let wanted = wanted.clone();
    let cart = call
        .engine
        .write(call.caller.actor(), move |tx| {
            let destination = (&wanted.billing, &wanted.shipping);
            let priced = show_at_checkout(tx, &wanted.cart_token, destination, wanted.customer_id)?;
            CartReply::of(tx, &priced)
        })
        .await?;
    let code = if fault.code == "total_changed" { "woocommerce_rest_cart_total_changed" } else { fault.code };
    let cart = serde_json::to_value(&cart).map_err(Fault::from)?;
    Ok(Fault { kind: FaultKind::Conflict, code, ..fault }.with("cart", cart))
}

fn told(call: &Call, outcome: CheckoutOutcome, buyer: Buyer) -> Reply {
    let (order, payment_status, redirect_url) = match outcome {
        CheckoutOutcome::Paid(order) => {
            let page = thanks(call, &order);
            (order, "success", page)
        }
        CheckoutOutcome::Challenge(order, challenge) => (order, "pending", challenge),
        CheckoutOutcome::Pending(order) | CheckoutOutcome::Declined(order, _) => {
            let page = thanks(call, &order);
            (order, "pending", page)
        }
    };
    Reply::json(&CheckoutReply {
        order_id: order.id,
        order_number: order.id.to_string(),
        status: order.status,
        order_key: order.order_key,
        customer_note: buyer.note,
        customer_id: order.customer_id,
        billing_address: buyer.billing,
        shipping_address: buyer.shipping,
        payment_method: order.payment_method,
        payment_result: PaymentResult { payment_status, payment_details: Vec::new(), redirect_url },
    })
}

fn thanks(call: &Call, order: &OrderSnapshot) -> String {
    format!("{}/order/{}/{}", call.engine.public_url(), order.id, order.order_key)
}
