//! Funnels, steps, checkout layouts, order bumps, upsells.
//!
//! Invariants: prices of offers are computed here from rules, never taken from a browser; an answer to an offer is one
//! row under a unique key; an upsell is charged at most once, and an accepted one has its charge and its child order.

pub mod bumps;
pub mod checkout;
pub mod funnels;
pub mod migrations;
pub mod offers;
pub mod remote;
pub mod steps;
pub mod upsells;

use kernel::capability::{OCART_MANAGE_FUNNELS, OCART_MANAGE_OFFERS};
use web::{Feature, MenuItem};

/// Templates of all slices.
const TEMPLATES: &[web::Template] = &[
    ("funnels/admin_funnels.html", include_str!("funnels/pages/admin_funnels.html")),
    ("funnels/admin_funnel.html", include_str!("funnels/pages/admin_funnel.html")),
    ("funnels/admin_offers.html", include_str!("offers/pages/admin_offers.html")),
    ("funnels/admin_offer.html", include_str!("offers/pages/admin_offer.html")),
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

/// Navigation of the admin, in the order of the specification's menu.
const MENU: &[MenuItem] = &[
    MenuItem {
        group: "OCart",
        title: "Funnels",
        slug: "ocart-funnels",
        capability: OCART_MANAGE_FUNNELS,
        position: 20,
    },
    MenuItem {
        group: "OCart",
        title: "Bumps",
        slug: "ocart-bumps",
        capability: OCART_MANAGE_OFFERS,
        position: 40,
    },
    MenuItem {
        group: "OCart",
        title: "Upsells",
        slug: "ocart-upsells",
        capability: OCART_MANAGE_OFFERS,
        position: 50,
    },
];

/// The manifest.
#[must_use]
pub fn feature() -> Feature {
    let mut module = runtime::Module::default();
    module.migrations = vec![migrations::MIGRATIONS];
    module.subscribers =
        vec![checkout::on_charge_settled::subscriber(), upsells::on_charge_settled::subscriber()];
    module.subscribers.push(checkout::on_cart_renewed::subscriber());
    module.subscribers.push(checkout::on_person_erased::subscriber());
    module.schedules = vec![checkout::jobs::sweep(), upsells::jobs::sweep()];
    module.verifiers = vec![upsells::verify::ACCEPTED];
    module.requests(|requests| {
        requests.answer(remote::commands::show);
        requests.answer(remote::commands::answer_bump);
        requests.answer(remote::commands::check_offers);
        requests.answer(remote::commands::after_payment);
    });
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
            funnels::admin::routes(routes);
            offers::admin::routes(routes);
        }),
        templates: TEMPLATES,
        menu: MENU,
        commands: funnels::cli::commands(),
        ..Feature::default()
    }
}
