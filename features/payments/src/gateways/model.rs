//! A gateway as others see it.

use schemars::JsonSchema;
use serde::Serialize;

/// A gateway that is on.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct GatewayView {
    /// Id, such as `test`.
    pub id: String,
    /// What a shopper reads.
    pub title: String,
    /// Can a saved method be charged in one click?
    pub one_click: bool,
    /// `enabled`.
    pub status: &'static str,
}
