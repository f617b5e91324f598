//! Reading tables that people bring as CSV files: with or without a byte order mark, with broken rows.
//!
//! Bytes → rows by column name. What does not read is a [`Problem`] with its line and column; the other rows are kept.

mod rules;
#[cfg(test)]
mod rules_tests;

pub use rules::{Problem, Row, Sheet, flag, list, read, whole_number};
