//! A charge has come to its end, perhaps long after the shopper has gone.

use kernel::Event;
use kernel::Fault;
use kernel::contracts::payments::{ChargeOutcome, ChargeSettled};
use runtime::{Engine, Envelope, Subscriber};

use super::commands_charge::apply;
use super::model::AttemptState;
use super::store;
use crate::checkout::commands::give_back;

/// Settles the attempt of the charge's key. At least once: every write bears that key.
pub(crate) fn subscriber() -> Subscriber {
    Subscriber::flow("funnels.upsell_charge_settled", ChargeSettled::NAME, settle)
}

async fn settle(engine: Engine, envelope: Envelope) -> Result<(), Fault> {
    let event: ChargeSettled = envelope.read()?;
    let key = event.key.clone();
    let Some(attempt) = engine.read(move |tx| store::by_key(tx, &key)).await? else { return Ok(()) };
    let known = match event.outcome {
        ChargeOutcome::Succeeded { .. } => attempt.state == AttemptState::Succeeded,
        _ => attempt.state.is_final(),
    };
    if known || apply(&engine, &attempt, event.outcome.clone()).await? {
        return Ok(());
    }
    let ChargeOutcome::Succeeded { transaction_id } = event.outcome else { return Ok(()) };
    let money = (event.amount, transaction_id.as_str());
    give_back(&engine, event.order_id, &event.key, money, "what was offered is sold out").await
}
