//! What need not be remembered goes every ten minutes.

use runtime::{Actor, Schedule};

use super::store;

pub(crate) fn prune() -> Schedule {
    Schedule::new(
        "cartwright/wordpress/prune",
        600,
        "Forgets used nonces and keys that were rotated away",
        |engine| async move { engine.write(Actor::system(), store::prune).await },
    )
}
