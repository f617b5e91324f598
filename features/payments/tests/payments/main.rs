//! Payments through the test gateway, on every database.
#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that is not as it should be")]

mod charges;
mod pages;
mod refunds;
mod shop;
mod webhooks;
