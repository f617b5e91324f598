//! Making and deleting accounts.

use std::num::NonZero;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use kernel::contracts::accounts::{Account, ChangeAccount, EnsureCustomer, PersonErased};
use kernel::contracts::shop::CustomerCreated;
use kernel::ids::UserId;
use kernel::{Fault, text};
use runtime::{Actor, Emit, Engine, Tx};
use schemars::JsonSchema;
use serde::Deserialize;
use tokio::sync::Semaphore;

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
    off_threads(move || rules::hash(&password, &salt)).await?
}

/// Passwords that may wait to be hashed; whoever comes after them is asked to come again.
const QUEUE: usize = 32;
/// Seconds after which to come again.
const COME_AGAIN: i64 = 2;
static WAITING: AtomicUsize = AtomicUsize::new(0);
/// As many hashes at a time as there are cores: each takes a core for its time, and twenty megabytes.
static HASHES: LazyLock<Semaphore> =
    LazyLock::new(|| Semaphore::new(std::thread::available_parallelism().map_or(1, NonZero::get)));

/// A place in the queue, given back however the wait ends.
struct Waiting;

impl Drop for Waiting {
    fn drop(&mut self) {
        WAITING.fetch_sub(1, Ordering::AcqRel);
    }
}

/// Does what is slow on purpose off the runtime's threads, a few at a time. 429 when too many wait.
pub(crate) async fn off_threads<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Fault> {
    let waiting = WAITING.fetch_add(1, Ordering::AcqRel);
    let place = Waiting;
    if waiting >= QUEUE {
        return Err(Fault::too_many(COME_AGAIN));
    }
    let permit = HASHES.acquire().await.map_err(|_| Fault::bug("the hashing queue is closed"))?;
    drop(place);
    // The permit goes with the work: a caller who goes away does not free the core.
    tokio::task::spawn_blocking(move || {
        let done = work();
        drop(permit);
        done
    })
    .await
    .map_err(|_| Fault::bug("the hashing thread stopped"))
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

/// Answers [`ChangeAccount`]. The accounts of a WordPress's users change there, not here.
pub async fn change_account(engine: Engine, request: ChangeAccount) -> Result<Account, Fault> {
    let hash = match &request.password {
        Some(password) => Some(hashed(&engine, Some(password)).await?),
        None => None,
    };
    let user = engine
        .write(Actor::system(), move |tx| {
            let mut user = super::queries::get(tx, request.id)?;
            let before = (user.user_email.clone(), user.first_name.clone(), user.last_name.clone());
            let full = |user: &User| format!("{} {}", user.first_name, user.last_name).trim().to_owned();
            let follows = user.display_name == full(&user);
            if let Some(email) = &request.email {
                user.user_email = text::email("email", email)?;
                if store::is_taken(tx, &user.user_login, &user.user_email, user.id)? {
                    return Err(store::email_taken());
                }
            }
            for (field, named, own) in [
                ("first_name", &request.first_name, &mut user.first_name),
                ("last_name", &request.last_name, &mut user.last_name),
            ] {
                if let Some(name) = named {
                    *own = text::optional_line(field, name, 120)?;
                }
            }
            if follows && !full(&user).is_empty() {
                user.display_name = full(&user);
            }
            if before != (user.user_email.clone(), user.first_name.clone(), user.last_name.clone()) {
                if user.capabilities.is_some() {
                    return Err(Fault::invalid("email", "This account is WordPress's. Change it there."));
                }
                store::update(tx, &user)?;
            }
            if let Some(hash) = &hash {
                store::set_password(tx, user.id, hash)?;
            }
            Ok(user)
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
