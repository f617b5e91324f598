//! What the store announces.
//!
//! 1. `events` writes each announcement under the store's own number and answers only then: what is accepted is kept.
//! 2. A job works a subject's announcements off in their order. Of an order they say only that it changed: its present
//!    state is fetched, so that a repeat, a late one or one out of turn does nothing.
//! 3. A store that cannot be asked leaves them waiting; the round every five minutes takes up what a job has given up.
//! 4. What nobody can read is set aside with its problem and holds up nothing.

pub mod commands;
pub mod jobs;
pub mod model;
pub mod queries;
pub mod rest;
pub mod rules;
pub(crate) mod store;
