//! The dashboard: the numbers of some days beside those of as many days before.

pub mod admin;
pub mod model;
pub mod queries;
pub mod rest;
pub mod rules;
pub mod rules_chart;
pub(crate) mod store;

#[cfg(test)]
mod rules_tests;
