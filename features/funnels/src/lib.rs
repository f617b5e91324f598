//! Funnels, steps, checkout layouts, order bumps, upsells.
//!
//! Invariants: prices of offers are computed here from rules, never taken from a browser; an answer to an offer is one
//! row under a unique key; an upsell is charged at most once, and an accepted one has its charge and its child order.

pub mod bumps;
pub mod funnels;
pub mod migrations;
pub mod offers;
pub mod steps;

use web::Feature;

/// The manifest.
#[must_use]
pub fn feature() -> Feature {
    let mut module = runtime::Module::default();
    module.migrations = vec![migrations::MIGRATIONS];
    Feature {
        name: "funnels",
        module,
        routes: Some(|routes| {
            funnels::rest::routes(routes);
            steps::rest::routes(routes);
            bumps::rest::routes(routes);
            offers::rest::routes(routes);
        }),
        commands: funnels::cli::commands(),
        ..Feature::default()
    }
}
