//! Stock: what can be had, what unpaid orders hold, what is taken.
//!
//! 1. A variation that counts no stock of its own shares its parent's.
//! 2. An unpaid order holds its units for a while, so that two shoppers cannot pay for the last one.
//! 3. Whoever looks at stock to take some touches the product's row first: such units stand in line.

pub mod commands;
pub(crate) mod store;
