//! The journal of points: append-only, numbered per member without gaps, every row with the balance after it.
//!
//! 1. [`commands::append`] is the only way to move points: it takes the member's next number by compare-and-swap, so two
//!    movements at once never read the same balance.
//! 2. A cause (`source`, `source_id`) moves a member's points once; asked again it gives the entry it wrote.
//! 3. [`verify`] recomputes every total from the rows.

pub mod cli;
pub mod commands;
pub mod model;
pub mod queries;
pub mod rest;
pub(crate) mod store;
pub mod verify;
