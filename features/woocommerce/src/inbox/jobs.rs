//! Working the inbox off: at once by a job, and every five minutes what was left.

use kernel::Fault;
use runtime::{Actor, Engine, Job, JobKind, Schedule};
use serde::{Deserialize, Serialize};

use super::{commands, store};
use crate::link::is_passing;

/// Days for which an announcement is remembered, so that a repeat is known as one.
const REMEMBERED_DAYS: i64 = 30;

/// Something waits of this subject.
#[derive(Debug, Serialize, Deserialize)]
pub struct WorkOff {
    /// The store.
    pub site: String,
    /// What it is about.
    pub subject: String,
}

impl Job for WorkOff {
    const KIND: &'static str = "woocommerce.work_off";
}

pub(crate) fn kind() -> JobKind {
    JobKind::new(|engine: Engine, job: WorkOff| async move {
        commands::work_off(&engine, &job.site, &job.subject).await
    })
}

pub(crate) fn round() -> Schedule {
    Schedule::new(
        "cartwright/wordpress/inbox",
        300,
        "Works off announcements of the store that were left waiting",
        |engine| async move { work_off_all(&engine).await },
    )
}

/// One subject's trouble holds up no other; a store that cannot be asked ends the round.
async fn work_off_all(engine: &Engine) -> Result<(), Fault> {
    let mut trouble = None;
    for (site, subject) in engine.read(store::subjects).await? {
        match commands::work_off(engine, &site, &subject).await {
            Ok(()) => {}
            Err(fault) if is_passing(&fault) => return Err(fault),
            Err(fault) => trouble = Some(fault),
        }
    }
    engine
        .write(Actor::system(), |tx| {
            let before = tx.now().plus_days(-REMEMBERED_DAYS);
            store::prune(tx, before)
        })
        .await?;
    trouble.map_or(Ok(()), Err)
}
