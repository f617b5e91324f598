//! `/my-account/lost-password`, `/my-account/reset-password/{token}`, and the account's own card.

use http::{Method, StatusCode};
use kernel::{Fault, FaultKind};
use runtime::Tx;
use web::feature::{Fragment, FragmentSlot};
use web::{Access, Call, Reply, Routes, Template, context};

use super::commands;
use crate::login::commands::DAYS;
use crate::login::storefront::COOKIE;
use crate::users;

/// Templates of the slice.
pub(crate) const TEMPLATES: [Template; 3] = [
    ("accounts/lost_password.html", include_str!("pages/lost_password.html")),
    ("accounts/reset_password.html", include_str!("pages/reset_password.html")),
    ("accounts/security.html", include_str!("pages/security.html")),
];

/// The card on `/my-account`.
pub(crate) const FRAGMENTS: &[FragmentSlot] =
    &[FragmentSlot { slot: "my_account", position: 90, render: security }];

pub(crate) fn routes(routes: &mut Routes) {
    routes
        .page(Method::GET, "/my-account/lost-password")
        .read(|_, _| Ok(Reply::page("accounts/lost_password.html", context! {})));
    routes.page(Method::POST, "/my-account/lost-password").limit("lost_password", 10, 900).unit(ask);
    routes.page(Method::GET, "/my-account/reset-password/{token}").limit("reset_password", 30, 900).read(
        |call, tx| {
            Ok(match commands::owner(tx, call.parameter("token")) {
                Ok(_) => form(call, None),
                Err(fault) => over(&fault)?,
            })
        },
    );
    routes
        .page(Method::POST, "/my-account/reset-password/{token}")
        .limit("reset_password", 30, 900)
        .flow(reset);
    routes
        .page(Method::POST, "/my-account/password")
        .access(Access::LoggedIn)
        .limit("password", 30, 300)
        .flow(change);
    routes.page(Method::POST, "/my-account/logout-everywhere").access(Access::LoggedIn).unit(end_logins);
}

fn ask(call: &Call, tx: &mut Tx) -> Result<Reply, Fault> {
    let login = call.form().text("username").to_owned();
    if login.is_empty() {
        return Ok(Reply::redirect("/my-account/lost-password")
            .notice("error", "Enter your email address or user name."));
    }
    commands::ask(tx, &login)?;
    Ok(Reply::redirect("/my-account/lost-password").notice(
        "success",
        "If there is an account with that name, we have emailed a link to set a new password. It works for an hour.",
    ))
}

fn form(call: &Call, problem: Option<&str>) -> Reply {
    Reply::page(
        "accounts/reset_password.html",
        context! { token => call.parameter("token"), problem => problem, over => false },
    )
    .header("referrer-policy", "no-referrer")
}

/// The link was used, is too old, or was never there.
fn over(fault: &Fault) -> Result<Reply, Fault> {
    if fault.kind != FaultKind::NotFound {
        return Err(fault.clone());
    }
    let page = context! { token => "", problem => fault.message, over => true };
    Ok(Reply::page("accounts/reset_password.html", page).status(StatusCode::NOT_FOUND))
}

async fn reset(call: Call) -> Result<Reply, Fault> {
    let fields = call.form();
    let password = fields.get("password").unwrap_or_default();
    match commands::reset(&call.engine, &call.caller.ip, call.parameter("token"), password).await {
        Ok(()) => Ok(Reply::redirect("/my-account")
            .cookie(COOKIE, "", 0, call.engine.public_url().starts_with("https"))
            .notice("success", "Your new password is set. Log in with it.")),
        Err(fault) if fault.kind == FaultKind::Invalid => {
            let problem = fault.params.values().next().unwrap_or(&fault.message);
            Ok(form(&call, Some(problem)).status(StatusCode::BAD_REQUEST))
        }
        Err(fault) => over(&fault),
    }
}

async fn change(call: Call) -> Result<Reply, Fault> {
    let fields = call.form();
    let present = fields.get("current_password").unwrap_or_default();
    let back = Reply::redirect("/my-account");
    match commands::change(&call, present, fields.get("new_password").unwrap_or_default()).await {
        Ok(token) => Ok(back
            .cookie(COOKIE, &token, DAYS * 86_400, call.engine.public_url().starts_with("https"))
            .notice("success", "Your password is changed. Other devices are logged out.")),
        Err(fault) if fault.code == "incorrect_password" => {
            Ok(back.notice("error", "The current password is not right. Nothing was changed."))
        }
        Err(fault) if matches!(fault.kind, FaultKind::Invalid | FaultKind::TooMany) => {
            let problem = fault.params.get("password").map(|problem| format!("New password: {problem}"));
            Ok(back.notice("error", &problem.unwrap_or(fault.message)))
        }
        Err(fault) => Err(fault),
    }
}

fn end_logins(call: &Call, tx: &mut Tx) -> Result<Reply, Fault> {
    users::store::end_logins(tx, call.caller.user_id())?;
    let secure = call.engine.public_url().starts_with("https");
    Ok(Reply::redirect("/my-account")
        .cookie(COOKIE, "", 0, secure)
        .notice("success", "You are logged out on every device."))
}

/// For the account itself only; one that logs in elsewhere has no password here.
fn security(call: &Call, tx: &mut Tx, subject: i64) -> Result<Option<Fragment>, Fault> {
    let own = call.caller.user.as_ref().is_some_and(|user| user.id.0 == subject);
    if !own || users::queries::get(tx, call.caller.user_id())?.capabilities.is_some() {
        return Ok(None);
    }
    Ok(Some(Fragment { template: "accounts/security.html", context: context! {} }))
}
