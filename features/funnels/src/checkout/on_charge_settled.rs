//! A checkout's charge has come to its end, perhaps long after the shopper has gone.

use kernel::contracts::payments::{ChargeOutcome, ChargeSettled};
use kernel::ids::OrderId;
use kernel::{Event, Fault, Money};
use runtime::{Engine, Envelope, Subscriber};

use super::commands::Completed;
use super::model::{Checkout, CheckoutState};
use super::{commands, rules, store};

/// Settles the checkout of the charge's key. At least once: completing an order again changes nothing.
pub(crate) fn subscriber() -> Subscriber {
    Subscriber::flow("funnels.checkout_charge_settled", ChargeSettled::NAME, settle)
}

async fn pays(
    engine: &Engine,
    checkout: &Checkout,
    order: OrderId,
    (amount, transaction_id): (Money, &str),
) -> Result<Completed, Fault> {
    if checkout.state != CheckoutState::Paid {
        return commands::complete(engine, checkout, order, Some((transaction_id, Some(amount)))).await;
    }
    let paid = engine.host().order(order).await?;
    let is_own = paid.is_none_or(|paid| paid.transaction_id == transaction_id);
    Ok(if is_own { Completed::Paid } else { Completed::PaidOtherwise })
}

async fn settle(engine: Engine, envelope: Envelope) -> Result<(), Fault> {
    let event: ChargeSettled = envelope.read()?;
    let Some(id) = rules::checkout_of(&event.key) else { return Ok(()) };
    let Some(checkout) = engine.read(move |tx| store::by_id(tx, id)).await? else { return Ok(()) };
    match event.outcome {
        // Money that has moved gets its order, even when the attempt had been given up; or it goes back.
        ChargeOutcome::Succeeded { transaction_id } => {
            let money = (event.amount, transaction_id.as_str());
            let reason = match pays(&engine, &checkout, event.order_id, money).await? {
                Completed::Paid => return Ok(()),
                Completed::PaidOtherwise => "the order had been paid already".to_owned(),
                Completed::Useless(reason) => {
                    if checkout.attempt_key == event.key {
                        commands::reopen_useless(&engine, checkout, &reason).await?;
                    }
                    reason
                }
            };
            commands::give_back(&engine, event.order_id, &event.key, money, &reason).await
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
