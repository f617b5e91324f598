//! Who is calling.

use std::collections::BTreeSet;

use db::Tx;
use kernel::Fault;
use kernel::ids::UserId;
use runtime::Actor;

/// An account that is logged in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CurrentUser {
    /// The account.
    pub id: UserId,
    /// Login name.
    pub login: String,
    /// Name shown.
    pub display_name: String,
    /// E-mail.
    pub email: String,
    /// Roles, such as `administrator` or `customer`.
    pub roles: Vec<String>,
    /// What the roles grant.
    pub capabilities: BTreeSet<String>,
}

impl CurrentUser {
    /// Has the capability?
    #[must_use]
    pub fn can(&self, capability: &str) -> bool {
        self.capabilities.contains(capability)
    }
}

/// A login by cookie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoginSession {
    /// Hash of the session's token; binds nonces and form tokens.
    pub token_hash: String,
}

/// What a request shows to say who sends it.
#[derive(Debug, Clone, Default)]
pub struct Credentials {
    /// `Authorization` header.
    pub authorization: Option<String>,
    /// Session cookie.
    pub session_cookie: Option<String>,
    /// Method, for signed requests.
    pub method: String,
    /// Address without the query, as the client saw it.
    pub url: String,
    /// Query parameters, for clients that sign them or send keys in them.
    pub query: Vec<(String, String)>,
    /// Address of the caller's machine.
    pub ip: String,
    /// Unique to this request: a transaction that is run again shows the same credentials again.
    pub request: String,
}

impl Credentials {
    /// Nothing that could name an account: such a call is anonymous without a look into the database.
    #[must_use]
    pub const fn are_absent(&self) -> bool {
        self.authorization.is_none() && self.session_cookie.is_none() && self.query.is_empty()
    }
}

/// Finds the account behind credentials. `Ok(None)` when none were shown; wrong ones are a 401.
pub type Authenticator =
    fn(&mut Tx, &Credentials) -> Result<Option<(CurrentUser, Option<LoginSession>)>, Fault>;

/// Who is calling.
#[derive(Debug, Clone, Default)]
pub struct Caller {
    /// The account, when logged in.
    pub user: Option<CurrentUser>,
    /// The login, when by cookie.
    pub session: Option<LoginSession>,
    /// The shopper's cart, by header or cookie. Not checked for existence.
    pub cart_token: Option<String>,
    /// Address of the caller's machine.
    pub ip: String,
}

impl Caller {
    /// The account, or 401.
    pub fn user(&self) -> Result<&CurrentUser, Fault> {
        self.user.as_ref().ok_or_else(Fault::unauthenticated)
    }

    /// 401 when nobody is logged in, 403 without the capability.
    pub fn must(&self, capability: &str) -> Result<(), Fault> {
        if self.user()?.can(capability) { Ok(()) } else { Err(Fault::forbidden()) }
    }

    /// Has the capability?
    #[must_use]
    pub fn can(&self, capability: &str) -> bool {
        self.user.as_ref().is_some_and(|user| user.can(capability))
    }

    /// The account, or 0.
    #[must_use]
    pub fn user_id(&self) -> UserId {
        self.user.as_ref().map_or(UserId(0), |user| user.id)
    }

    /// For the audit log.
    #[must_use]
    pub fn actor(&self) -> Actor {
        match &self.user {
            Some(user) => Actor::user(user.id, self.ip.clone()),
            None => Actor { kind: "shopper", user_id: UserId(0), ip: self.ip.clone() },
        }
    }
}
