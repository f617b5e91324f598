//! Reading accounts.

use kernel::contracts::accounts::{Account, FindAccount, ListAccounts};
use kernel::ids::UserId;
use kernel::{Fault, Page, Paging};
use runtime::{Engine, Tx};

use super::model::User;
use super::store;

/// Columns a list may be ordered by.
pub const ORDER_COLUMNS: [&str; 4] = ["id", "user_login", "user_email", "user_registered"];

/// A page of accounts.
pub fn list(tx: &mut Tx, paging: &Paging) -> Result<Page<User>, Fault> {
    store::list(tx, paging)
}

/// An account, or 404.
pub fn get(tx: &mut Tx, id: UserId) -> Result<User, Fault> {
    store::by_id(tx, id)?.ok_or_else(|| Fault::not_found("user"))
}

/// By row id, login name or address.
pub fn find(tx: &mut Tx, who: &str) -> Result<User, Fault> {
    let by_id = match who.parse::<i64>() {
        Ok(id) => store::by_id(tx, UserId(id))?,
        Err(_) => None,
    };
    match by_id {
        Some(user) => Ok(user),
        None => store::by_login(tx, who)?.ok_or_else(|| Fault::not_found("user")),
    }
}

/// Are there any accounts yet?
pub fn any(tx: &mut Tx) -> Result<bool, Fault> {
    Ok(store::list(tx, &Paging::first(1))?.total > 0)
}

/// Answers [`FindAccount`].
pub async fn find_account(engine: Engine, request: FindAccount) -> Result<Option<Account>, Fault> {
    let user = engine
        .read(move |tx| match &request {
            FindAccount::Id(id) => store::by_id(tx, *id),
            FindAccount::Email(email) => store::by_login(tx, email),
        })
        .await?;
    Ok(user.as_ref().map(account))
}

/// Answers [`ListAccounts`].
pub async fn list_accounts(engine: Engine, request: ListAccounts) -> Result<Page<Account>, Fault> {
    let page = engine.read(move |tx| store::narrowed(tx, &request)).await?;
    Ok(page.map(|user| account(&user)))
}

pub(crate) fn account(user: &User) -> Account {
    Account {
        id: user.id,
        login: user.user_login.clone(),
        email: user.user_email.clone(),
        display_name: user.display_name.clone(),
        roles: user.role_names().map(str::to_owned).collect(),
        first_name: user.first_name.clone(),
        last_name: user.last_name.clone(),
        registered_at: user.user_registered,
    }
}

/// The account a login names, and its password hash. Neither when there is no such account.
pub fn login_candidate(tx: &mut Tx, login: &str) -> Result<(Option<User>, Option<String>), Fault> {
    match store::by_login(tx, login)? {
        Some(user) => {
            let hash = store::password_hash(tx, user.id)?;
            Ok((Some(user), hash))
        }
        None => Ok((None, None)),
    }
}
