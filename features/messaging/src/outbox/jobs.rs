//! Old mails go.

use runtime::{Actor, Engine, Schedule};

use super::store;

/// Days for which a mail is kept.
const KEPT_DAYS: i64 = 30;

pub(crate) fn prune() -> Schedule {
    Schedule::new(
        "cartwright_prune_outbox",
        86_400,
        "Deletes mails that have been in the built-in outbox for thirty days.",
        |engine: Engine| async move {
            engine
                .write(Actor::system(), |tx| {
                    let before = tx.now().plus_days(-KEPT_DAYS);
                    store::prune(tx, before)
                })
                .await
                .map(|_| ())
        },
    )
}
