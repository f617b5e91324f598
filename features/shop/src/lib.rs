//! The embedded shop in WooCommerce's dialect: catalogue, cart, checkout, orders, coupons, taxes, customers.

pub mod carts;
pub mod catalogue;
pub mod coupons;
pub mod customers;
pub mod host;
pub mod migrations;
pub mod orders;
pub mod products;
pub(crate) mod sessions;
pub mod sheet;
pub mod stock;
pub(crate) mod store_money;
pub mod taxes;
pub mod totals;

pub use host::ShopHost;
use kernel::Event;
use kernel::contracts::accounts::PersonErased;
use kernel::contracts::payments::ChargeSettled;
use kernel::contracts::shop::CustomerCreated;
use runtime::settings::shop as setting;
use runtime::{Settings, Subscriber};
use web::{Feature, MenuItem};

/// Shown in every page's frame: the shop's name and how much is in the cart.
fn layout(
    call: &web::Call,
    tx: &mut runtime::Tx,
    values: &mut std::collections::BTreeMap<String, minijinja::Value>,
) -> Result<(), kernel::Fault> {
    let settings = Settings::load(tx, setting::OPTION)?;
    values.insert("shop_name".to_owned(), settings.text(&setting::GENERAL_NAME).into());
    let cart = match &call.caller.cart_token {
        Some(token) => carts::queries::find(tx, token)?,
        None => None,
    };
    let units: i64 = cart.map_or(0, |cart| cart.document.lines.iter().map(|line| line.quantity).sum());
    values.insert("cart_count".to_owned(), units.into());
    Ok(())
}

/// The manifest.
#[must_use]
pub fn feature() -> Feature {
    let mut module = runtime::Module::default();
    module.migrations = vec![migrations::MIGRATIONS];
    module.schedules =
        vec![carts::jobs::prune(), orders::jobs::cancel_unpaid(), orders::jobs::resume_refunds()];
    module.verifiers = orders::verify::VERIFIERS.to_vec();
    module.subscribers = vec![
        Subscriber::unit("shop.customers", CustomerCreated::NAME, customers::on_customer_created::handle),
        Subscriber::unit("shop.erase_person", PersonErased::NAME, customers::on_person_erased::handle),
        Subscriber::flow(
            "shop.charge_settled",
            ChargeSettled::NAME,
            orders::commands_checkout::on_charge_settled,
        ),
    ];
    module.requests(|requests| {
        requests.answer(carts::commands_session::leave);
        requests.answer(carts::commands_session::enter);
    });
    let mut commands = products::cli::commands();
    commands.extend(taxes::cli::commands());
    Feature {
        name: "shop",
        module,
        routes: Some(|routes| {
            products::storefront::routes(routes);
            products::rest::routes(routes);
            products::rest_variations::routes(routes);
            products::rest_store::routes(routes);
            carts::storefront::routes(routes);
            carts::rest::routes(routes);
            orders::storefront::routes(routes);
            orders::admin::routes(routes);
            orders::rest::routes(routes);
            orders::rest_refunds::routes(routes);
            orders::rest_checkout::routes(routes);
            coupons::rest::routes(routes);
            taxes::rest::routes(routes);
            customers::rest::routes(routes);
        }),
        templates: TEMPLATES,
        menu: &[MenuItem {
            group: "Shop",
            title: "Orders",
            slug: "orders",
            capability: kernel::capability::MANAGE_WOOCOMMERCE,
            position: 10,
        }],
        commands,
        layout: Some(layout),
        ..Feature::default()
    }
}

const TEMPLATES: &[web::Template] = &[
    products::storefront::TEMPLATES[0],
    products::storefront::TEMPLATES[1],
    carts::storefront::TEMPLATES[0],
    orders::storefront::TEMPLATES[0],
    orders::storefront::TEMPLATES[1],
    orders::storefront::TEMPLATES[2],
    orders::admin::TEMPLATES[0],
    orders::admin::TEMPLATES[1],
];
