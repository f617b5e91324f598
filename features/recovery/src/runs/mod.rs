//! Sequences, the runs of sessions through them, and the sending of their mails.
//!
//! 1. Abandonment begins a run: one message per step, due its delay after the abandonment. Once per session and sequence.
//! 2. A message is claimed by compare-and-swap, after every reason not to send has been looked at in the same
//!    transaction, and after the shop has been asked whether this address has ordered.
//! 3. The letter goes out outside any transaction; what became of it is written after.
//! 4. A server that was down is tried again, three times at growing distance; an unknown outcome never is.

pub(crate) mod admin;
pub(crate) mod cli;
pub(crate) mod commands;
pub(crate) mod commands_dispatch;
pub(crate) mod commands_sequence;
pub(crate) mod jobs;
pub(crate) mod model;
pub(crate) mod queries;
pub(crate) mod rest;
pub(crate) mod rules;
#[cfg(test)]
mod rules_tests;
pub(crate) mod store;
pub(crate) mod store_messages;
