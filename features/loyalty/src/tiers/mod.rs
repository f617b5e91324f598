//! Tiers: what a member's lifetime points are worth.
//!
//! 1. Every movement that changes lifetime points calls [`commands::settle`] in its own transaction.
//! 2. Up at once. Below the threshold a grace period starts; the next look after its end moves a member
//!    down. Suspended and banned members stay where they are.
//! 3. The hourly schedule recalculates as often as `tiers.recalc_cron` says.

pub mod cli;
pub mod commands;
pub mod jobs;
pub mod model;
pub mod queries;
pub mod rest;
pub mod rules;
mod store;

#[cfg(test)]
mod rules_tests;
