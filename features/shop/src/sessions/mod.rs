//! CartBay's sessions in the order list: orders with `created_via` `cartbay` and a lifecycle status of their own.
//!
//! They are a projection: recovery holds the working truth and hands on each version once.

pub mod commands;
