//! The dashboard: what the shop, its offers, its recovery and its loyalty programme came to, day by day.
//!
//! Invariants: everything here is fed by events alone, each cause counts once, and a day's sums are the sums of its
//! entries in the journal.

pub mod dashboard;
pub mod journal;
pub mod migrations;

use kernel::capability::OCART_MANAGE;
use web::{Feature, MenuItem, Template};

const TEMPLATES: &[Template] = &[dashboard::admin::DASHBOARD];

const MENU: &[MenuItem] =
    &[MenuItem { group: "OCart", title: "Dashboard", slug: "ocart", capability: OCART_MANAGE, position: 1 }];

/// The manifest.
#[must_use]
pub fn feature() -> Feature {
    let mut module = runtime::Module::default();
    module.migrations = vec![migrations::MIGRATIONS];
    module.subscribers = journal::subscribers();
    module.verifiers = journal::verify::verifiers();
    Feature {
        name: "reports",
        module,
        routes: Some(|routes| {
            dashboard::rest::routes(routes);
            dashboard::admin::routes(routes);
        }),
        templates: TEMPLATES,
        menu: MENU,
        ..Feature::default()
    }
}
