//! Logging in and out.
//!
//! 1. A try is counted before the password is looked at, outside of any transaction: five for a name and address within
//!    fifteen minutes, fifty for a name from addresses that have not logged in before; the next are refused with 429.
//! 2. A session is 48 random characters in an `HttpOnly` cookie; the table holds their hash. A login always makes a
//!    fresh one, so a planted cookie is worth nothing.
//! 3. [`queries::authenticate`] finds the account behind a request: Basic, query keys, a signature, or the cookie.

pub mod admin;
pub mod commands;
pub mod jobs;
pub mod queries;
mod store;
pub mod storefront;
