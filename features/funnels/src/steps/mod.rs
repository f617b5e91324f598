//! Steps: the way through a funnel.
//!
//! 1. Positions are 1, 2, 3 … without gaps; one checkout step, which stays.
//! 2. After the payment the answer to each offer leads to the next step whose branch fits, or to the step's own
//!    target; the way only leads ahead, so every funnel ends.

pub mod commands;
pub mod model;
pub mod queries;
pub mod rest;
pub mod rules;
pub(crate) mod store;

#[cfg(test)]
mod rules_tests;
