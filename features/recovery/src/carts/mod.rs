//! Carts as OCart keeps them: a row of `ocart_carts` for each cart of the shop.
//!
//! 1. The shop tells of a change (`woocommerce/cart/updated`); the row takes the cart's content over.
//! 2. Each change sets the cart's one check anew, a timeout ahead; a sweep every five minutes finds what was missed.
//! 3. A check that finds the cart idle marks it abandoned, and its session with it.
//! 4. An order marks it converted. Anything put into it afterwards starts it over, without its address.

pub(crate) mod cli;
pub(crate) mod commands;
pub(crate) mod jobs;
pub(crate) mod model;
pub(crate) mod on_cart_updated;
pub(crate) mod queries;
pub(crate) mod rules;
#[cfg(test)]
mod rules_tests;
pub(crate) mod store;
