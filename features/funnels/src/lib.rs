//! Funnels, steps, checkout layouts, order bumps, upsells.
//!
//! Invariants: prices of offers are computed here from rules, never taken from a browser; an answer to an offer is one
//! row under a unique key; an upsell is charged at most once, and an accepted one has its charge and its child order.

pub mod bumps;
pub mod funnels;
pub mod migrations;
pub mod offers;
pub mod steps;
pub mod upsells;

use web::Feature;

/// The manifest.
#[must_use]
pub fn feature() -> Feature {
    let mut module = runtime::Module::default();
    module.migrations = vec![migrations::MIGRATIONS];
    module.subscribers = vec![upsells::on_charge_settled::subscriber()];
    module.schedules = vec![upsells::jobs::sweep()];
    module.verifiers = vec![upsells::verify::ACCEPTED];
    Feature {
        name: "funnels",
        module,
        routes: Some(|routes| {
            funnels::rest::routes(routes);
            steps::rest::routes(routes);
            bumps::rest::routes(routes);
            offers::rest::routes(routes);
            upsells::rest::routes(routes);
            upsells::storefront::routes(routes);
        }),
        templates: upsells::storefront::TEMPLATES,
        commands: funnels::cli::commands(),
        ..Feature::default()
    }
}
