//! Sending at once, and every minute what was left.

use kernel::Fault;
use runtime::{Actor, Engine, Job, JobKind, Schedule};
use serde::{Deserialize, Serialize};

use super::{commands, store};
use crate::calls::store as calls;
use crate::link::is_passing;

/// Days after which nothing is kept for a store that is not served any more.
const KEPT_DAYS: i64 = 30;

/// Something waits.
#[derive(Debug, Serialize, Deserialize)]
pub struct Send {}

impl Job for Send {
    const KIND: &'static str = "woocommerce.actions";
}

pub(crate) fn kind() -> JobKind {
    JobKind::new(|engine: Engine, _: Send| async move {
        match commands::send(&engine).await {
            // The round takes it up again; jobs of a long time without a store do not pile up.
            Err(fault) if is_passing(&fault) => Ok(()),
            other => other,
        }
    })
}

pub(crate) fn round() -> Schedule {
    Schedule::new(
        "cartwright/wordpress/actions",
        60,
        "Sends the store the actions that were left waiting",
        |engine| async move { work_off(&engine).await },
    )
}

async fn work_off(engine: &Engine) -> Result<(), Fault> {
    engine
        .write(Actor::system(), |tx| {
            let (site, before) = (calls::site(tx)?.site, tx.now().plus_days(-KEPT_DAYS));
            store::forget_others(tx, &site, before)
        })
        .await?;
    commands::send(engine).await
}
