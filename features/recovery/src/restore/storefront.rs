//! `/restore/{token}`.

use http::{Method, StatusCode};
use kernel::Fault;
use web::{Call, Reply, Routes, Template, context};

use super::commands::{self, Restored, RestoredTo};

pub(crate) const TEMPLATES: &[Template] = &[("recovery/restore.html", include_str!("pages/restore.html"))];

/// Seconds for which the browser keeps its cart.
const CART_COOKIE_SECONDS: i64 = 30 * 86_400;
/// Names in a notice; the rest is counted.
const NAMES: usize = 5;

pub(crate) fn routes(routes: &mut Routes) {
    routes
        .page(Method::GET, "/restore/{token}")
        .limit("restore", 30, 600)
        .flow(|call: Call| async move { show(&call).await });
    routes
        .page(Method::POST, "/restore/{token}")
        .limit("restore", 30, 600)
        .flow(|call: Call| async move { restore(&call).await });
}

async fn show(call: &Call) -> Result<Reply, Fault> {
    // Who asks for the head only is no shopper.
    if call.method == Method::HEAD {
        return Ok(Reply::redirect("/checkout"));
    }
    if !only_looks(call) {
        return restore(call).await;
    }
    match commands::look(&call.engine, call.parameter("token")).await {
        Ok(Some(lines)) => Ok(Reply::page(
            "recovery/restore.html",
            context! { state => "waiting", lines => lines, token => call.parameter("token") },
        )
        .header("referrer-policy", "no-referrer")),
        Ok(None) => Ok(ordered()),
        Err(fault) => refused(fault),
    }
}

/// Words in the names of programs that fetch links for safety or for previews.
const SCANNERS: [&str; 16] = [
    "bot",
    "crawler",
    "spider",
    "preview",
    "scanner",
    "barracuda",
    "mimecast",
    "proofpoint",
    "safelinks",
    "googleimageproxy",
    "skypeuripreview",
    "facebookexternalhit",
    "slack",
    "whatsapp",
    "trendmicro",
    "symantec",
];

/// A browser that fetches ahead says so; known scanners have names.
fn only_looks(call: &Call) -> bool {
    let ahead = ["sec-purpose", "purpose", "x-purpose", "x-moz"].iter().any(|name| {
        let value = call.headers.get(*name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let value = value.to_ascii_lowercase();
        value.contains("prefetch") || value.contains("preview") || value.contains("prerender")
    });
    let agent = call.user_agent().to_ascii_lowercase();
    ahead || SCANNERS.iter().any(|word| agent.contains(word))
}

async fn restore(call: &Call) -> Result<Reply, Fault> {
    let browser = call.caller.cart_token.as_deref();
    match commands::restore(&call.engine, call.parameter("token"), browser).await {
        Ok(Restored::Ordered) => Ok(ordered()),
        Ok(Restored::Cart(restored)) => Ok(welcome(call, &restored)),
        Err(fault) => refused(fault),
    }
}

fn refused(fault: Fault) -> Result<Reply, Fault> {
    match fault.code {
        "expired_token" => Ok(page("expired", StatusCode::GONE)),
        "invalid_token" => Ok(page("unknown", StatusCode::NOT_FOUND)),
        _ => Err(fault),
    }
}

fn ordered() -> Reply {
    Reply::redirect("/shop").notice("info", "You have ordered since we wrote. Thank you!")
}

fn page(state: &str, status: StatusCode) -> Reply {
    Reply::page("recovery/restore.html", context! { state => state }).status(status)
}

fn welcome(call: &Call, restored: &RestoredTo) -> Reply {
    let secure = call.engine.public_url().starts_with("https");
    let address = if restored.empty { "/cart" } else { "/checkout?restored=1" };
    let (kind, text) = notice(restored);
    Reply::redirect(address)
        .cookie("cartwright_cart", &restored.cart_token, CART_COOKIE_SECONDS, secure)
        .header("referrer-policy", "no-referrer")
        .notice(kind, &text)
}

/// What is said on the next page.
fn notice(restored: &RestoredTo) -> (&'static str, String) {
    if restored.empty {
        return ("error", "Nothing in your cart is available any more. We are sorry.".to_owned());
    }
    let named = |outcome: &str| -> Vec<&str> {
        let of = restored.lines.iter().filter(|line| line.outcome == outcome);
        of.map(|line| line.name.as_str()).collect()
    };
    let changes = [
        ("Fewer in stock:", named("reduced")),
        ("The price has changed:", named("price_changed")),
        ("No longer available:", named("missing")),
        ("Out of stock:", named("out_of_stock")),
        ("Coupon no longer valid:", restored.lost_coupons.iter().map(String::as_str).collect()),
    ];
    let changes: Vec<String> = changes
        .iter()
        .filter(|(_, names)| !names.is_empty())
        .map(|(words, names)| format!("{words} {}.", listed(names)))
        .collect();
    let first = match &restored.joined {
        Some(names) if names.is_empty() => "Welcome back! Your cart already holds what you left.".to_owned(),
        Some(names) => {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            format!("Welcome back! We added {} to the cart you already have.", listed(&names))
        }
        None if changes.is_empty() => "Welcome back! Your cart is as you left it.".to_owned(),
        None => "Welcome back! We put back what we could.".to_owned(),
    };
    let kind = if changes.is_empty() { "success" } else { "info" };
    (kind, [vec![first], changes].concat().join(" "))
}

fn listed(names: &[&str]) -> String {
    let more = names.len().saturating_sub(NAMES);
    let names = names.iter().take(NAMES).copied().collect::<Vec<_>>().join(", ");
    if more == 0 { names } else { format!("{names} and {more} more") }
}
