//! Old sessions, failures and links for new passwords go once an hour.

use runtime::{Actor, Schedule};

use super::store;
use crate::passwords;

pub(crate) fn prune() -> Schedule {
    Schedule::new(
        "cartwright/login/prune",
        3600,
        "Forgets expired logins, old failures and old password links",
        |engine| async move {
            engine
                .write(Actor::system(), |tx| {
                    let now = tx.now();
                    store::prune(tx, now)?;
                    passwords::store::prune(tx, now.plus_days(-1))
                })
                .await
        },
    )
}
