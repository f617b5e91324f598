//! Customers: accounts with their addresses. The account itself belongs to accounts.

pub mod on_customer_created;
pub mod on_person_erased;
pub mod rest;
pub(crate) mod store;
mod store_erasure;
