//! Funnels, steps, checkout layouts, order bumps, upsells.
//!
//! Invariants: prices of offers are computed here from rules, never taken from a browser; an answer to an offer is one
//! row under a unique key; an upsell is charged at most once, and an accepted one has its charge and its child order.

pub mod bumps;
pub mod checkout;
pub mod funnels;
pub mod migrations;
pub mod offers;
pub mod steps;
pub mod upsells;

use web::Feature;

/// Templates of all slices.
const TEMPLATES: &[web::Template] = &[
    ("funnels/checkout.html", include_str!("checkout/pages/checkout.html")),
    ("funnels/checkout_details.html", include_str!("checkout/pages/checkout_details.html")),
    ("funnels/checkout_payment.html", include_str!("checkout/pages/checkout_payment.html")),
    ("funnels/checkout_summary.html", include_str!("checkout/pages/checkout_summary.html")),
    ("funnels/checkout_checking.html", include_str!("checkout/pages/checkout_checking.html")),
    ("funnels/bump.html", include_str!("checkout/pages/bump.html")),
    ("funnels/offer.html", include_str!("upsells/pages/offer.html")),
    ("funnels/offer_page.html", include_str!("upsells/pages/offer_page.html")),
    ("funnels/offer_over.html", include_str!("upsells/pages/offer_over.html")),
    ("funnels/offer_checking.html", include_str!("upsells/pages/offer_checking.html")),
];

/// The manifest.
#[must_use]
pub fn feature() -> Feature {
    let mut module = runtime::Module::default();
    module.migrations = vec![migrations::MIGRATIONS];
    module.subscribers =
        vec![checkout::on_charge_settled::subscriber(), upsells::on_charge_settled::subscriber()];
    module.schedules = vec![checkout::jobs::sweep(), upsells::jobs::sweep()];
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
            checkout::storefront::routes(routes);
        }),
        templates: TEMPLATES,
        commands: funnels::cli::commands(),
        ..Feature::default()
    }
}
