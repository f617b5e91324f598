//! The embedded shop in WooCommerce's dialect: catalogue, cart, checkout, orders, coupons, taxes, customers.

pub mod catalogue;
pub mod coupons;
pub mod sheet;
pub mod taxes;
pub mod totals;
