//! A WordPress user as the store names him.

use kernel::ids::UserId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Who it is, and what he may do.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct WordPressUser {
    /// The user's id; 0 for whoever works at the store's machine itself.
    pub id: UserId,
    /// Login name.
    #[serde(default)]
    pub login: String,
    /// Address.
    #[serde(default)]
    pub email: String,
    /// Name shown.
    #[serde(default)]
    pub display_name: String,
    /// What he may do, by name.
    #[serde(default)]
    pub capabilities: Vec<String>,
}

/// Somebody wants to see a page of the admin.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct SignIn {
    /// Who.
    pub user: WordPressUser,
    /// The page, such as `/admin/ocart`.
    pub path: String,
}

/// Where he goes.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct SignInAddress {
    /// Good once, for a minute.
    pub url: String,
}

/// What an address stands for.
#[derive(Debug, Clone)]
pub struct Ticket {
    /// The account.
    pub user_id: UserId,
    /// The page.
    pub path: String,
}
