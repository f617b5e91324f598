//! The dashboard: what the shop, its offers, its recovery and its loyalty programme came to, day by day.
//!
//! Invariants: everything here is fed by events alone, each cause counts once, and a day's sums are the sums of its
//! entries in the journal.

pub mod dashboard;
pub mod journal;
pub mod migrations;

use web::Feature;

/// The manifest.
#[must_use]
pub fn feature() -> Feature {
    let mut module = runtime::Module::default();
    module.migrations = vec![migrations::MIGRATIONS];
    module.subscribers = journal::subscribers();
    module.verifiers = journal::verify::verifiers();
    Feature { name: "reports", module, routes: Some(dashboard::rest::routes), ..Feature::default() }
}
