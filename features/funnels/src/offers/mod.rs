//! Offers: what is offered, for how much, to whom; and the record of what became of each.
//!
//! 1. A price is computed on the server, exactly, and rounded half up once to the currency's digits.
//! 2. Targeting looks at the shopper's own lines: what an offer put into the cart is no reason for another.
//! 3. An offer that a funnel shows or a shopper has answered is archived, never deleted.

pub(crate) mod admin;
pub(crate) mod admin_form;
pub mod commands;
pub mod model;
pub mod queries;
pub mod rest;
pub mod rules;
pub(crate) mod store;
pub(crate) mod store_events;

#[cfg(test)]
mod rules_tests;
