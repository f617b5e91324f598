//! Who does something, for the audit log and for notes.

use kernel::ids::UserId;

/// The one on whose behalf a unit runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// `user`, `shopper`, `cli` or `system`.
    pub kind: &'static str,
    /// The account, or 0.
    pub user_id: UserId,
    /// Address the request came from, or empty.
    pub ip: String,
}

impl Actor {
    /// Jobs and subscribers.
    #[must_use]
    pub const fn system() -> Self {
        Self { kind: "system", user_id: UserId(0), ip: String::new() }
    }

    /// The command line.
    #[must_use]
    pub const fn cli() -> Self {
        Self { kind: "cli", user_id: UserId(0), ip: String::new() }
    }

    /// Someone logged in.
    #[must_use]
    pub fn user(user_id: UserId, ip: impl Into<String>) -> Self {
        Self { kind: "user", user_id, ip: ip.into() }
    }
}
