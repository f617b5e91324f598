//! A checkout's charge has come to its end, perhaps long after the shopper has gone.

use kernel::contracts::payments::{ChargeOutcome, ChargeSettled};
use kernel::{Event, Fault};
use runtime::{Engine, Envelope, Subscriber};

use super::model::CheckoutState;
use super::{commands, rules, store};

/// Settles the checkout of the charge's key. At least once: completing an order again changes nothing.
pub(crate) fn subscriber() -> Subscriber {
    Subscriber::flow("funnels.checkout_charge_settled", ChargeSettled::NAME, settle)
}

async fn settle(engine: Engine, envelope: Envelope) -> Result<(), Fault> {
    let event: ChargeSettled = envelope.read()?;
    let Some(id) = rules::checkout_of(&event.key) else { return Ok(()) };
    let Some(checkout) = engine.read(move |tx| store::by_id(tx, id)).await? else { return Ok(()) };
    match event.outcome {
        // Money that has moved gets its order, even when the attempt had been given up.
        ChargeOutcome::Succeeded { transaction_id } if checkout.state != CheckoutState::Paid => {
            commands::complete(&engine, &checkout, event.order_id, &transaction_id).await
        }
        ChargeOutcome::Succeeded { transaction_id } => {
            // Paid before, and by another charge: somebody has to give this one back.
            let order = engine.host().order(event.order_id).await?;
            if order.is_none_or(|order| order.transaction_id == transaction_id) {
                return Ok(());
            }
            let note = format!("A second payment ({transaction_id}) arrived for checkout {id}. Refund it.");
            engine.host().add_note(event.order_id, &note).await
        }
        ChargeOutcome::Declined { .. }
            if checkout.attempt_key == event.key
                && matches!(checkout.state, CheckoutState::Paying | CheckoutState::RequiresAction) =>
        {
            commands::settle(&engine, checkout).await.map(|_| ())
        }
        _ => Ok(()),
    }
}
