//! Store and server come to know each other.
//!
//! 1. Either side makes a code: where it is, and 32 random bytes that are good for a quarter of an hour and once.
//! 2. Typed on the other side, that side calls `pair`. Both prove that they know the bytes without sending them, and both
//!    make the same key of them ([`rules`]).
//! 3. One server serves one store: another is refused until the first is disconnected.

pub mod admin;
pub mod cli;
pub mod commands;
pub mod jobs;
pub mod model;
pub mod rest;
pub mod rules;
pub(crate) mod store;

#[cfg(test)]
mod rules_tests;
