//! Orders, in WooCommerce's order storage.
//!
//! 1. An order's id is drawn from `cartwright_order_records` under a unique key: the same key is the same order.
//! 2. Every change first counts up the order's version, which also makes parallel changes of one order stand in line.
//! 3. `pending` → paid (`processing`, `completed`) → `refunded`; or `cancelled`, `failed`. Each change emits
//!    `woocommerce/order/status_changed` with the whole order.
//! 4. A cart has one order that waits for its payment; a retry writes what it says into that order. Nothing is charged
//!    without a live reservation, and money that the order has no use for goes back by itself.
//! 5. A refund is an order of its own with lines of its own; it counts once the gateway has given the money back.

pub mod admin;
pub mod commands;
pub(crate) mod commands_attempt;
pub mod commands_checkout;
pub mod commands_child;
pub mod commands_draft;
pub mod commands_place;
pub mod commands_refund;
pub(crate) mod commands_stock;
pub mod jobs;
pub mod model;
pub mod queries;
pub mod rest;
pub mod rest_body;
pub mod rest_checkout;
pub(crate) mod rest_lines;
pub mod rest_model;
pub mod rest_refunds;
pub(crate) mod rules;
pub(crate) mod store;
pub(crate) mod store_cart;
pub(crate) mod store_items;
pub(crate) mod store_list;
pub(crate) mod store_notes;
pub(crate) mod store_requests;
pub mod storefront;
pub mod verify;
