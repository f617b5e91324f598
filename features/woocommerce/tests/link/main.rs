//! The server's side of the link, against a store that is played: signatures, pairing, keys, announcements, bad answers.
#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that is not as it should be")]

mod announcements;
mod calls;
mod hooks;
mod pairing;
mod storefront;
mod world;
