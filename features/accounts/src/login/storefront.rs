//! Shoppers logging in, registering and logging out on `/my-account`.

use http::Method;
use kernel::contracts::shop::{EnterCart, LeaveCart};
use kernel::ids::UserId;
use kernel::{Fault, FaultKind, text};
use web::{Access, Call, Reply, Routes};

use super::commands;
use crate::users;
use crate::users::commands::{CreateUser, create_user};

/// Name of the session cookie.
pub const COOKIE: &str = "cartwright_session";
/// Name of the cart's cookie.
const CART_COOKIE: &str = "cartwright_cart";
/// Days for which a browser keeps its cart.
const CART_DAYS: i64 = 60;

pub(crate) fn routes(routes: &mut Routes) {
    routes.page(Method::POST, "/my-account/login").limit("login", 30, 300).flow(log_in);
    routes.page(Method::POST, "/my-account/register").limit("register", 20, 3600).flow(register);
    routes.page(Method::POST, "/my-account/logout").access(Access::LoggedIn).flow(log_out);
}

/// Ends the login and the browser's cart: whoever sits down next finds neither. The account keeps what was in it.
async fn log_out(call: Call) -> Result<Reply, Fault> {
    if let Some(cart_token) = call.caller.cart_token.clone() {
        call.engine.ask(LeaveCart { cart_token, user_id: call.caller.user_id() }).await?;
    }
    if let Some(session) = call.caller.session.clone() {
        call.engine.write(call.caller.actor(), move |tx| commands::log_out(tx, &session.token_hash)).await?;
    }
    let secure = call.engine.public_url().starts_with("https");
    Ok(Reply::redirect("/my-account")
        .cookie(COOKIE, "", 0, secure)
        .cookie(CART_COOKIE, "", 0, secure)
        .notice("success", "You are logged out."))
}

/// An address on this site, whatever was asked for: no other host, no scheme, no `//`.
#[must_use]
pub fn within_the_site(address: &str, otherwise: &str) -> String {
    let inside = address.starts_with('/')
        && !address.starts_with("//")
        && !address.contains(['\\', '\r', '\n'])
        && !address.chars().any(char::is_control);
    if inside { address.to_owned() } else { otherwise.to_owned() }
}

async fn log_in(call: Call) -> Result<Reply, Fault> {
    let fields = call.form();
    let back = within_the_site(fields.text("redirect_to"), "/my-account");
    match commands::log_in(&call, fields.text("username"), fields.get("password").unwrap_or_default()).await {
        Ok((user, token)) => signed_in(&call, &back, user.id, &token).await,
        Err(fault) if fault.kind == FaultKind::Forbidden => {
            Ok(Reply::redirect("/my-account").notice("error", &fault.message))
        }
        Err(fault) => Err(fault),
    }
}

async fn register(call: Call) -> Result<Reply, Fault> {
    let fields = call.form();
    match registered(&call).await {
        Ok((user_id, token)) => {
            let back = within_the_site(fields.text("redirect_to"), "/my-account");
            let reply = signed_in(&call, &back, user_id, &token).await?;
            Ok(reply.notice("success", "Welcome! Your account is ready."))
        }
        Err(fault) if fault.status() < 500 => {
            let problem = fault.params.values().next().cloned().unwrap_or(fault.message);
            Ok(Reply::redirect("/my-account").notice("error", &problem))
        }
        Err(fault) => Err(fault),
    }
}

async fn registered(call: &Call) -> Result<(UserId, String), Fault> {
    let fields = call.form();
    let email = text::email("email", fields.text("email"))?;
    let command = CreateUser {
        user_login: users::rules::login_of(&email),
        user_email: email,
        role: "customer".to_owned(),
        password: Some(fields.get("password").unwrap_or_default().to_owned()),
        display_name: String::new(),
        first_name: fields.text("first_name").to_owned(),
        last_name: fields.text("last_name").to_owned(),
    };
    let user = create_user(&call.engine, call.caller.actor(), command).await?;
    Ok((user.id, commands::open_session(call, &user).await?))
}

/// Somebody is logged in from now on: the browser gets a new secret for its cart as well.
async fn signed_in(call: &Call, back: &str, user_id: UserId, token: &str) -> Result<Reply, Fault> {
    let secure = call.engine.public_url().starts_with("https");
    let reply = Reply::redirect(back).cookie(COOKIE, token, commands::DAYS * 86_400, secure);
    let cart_token = call.caller.cart_token.clone();
    Ok(match call.engine.ask(EnterCart { cart_token, user_id }).await? {
        Some(cart) => reply.cookie(CART_COOKIE, &cart, CART_DAYS * 86_400, secure),
        None => reply,
    })
}
