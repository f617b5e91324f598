//! Rewards: what points buy.
//!
//! 1. A reward of the catalogue costs points; redeeming it takes them in one transaction and gives a code that works once.
//! 2. The points of a redemption leave by exactly one ledger entry, `reward` with the redemption's id, and come back by at
//!    most one, `reward.reversed`.
//! 3. The code is a coupon of the shop. A job makes it, outside of any transaction, under a key: however often it is
//!    tried there is one coupon. A shop that refuses it for good gives the points back.
//! 4. A paid order that bears the code consumes the redemption, once: `earning` hears of it. One that is cancelled, fails or is
//!    trashed frees its coupons in the shop, and the redemption waits for the next order.

pub mod cli;
pub mod commands;
pub mod commands_redeem;
pub mod jobs;
pub mod model;
pub mod queries;
pub mod rest;
pub(crate) mod store;
pub mod verify;
