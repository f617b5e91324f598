//! `cartwright/funnels/upsell_sweep`: goes on with attempts that were left without an outcome.

use kernel::Fault;
use runtime::{Engine, Schedule};

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
}

async fn run(engine: Engine) -> Result<(), Fault> {
    let keys = engine
        .read(|tx| {
            let before = tx.now().plus_seconds(-REST_SECONDS);
            store::unsettled(tx, before)
        })
        .await?;
    for key in keys {
        let found = engine.read(move |tx| store::by_key(tx, &key)).await?;
        if let Some(attempt) = found {
            // Back to a page that needs no token of the buyer's.
            drive(&engine, attempt, "/cart").await?;
        }
    }
    Ok(())
}
