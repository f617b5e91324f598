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
use kernel::Currency;
use runtime::Settings;
use runtime::settings::shop as setting;

/// The shop's currency; dollars when the setting holds none that is known.
#[must_use]
pub fn currency(settings: &Settings) -> Currency {
    Currency::parse(&settings.text(&setting::GENERAL_CURRENCY)).unwrap_or(Currency::USD)
}
