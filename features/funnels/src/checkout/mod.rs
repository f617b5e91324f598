//! The checkout: `/checkout/{funnel}` in one, two or three steps, and the machine that pays.
//!
//! 1. Every step is a page of its own, so that the browser's back works; every form works without scripts.
//! 2. What is charged is what was shown: a total that has changed is shown again before anything is charged.
//! 3. One checkout per cart: sent twice, or in two windows, it is one order and one charge.
//! 4. A refused payment leaves the cart as it was, and the next try pays the same order under another key.

pub mod commands;
pub(crate) mod jobs;
pub mod model;
pub(crate) mod on_cart_renewed;
pub(crate) mod on_charge_settled;
pub(crate) mod on_person_erased;
pub mod rules;
pub(crate) mod store;
mod store_person;
pub mod storefront;
pub(crate) mod storefront_view;
