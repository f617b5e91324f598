//! One charge per key, whatever happens in between.
//!
//! 1. The attempt is written under its unique key, held by whoever is about to ask the gateway.
//! 2. The gateway is asked under the same key; nothing is open in the database meanwhile.
//! 3. The answer is recorded; when it is an end, `ChargeSettled` goes out in the same transaction.
//!
//! The same key asked again gets what is recorded. An attempt without an end is looked up at the gateway first and sent
//! again, under the same key, only when the gateway has never seen it. What the shopper typed is not kept: an attempt
//! that never reached the gateway is then given up (`abandoned`) unless the caller brings it along again.
//! Unknown is never success, and neither is an answer that names another amount.

pub mod commands;
pub(crate) mod commands_record;
pub(crate) mod commands_webhook;
pub(crate) mod jobs;
pub mod model;
pub(crate) mod on_person_erased;
pub(crate) mod queries;
pub mod rules;
pub(crate) mod store;
mod store_methods;
pub(crate) mod verify;

#[cfg(test)]
mod rules_tests;
