//! Charges, refunds, saved methods, webhooks and reconciliation, whatever the gateway.
//!
//! Invariants: a key is charged at most once; unknown is never success; what a shopper typed is neither kept nor
//! logged; what is given back never exceeds what was taken.

pub(crate) mod challenge;
pub mod charges;
pub(crate) mod gateways;
pub mod migrations;
pub mod refunds;
pub(crate) mod webhooks;

use web::{Feature, Template};

const TEMPLATES: &[Template] = challenge::storefront::TEMPLATES;

/// The manifest.
#[must_use]
pub fn feature() -> Feature {
    let mut module = runtime::Module::default();
    module.migrations = vec![migrations::MIGRATIONS];
    module.subscribers = vec![charges::on_person_erased::subscriber()];
    module.schedules = vec![charges::jobs::reconcile()];
    module.verifiers = vec![charges::verify::TRANSACTIONS, charges::verify::REFUNDS];
    module.requests(|requests| {
        requests.answer(charges::commands::charge);
        requests.answer(charges::commands::confirm);
        requests.answer(charges::queries::saved_method);
        requests.answer(refunds::commands::refund);
        requests.answer(refunds::commands::reverse);
    });
    Feature {
        name: "payments",
        module,
        routes: Some(|routes| {
            challenge::storefront::routes(routes);
            gateways::rest::routes(routes);
            webhooks::rest::routes(routes);
        }),
        templates: TEMPLATES,
        commands: gateways::cli::commands(),
        ..Feature::default()
    }
}
