//! Tax rates: which apply at a place, and the file they come in.
//!
//! Rates match by class, country, state, postcode and city; of those with the same priority the most specific one
//! wins. What is found goes into the totals in the order of the priorities.

pub mod cli;
pub mod commands;
mod model;
pub mod rest;
mod rules;
mod rules_import;
#[cfg(test)]
mod rules_import_tests;
#[cfg(test)]
mod rules_tests;
pub(crate) mod store;

pub use model::{Place, TaxRate};
pub use rules::{class_slug, find, normal_postcode, rates_by_class};
pub use rules_import::{ImportReport, parse};
