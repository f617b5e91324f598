//! Signed calls, both ways.
//!
//! 1. Both sides hold a key: an id and 32 bytes. A call bears the key's id, the store's id, the time, a nonce and an HMAC
//!    over them, its method, its path and its body ([`rules`]).
//! 2. What comes in is checked in one transaction ([`commands::verify`]), which also keeps the nonce: a call is taken once.
//! 3. What goes out is signed by [`crate::Link`] with the current key.
//! 4. Rotation makes a next key under the present one; the present one stays good for ten minutes. A key that has leaked is
//!    revoked and never good again.

pub mod commands;
pub mod jobs;
pub mod model;
pub mod queries;
pub mod rest;
pub mod rules;
pub(crate) mod store;

#[cfg(test)]
mod rules_tests;
