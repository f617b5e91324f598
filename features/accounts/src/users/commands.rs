//! Making and deleting accounts.

use kernel::contracts::accounts::{Account, EnsureCustomer, PersonErased};
use kernel::contracts::shop::CustomerCreated;
use kernel::ids::UserId;
use kernel::{Fault, text};
use runtime::{Actor, Emit, Engine, Tx};
use schemars::JsonSchema;
use serde::Deserialize;

use super::model::User;
use super::{rules, store};

/// A new account.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateUser {
    /// Login name.
    pub user_login: String,
    /// Address.
    pub user_email: String,
    /// `administrator`, `shop_manager` or `customer`.
    #[serde(default = "customer")]
    pub role: String,
    /// Password; none makes an account that cannot log in by password.
    pub password: Option<String>,
    /// Name shown; the login name unless given.
    #[serde(default)]
    pub display_name: String,
    /// Given name.
    #[serde(default)]
    pub first_name: String,
    /// Family name.
    #[serde(default)]
    pub last_name: String,
}

fn customer() -> String {
    "customer".to_owned()
}

/// A hash no password has: the account cannot log in by password.
const NO_PASSWORD: &str = "!";

/// Hashes a password off the runtime's threads.
pub async fn hashed(engine: &Engine, password: Option<&str>) -> Result<String, Fault> {
    let Some(password) = password else { return Ok(NO_PASSWORD.to_owned()) };
    let password = rules::password(password)?.to_owned();
    let mut salt = [0_u8; 16];
    engine.entropy().fill(&mut salt);
    tokio::task::spawn_blocking(move || rules::hash(&password, &salt))
        .await
        .map_err(|_| Fault::bug("the hashing thread stopped"))?
}

/// Makes the account. A login name or address that is taken is a 409.
pub async fn create_user(engine: &Engine, actor: Actor, command: CreateUser) -> Result<User, Fault> {
    let hash = hashed(engine, command.password.as_deref()).await?;
    engine.write(actor, move |tx| create(tx, &command, &hash)).await
}

fn create(tx: &mut Tx, command: &CreateUser, password_hash: &str) -> Result<User, Fault> {
    let login = rules::login(&command.user_login)?;
    let mut user = store::fresh(tx.now());
    user.user_email = text::email("user_email", &command.user_email)?;
    user.first_name = text::optional_line("first_name", &command.first_name, 120)?;
    user.last_name = text::optional_line("last_name", &command.last_name, 120)?;
    rules::role(&command.role)?.clone_into(&mut user.roles);
    let shown = text::optional_line("display_name", &command.display_name, 250)?;
    let full = format!("{} {}", user.first_name, user.last_name).trim().to_owned();
    user.display_name =
        [shown, full, login.clone()].into_iter().find(|name| !name.is_empty()).unwrap_or_default();
    user.user_login = login;
    user.id = store::insert(tx, &user, password_hash)?;
    if user.roles == "customer" {
        tx.emit(&CustomerCreated {
            user_id: user.id,
            email: user.user_email.clone(),
            at: user.user_registered,
        })?;
    }
    Ok(user)
}

/// Answers [`EnsureCustomer`]: the account of the address, made when there is none.
pub async fn ensure_customer(engine: Engine, request: EnsureCustomer) -> Result<Account, Fault> {
    let hash = hashed(&engine, request.password.as_deref()).await?;
    let user = engine
        .write(Actor::system(), move |tx| {
            if let Some(known) = store::by_login(tx, &request.email)? {
                return Ok(known);
            }
            let command = CreateUser {
                user_login: rules::login_of(&request.email),
                user_email: request.email.clone(),
                role: customer(),
                password: None,
                display_name: String::new(),
                first_name: request.first_name.clone(),
                last_name: request.last_name.clone(),
            };
            create(tx, &command, &hash)
        })
        .await?;
    Ok(super::queries::account(&user))
}

/// Deletes the account with its sessions and application passwords, and has every feature forget its owner. Orders and
/// ledger entries stay; with `orders` nothing in them says whose they were. The only administrator is a 409: nobody could
/// let anyone in again.
pub fn delete_user(tx: &mut Tx, id: UserId, orders: bool) -> Result<(), Fault> {
    let administrators = store::of_role(tx, "administrator")?;
    if administrators == [id] {
        return Err(Fault::conflict(
            "last_administrator",
            "This is the only administrator. Make another one first.",
        ));
    }
    let email = store::by_id(tx, id)?.map(|user| user.user_email).unwrap_or_default();
    if !store::delete(tx, id)? {
        return Err(Fault::not_found("user"));
    }
    tx.emit(&PersonErased { user_id: id, email, orders })
}

/// Sets another password and ends every login session of the account.
pub async fn set_password(engine: &Engine, actor: Actor, id: UserId, password: &str) -> Result<(), Fault> {
    let hash = hashed(engine, Some(password)).await?;
    engine.write(actor, move |tx| store::set_password(tx, id, &hash)).await
}
