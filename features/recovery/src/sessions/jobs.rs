//! Sessions in the shop's order list, and retention.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use kernel::{Fault, FaultKind};
use runtime::settings::{Settings, cartbay, ocart};
use runtime::{Actor, Engine, Job, JobKind, Schedule, Tx};
use serde::{Deserialize, Serialize};

use super::{commands, queries, store};

/// Shows a session in the order list as it now is.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ProjectSession {
    pub(crate) session_id: i64,
}

impl Job for ProjectSession {
    const KIND: &'static str = "recovery.project_session";
}

/// Takes a session out of the order list.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct RemoveSession {
    pub(crate) session_id: i64,
}

impl Job for RemoveSession {
    const KIND: &'static str = "recovery.remove_session";
}

/// Seconds for which a shop that is away is left alone: one that lets everybody wait would hold up every other job.
const PAUSE: i64 = 20;

/// What keeps the shop's order list as the sessions are. A shop that is away is waited for, however long: what was withdrawn
/// must go from there as well.
pub(crate) fn order_list() -> [JobKind; 2] {
    let away_until = Arc::new(AtomicI64::new(0));
    let put = {
        let away_until = Arc::clone(&away_until);
        JobKind::new(move |engine: Engine, job: ProjectSession| {
            let away_until = Arc::clone(&away_until);
            async move {
                let Some(order) = engine.read(move |tx| queries::order(tx, job.session_id)).await? else {
                    return Ok(());
                };
                unless_away(&engine, &away_until, engine.host().put_session_order(&order)).await
            }
        })
    };
    let remove = JobKind::new(move |engine: Engine, job: RemoveSession| {
        let away_until = Arc::clone(&away_until);
        async move { unless_away(&engine, &away_until, engine.host().remove_session_order(job.session_id)).await }
    });
    [put.steadfast(), remove.steadfast()]
}

/// Asks the shop, unless it did not answer a moment ago.
async fn unless_away(
    engine: &Engine,
    away_until: &AtomicI64,
    asking: impl Future<Output = Result<(), Fault>>,
) -> Result<(), Fault> {
    let now = engine.now().unix();
    if now < away_until.load(Ordering::Relaxed) {
        return Err(Fault::unavailable("The shop was away a moment ago."));
    }
    let outcome = asking.await;
    if outcome.as_ref().is_err_and(|fault| fault.kind == FaultKind::Upstream) {
        away_until.store(engine.now().unix() + PAUSE, Ordering::Relaxed);
    }
    outcome
}

pub(crate) fn retention() -> Schedule {
    Schedule::new(
        "cartbay_retention_cleanup",
        86_400,
        "Erases sessions and deliverability events past their retention.",
        |engine: Engine| async move {
            while engine.write(Actor::system(), erase_past).await? > 0 {}
            Ok(())
        },
    )
}

fn erase_past(tx: &mut Tx) -> Result<usize, Fault> {
    let days = Settings::load(tx, cartbay::OPTION)?.integer(&cartbay::DATA_RETENTION_DAYS);
    let before = tx.now().plus_days(-days);
    let past = store::past(tx, before)?;
    for id in &past {
        let session = store::get(tx, *id)?;
        commands::erase(tx, &session)?;
    }
    let days = Settings::load(tx, ocart::OPTION)?.integer(&ocart::RECOVERY_DELIVERABILITY_DAYS);
    let before = tx.now().plus_days(-days);
    crate::suppression::store::prune_events(tx, before)?;
    Ok(past.len())
}
