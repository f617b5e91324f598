//! `/admin/login`, `/admin/logout`, and `/admin` itself.

use http::Method;
use kernel::{Fault, FaultKind};
use web::{Access, Call, Reply, Routes, context};

use super::commands;
use super::storefront::{COOKIE, within_the_site};

pub(crate) fn routes(routes: &mut Routes) {
    routes.page(Method::GET, "/admin").read(|call, _| {
        let home = if call.caller.user.is_some() { "/admin/ocart" } else { "/admin/login" };
        Ok(Reply::redirect(home))
    });
    routes.page(Method::GET, "/admin/login").read(|call, _| Ok(form(call, "", None)));
    routes.page(Method::POST, "/admin/login").limit("login", 30, 300).flow(log_in);
    routes.page(Method::POST, "/admin/logout").access(Access::LoggedIn).unit(|call, tx| {
        if let Some(session) = &call.caller.session {
            commands::log_out(tx, &session.token_hash)?;
        }
        Ok(Reply::redirect("/admin/login").cookie(
            COOKIE,
            "",
            0,
            call.engine.public_url().starts_with("https"),
        ))
    });
}

fn form(call: &Call, login: &str, problem: Option<&Fault>) -> Reply {
    let back = call
        .query("redirect_to")
        .map(str::to_owned)
        .unwrap_or_else(|| call.form().text("redirect_to").to_owned());
    Reply::page(
        "admin/login.html",
        context! { login => login, redirect_to => within_the_site(&back, "/admin/ocart"), error => problem.map(|fault| fault.message.clone()) },
    )
    .status(problem.map_or(http::StatusCode::OK, |fault| {
        http::StatusCode::from_u16(fault.status()).unwrap_or(http::StatusCode::BAD_REQUEST)
    }))
}

async fn log_in(call: Call) -> Result<Reply, Fault> {
    let fields = call.form();
    match commands::log_in(&call, fields.text("log"), fields.get("pwd").unwrap_or_default()).await {
        Ok((user, token)) => {
            let mut back = within_the_site(fields.text("redirect_to"), "/admin/ocart");
            let staff = user.role_names().any(|role| role != "customer");
            if !staff {
                back = "/my-account".to_owned();
            }
            let secure = call.engine.public_url().starts_with("https");
            Ok(Reply::redirect(&back).cookie(COOKIE, &token, commands::DAYS * 86_400, secure))
        }
        Err(fault) if matches!(fault.kind, FaultKind::Forbidden | FaultKind::TooMany) => {
            Ok(form(&call, fields.text("log"), Some(&fault)))
        }
        Err(fault) => Err(fault),
    }
}
