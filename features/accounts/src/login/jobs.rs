//! Old sessions and failures go once an hour.

use runtime::{Actor, Schedule};

use super::store;

pub(crate) fn prune() -> Schedule {
    Schedule::new(
        "cartwright/login/prune",
        3600,
        "Forgets expired logins and old failures",
        |engine| async move {
            engine
                .write(Actor::system(), |tx| {
                    let now = tx.now();
                    store::prune(tx, now)
                })
                .await
        },
    )
}
