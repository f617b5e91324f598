//! Sessions in the shop's order list, and retention.

use kernel::Fault;
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

/// What keeps the shop's order list as the sessions are. A shop that is away is waited for, however long: what was withdrawn
/// must go from there as well.
pub(crate) fn order_list() -> [JobKind; 2] {
    let put = JobKind::new(|engine: Engine, job: ProjectSession| async move {
        let Some(order) = engine.read(move |tx| queries::order(tx, job.session_id)).await? else {
            return Ok(());
        };
        engine.unless_away(engine.host().put_session_order(&order)).await
    });
    let remove = JobKind::new(|engine: Engine, job: RemoveSession| async move {
        engine.unless_away(engine.host().remove_session_order(job.session_id)).await
    });
    [put.steadfast(), remove.steadfast()]
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
