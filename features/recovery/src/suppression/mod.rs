//! Who is never written to again, and what became of what was sent.
//!
//! 1. An address is suppressed by its own hand (unsubscribe), by an owner, or by what came back (bounce, complaint).
//! 2. From then on nothing is captured for it and nothing is sent to it, whatever the cart.
//! 3. Each mail's fate is a row of `ocart_deliverability_events`.

pub(crate) mod admin;
pub(crate) mod commands;
pub(crate) mod model;
pub(crate) mod rest;
pub(crate) mod store;
pub(crate) mod storefront;
