//! Who does something, for the audit log and for notes.

use kernel::ids::UserId;

tokio::task_local! {
    /// Whoever typed the command that is being worked for, where that is known.
    static TYPED_BY: Actor;
}

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
    pub fn cli() -> Self {
        let nobody = || Self { kind: "cli", user_id: UserId(0), ip: String::new() };
        TYPED_BY.try_with(Clone::clone).unwrap_or_else(|_| nobody())
    }

    /// Does `work` with this user as the one at the command line.
    pub async fn typing<W: Future>(user_id: UserId, ip: &str, work: W) -> W::Output {
        TYPED_BY.scope(Self { kind: "cli", user_id, ip: ip.to_owned() }, work).await
    }

    /// Someone logged in.
    #[must_use]
    pub fn user(user_id: UserId, ip: impl Into<String>) -> Self {
        Self { kind: "user", user_id, ip: ip.into() }
    }
}
