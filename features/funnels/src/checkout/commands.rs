//! Filling in and paying.
//!
//! 1. The attempt is written under its number, held by whoever is about to ask; a second click joins it.
//! 2. The order is written `pending` under a key of its content, the gateway is asked under the attempt's key.
//! 3. Paid: the shop completes the order, the checkout is closed, the bumps are tied to it. Refused: the checkout is
//!    open again with the cart as it was. Not known: it stays `paying` until payments knows.

use kernel::contracts::payments::{Charge, ChargeOutcome, ConfirmCharge, PaymentSource, ReverseCharge};
use kernel::contracts::shop::{Address, CANNOT_BE_PAID, CartSnapshot, OrderSnapshot};
use kernel::ids::OrderId;
use kernel::{Fault, FaultKind, Money};
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
    let mut checkout = newest.ok_or_else(|| Fault::refused("no_details", "Enter your address first."))?;
    match checkout.state {
        CheckoutState::Paying => return settle(engine, checkout).await,
        CheckoutState::Paid => return Ok(checkout),
        // Whoever leaves his bank's question may pay another way; the question may have been answered meanwhile.
        CheckoutState::RequiresAction => {
            let wants_another = payment.attempt > checkout.attempt;
            checkout = settle(engine, checkout).await?;
            if !wants_another || checkout.state != CheckoutState::RequiresAction {
                return Ok(checkout);
            }
        }
        // The page was sent twice, and the first has been refused meanwhile.
        CheckoutState::Open if payment.attempt <= checkout.attempt => return Ok(checkout),
        CheckoutState::Open => {}
    }
    if !rules::is_complete(&checkout.details) {
        return Err(Fault::refused("no_details", "Enter your address first."));
    }
    let cart = cart_to_pay(engine, funnel, &checkout, &payment).await?;
    let (before, replaced) = (checkout.attempt, checkout.clone());
    let next = next_attempt(engine, &checkout, &cart, &payment.gateway);
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

/// The cart as it is now, when it is what the shopper was shown.
async fn cart_to_pay(
    engine: &Engine,
    funnel: &Funnel,
    checkout: &Checkout,
    payment: &Payment,
) -> Result<CartSnapshot, Fault> {
    let token = &checkout.cart_token;
    let cart = bumps::commands::cart(engine, token).await?;
    let mut cart = bumps::commands::refresh(engine, funnel.id, cart).await?;
    if !cart.notices.is_empty() {
        // What fell away is out of the cart before the order is written.
        let notices = std::mem::take(&mut cart.notices);
        let billing = &checkout.details.billing;
        cart = engine.host().set_destination(token, billing, &Address::default()).await?;
        cart.notices.extend(notices);
        cart.notices.dedup();
    }
    if cart.lines.is_empty() {
        let reason = cart.notices.first().cloned();
        return Err(Fault::refused("empty_cart", reason.unwrap_or_else(|| "Your cart is empty.".to_owned())));
    }
    if cart.total.minor() > 0 {
        engine.gateway(&payment.gateway)?;
    }
    let other_lines = !payment.quote.is_empty() && payment.quote != rules::quote(&cart);
    if cart.total != payment.expected_total || (other_lines && is_embedded(engine)) {
        return Err(total_changed(&cart));
    }
    Ok(cart)
}

/// The shop is this program's own: an order that waits for its payment takes on what is wanted now.
fn is_embedded(engine: &Engine) -> bool {
    engine.host().address().is_none()
}

pub(crate) fn total_changed(cart: &CartSnapshot) -> Fault {
    let mut sentences = cart.notices.clone();
    sentences.push(format!(
        "The total is now {}. Please look at your order and confirm again.",
        cart.total.display()
    ));
    Fault::conflict("total_changed", sentences.join(" "))
}

pub(crate) async fn current(engine: &Engine, id: i64) -> Result<Checkout, Fault> {
    let found = engine.read(move |tx| store::by_id(tx, id)).await?;
    found.ok_or_else(|| Fault::not_found("checkout"))
}

/// The next attempt. It pays the same order, which takes on what is wanted now; where the shop of record is another, another
/// content makes another order.
fn next_attempt(engine: &Engine, checkout: &Checkout, cart: &CartSnapshot, gateway: &str) -> Checkout {
    let attempt = checkout.attempt + 1;
    let order_hash = rules::order_hash(cart, &checkout.details, gateway);
    let same = is_embedded(engine) || order_hash == checkout.order_hash;
    Checkout {
        attempt,
        attempt_key: rules::attempt_key(checkout.id, attempt),
        revision: if same { checkout.revision.max(1) } else { checkout.revision + 1 },
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
    if order.is_bought() {
        // Paid at another of the shop's faces meanwhile.
        return close(engine, checkout, order).await;
    }
    if order.total.minor() == 0 {
        return match complete(engine, checkout, order.id, None).await? {
            Completed::Useless(reason) => reopen(engine, checkout.clone(), useless(&reason)).await,
            Completed::Paid | Completed::PaidOtherwise => Ok(()),
        };
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
        // Money that the order has no use for goes back when its charge is announced.
        Ok(ChargeOutcome::Succeeded { transaction_id }) => {
            match complete(engine, &checkout, order, Some((&transaction_id, None))).await? {
                Completed::Useless(reason) => reopen(engine, checkout, useless(&reason)).await,
                Completed::Paid | Completed::PaidOtherwise => Ok(()),
            }
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

fn useless(reason: &str) -> String {
    format!("Your payment could not be used: {reason}. It is given back to you by itself.")
}

/// What the money has done.
pub(crate) enum Completed {
    /// It has paid the order, now or before.
    Paid,
    /// Another payment has.
    PaidOtherwise,
    /// The shop has no use for it, and why.
    Useless(String),
}

/// The money is there, or none is needed: the shop completes the order, then the checkout is closed and the bumps are tied
/// to it. With the money's transaction, and its amount where the order may have come to another total since.
pub(crate) async fn complete(
    engine: &Engine,
    checkout: &Checkout,
    order: OrderId,
    money: Option<(&str, Option<Money>)>,
) -> Result<Completed, Fault> {
    let transaction_id = money.map_or("", |(transaction_id, _)| transaction_id);
    if let Some((_, Some(amount))) = money
        && let Some(before) = engine.host().order(order).await?
        && before.total != amount
        && before.transaction_id != transaction_id
    {
        return Ok(Completed::Useless("the order has come to another total".to_owned()));
    }
    let paid: OrderSnapshot = match engine.host().complete_payment(order, transaction_id).await {
        Ok(paid) => paid,
        Err(fault) if fault.code == CANNOT_BE_PAID => return Ok(Completed::Useless(fault.message)),
        Err(fault) => return Err(fault),
    };
    if !paid.is_bought() && is_embedded(engine) {
        return Ok(Completed::Useless(format!("the order is {}", paid.status)));
    }
    let own = transaction_id.is_empty() || paid.transaction_id == transaction_id;
    close(engine, checkout, paid).await?;
    Ok(if own { Completed::Paid } else { Completed::PaidOtherwise })
}

async fn close(engine: &Engine, checkout: &Checkout, order: OrderSnapshot) -> Result<(), Fault> {
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

/// Gives a charge back that no order has a use for, and tells people.
pub(crate) async fn give_back(
    engine: &Engine,
    order: OrderId,
    key: &str,
    (amount, transaction_id): (Money, &str),
    reason: &str,
) -> Result<(), Fault> {
    engine.ask(ReverseCharge { key: key.to_owned() }).await?;
    let note = format!(
        "A payment of {} ({transaction_id}) arrived although {reason}. It is given back by itself.",
        amount.display()
    );
    engine.host().add_note(order, &note).await
}

pub(crate) async fn reopen_useless(engine: &Engine, checkout: Checkout, reason: &str) -> Result<(), Fault> {
    reopen(engine, checkout, useless(reason)).await
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
