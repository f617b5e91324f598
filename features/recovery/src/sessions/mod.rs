//! CartBay's sessions: a cart whose shopper has left an address and consented.
//!
//! 1. The checkout captures an address; the session takes the shop's own cart over, never the browser's.
//! 2. Activity keeps it captured; idle beyond the threshold it is abandoned, and its run begins.
//! 3. An order closes it: recovered when recovery had a part in it, closed otherwise.
//! 4. Withdrawal deletes it, retention expires and then deletes it.
//! 5. Each change shows it anew in the shop's order list, under CartBay's status and metadata.

pub(crate) mod admin;
pub(crate) mod cli;
pub(crate) mod commands;
pub(crate) mod commands_capture;
pub(crate) mod commands_restored;
pub(crate) mod jobs;
pub(crate) mod model;
pub(crate) mod on_person_erased;
pub(crate) mod queries;
pub(crate) mod rest;
pub(crate) mod rules;
#[cfg(test)]
mod rules_tests;
pub(crate) mod store;
pub(crate) mod store_consents;
pub(crate) mod store_events;
