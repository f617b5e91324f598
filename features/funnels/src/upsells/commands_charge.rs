//! The charge machine: from an attempt to its outcome, whatever happens in between.
//!
//! 1. The attempt stands under its key before the gateway is asked (`commands::begin`).
//! 2. One caller takes it in hand, the others wait for his outcome; a crash leaves it to the sweep.
//! 3. The charge, the child order and the record all bear the attempt's key, so each is there once.
//! 4. What is not known is `open`, never success and never tried under another key.

use std::time::Duration;

use kernel::contracts::ocart::UpsellAccepted;
use kernel::contracts::payments::{Charge, ChargeOutcome, ConfirmCharge, PaymentSource};
use kernel::contracts::shop::CANNOT_BE_PAID;
use kernel::ids::OrderId;
use kernel::{Fault, FaultKind, Money};
use runtime::{Actor, Emit, Engine, Tx};

use super::commands::event;
use super::model::{Attempt, AttemptState, Ticket};
use super::store;

/// Signalled when an attempt has changed.
const SETTLED: &str = "funnels/upsell";
/// Seconds for which an attempt is held: longer than payments waits for its gateway.
const HELD_SECONDS: i64 = 60;
/// Whoever waits looks again so often, for ten seconds in all.
const LOOKS: u32 = 40;
const BETWEEN_LOOKS: Duration = Duration::from_millis(250);

/// Brings an attempt to its outcome, or as far as it will go now.
pub(crate) async fn drive(engine: &Engine, attempt: Attempt, return_url: &str) -> Result<Attempt, Fault> {
    if attempt.state.is_final() {
        return Ok(attempt);
    }
    let key = attempt.key.clone();
    let held = key.clone();
    if !engine.write(Actor::system(), move |tx| store::claim(tx, &held, HELD_SECONDS)).await? {
        return wait(engine, &key).await;
    }
    // A task of its own: a browser that goes away must not leave money without its order.
    let (inner, return_url) = (engine.clone(), return_url.to_owned());
    let work = runtime::spawn(async move {
        let asked = ask(&inner, &attempt, &return_url).await;
        let outcome = match asked {
            // What has to go back goes when its charge is announced.
            Ok(outcome) => apply(&inner, &attempt, outcome).await.map(drop),
            Err(fault) => Err(fault),
        };
        if let Err(fault) = outcome {
            tracing::warn!(
                key = attempt.key,
                code = fault.code,
                detail = fault.message,
                "an upsell is not settled yet; the sweep goes on with it"
            );
            let key = attempt.key.clone();
            inner.write(Actor::system(), move |tx| store::release(tx, &key)).await?;
        }
        Ok::<(), Fault>(())
    });
    work.await.map_err(|_| Fault::bug("an upsell was broken off"))??;
    current(engine, &key).await
}

async fn current(engine: &Engine, key: &str) -> Result<Attempt, Fault> {
    let key = key.to_owned();
    engine
        .read(move |tx| store::by_key(tx, &key))
        .await?
        .ok_or_else(|| Fault::bug("an upsell attempt is gone"))
}

/// Waits for the one who has the attempt in hand.
async fn wait(engine: &Engine, key: &str) -> Result<Attempt, Fault> {
    let topic = engine.db().subscribe(SETTLED);
    for _ in 0..LOOKS {
        let mut settled = std::pin::pin!(topic.notified());
        settled.as_mut().enable();
        let attempt = current(engine, key).await?;
        if attempt.state != AttemptState::Open {
            return Ok(attempt);
        }
        // Told or not, it looks again.
        let _ = tokio::time::timeout(BETWEEN_LOOKS, settled).await;
    }
    current(engine, key).await
}

/// Asks payments. A refusal of the request itself means that nothing was charged.
async fn ask(engine: &Engine, attempt: &Attempt, return_url: &str) -> Result<ChargeOutcome, Fault> {
    let mut sold_out = None;
    if attempt.state == AttemptState::Open
        && let Err(fault) = engine.host().reserve_child_order(&attempt.child_order("")).await
    {
        if fault.status() >= 500 {
            return Err(fault);
        }
        sold_out = Some(fault);
    }
    let asked = if attempt.state == AttemptState::RequiresAction || sold_out.is_some() {
        // What cannot be had is not charged; it may have been before this was asked.
        let asked = engine.ask(ConfirmCharge { key: attempt.key.clone() }).await;
        match (asked, sold_out) {
            (Err(fault), Some(gone)) if fault.kind == FaultKind::NotFound => Err(gone),
            (asked, _) => asked,
        }
    } else {
        let charge = Charge {
            key: attempt.key.clone(),
            order_id: attempt.order_id,
            amount: attempt.amount,
            source: PaymentSource::SavedWithOrder { order_id: attempt.order_id },
            save_method: false,
            description: format!("Offer with order {}", attempt.order_id),
            return_url: return_url.to_owned(),
        };
        engine.ask(charge).await
    };
    match asked {
        Err(fault)
            if matches!(
                fault.kind,
                FaultKind::Invalid | FaultKind::NotFound | FaultKind::Unprocessable | FaultKind::Conflict
            ) =>
        {
            Ok(ChargeOutcome::Declined { code: fault.code.to_owned(), message: fault.message })
        }
        other => other,
    }
}

/// Makes of an outcome what it means. Money that has moved gets its order even when the attempt was given up before; false
/// when there is nothing left to sell for it, so that it has to go back.
pub(crate) async fn apply(engine: &Engine, attempt: &Attempt, outcome: ChargeOutcome) -> Result<bool, Fault> {
    let attempt = attempt.clone();
    match outcome {
        ChargeOutcome::Succeeded { transaction_id } => {
            match engine.host().place_child_order(&attempt.child_order(&transaction_id)).await {
                Ok(child) => {
                    let record = move |tx: &mut Tx| accepted(tx, &attempt, &transaction_id, child.id);
                    engine.write(Actor::system(), record).await
                }
                Err(fault) if fault.code == CANNOT_BE_PAID => {
                    let message = format!("{} What was taken is given back by itself.", fault.message);
                    engine.write(Actor::system(), move |tx| failed(tx, &attempt, &message)).await?;
                    return Ok(false);
                }
                Err(fault) => Err(fault),
            }
        }
        ChargeOutcome::Declined { message, .. } => {
            engine.host().release_child_order(&attempt.key).await?;
            engine.write(Actor::system(), move |tx| failed(tx, &attempt, &message)).await
        }
        ChargeOutcome::RequiresAction { challenge, .. } => {
            engine
                .write(Actor::system(), move |tx| {
                    store::challenge(tx, &attempt.key, &challenge)?;
                    tx.signal(SETTLED);
                    Ok(())
                })
                .await
        }
        ChargeOutcome::Pending { .. } => {
            engine.write(Actor::system(), move |tx| store::release(tx, &attempt.key)).await
        }
    }?;
    Ok(true)
}

fn ticket(attempt: &Attempt) -> Ticket {
    Ticket { order_id: attempt.order_id, offer_id: attempt.offer_id, step_id: attempt.step_id }
}

/// Unit 2: outcome, answer and event, together.
fn accepted(tx: &mut Tx, attempt: &Attempt, transaction_id: &str, child: OrderId) -> Result<(), Fault> {
    if !store::succeed(tx, &attempt.key, transaction_id, child)? {
        return Ok(());
    }
    let mut yes = event(ticket(attempt), attempt.funnel_id, attempt.step_id, "accepted", attempt.amount);
    yes.child_order_id = child;
    let (offer_event, changed) = store::answer(tx, &yes)?;
    if changed {
        tx.emit(&UpsellAccepted { offer_event })?;
    }
    tx.signal(SETTLED);
    Ok(())
}

fn failed(tx: &mut Tx, attempt: &Attempt, message: &str) -> Result<(), Fault> {
    if store::fail(tx, &attempt.key, message)? {
        let nothing = Money::zero(attempt.amount.currency());
        let no = event(ticket(attempt), attempt.funnel_id, attempt.step_id, "failed", nothing);
        store::answer(tx, &no)?;
        tx.signal(SETTLED);
    }
    Ok(())
}
