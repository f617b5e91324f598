//! Accounts, as the shop and loyalty ask for them.

use crate::ids::UserId;
use crate::{Request, event};

/// The account of an address, made when there is none. Idempotent by address.
#[derive(Debug, Clone)]
pub struct EnsureCustomer {
    /// Address; its normal form is unique among accounts.
    pub email: String,
    /// Given name.
    pub first_name: String,
    /// Family name.
    pub last_name: String,
    /// Password in clear, or none for an account that logs in by reset only.
    pub password: Option<String>,
}

/// An account as other features see it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Account {
    /// Row.
    pub id: UserId,
    /// Login name.
    pub login: String,
    /// Address, case kept.
    pub email: String,
    /// Name shown.
    pub display_name: String,
    /// Roles.
    pub roles: Vec<String>,
}

impl Request for EnsureCustomer {
    const NAME: &'static str = "accounts/ensure_customer";
    type Reply = Account;
}

/// The account of a WordPress user: it has the user's own id, so that orders, members and logins name the same person.
/// Made when there is none, changed when there is; it cannot log in by password. An account of this server that had the
/// id goes out of the way. Nothing of WordPress's own tables is touched.
#[derive(Debug, Clone)]
pub struct MirrorAccount {
    /// The WordPress user.
    pub id: UserId,
    /// Login name there.
    pub login: String,
    /// Address there.
    pub email: String,
    /// Name shown.
    pub display_name: String,
    /// What he may do here, by name; names that are not of [`crate::capability::ALL`] are left out.
    pub capabilities: Vec<String>,
}

impl Request for MirrorAccount {
    const NAME: &'static str = "accounts/mirror";
    type Reply = Account;
}

event! {
    /// A WordPress user may do other things now, or is gone.
    RightsChanged = "accounts/rights/changed", |event| format!("user:{}", event.user_id);
    {
        /// The WordPress user; 0 where it may be anyone of them.
        user_id: UserId,
        /// What he may do from now on, by name; nothing for one who is gone, or where it may be anyone.
        capabilities: Vec<String>,
    }
}

event! {
    /// An account is deleted, and with it whatever is kept of its owner, in every feature. Amounts and points keep their
    /// rows; what says whose they were goes.
    PersonErased = "accounts/person/erased", |event| format!("user:{}", event.user_id);
    {
        /// The account.
        user_id: UserId,
        /// Its address.
        email: String,
        /// Out of the orders as well. An order is a record of the shop's books, so they keep the name and address unless
        /// somebody asks for this.
        orders: bool,
    }
}

/// A login session of an account whose owner has shown elsewhere who he is; the answer is the cookie's value.
#[derive(Debug, Clone)]
pub struct OpenLogin {
    /// The account.
    pub user_id: UserId,
    /// Days for which it lasts.
    pub days: i64,
    /// The browser's name for itself.
    pub user_agent: String,
    /// Address of the browser.
    pub ip: String,
}

impl Request for OpenLogin {
    const NAME: &'static str = "accounts/open_login";
    type Reply = String;
}

/// The account with this id, or with this address.
#[derive(Debug, Clone)]
pub enum FindAccount {
    /// By row.
    Id(UserId),
    /// By address, any case.
    Email(String),
}

impl Request for FindAccount {
    const NAME: &'static str = "accounts/find";
    type Reply = Option<Account>;
}
