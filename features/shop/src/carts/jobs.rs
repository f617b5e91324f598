//! Old carts go.

use runtime::{Actor, Schedule};

use super::store;

/// Takes carts away that nobody has touched for sixty days.
#[must_use]
pub fn prune() -> Schedule {
    Schedule::new(
        "woocommerce_cleanup_sessions",
        43_200,
        "Takes away carts nobody has touched for long",
        |engine| async move { engine.write(Actor::system(), store::prune).await.map(drop) },
    )
}
