//! Order bumps: offers on the checkout page that go into the same order.
//!
//! 1. A cart has one answer per bump, `accepted` or `declined`, and the last one counts; ticking twice is ticking once.
//! 2. The line's price is computed again whenever the checkout is shown or paid; a bump that no longer fits goes.
//! 3. When the cart has become an order, its answers are tied to it: what stands in the order was accepted.

pub mod commands;
pub mod model;
pub mod queries;
pub mod rest;
