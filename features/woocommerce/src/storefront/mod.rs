//! What the store's own pages show of this server: bumps in the checkout, the page after the payment, a member's points.
//!
//! 1. The store asks while a shopper waits, so an answer asks the store as little as it can.
//! 2. The cart comes from the store's server; prices come from here; nothing comes from a browser.

pub(crate) mod model;
pub(crate) mod rest;
