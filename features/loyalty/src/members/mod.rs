//! Members: one per account that joined.
//!
//! 1. [`on_customer_created`] enrols a new account, [`on_customer_found`] one that was there before; an order of an account that is no member yet enrols it as well.
//! 2. Enrolment gives the lowest tier and a referral code of its own, once per account.
//! 3. Suspended and banned members keep their points; they earn and redeem nothing.

pub mod admin;
pub mod cli;
pub mod commands;
pub mod model;
pub mod on_customer_created;
pub mod on_customer_found;
pub mod on_person_erased;
pub mod queries;
pub mod rest;
pub(crate) mod store;
pub mod storefront;
