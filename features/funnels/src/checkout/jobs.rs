//! `cartwright/funnels/checkout_sweep`: asks what became of payments that were left without an outcome, and forgets
//! details of carts that were never ordered.

use kernel::Fault;
use runtime::{Actor, Engine, Schedule, Urgency};

use super::{commands, store};

/// Seconds that a payment rests before it is asked about.
const REST_SECONDS: i64 = 30;
/// Days after which the details of an unordered cart are forgotten.
const KEPT_DAYS: i64 = 30;

/// Every minute.
pub(crate) fn sweep() -> Schedule {
    Schedule::new(
        "cartwright/funnels/checkout_sweep",
        60,
        "Ask what became of checkout payments that were left without an outcome",
        run,
    )
    .urgency(Urgency::Money)
}

async fn run(engine: Engine) -> Result<(), Fault> {
    let ids = engine
        .write(Actor::system(), |tx| {
            let now = tx.now();
            store::prune(tx, now.plus_days(-KEPT_DAYS))?;
            store::unsettled(tx, now.plus_seconds(-REST_SECONDS))
        })
        .await?;
    for id in ids {
        let settled = async { commands::settle(&engine, commands::current(&engine, id).await?).await };
        if let Err(fault) = settled.await {
            tracing::warn!(checkout = id, code = fault.code, "a payment is still not settled");
        }
    }
    Ok(())
}
