//! Passwords for programs: long, random, shown once, revocable one by one.
//!
//! 1. Made by the command line or the admin; 24 characters of `[A-Za-z0-9]`.
//! 2. Kept as a SHA-256 hash (there is nothing to guess in 142 random bits) and, sealed under the installation's key,
//!    as a text: WooCommerce's own clients sign with it over plain http (OAuth 1.0a), which needs the text.
//! 3. Shown by HTTP Basic, by `consumer_key`/`consumer_secret` in the query, or by a signature.

pub mod cli;
pub mod commands;
pub mod rules;
pub(crate) mod store;

#[cfg(test)]
mod rules_tests;
