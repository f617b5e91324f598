//! Filling in and paying.
//!
//! 1. The attempt is written under its number, held by whoever is about to ask; a second click joins it.
//! 2. The order is written `pending` under a key of its content, the gateway is asked under the attempt's key.
//! 3. Paid: the shop completes the order, the checkout is closed, the bumps are tied to it. Refused: the checkout is
//!    open again with the cart as it was. Not known: it stays `paying` until payments knows.

use kernel::contracts::payments::{Charge, ChargeOutcome, ConfirmCharge, PaymentSource};
use kernel::contracts::shop::{Address, CartSnapshot, OrderSnapshot};
use kernel::ids::OrderId;
use kernel::{Fault, FaultKind};
use runtime::ports::NewOrder;
use runtime::{Actor, Engine};

use super::model::{Checkout, CheckoutState, Details, Payment};
use super::{rules, store};
use crate::bumps;
use crate::funnels::model::Funnel;
use crate::steps;

/// Signalled when a payment has changed.
pub(crate) const SETTLED: &str = "funnels/checkout";
/// Seconds for which an attempt is held: longer than the shop and payments take together.
const HELD_SECONDS: i64 = 120;

/// Keeps what was filled in, and tells the shop where the cart goes, so that taxes and shipping are right.
pub async fn save_details(
    engine: &Engine,
    actor: Actor,
    funnel: &Funnel,
    token: &str,
    details: Details,
) -> Result<CartSnapshot, Fault> {
    let billing = details.billing.clone();
    let cart = engine.host().set_destination(token, &billing, &Address::default()).await?;
    let (owned, funnel) = (token.to_owned(), funnel.id);
    engine.write(actor, move |tx| store::save(tx, &owned, funnel, &details)).await?;
    Ok(cart)
}

/// Pays the cart. The checkout afterwards says what became of it; sent twice it is paid once.
pub async fn pay(
    engine: &Engine,
    actor: Actor,
    funnel: &Funnel,
    token: &str,
    payment: Payment,
) -> Result<Checkout, Fault> {
    let owned = token.to_owned();
    let newest = engine.read(move |tx| store::latest(tx, &owned)).await?;
    let checkout = newest.ok_or_else(|| Fault::refused("no_details", "Enter your address first."))?;
    match checkout.state {
        CheckoutState::Paying | CheckoutState::RequiresAction => return settle(engine, checkout).await,
        CheckoutState::Paid => return Ok(checkout),
        // The page was sent twice, and the first has been refused meanwhile.
        CheckoutState::Open if payment.attempt <= checkout.attempt => return Ok(checkout),
        CheckoutState::Open => {}
    }
    if !rules::is_complete(&checkout.details) {
        return Err(Fault::refused("no_details", "Enter your address first."));
    }
    engine.gateway(&payment.gateway)?;
    let cart = bumps::commands::cart(engine, token).await?;
    let cart = bumps::commands::refresh(engine, funnel.id, cart).await?;
    if cart.lines.is_empty() {
        return Err(Fault::refused("empty_cart", "Your cart is empty."));
    }
    if cart.total != payment.expected_total {
        return Err(total_changed(&cart));
    }
    let (before, replaced) = (checkout.attempt, checkout.clone());
    let next = next_attempt(&checkout, &cart, &payment.gateway);
    let begun = next.clone();
    if !engine.write(actor, move |tx| store::begin(tx, &begun, before, HELD_SECONDS)).await? {
        return current(engine, checkout.id).await;
    }
    // A task of its own: a browser that goes away must not leave money without its order.
    let (inner, funnel) = (engine.clone(), funnel.clone());
    let id = next.id;
    let work = runtime::spawn(async move {
        if replaced.order_id.0 > 0 && next.order_id.0 == 0 {
            let gone = inner.host().fail_payment(replaced.order_id, "Replaced by a changed cart").await;
            gone.map(|_| ())
                .unwrap_or_else(|fault| tracing::warn!(code = fault.code, "an old order stays pending"));
        }
        charge(&inner, &funnel, &next, &cart, &payment).await
    });
    work.await.map_err(|_| Fault::bug("a payment was broken off"))??;
    current(engine, id).await
}

pub(crate) fn total_changed(cart: &CartSnapshot) -> Fault {
    Fault::conflict(
        "total_changed",
        format!("The total is now {}. Please look at your order and confirm again.", cart.total.display()),
    )
}

pub(crate) async fn current(engine: &Engine, id: i64) -> Result<Checkout, Fault> {
    let found = engine.read(move |tx| store::by_id(tx, id)).await?;
    found.ok_or_else(|| Fault::not_found("checkout"))
}

/// The next attempt; the same content pays the same order, another content makes another.
fn next_attempt(checkout: &Checkout, cart: &CartSnapshot, gateway: &str) -> Checkout {
    let attempt = checkout.attempt + 1;
    let order_hash = rules::order_hash(cart, &checkout.details, gateway);
    let same = order_hash == checkout.order_hash;
    Checkout {
        attempt,
        attempt_key: rules::attempt_key(checkout.id, attempt),
        revision: if same { checkout.revision } else { checkout.revision + 1 },
        order_id: if same { checkout.order_id } else { OrderId(0) },
        order_hash,
        ..checkout.clone()
    }
}

/// Order, charge, outcome. A fault before the gateway was asked opens the checkout again.
async fn charge(
    engine: &Engine,
    funnel: &Funnel,
    checkout: &Checkout,
    cart: &CartSnapshot,
    payment: &Payment,
) -> Result<(), Fault> {
    let order = match engine.host().place_order(&new_order(engine, funnel, checkout, cart, payment)).await {
        Ok(order) => order,
        Err(fault) => {
            let (checkout, message) = (checkout.clone(), shown(&fault));
            engine
                .write(Actor::system(), move |tx| {
                    tx.signal(SETTLED);
                    store::reopen(tx, &checkout, &message)
                })
                .await?;
            return Ok(());
        }
    };
    let (held, order_id) = (checkout.clone(), order.id);
    if !engine.write(Actor::system(), move |tx| store::ordered(tx, &held, order_id, HELD_SECONDS)).await? {
        return Ok(());
    }
    if order.total.minor() == 0 {
        return complete(engine, checkout, order.id, "").await;
    }
    let id = funnel.id;
    let offers_follow = engine.read(move |tx| steps::queries::offers_follow(tx, id)).await?;
    let asked = engine
        .ask(Charge {
            key: checkout.attempt_key.clone(),
            order_id: order.id,
            amount: order.total,
            source: PaymentSource::Fresh { gateway: payment.gateway.clone(), token: payment.token.clone() },
            save_method: offers_follow,
            description: format!("Order {}", order.id),
            return_url: format!("/checkout/{}/return", funnel.slug),
        })
        .await;
    conclude(engine, checkout, order.id, asked).await
}

fn new_order(
    engine: &Engine,
    funnel: &Funnel,
    checkout: &Checkout,
    cart: &CartSnapshot,
    payment: &Payment,
) -> NewOrder {
    let title = engine.gateway(&payment.gateway).map_or("", |gateway| gateway.title());
    NewOrder {
        key: format!("checkout:{}:order:{}", checkout.id, checkout.revision),
        cart_token: checkout.cart_token.clone(),
        billing: checkout.details.billing.clone(),
        shipping: Address::default(),
        payment_method: payment.gateway.clone(),
        payment_method_title: title.to_owned(),
        customer_id: payment.customer_id,
        customer_note: checkout.details.note.clone(),
        meta: vec![("_ocart_funnel_id".to_owned(), funnel.id.to_string())],
        ip_address: payment.ip_address.clone(),
        user_agent: payment.user_agent.clone(),
        expected_total: Some(cart.total),
    }
}

fn shown(fault: &Fault) -> String {
    match fault.kind {
        FaultKind::Bug => {
            "Something went wrong on our side. You have not been charged. Please try again.".to_owned()
        }
        _ => fault.to_string(),
    }
}

/// Makes of payments' answer what it means. Only an answer ends an attempt; a fault that may hide a charge does not.
async fn conclude(
    engine: &Engine,
    checkout: &Checkout,
    order: OrderId,
    asked: Result<ChargeOutcome, Fault>,
) -> Result<(), Fault> {
    let checkout = checkout.clone();
    match asked {
        Ok(ChargeOutcome::Succeeded { transaction_id }) => {
            complete(engine, &checkout, order, &transaction_id).await
        }
        Ok(ChargeOutcome::Declined { message, .. }) => reopen(engine, checkout, message).await,
        Ok(ChargeOutcome::RequiresAction { challenge, .. }) => {
            engine
                .write(Actor::system(), move |tx| {
                    tx.signal(SETTLED);
                    store::challenge(tx, &checkout, &challenge)
                })
                .await
        }
        Ok(ChargeOutcome::Pending { .. }) => {
            engine.write(Actor::system(), move |tx| store::release(tx, checkout.id)).await
        }
        Err(fault) if matches!(fault.kind, FaultKind::Invalid | FaultKind::Unprocessable) => {
            reopen(engine, checkout, shown(&fault)).await
        }
        // Payments has never heard of the attempt: the server stopped before it was asked.
        Err(fault) if fault.kind == FaultKind::NotFound => {
            let message = "The payment did not go through and nothing was charged. Please try again.";
            reopen(engine, checkout, message.to_owned()).await
        }
        Err(fault) => {
            tracing::warn!(code = fault.code, detail = fault.message, "a payment is not settled yet");
            engine.write(Actor::system(), move |tx| store::release(tx, checkout.id)).await
        }
    }
}

async fn reopen(engine: &Engine, checkout: Checkout, message: String) -> Result<(), Fault> {
    engine
        .write(Actor::system(), move |tx| {
            tx.signal(SETTLED);
            store::reopen(tx, &checkout, &message)
        })
        .await
}

/// The money is there: the shop completes the order, then the checkout is closed and the bumps are tied to it.
pub(crate) async fn complete(
    engine: &Engine,
    checkout: &Checkout,
    order: OrderId,
    transaction_id: &str,
) -> Result<(), Fault> {
    let order: OrderSnapshot = engine.host().complete_payment(order, transaction_id).await?;
    let checkout = checkout.clone();
    engine
        .write(Actor::system(), move |tx| {
            if store::paid(tx, checkout.id)? {
                bumps::commands::bind(tx, &checkout.cart_token, checkout.funnel_id, &order)?;
            }
            tx.signal(SETTLED);
            Ok(())
        })
        .await
}

/// Asks payments what became of an attempt; while another has it in hand, waits for him.
pub async fn settle(engine: &Engine, checkout: Checkout) -> Result<Checkout, Fault> {
    let held = checkout.clone();
    if !engine.write(Actor::system(), move |tx| store::claim(tx, &held, HELD_SECONDS)).await? {
        return wait(engine, checkout.id).await;
    }
    // A key that was never begun is given up here, so whoever began the attempt and slept since charges nothing any more.
    let asked = engine.ask(ConfirmCharge { key: checkout.attempt_key.clone() }).await;
    let key = checkout.attempt_key;
    // The order may have been written since the checkout was read.
    let checkout = current(engine, checkout.id).await?;
    if checkout.attempt_key != key {
        return Ok(checkout);
    }
    let concluded = conclude(engine, &checkout, checkout.order_id, asked).await;
    if concluded.is_err() {
        let id = checkout.id;
        engine.write(Actor::system(), move |tx| store::release(tx, id)).await?;
    }
    concluded?;
    current(engine, checkout.id).await
}

/// Looks again so often, for ten seconds in all.
const LOOKS: u32 = 40;
const BETWEEN_LOOKS: std::time::Duration = std::time::Duration::from_millis(250);

async fn wait(engine: &Engine, id: i64) -> Result<Checkout, Fault> {
    let topic = engine.db().subscribe(SETTLED);
    for _ in 0..LOOKS {
        let mut settled = std::pin::pin!(topic.notified());
        settled.as_mut().enable();
        let checkout = current(engine, id).await?;
        if checkout.state != CheckoutState::Paying {
            return Ok(checkout);
        }
        // Told or not, it looks again.
        let _ = tokio::time::timeout(BETWEEN_LOOKS, settled).await;
    }
    current(engine, id).await
}
