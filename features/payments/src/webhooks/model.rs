//! What a gateway hears.

use schemars::JsonSchema;
use serde::Serialize;

/// The call was taken.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Received {
    /// Always true.
    pub(crate) received: bool,
}
