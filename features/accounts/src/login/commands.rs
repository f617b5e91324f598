//! Logging in and out.

use kernel::contracts::accounts::OpenLogin;
use kernel::{Fault, FaultKind, hash};
use runtime::{Actor, Engine};
use web::Call;

use super::store;
use crate::users;
use crate::users::model::User;

/// Days for which a login lasts.
pub const DAYS: i64 = 14;
/// A hash to check against when there is no such account, so that both answers take the same time.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$5dKMEWl9IJOzH7qJrVCA0iE6yhK7Qp7iE3CJpBQGFrA";

/// Checks the password and opens a session: the account and the cookie's value. 403 when it is wrong, 429 after too
/// many failures.
pub async fn log_in(call: &Call, login: &str, password: &str) -> Result<(User, String), Fault> {
    let engine: &Engine = &call.engine;
    let subject = store::Subject::new(login, &call.caller.ip);
    let (name, whom) = (login.to_owned(), subject.clone());
    let (user, hash) = engine
        .write(Actor::system(), move |tx| {
            store::begin_try(tx, &whom)?;
            users::queries::login_candidate(tx, &name)
        })
        .await?;
    let (password, stored) = (password.to_owned(), hash.unwrap_or_else(|| NOBODY.to_owned()));
    let right = users::commands::off_threads(move || users::rules::matches(&password, &stored)).await?;
    let Some(user) = user.filter(|_| right) else {
        return Err(Fault::new(
            FaultKind::Forbidden,
            "incorrect_password",
            "The login name or password is not right.",
        ));
    };
    let token = engine.entropy().alphanumeric(48);
    let (agent, kept, id) = (call.user_agent(), token.clone(), user.id);
    engine
        .write(Actor::user(user.id, call.caller.ip.clone()), move |tx| {
            store::succeed(tx, &subject)?;
            store::insert(tx, &kept, id, DAYS, &agent)
        })
        .await?;
    Ok((user, token))
}

/// Opens a session for an account that has just been made.
pub async fn open_session(call: &Call, user: &User) -> Result<String, Fault> {
    let token = call.engine.entropy().alphanumeric(48);
    let (agent, kept, id) = (call.user_agent(), token.clone(), user.id);
    call.engine
        .write(Actor::user(user.id, call.caller.ip.clone()), move |tx| {
            store::insert(tx, &kept, id, DAYS, &agent)
        })
        .await?;
    Ok(token)
}

/// Answers [`OpenLogin`]. 404 when there is no such account.
pub async fn open_login(engine: Engine, request: OpenLogin) -> Result<String, Fault> {
    let token = engine.entropy().alphanumeric(48);
    let kept = token.clone();
    engine
        .write(Actor::user(request.user_id, request.ip.clone()), move |tx| {
            users::queries::get(tx, request.user_id)?;
            store::insert(tx, &kept, request.user_id, request.days, &request.user_agent)
        })
        .await?;
    Ok(token)
}

/// Ends the session behind the cookie.
pub fn log_out(tx: &mut runtime::Tx, token_hash: &str) -> Result<(), Fault> {
    store::delete(tx, token_hash)
}

/// The hash under which a cookie's session is kept.
#[must_use]
pub fn token_hash(token: &str) -> String {
    hash::sha256(token)
}
