//! `/admin/cartwright-wordpress`: how the link stands, and what can be done about it.

use http::Method;
use kernel::capability::MANAGE_OPTIONS;
use kernel::{Fault, FaultKind};
use minijinja::Value;
use runtime::Tx;
use web::{Call, Reply, Routes, Template, context};

use super::{commands, store};
use crate::calls::model::KeyState;
use crate::calls::queries;
use crate::inbox;
use crate::link::TheLink;

pub(crate) const TEMPLATES: &[Template] =
    &[("woocommerce/wordpress.html", include_str!("pages/wordpress.html"))];

const ADDRESS: &str = "/admin/cartwright-wordpress";

pub(crate) fn routes(routes: &mut Routes) {
    routes.page(Method::GET, ADDRESS).requires(MANAGE_OPTIONS).flow(show);
    routes.page(Method::POST, &format!("{ADDRESS}/code")).requires(MANAGE_OPTIONS).unit(|call, tx| {
        let (code, until) = commands::make_code(tx)?;
        let shown = context! { text => code.text(), until => until.display(call.engine.zone()) };
        page(call, tx, "", shown)
    });
    routes.page(Method::POST, &format!("{ADDRESS}/pair")).requires(MANAGE_OPTIONS).flow(pair);
    routes.page(Method::POST, &format!("{ADDRESS}/rotate")).requires(MANAGE_OPTIONS).flow(rotate);
    routes.page(Method::POST, &format!("{ADDRESS}/revoke")).requires(MANAGE_OPTIONS).flow(revoke);
}

async fn show(call: Call) -> Result<Reply, Fault> {
    let link = call.engine.ask(TheLink).await?;
    let engine = call.engine.clone();
    engine.read(move |tx| page(&call, tx, link.url(), Value::from(()))).await
}

/// The page; `code` is the one that was made just now: it is shown once.
fn page(call: &Call, tx: &mut Tx, url: &str, code: Value) -> Result<Reply, Fault> {
    let (zone, site) = (call.engine.zone(), queries::site(tx)?);
    let keys: Vec<Value> = queries::keys(tx)?
        .iter()
        .rev()
        .filter(|key| key.state != KeyState::Revoked)
        .map(|key| {
            context! {
                id => key.id, state => key.state.name(), made => key.created_at.display(zone),
                until => key.good_until.map(|until| until.display(zone)),
            }
        })
        .collect();
    let told: serde_json::Value = serde_json::from_str(&site.told).unwrap_or_default();
    let version = |name: &str| told.get(name).and_then(|text| text.as_str()).unwrap_or_default().to_owned();
    let waiting = inbox::queries::waiting(tx)?;
    Ok(Reply::page(
        "woocommerce/wordpress.html",
        context! {
            url => url, paired => site.is_paired() && !keys.is_empty(), site => site.site, address => site.address,
            since => site.paired_at.map(|at| at.display(zone)), heard => site.heard_at.map(|at| at.display(zone)),
            wordpress => version("wordpress"), woocommerce => version("woocommerce"), connector => version("connector"),
            keys => keys, code => code, code_waits => store::code(tx)?.is_some(),
            waiting => waiting.waiting, failed => waiting.failed,
        },
    ))
}

/// What the outside refused is told on the page; a bug of ours is not.
fn told(outcome: Result<String, Fault>) -> Result<Reply, Fault> {
    match outcome {
        Ok(text) => Ok(Reply::redirect(ADDRESS).notice("success", &text)),
        Err(fault) if fault.kind == FaultKind::Bug => Err(fault),
        Err(fault) => {
            let problem = fault.params.values().next().cloned().unwrap_or(fault.message);
            Ok(Reply::redirect(ADDRESS).notice("error", &problem))
        }
    }
}

async fn pair(call: Call) -> Result<Reply, Fault> {
    let form = call.form();
    let outcome = commands::type_code(&call.engine, call.caller.actor(), form.text("code")).await;
    if outcome.is_ok() {
        // What it says of itself can wait; the hourly round asks again.
        let _ = commands::greet(&call.engine, call.caller.actor()).await;
    }
    told(outcome.map(|()| "The store is connected.".to_owned()))
}

async fn rotate(call: Call) -> Result<Reply, Fault> {
    let outcome = commands::rotate(&call.engine, call.caller.actor()).await;
    told(outcome.map(|_| "There is a new key. The one before is good for ten more minutes.".to_owned()))
}

async fn revoke(call: Call) -> Result<Reply, Fault> {
    let outcome = commands::disconnect(&call.engine, call.caller.actor()).await;
    told(outcome.map(|heard| {
        let store =
            if heard { "It has heard of it." } else { "It could not be told: disconnect there as well." };
        format!("The store is disconnected. {store}")
    }))
}
