//! The check of one cart, the sweep over all, and retention.

use kernel::Fault;
use kernel::ids::CartId;
use runtime::settings::{Settings, cartbay, ocart};
use runtime::{Actor, Engine, Job, JobKind, Schedule};
use serde::{Deserialize, Serialize};

use super::{commands, store};

/// Looks whether a cart has been idle for the threshold.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct CheckCart {
    pub(crate) cart_id: CartId,
}

impl Job for CheckCart {
    const KIND: &'static str = "recovery.check_cart";
}

pub(crate) fn key(id: CartId) -> String {
    format!("cart:{id}")
}

pub(crate) fn check() -> JobKind {
    JobKind::new(|engine: Engine, job: CheckCart| async move {
        engine.write(Actor::system(), move |tx| commands::check(tx, job.cart_id)).await.map(|_| ())
    })
}

/// Seconds from one sweep to the next.
const SWEEP_SECONDS: i64 = 300;

pub(crate) fn sweep() -> Schedule {
    Schedule::new(
        "cartbay_detect_abandonment",
        SWEEP_SECONDS,
        "Marks carts abandoned that have been idle beyond the threshold.",
        |engine: Engine| async move {
            loop {
                let marked = engine.write(Actor::system(), sweep_once).await?;
                if marked == 0 {
                    return Ok(());
                }
            }
        },
    )
}

fn sweep_once(tx: &mut runtime::Tx) -> Result<usize, Fault> {
    let since = tx.now().plus_minutes(-commands::threshold_minutes(tx)?);
    let mut marked = 0;
    for id in store::idle(tx, since)? {
        marked += usize::from(commands::check(tx, id)?);
    }
    Ok(marked)
}

pub(crate) fn prune() -> Schedule {
    Schedule::new(
        "ocart_prune_carts",
        86_400,
        "Marks forgotten carts expired and deletes those past retention.",
        |engine: Engine| async move {
            engine
                .write(Actor::system(), |tx| {
                    let days = Settings::load(tx, cartbay::OPTION)?.integer(&cartbay::DATA_RETENTION_DAYS);
                    let idle_since = tx.now().plus_days(-days);
                    store::expire(tx, idle_since)?;
                    let days =
                        Settings::load(tx, ocart::OPTION)?.integer(&ocart::RECOVERY_CART_RETENTION_DAYS);
                    let before = tx.now().plus_days(-days);
                    store::prune(tx, before)
                })
                .await
                .map(|_| ())
        },
    )
}
