//! What the platform keeps for a while only: answers for repeats, delivered events, markers of commits.

use db::{Sql, params};

use crate::actor::Actor;
use crate::engine::Engine;
use crate::schedules::Schedule;
use crate::{events, replay};

/// Days for which an answer is kept for whoever asks again under its key.
const REPLAY_DAYS: i64 = 7;
/// Days for which a delivered event can still be looked at.
const EVENT_DAYS: i64 = 30;
/// A commit whose connection broke is asked for within seconds.
const MARKER_DAYS: i64 = 1;
/// Seconds from one run to the next.
const EVERY: i64 = 3600;

const PRUNE_LEASES: Sql = Sql::new("DELETE FROM {p}cartwright_leases WHERE held_until < ?");
const PRUNE_MARKERS: Sql = Sql::new("DELETE FROM {p}cartwright_commits WHERE created_at < ?");

/// Takes out what has stood for long enough. Each kind in a unit of its own, so that none holds its locks for long.
#[must_use]
pub fn schedule() -> Schedule {
    Schedule::new(
        "cartwright/housekeeping",
        EVERY,
        "Takes out old answers for repeats, delivered events and markers of commits",
        |engine: Engine| async move {
            let kinds = [
                (&replay::PRUNE, REPLAY_DAYS),
                (&events::PRUNE_DELIVERIES, EVENT_DAYS),
                (&events::PRUNE_OUTBOX, EVENT_DAYS),
                (&PRUNE_MARKERS, MARKER_DAYS),
                (&PRUNE_LEASES, MARKER_DAYS),
            ];
            for (prune, days) in kinds {
                engine
                    .write(Actor::system(), move |tx| {
                        let before = tx.now().plus_days(-days);
                        tx.execute(prune, params![before])?;
                        Ok(())
                    })
                    .await?;
            }
            Ok(())
        },
    )
}
