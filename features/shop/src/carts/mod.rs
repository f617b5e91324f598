//! Carts.
//!
//! 1. A cart is one JSON document under a random token, guarded by a revision: of two tabs that write at once, one reads
//!    again.
//! 2. Prices, taxes, coupons and shipping are calculated from the shop's own data every time the cart is looked at.
//! 3. Every change of content emits `woocommerce/cart/updated` with the whole cart.
//! 4. A token is a secret of one browser: it ends at login, at logout and with the order, and opens nothing of a person
//!    once an order is placed.

pub mod commands;
pub(crate) mod commands_offers;
pub(crate) mod commands_session;
pub(crate) mod commands_show;
pub mod jobs;
pub mod model;
pub mod queries;
pub mod rest;
pub mod rest_model;
pub(crate) mod rules;
pub(crate) mod store;
pub mod storefront;
