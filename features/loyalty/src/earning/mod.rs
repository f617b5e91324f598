//! Earning: from events to points.
//!
//! 1. The first earning status of an order writes its award: the exact amount, the terms, the points after the caps.
//! 2. Every later announcement compares what the order deserves by those terms with what the award keeps, and posts the
//!    difference. So repeated, late and reordered announcements lead to the same points, and refunds add up exactly.
//! 3. In shadow mode awards are written and the ledger is not; what was earned in shadow is never posted later.
//! 4. Caps count what is kept, so a refund frees its own day and no other.

pub mod commands;
pub mod commands_orders;
pub mod model;
pub mod on_order_changed;
pub mod rules;
mod store;

#[cfg(test)]
mod rules_tests;
