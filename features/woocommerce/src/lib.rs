//! A WooCommerce as the shop of record, through the plugin in `connector/`. The contract of both sides is
//! `docs/connector.md`.
//!
//! Invariants: a call is taken once; one server serves one store; an announcement is kept before it is answered, and what is
//! computed comes from the order's present state; what the store writes under a key is written once.

pub mod actions;
pub mod calls;
pub mod command;
pub mod doors;
pub mod filters;
pub mod host;
pub mod inbox;
pub mod link;
pub mod migrations;
pub mod operations;
pub mod orders;
pub mod pairing;
pub mod refusals;
pub mod settings;
pub mod sign_in;
pub mod storefront;
pub mod transport;
pub mod transport_http;

pub use host::WooCommerceHost;
use kernel::Fault;
use kernel::contracts::shop::{EnterCart, LeaveCart};
pub use link::{Link, Patience, TheLink};
use runtime::settings::shop as setting;
use runtime::{Module, Settings, Tx};
pub use transport_http::HttpTransport;
use web::{Feature, MenuItem};

/// Shown in every page's frame: the store's name. Its cart is in the store.
fn layout(
    _: &web::Call,
    tx: &mut Tx,
    values: &mut std::collections::BTreeMap<String, minijinja::Value>,
) -> Result<(), Fault> {
    let settings = Settings::load(tx, setting::OPTION)?;
    values.insert("shop_name".to_owned(), settings.text(&setting::GENERAL_NAME).into());
    values.insert("cart_count".to_owned(), 0.into());
    Ok(())
}

/// The manifest, without the link: what there is whether a store is named or not.
#[must_use]
pub fn feature() -> Feature {
    let mut module = Module::default();
    module.migrations = vec![migrations::MIGRATIONS];
    module.schedules =
        vec![calls::jobs::prune(), inbox::jobs::round(), actions::jobs::round(), pairing::jobs::hello()];
    module.job_kinds = vec![inbox::jobs::kind(), actions::jobs::kind()];
    module.subscribers = vec![actions::on_server_event::subscriber()];
    module.gauges = vec![inbox::queries::gauges, actions::queries::gauges];
    // The store renews its own carts at its own login and logout.
    module.requests(|requests| {
        requests.answer(|_, _: LeaveCart| async { Ok(()) });
        requests.answer(|_, _: EnterCart| async { Ok(None) });
    });
    Feature {
        name: "woocommerce",
        module,
        routes: Some(|routes| {
            calls::rest::routes(routes);
            inbox::rest::routes(routes);
            storefront::rest::routes(routes);
            pairing::rest::routes(routes);
            pairing::admin::routes(routes);
            sign_in::rest::routes(routes);
            sign_in::storefront::routes(routes);
            command::rest::routes(routes);
            doors::storefront::routes(routes);
        }),
        templates: pairing::admin::TEMPLATES,
        menu: &[MenuItem {
            group: "Shop",
            title: "WordPress",
            slug: "cartwright-wordpress",
            capability: kernel::capability::MANAGE_OPTIONS,
            position: 90,
        }],
        commands: pairing::cli::commands(),
        layout: Some(layout),
        framed_by: Some(sign_in::queries::framed_by),
        ..Feature::default()
    }
}

/// Hands the link to whoever asks for [`TheLink`], and the store's filters to the engine.
#[must_use]
pub fn linked(link: Link) -> Module {
    let mut module = Module::default();
    module.outside = Some(filters::commands::outside(link.clone()));
    module.requests(move |requests| {
        requests.answer(move |_, _: TheLink| {
            let link = link.clone();
            async move { Ok(link) }
        });
    });
    module
}
