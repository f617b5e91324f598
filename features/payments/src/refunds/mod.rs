//! Money back through the gateway that took it, once per key.
//!
//! 1. The refund is written and its amount counted against the payment, so that two at once never exceed it.
//! 2. The gateway is asked under the refund's key.
//! 3. The answer is recorded. Without one the refund stays counted and is asked again under the same key, by the next
//!    caller or by reconciliation: gateways give a key's money back once. A refusal frees the amount again.

pub mod commands;
pub(crate) mod model;
pub(crate) mod store;
