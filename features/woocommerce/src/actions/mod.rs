//! The server's events as WordPress actions, under the specifications' names.
//!
//! 1. A unit writes each event of those names into a queue, while a store is paired; what is of one aggregate is written in
//!    order, whichever of the names it has.
//! 2. A job sends what waits, oldest first, to the store's `actions`; the first row's due time is the lease of whoever sends.
//! 3. What the store says is done leaves the queue. A store that does not answer leaves everything waiting, with growing
//!    pauses; a round every minute takes it up again, for as long as it takes. An id is done once there.

pub mod commands;
pub mod jobs;
pub mod on_server_event;
pub mod queries;
pub mod rules;
pub(crate) mod store;

#[cfg(test)]
mod rules_tests;
