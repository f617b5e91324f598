//! The shop's own checkout, without a funnel: order, charge, paid.

use kernel::contracts::payments::{Charge, ChargeOutcome, ChargeSettled, PaymentSource};
use kernel::contracts::shop::OrderSnapshot;
use kernel::ids::OrderId;
use kernel::{Decimal, Fault};
use runtime::ports::NewOrder;
use runtime::{Actor, Engine, Envelope, Tx};

use super::{commands, commands_place, queries, store, store_requests};

/// Metadata that counts an order's payment attempts.
const ATTEMPT: &str = "_payment_attempt";

/// What paying came to.
#[derive(Debug, Clone)]
pub enum CheckoutOutcome {
    /// Paid.
    Paid(OrderSnapshot),
    /// The shopper must pass a challenge.
    Challenge(OrderSnapshot, String),
    /// The card was declined; another may work.
    Declined(OrderSnapshot, String),
    /// Not known yet.
    Pending(OrderSnapshot),
}

/// Writes the order and charges it. The same order key charges the same order once; `request` names the caller's
/// request, when he gave it a name.
pub async fn check_out(
    engine: &Engine,
    actor: Actor,
    wanted: NewOrder,
    token: String,
    request: Option<String>,
) -> Result<CheckoutOutcome, Fault> {
    let gateway = wanted.payment_method.clone();
    let order = engine
        .write(actor, move |tx| {
            let order = commands_place::place(tx, &wanted)?;
            if let Some(request) = &request {
                store_requests::note(tx, request, order.id)?;
            }
            Ok(order)
        })
        .await?;
    if order.is_paid() {
        return Ok(CheckoutOutcome::Paid(order));
    }
    let id = order.id;
    if order.total.minor() == 0 {
        return engine.host().complete_payment(id, "").await.map(CheckoutOutcome::Paid);
    }
    let attempt = attempt_of(&order);
    let charge = Charge {
        key: format!("order:{id}:{attempt}"),
        order_id: id,
        amount: order.total,
        source: PaymentSource::Fresh { gateway, token },
        save_method: true,
        description: format!("Order {id}"),
        return_url: format!("/order/{id}/{}", order.order_key),
    };
    match engine.ask(charge).await? {
        ChargeOutcome::Succeeded { transaction_id } => {
            engine.host().complete_payment(id, &transaction_id).await.map(CheckoutOutcome::Paid)
        }
        ChargeOutcome::RequiresAction { challenge, .. } => Ok(CheckoutOutcome::Challenge(order, challenge)),
        ChargeOutcome::Declined { message, .. } => {
            engine.write(Actor::system(), move |tx| next_attempt(tx, id, attempt)).await?;
            Ok(CheckoutOutcome::Declined(order, message))
        }
        ChargeOutcome::Pending { .. } => Ok(CheckoutOutcome::Pending(order)),
    }
}

/// The order that a request has paid, when its answer was lost: its cart is empty by now.
pub async fn paid_by(engine: &Engine, request: String) -> Result<Option<OrderSnapshot>, Fault> {
    engine
        .read(move |tx| {
            let Some(id) = store_requests::find(tx, &request)? else { return Ok(None) };
            let order = queries::must(tx, id)?;
            if order.is_paid() || order.status == "refunded" {
                return queries::snapshot(tx, &order).map(Some);
            }
            Ok(None)
        })
        .await
}

fn attempt_of(order: &OrderSnapshot) -> i64 {
    order.meta(ATTEMPT).and_then(|text| text.parse().ok()).unwrap_or(1)
}

/// Another card is another attempt; of two answers to one attempt, the first counts up.
fn next_attempt(tx: &mut Tx, id: OrderId, attempt: i64) -> Result<(), Fault> {
    let order = commands::hold(tx, id)?;
    let now: i64 = order.meta(ATTEMPT).and_then(|text| text.parse().ok()).unwrap_or(1);
    if now == attempt {
        store::put_meta(tx, id, ATTEMPT, &(attempt + 1).to_string())?;
        store::add_note(tx, id, "The payment was declined.", false, "system")?;
    }
    Ok(())
}

/// A charge that was open has been settled: the order follows. Charges of other features have other keys.
pub fn on_charge_settled(tx: &mut Tx, envelope: &Envelope) -> Result<(), Fault> {
    let settled: ChargeSettled = envelope.read()?;
    if !settled.key.starts_with("order:") {
        return Ok(());
    }
    let order = queries::must(tx, settled.order_id)?;
    if let ChargeOutcome::Succeeded { transaction_id } = &settled.outcome
        && !order.is_paid()
        && Decimal::from(settled.amount) == order.total
    {
        commands::complete_payment(tx, settled.order_id, transaction_id)?;
    }
    Ok(())
}
