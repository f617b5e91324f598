//! Upsells and downsells: offers after the payment, taken in one click and charged to the method the order was paid
//! with.
//!
//! 1. A signed token, bound to order, offer and step, stands for the buyer; it ends by the settings' lifetime.
//! 2. The price is computed on the server from the offer's rule, with the parent's address and the shop's taxes.
//! 3. One attempt at a time: parallel clicks have one charge, one child order, one answer. A failed attempt may be
//!    followed by another, at most three.
//! 4. An order that was given back, even in part, is offered nothing more.

pub mod commands;
pub(crate) mod commands_charge;
pub(crate) mod jobs;
pub mod model;
pub(crate) mod on_charge_settled;
pub mod queries;
pub mod rest;
pub mod rules;
pub(crate) mod store;
pub mod storefront;
pub(crate) mod verify;

#[cfg(test)]
mod rules_tests;
