//! Asking for a reset, setting another password, ending logins.

use kernel::ids::UserId;
use kernel::{Fault, FaultKind};
use runtime::{Actor, Engine, Enqueue, Tx};
use web::Call;

use super::jobs::SendPasswordReset;
use super::store;
use crate::users::model::User;
use crate::{login, users};

/// Characters of a link's token.
pub(crate) const TOKEN_LENGTH: usize = 48;
/// Minutes for which a link is good.
pub(crate) const GOOD_MINUTES: i64 = 60;
/// Links that one account is emailed within an hour, at most: a stranger must not fill a mailbox.
const LINKS_AN_HOUR: i64 = 3;

/// Has a link emailed to the account with this login name or address. Says nothing of whether there is one.
pub(crate) fn ask(tx: &mut Tx, login: &str) -> Result<(), Fault> {
    let Some(user) = users::store::by_login(tx, login)? else { return Ok(()) };
    let now = tx.now();
    if store::recent(tx, user.id, now.plus_minutes(-60))? >= LINKS_AN_HOUR {
        return Ok(());
    }
    tx.enqueue(&SendPasswordReset { user_id: user.id }, &format!("user:{}", user.id), now)
}

fn unknown() -> Fault {
    Fault::new(
        FaultKind::NotFound,
        "invalid_token",
        "This link has been used or has expired. Ask for a new one.",
    )
}

/// The account behind a link's token, or 404.
pub(crate) fn owner(tx: &mut Tx, token: &str) -> Result<UserId, Fault> {
    store::user_of(tx, token)?.ok_or_else(unknown)
}

/// Sets the password by a link, which works once.
pub(crate) async fn reset(engine: &Engine, ip: &str, token: &str, password: &str) -> Result<(), Fault> {
    let hash = users::commands::hashed(engine, Some(password)).await?;
    let token = token.to_owned();
    let ip = ip.to_owned();
    let actor_token = token.clone();
    let id = engine.read(move |tx| owner(tx, &actor_token)).await?;
    engine
        .write(Actor::user(id, ip), move |tx| {
            let id = owner(tx, &token)?;
            store::expire(tx, id)?;
            users::store::set_password(tx, id, &hash)
        })
        .await
}

/// Sets another password for the account that is logged in, whose present one must be right. Ends its other logins;
/// gives the cookie of a fresh one.
pub(crate) async fn change(call: &Call, present: &str, password: &str) -> Result<String, Fault> {
    users::rules::password(password)?;
    let name = call.caller.user()?.login.clone();
    let (user, _): (User, String) = login::commands::log_in(call, &name, present).await?;
    users::commands::set_password(&call.engine, call.caller.actor(), user.id, password).await?;
    let id = user.id;
    call.engine.write(call.caller.actor(), move |tx| store::expire(tx, id)).await?;
    login::commands::open_session(call, &user).await
}
