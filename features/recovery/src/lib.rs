//! Carts, CartBay sessions, sequences, runs, restore, suppression.
//!
//! Invariants: a message is claimed only after every reason against it was looked at in the same transaction; a step
//! goes out once at most when its outcome is unknown; an order is attributed once; nobody suppressed is written to.

pub(crate) mod attribution;
pub(crate) mod carts;
pub mod migrations;
pub(crate) mod restore;
pub(crate) mod runs;
pub(crate) mod sessions;
pub(crate) mod suppression;
#[cfg(test)]
mod tests;

use web::{Feature, MenuItem};

/// Why mail does not go out, for whoever looks after the installation, and when that was seen last; none while it does.
pub fn mail_rejected(tx: &mut runtime::Tx) -> Result<Option<(String, kernel::Moment)>, kernel::Fault> {
    suppression::store::rejected(tx)
}

/// After a restore: what was due before `now` may have gone already, and is not sent again.
pub fn settle_restored(tx: &mut runtime::Tx, now: kernel::Moment) -> Result<(), kernel::Fault> {
    let why = "it was due while this database was being restored: it may have gone";
    runs::store_messages::unknown_before(tx, now, why).map(drop)
}

/// The manifest.
#[must_use]
pub fn feature() -> Feature {
    let mut module = runtime::Module::default();
    module.migrations = vec![migrations::MIGRATIONS];
    module.subscribers = vec![carts::on_cart_updated::SUBSCRIBER];
    module.subscribers.extend(attribution::on_order::subscribers());
    module.subscribers.push(sessions::on_person_erased::subscriber());
    module.job_kinds = vec![carts::jobs::check(), runs::jobs::send()];
    module.job_kinds.extend(sessions::jobs::order_list());
    module.schedules =
        vec![carts::jobs::sweep(), carts::jobs::prune(), sessions::jobs::retention(), runs::jobs::dispatch()];
    module.gauges = vec![runs::queries::gauges];
    module.verifiers = attribution::verify::VERIFIERS.to_vec();
    module.requests(|requests| {
        requests.answer(sessions::queries::captured_email);
        requests.answer(sessions::rest::on_checkout);
    });
    let mut commands = carts::cli::commands();
    commands.extend(runs::cli::commands());
    commands.extend(sessions::cli::commands());
    Feature {
        name: "recovery",
        module,
        routes: Some(|routes| {
            sessions::rest::routes(routes);
            runs::rest::routes(routes);
            suppression::rest::routes(routes);
            restore::storefront::routes(routes);
            suppression::storefront::routes(routes);
            sessions::admin::routes(routes);
            runs::admin::routes(routes);
            suppression::admin::routes(routes);
        }),
        templates: TEMPLATES,
        menu: MENU,
        commands,
        ..Feature::default()
    }
}

const TEMPLATES: &[web::Template] = &[
    restore::storefront::TEMPLATES[0],
    suppression::storefront::TEMPLATES[0],
    sessions::admin::TEMPLATES[0],
    sessions::admin::TEMPLATES[1],
    sessions::admin::TEMPLATES[2],
    runs::admin::TEMPLATES[0],
    suppression::admin::TEMPLATES[0],
];

const MENU: &[MenuItem] = &[
    MenuItem {
        group: "OCart",
        title: "Recovery",
        slug: "ocart-recovery",
        capability: kernel::capability::OCART_MANAGE_RECOVERY,
        position: 60,
    },
    MenuItem {
        group: "CartBay",
        title: "Overview",
        slug: "cartbay",
        capability: kernel::capability::MANAGE_WOOCOMMERCE,
        position: 10,
    },
    MenuItem {
        group: "CartBay",
        title: "Sessions",
        slug: "cartbay-sessions",
        capability: kernel::capability::MANAGE_WOOCOMMERCE,
        position: 20,
    },
];
