//! `wp ocart …`, `wp oloyalty …`, `wp cartbay …`: the store forwards the words, the server does the work and answers with
//! what its own command line would have printed.

pub mod model;
pub mod rest;
pub mod rules;

#[cfg(test)]
mod rules_tests;
