//! `/unsubscribe/{token}`: a page with a button for people, one click for mail programs (RFC 8058).

use http::{Method, StatusCode};
use kernel::Fault;
use web::{Call, Reply, Routes, Template, context};

use super::commands;

pub(crate) const TEMPLATES: &[Template] =
    &[("recovery/unsubscribe.html", include_str!("pages/unsubscribe.html"))];

pub(crate) fn routes(routes: &mut Routes) {
    // Opening the page changes nothing: mail scanners follow every link.
    routes
        .page(Method::GET, "/unsubscribe/{token}")
        .limit("unsubscribe", 60, 600)
        .read(|call, tx| answer(call, "ask", commands::masked(tx, call.parameter("token"))));
    routes.page(Method::POST, "/unsubscribe/{token}").limit("unsubscribe", 60, 600).unit(|call, tx| {
        let one_click = call.form().text("List-Unsubscribe") == "One-Click";
        let source = if one_click { "one_click" } else { "link" };
        answer(call, "done", commands::unsubscribe(tx, call.parameter("token"), source))
    });
}

fn answer(call: &Call, state: &str, masked: Result<String, Fault>) -> Result<Reply, Fault> {
    let token = call.parameter("token");
    match masked {
        Ok(masked) => Ok(Reply::page(
            "recovery/unsubscribe.html",
            context! { state => state, masked => masked, token => token },
        )
        .header("referrer-policy", "no-referrer")),
        Err(fault) if fault.code == "invalid_token" => Ok(Reply::page(
            "recovery/unsubscribe.html",
            context! { state => "unknown", masked => "", token => "" },
        )
        .status(StatusCode::NOT_FOUND)),
        Err(fault) => Err(fault),
    }
}
