//! What this server knows of the store's orders, so that each change is told once.
//!
//! 1. An announcement says only that an order changed. Its present state is fetched outside of any transaction.
//! 2. [`rules`] compares it with what was known and says what has happened since.
//! 3. What is known now and the events that follow from it commit together.

pub mod commands;
pub mod model;
pub mod rules;
pub(crate) mod store;

#[cfg(test)]
mod rules_tests;
