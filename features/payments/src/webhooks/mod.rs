//! Calls that gateways make by themselves.
//!
//! A call says which charge to look at. What became of it is asked of the gateway, under the charge's key, and recorded as every
//! answer is; so calls that come twice, late, in another order or not at all change nothing but when it is known.

pub(crate) mod model;
pub(crate) mod rest;
