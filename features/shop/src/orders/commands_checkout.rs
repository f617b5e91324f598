//! The shop's own checkout, without a funnel: order, charge, paid.

use kernel::contracts::payments::{Charge, ChargeOutcome, ChargeSettled, PaymentSource};
use kernel::contracts::shop::OrderSnapshot;
use kernel::ids::OrderId;
use kernel::{Fault, FaultKind};
use runtime::ports::NewOrder;
use runtime::{Actor, Engine, Envelope};

use super::commands_place::{self, Shown};
use super::{commands_attempt as attempts, queries, store_requests};

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

/// How the shopper pays, as it was sent.
#[derive(Clone)]
pub(crate) struct Payer {
    /// What the gateway's form produced; none where there may be nothing to pay. Never stored, never logged.
    pub(crate) token: Option<String>,
    /// The gateway was named.
    pub(crate) has_method: bool,
}

/// Writes the order and charges it. However often and from wherever it is asked at once, there is one charge; `request`
/// names the caller's request, when he gave it a name.
pub(crate) async fn check_out(
    engine: &Engine,
    actor: Actor,
    (wanted, shown): (NewOrder, Shown),
    payer: Payer,
    request: Option<String>,
) -> Result<CheckoutOutcome, Fault> {
    let gateway = wanted.payment_method.clone();
    let has_method = (payer.has_method, payer.token.is_some());
    let (order, attempt) = engine
        .write(actor, move |tx| {
            let order = commands_place::place_shown(tx, &wanted, &shown)?;
            if let Some(request) = &request {
                store_requests::note(tx, request, order.id)?;
            }
            let snapshot = queries::snapshot(tx, &order)?;
            if order.status != "pending" || snapshot.total.minor() == 0 {
                return Ok((snapshot, 0));
            }
            match has_method {
                (false, _) => return Err(Fault::missing("payment_method")),
                (true, false) => return Err(Fault::missing("payment_data.card_number")),
                (true, true) => {}
            }
            let attempt = attempts::begin(tx, &order)?;
            Ok((snapshot, attempt))
        })
        .await?;
    if order.status != "pending" {
        return Ok(CheckoutOutcome::Paid(order));
    }
    let id = order.id;
    if order.total.minor() == 0 {
        return engine.host().complete_payment(id, "").await.map(CheckoutOutcome::Paid);
    }
    let key = attempts::key(id, attempt);
    let charge = Charge {
        key: key.clone(),
        order_id: id,
        amount: order.total,
        source: PaymentSource::Fresh { gateway, token: payer.token.unwrap_or_default() },
        save_method: true,
        description: format!("Order {id}"),
        return_url: format!("/order/{id}/{}", order.order_key),
    };
    match engine.ask(charge).await {
        Ok(ChargeOutcome::Succeeded { transaction_id }) => {
            match attempts::settle(engine, id, key, (order.total, transaction_id)).await? {
                Some(paid) => Ok(CheckoutOutcome::Paid(paid)),
                None => Err(Fault::conflict(
                    "woocommerce_rest_checkout_payment_returned",
                    "The payment could not be used for this order and is given back to you. Look at your cart.",
                )),
            }
        }
        Ok(ChargeOutcome::RequiresAction { challenge, .. }) => {
            ended(engine, id, attempt, attempts::CHALLENGED).await?;
            Ok(CheckoutOutcome::Challenge(order, challenge))
        }
        Ok(ChargeOutcome::Declined { message, .. }) => {
            ended(engine, id, attempt, attempts::DECLINED).await?;
            Ok(CheckoutOutcome::Declined(order, message))
        }
        Ok(ChargeOutcome::Pending { .. }) => Ok(CheckoutOutcome::Pending(order)),
        // Payments has refused the request itself: nothing was charged.
        Err(fault) if matches!(fault.kind, FaultKind::Invalid | FaultKind::Unprocessable) => {
            ended(engine, id, attempt, attempts::DECLINED).await?;
            Err(fault)
        }
        Err(fault) => Err(fault),
    }
}

async fn ended(engine: &Engine, id: OrderId, attempt: i64, state: &'static str) -> Result<(), Fault> {
    engine.write(Actor::system(), move |tx| attempts::end(tx, id, attempt, state)).await
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

/// A charge that was open has been settled: the order follows. Charges of other features have other keys.
pub(crate) async fn on_charge_settled(engine: Engine, envelope: Envelope) -> Result<(), Fault> {
    let settled: ChargeSettled = envelope.read()?;
    let Some((id, attempt)) = attempts::of_key(&settled.key) else { return Ok(()) };
    match settled.outcome {
        ChargeOutcome::Succeeded { transaction_id } => {
            attempts::settle(&engine, id, settled.key, (settled.amount, transaction_id)).await.map(drop)
        }
        _ => ended(&engine, id, attempt, attempts::DECLINED).await,
    }
}
