//! WordPress's users in this server's admin.
//!
//! 1. `sign-in` gives an address for a user that the store vouches for, with what he may do. It is good once, for a minute;
//!    of the address the table holds a hash.
//! 2. Opening it makes a login of the user's account, which has his WordPress id, and leads on to the page asked for.
//! 3. The admin's pages may stand in a frame of the paired store's own pages, and of no other.

pub mod commands;
pub mod model;
pub mod queries;
pub mod rest;
pub mod rules;
pub(crate) mod store;
pub mod storefront;

#[cfg(test)]
mod rules_tests;
