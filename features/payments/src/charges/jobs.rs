//! Attempts and refunds without an end are settled once a minute.

use kernel::Fault;
use kernel::contracts::payments::ConfirmCharge;
use runtime::{Engine, Schedule, Urgency};

use super::{commands, store};
use crate::refunds;

/// An attempt younger than this may still be at work.
pub(crate) const SETTLE_AFTER_SECONDS: i64 = 60;

pub(crate) fn reconcile() -> Schedule {
    Schedule::new(
        "cartwright/payments/reconcile",
        60,
        "Asks gateways what became of payments and refunds without an answer",
        |engine| async move {
            charges(&engine).await?;
            refunds::commands::settle_open(&engine).await
        },
    )
    .urgency(Urgency::Money)
}

/// One attempt that cannot be settled now does not hold up the others.
async fn charges(engine: &Engine) -> Result<(), Fault> {
    let mut after = 0;
    loop {
        let batch = engine
            .read(move |tx| {
                let before = tx.now().plus_seconds(-SETTLE_AFTER_SECONDS);
                store::unsettled(tx, before, after)
            })
            .await?;
        let Some((last, _)) = batch.last() else { return Ok(()) };
        after = *last;
        for (_, key) in batch {
            if let Err(fault) = commands::confirm(engine.clone(), ConfirmCharge { key }).await {
                tracing::warn!(
                    code = fault.code,
                    detail = fault.message,
                    "a payment could not be settled yet"
                );
            }
        }
    }
}
