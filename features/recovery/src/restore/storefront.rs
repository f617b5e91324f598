//! `/restore/{token}`.

use http::{Method, StatusCode};
use kernel::Fault;
use runtime::ports::RestoredLine;
use web::{Call, Reply, Routes, Template, context};

use super::commands::{self, Restored};

pub(crate) const TEMPLATES: &[Template] = &[("recovery/restore.html", include_str!("pages/restore.html"))];

/// Seconds for which the browser keeps its cart.
const CART_COOKIE_SECONDS: i64 = 30 * 86_400;
/// Names in a notice; the rest is counted.
const NAMES: usize = 5;

pub(crate) fn routes(routes: &mut Routes) {
    routes
        .page(Method::GET, "/restore/{token}")
        .limit("restore", 30, 600)
        .flow(|call: Call| async move { restore(&call).await });
}

async fn restore(call: &Call) -> Result<Reply, Fault> {
    // Who asks for the head only is no shopper.
    if call.method == Method::HEAD {
        return Ok(Reply::redirect("/checkout"));
    }
    match commands::restore(&call.engine, call.parameter("token")).await {
        Ok(restored) if restored.ordered => {
            Ok(Reply::redirect("/shop").notice("info", "You have ordered since we wrote. Thank you!"))
        }
        Ok(restored) => Ok(welcome(call, &restored)),
        Err(fault) if fault.code == "expired_token" => Ok(page("expired", StatusCode::GONE)),
        Err(fault) if fault.code == "invalid_token" => Ok(page("unknown", StatusCode::NOT_FOUND)),
        Err(fault) => Err(fault),
    }
}

fn page(state: &str, status: StatusCode) -> Reply {
    Reply::page("recovery/restore.html", context! { state => state }).status(status)
}

fn welcome(call: &Call, restored: &Restored) -> Reply {
    let secure = call.engine.public_url().starts_with("https");
    let address = if restored.empty { "/cart" } else { "/checkout" };
    let (kind, text) = notice(restored);
    Reply::redirect(address)
        .cookie("cartwright_cart", &restored.cart_token, CART_COOKIE_SECONDS, secure)
        .header("referrer-policy", "no-referrer")
        .notice(kind, &text)
}

/// What is said on the next page.
fn notice(restored: &Restored) -> (&'static str, String) {
    if restored.empty {
        return ("error", "Nothing of your cart is available any more. We are sorry.".to_owned());
    }
    let mut sentences = vec!["Welcome back! Your cart is as you left it.".to_owned()];
    let changes = [
        ("reduced", "There is less in stock of"),
        ("price_changed", "The price has changed for"),
        ("missing", "No longer available:"),
        ("out_of_stock", "Out of stock:"),
    ];
    for (outcome, words) in changes {
        let names: Vec<&RestoredLine> =
            restored.lines.iter().filter(|line| line.outcome == outcome).collect();
        if !names.is_empty() {
            "Welcome back! We have put back what we could.".clone_into(&mut sentences[0]);
            sentences.push(format!("{words} {}.", listed(&names)));
        }
    }
    let kind = if sentences.len() == 1 { "success" } else { "info" };
    (kind, sentences.join(" "))
}

fn listed(lines: &[&RestoredLine]) -> String {
    let names: Vec<&str> = lines.iter().take(NAMES).map(|line| line.name.as_str()).collect();
    let more = lines.len().saturating_sub(NAMES);
    if more == 0 { names.join(", ") } else { format!("{} and {more} more", names.join(", ")) }
}
