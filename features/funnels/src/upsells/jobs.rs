//! `cartwright/funnels/upsell_sweep`: goes on with attempts that were left without an outcome.

use kernel::Fault;
use runtime::{Engine, Schedule, Urgency};

use super::commands_charge::drive;
use super::store;

/// Seconds that an attempt rests before it is taken up.
const REST_SECONDS: i64 = 30;

/// Every minute.
pub(crate) fn sweep() -> Schedule {
    Schedule::new(
        "cartwright/funnels/upsell_sweep",
        60,
        "Go on with upsell charges that were left without an outcome",
        run,
    )
    .urgency(Urgency::Money)
}

async fn run(engine: Engine) -> Result<(), Fault> {
    let keys = engine
        .read(|tx| {
            let before = tx.now().plus_seconds(-REST_SECONDS);
            store::unsettled(tx, before)
        })
        .await?;
    for key in keys {
        // One that cannot be settled now does not hold up the others.
        if let Err(fault) = go_on(&engine, key).await {
            tracing::warn!(code = fault.code, "an upsell is still not settled");
        }
    }
    Ok(())
}

async fn go_on(engine: &Engine, key: String) -> Result<(), Fault> {
    if let Some(attempt) = engine.read(move |tx| store::by_key(tx, &key)).await? {
        // Back to a page that needs no token of the buyer's.
        drive(engine, attempt, "/cart").await?;
    }
    Ok(())
}
