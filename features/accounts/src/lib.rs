//! Users, roles and capabilities, application passwords, login sessions.
//!
//! Invariants: passwords are kept as argon2id hashes only; a login session is kept as the hash of its token; what the
//! administrator role grants is the list in `kernel::capability`, other roles grant nothing of it.

pub mod application_passwords;
pub mod login;
pub mod migrations;
pub mod passwords;
pub mod users;

use web::{Feature, MenuItem, Template};

/// The manifest.
#[must_use]
pub fn feature() -> Feature {
    let mut module = runtime::Module::default();
    module.migrations = vec![migrations::MIGRATIONS];
    module.schedules = vec![login::jobs::prune()];
    module.job_kinds = vec![passwords::jobs::job_kind()];
    module.subscribers = vec![users::on_rights_changed::subscriber()];
    module.requests(|requests| {
        requests.answer(users::commands::ensure_customer);
        requests.answer(users::queries::find_account);
        requests.answer(users::commands_mirror::mirror_account);
        requests.answer(login::commands::open_login);
    });
    let mut commands = users::cli::commands();
    commands.extend(application_passwords::cli::commands());
    Feature {
        name: "accounts",
        module,
        routes: Some(|routes| {
            login::storefront::routes(routes);
            login::admin::routes(routes);
            passwords::storefront::routes(routes);
            users::admin::routes(routes);
            users::rest::routes(routes);
        }),
        templates: TEMPLATES,
        fragments: passwords::storefront::FRAGMENTS,
        menu: &[MenuItem {
            group: "Shop",
            title: "Users",
            slug: "users",
            capability: kernel::capability::CREATE_USERS,
            position: 90,
        }],
        commands,
        authenticator: Some(login::queries::authenticate),
        ..Feature::default()
    }
}

const TEMPLATES: &[Template] = &[
    users::admin::TEMPLATES[0],
    passwords::storefront::TEMPLATES[0],
    passwords::storefront::TEMPLATES[1],
    passwords::storefront::TEMPLATES[2],
];
