//! Recalculations: by the clock, and as a job when staff ask.

use kernel::{Fault, Moment};
use runtime::settings::{self, oloyalty as keys};
use runtime::{Actor, Engine, Job, JobKind, Schedule, Settings};
use serde::{Deserialize, Serialize};

use super::commands::recalculate;

/// Looks at every member anew.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct RecalculateTiers {}

impl Job for RecalculateTiers {
    const KIND: &'static str = "oloyalty.recalculate_tiers";
}

/// Key under which a recalculation waits, so that a second one is the same one.
pub const JOB_KEY: &str = "all";
const LAST_RUN: &str = "oloyalty_tiers_recalculated_at";
const HOUR: i64 = 3_600;

/// The kind of job.
#[must_use]
pub fn job_kind() -> JobKind {
    JobKind::new(|engine: Engine, _: RecalculateTiers| async move { recalculate(&engine).await.map(|_| ()) })
}

/// The schedule, which looks every hour whether `tiers.recalc_cron` wants a run.
#[must_use]
pub fn schedule() -> Schedule {
    Schedule::new("oloyalty/tiers/recalc", HOUR, "Evaluate tiers anew", |engine: Engine| async move {
        if engine.read(is_due).await? {
            recalculate(&engine).await?;
            engine
                .write(Actor::system(), |tx| {
                    let now = tx.now().rfc3339();
                    settings::put_option(tx, LAST_RUN, &now)
                })
                .await?;
        }
        Ok(())
    })
}

fn is_due(tx: &mut runtime::Tx) -> Result<bool, Fault> {
    let every = match Settings::load(tx, keys::OPTION)?.text(&keys::TIERS_RECALC_CRON).as_str() {
        "hourly" => HOUR,
        "twicedaily" => 12 * HOUR,
        "weekly" => 7 * 24 * HOUR,
        _ => 24 * HOUR,
    };
    let last = settings::option(tx, LAST_RUN)?.and_then(|text| Moment::parse(&text));
    Ok(last.is_none_or(|last| tx.now().seconds_since(last) >= every))
}
