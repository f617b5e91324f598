//! Coupons: who may use them on what.
//!
//! A code is looked up, checked against the cart ([`check`]), then against the coupons that are there already
//! ([`combine`]); what it may discount goes into the totals ([`for_totals`]).

pub(crate) mod commands;
mod model;
pub mod rest;
mod rules;
#[cfg(test)]
mod rules_tests;
pub(crate) mod store;

pub(crate) use model::CouponCustomer;
pub use model::{Basket, BasketLine, Coupon, CustomerUse, Refusal};
pub use rules::{check, combine, for_totals, is_eligible, normal_code};
