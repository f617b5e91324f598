//! What the two sides say to each other while they pair.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What is made on one side and typed on the other.
#[derive(Clone, PartialEq, Eq)]
pub struct Code {
    /// Where the side is that made it, without a slash at the end.
    pub address: String,
    /// 32 bytes that nobody can guess.
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for Code {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Code").field("address", &self.address).finish_non_exhaustive()
    }
}

/// The side that was given the code calls the side that made it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Introduction {
    /// The store's id when the store calls; empty when the server does.
    pub site: String,
    /// Where the caller is.
    pub address: String,
    /// 32 hexadecimal digits.
    pub nonce: String,
    /// That the caller knows the code.
    pub proof: String,
}

/// What the side that made the code answers.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Acquaintance {
    /// The store's id, whoever calls.
    pub site: String,
    /// Where the side that answers is.
    pub address: String,
    /// 32 hexadecimal digits.
    pub nonce: String,
    /// Id of the key that both now hold, 16 hexadecimal digits.
    pub key: String,
    /// That it knows the code as well.
    pub proof: String,
}
