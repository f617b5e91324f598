//! Members, the points ledger, earn rules, tiers, rewards.
//!
//! Invariants: a member's balance is the sum of its ledger entries; entries are numbered from 1 without gaps and never
//! change; a cause moves a member's points once; an order never keeps more points than it was awarded, nor fewer than 0.

pub mod earning;
pub mod ledger;
pub mod members;
pub mod migrations;
pub mod overview;
pub mod rewards;
pub mod tiers;

use kernel::capability::{OLOYALTY_MANAGE, OLOYALTY_MANAGE_MEMBERS};
use web::{Feature, MenuItem, Template};

const TEMPLATES: &[Template] = &[
    overview::admin::OVERVIEW,
    members::admin::LIST,
    members::admin::MEMBER,
    members::storefront::MY_ACCOUNT,
];

const MENU: &[MenuItem] = &[
    MenuItem {
        group: "OLoyalty",
        title: "Dashboard",
        slug: "oloyalty",
        capability: OLOYALTY_MANAGE,
        position: 10,
    },
    MenuItem {
        group: "OLoyalty",
        title: "Members",
        slug: "oloyalty-members",
        capability: OLOYALTY_MANAGE_MEMBERS,
        position: 20,
    },
];

/// The manifest.
#[must_use]
pub fn feature() -> Feature {
    let mut module = runtime::Module::default();
    module.migrations = vec![migrations::MIGRATIONS];
    module.subscribers = earning::on_order_changed::subscribers();
    module.subscribers.push(members::on_customer_created::subscriber());
    module.subscribers.push(members::on_customer_found::subscriber());
    module.subscribers.push(members::on_person_erased::subscriber());
    module.job_kinds = vec![tiers::jobs::job_kind(), rewards::jobs::job_kind()];
    module.schedules = vec![tiers::jobs::schedule()];
    module.verifiers = ledger::verify::verifiers();
    module.verifiers.extend(rewards::verify::verifiers());
    module.requests(|requests| requests.answer(members::queries::balance_of));
    let mut commands = members::cli::commands();
    commands.extend(ledger::cli::commands());
    commands.extend(tiers::cli::commands());
    commands.extend(rewards::cli::commands());
    Feature {
        name: "loyalty",
        module,
        routes: Some(|routes| {
            members::rest::routes(routes);
            ledger::rest::routes(routes);
            tiers::rest::routes(routes);
            rewards::rest::routes(routes);
            overview::admin::routes(routes);
            members::admin::routes(routes);
        }),
        templates: TEMPLATES,
        menu: MENU,
        commands,
        fragments: members::storefront::FRAGMENTS,
        ..Feature::default()
    }
}
