//! Accounts and their roles.
//!
//! 1. `CreateUser` checks login, address and role, hashes the password outside the transaction, writes the row.
//! 2. A customer's creation is announced as `woocommerce/customer/created`.
//! 3. Roles map to capabilities in [`rules`]; nothing is stored per user but role names.

pub mod admin;
pub mod cli;
pub mod commands;
pub mod commands_mirror;
pub mod model;
pub(crate) mod on_rights_changed;
pub mod queries;
pub mod rest;
pub mod rules;
pub(crate) mod store;

#[cfg(test)]
mod rules_tests;
