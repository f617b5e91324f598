//! Rows of accounts.

use kernel::Moment;
use kernel::ids::UserId;
use schemars::JsonSchema;
use serde::Serialize;

/// An account. Column names are WordPress's.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct User {
    /// Row.
    pub id: UserId,
    /// Login name.
    pub user_login: String,
    /// Address, case kept.
    pub user_email: String,
    /// Name shown.
    pub display_name: String,
    /// Given name.
    pub first_name: String,
    /// Family name.
    pub last_name: String,
    /// Roles, comma separated.
    pub roles: String,
    /// Made at.
    pub user_registered: Moment,
    /// What a WordPress user may do here; none for accounts of this server, whose roles say it.
    #[serde(skip)]
    pub capabilities: Option<Vec<String>>,
}

impl User {
    /// Role names.
    pub fn role_names(&self) -> impl Iterator<Item = &str> {
        self.roles.split(',').filter(|role| !role.is_empty())
    }
}
