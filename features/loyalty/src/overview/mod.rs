//! The programme at a glance.

pub mod admin;
pub mod queries;
mod store;
