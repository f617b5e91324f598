//! Shoppers logging in, registering and logging out on `/my-account`.

use http::Method;
use kernel::{Fault, FaultKind, text};
use web::{Access, Call, Reply, Routes};

use super::commands;
use crate::users::commands::{CreateUser, create_user};

/// Name of the session cookie.
pub const COOKIE: &str = "cartwright_session";

pub(crate) fn routes(routes: &mut Routes) {
    routes.page(Method::POST, "/my-account/login").limit("login", 30, 300).flow(log_in);
    routes.page(Method::POST, "/my-account/register").limit("register", 20, 3600).flow(register);
    routes.page(Method::POST, "/my-account/logout").access(Access::LoggedIn).unit(|call, tx| {
        if let Some(session) = &call.caller.session {
            commands::log_out(tx, &session.token_hash)?;
        }
        let secure = call.engine.public_url().starts_with("https");
        Ok(Reply::redirect("/my-account")
            .cookie(COOKIE, "", 0, secure)
            .notice("success", "You are logged out."))
    });
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
        Ok((_, token)) => Ok(signed_in(&call, &back, &token)),
        Err(fault) if matches!(fault.kind, FaultKind::Forbidden | FaultKind::TooMany) => {
            Ok(Reply::redirect("/my-account").notice("error", &fault.message))
        }
        Err(fault) => Err(fault),
    }
}

async fn register(call: Call) -> Result<Reply, Fault> {
    let fields = call.form();
    match registered(&call).await {
        Ok(token) => {
            let back = within_the_site(fields.text("redirect_to"), "/my-account");
            Ok(signed_in(&call, &back, &token).notice("success", "Welcome! Your account is ready."))
        }
        Err(fault) if fault.status() < 500 => {
            let problem = fault.params.values().next().cloned().unwrap_or(fault.message);
            Ok(Reply::redirect("/my-account").notice("error", &problem))
        }
        Err(fault) => Err(fault),
    }
}

async fn registered(call: &Call) -> Result<String, Fault> {
    let fields = call.form();
    let email = text::email("email", fields.text("email"))?;
    let command = CreateUser {
        user_login: text::normal_email(&email).chars().take(60).collect(),
        user_email: email,
        role: "customer".to_owned(),
        password: Some(fields.get("password").unwrap_or_default().to_owned()),
        display_name: String::new(),
        first_name: fields.text("first_name").to_owned(),
        last_name: fields.text("last_name").to_owned(),
    };
    let user = create_user(&call.engine, call.caller.actor(), command).await?;
    commands::open_session(call, &user).await
}

fn signed_in(call: &Call, back: &str, token: &str) -> Reply {
    let secure = call.engine.public_url().starts_with("https");
    Reply::redirect(back).cookie(COOKIE, token, commands::DAYS * 86_400, secure)
}
