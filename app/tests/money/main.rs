//! What was shown is what is charged, a retry is the request and not the memory of the first one, and stock is reserved
//! before money moves: over HTTP, on both databases, with the gateway's own record as the witness.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops at the first thing that is not as it should be"
)]

mod funnel;
mod late;
mod stock;
mod store;
mod world;
