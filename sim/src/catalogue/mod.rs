//! What the shop sells: files for the shop's own importers.

/// Products, as WooCommerce's product CSV.
pub const PRODUCTS: &str = include_str!("products.csv");

/// Tax rates, as WooCommerce's tax rate CSV.
pub const TAX_RATES: &str = include_str!("tax_rates.csv");

/// Funnels with their offers, in the order in which their rules are asked. Products stand by SKU.
pub const FUNNELS: &str = include_str!("funnels.json");
