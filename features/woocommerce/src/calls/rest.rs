//! How a signed route is registered, and the two that every link has: keys and hello.

use std::future::Future;

use http::Method;
use kernel::Fault;
use runtime::{Actor, Tx};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::routes::Registration;
use web::{Access, Call, Reply, Routes};

use super::model::StoreSite;
use super::{commands, rules, store};
use crate::TheLink;
use crate::command::model::AdminPages;

/// Namespace of the link's routes on both sides.
pub const NAMESPACE: &str = "cartwright/v1";
/// A batch of announcements with carts in them; the same on both sides.
pub const BODY_BYTES: usize = 1024 * 1024;

/// A route under `/wp-json/cartwright/v1` that only the paired store may call. Complete it with [`answer`]:
///
/// ```text
/// signed(routes, "/events").summary("…").body::<Events>().replies::<Accepted>()
///     .flow(|call| answer(call, |call, site| async move { … }));
/// ```
#[must_use]
pub fn signed<'a>(routes: &'a mut Routes, path: &str) -> Registration<'a> {
    routes.rest(Method::POST, NAMESPACE, path).access(Access::Signed).body_limit(BODY_BYTES)
}

/// Checks the call's signature, then works for the store that made it.
pub async fn answer<F, Fut>(call: Call, work: F) -> Result<Reply, Fault>
where
    F: FnOnce(Call, StoreSite) -> Fut,
    Fut: Future<Output = Result<Reply, Fault>>,
{
    let link = call.engine.ask(TheLink).await?;
    let site = link.verify(&call).await?;
    work(call, site).await
}

/// As [`answer`], with the work in one transaction.
pub async fn answer_unit(
    call: Call,
    work: impl Fn(&Call, &StoreSite, &mut Tx) -> Result<Reply, Fault> + Send + 'static,
) -> Result<Reply, Fault> {
    answer(call, |call, site| async move {
        let engine = call.engine.clone();
        engine.write(Actor::system(), move |tx| work(&call, &site, tx)).await
    })
    .await
}

/// A next key, or the end of all.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KeyChange {
    /// Id of the next key.
    #[serde(default)]
    pub key: String,
    /// What its secret is made with.
    #[serde(default)]
    pub nonce: String,
    /// No key is good any more.
    #[serde(default)]
    pub revoke: bool,
}

/// What is good from now on.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct KeyState {
    /// Id of the current key; empty after the end of all.
    pub key: String,
}

/// What a store says of itself.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct Hello {
    /// Version of WordPress.
    #[serde(default)]
    pub wordpress: String,
    /// Version of WooCommerce.
    #[serde(default)]
    pub woocommerce: String,
    /// Version of the plugin.
    #[serde(default)]
    pub connector: String,
    /// Where the store is.
    #[serde(default)]
    pub address: String,
    /// What it is called.
    #[serde(default)]
    pub name: String,
    /// ISO 4217 code of its prices.
    #[serde(default)]
    pub currency: String,
    /// Are prices entered with tax?
    #[serde(default)]
    pub prices_include_tax: Option<bool>,
    /// Are taxes calculated?
    #[serde(default)]
    pub taxes: Option<bool>,
    /// Names of the filters that have something hooked.
    #[serde(default)]
    pub hooked: Vec<String>,
}

/// What this server says of itself.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Greeting {
    /// Version of this program.
    pub server: String,
    /// Where shoppers reach it.
    pub public_url: String,
    /// Slugs of its admin's pages.
    pub pages: Vec<String>,
}

pub(crate) fn routes(routes: &mut Routes) {
    signed(routes, "/keys")
        .summary("The store rotates or revokes the link's key.")
        .body::<KeyChange>()
        .replies::<KeyState>()
        .flow(|call| answer_unit(call, change_key));
    signed(routes, "/hello")
        .summary("The store says what it is.")
        .body::<Hello>()
        .replies::<Greeting>()
        .flow(|call| answer(call, |call, _| hello(call)));
}

fn change_key(call: &Call, _: &StoreSite, tx: &mut Tx) -> Result<Reply, Fault> {
    let change: KeyChange = call.body()?;
    if change.revoke {
        commands::revoke_all(tx)?;
        store::unbind(tx)?;
        return Ok(Reply::json(&KeyState { key: String::new() }));
    }
    let present = rules::Shown::read(&call.headers)?.key;
    commands::accept_rotation(tx, &present, &change.key, &change.nonce)?;
    Ok(Reply::json(&KeyState { key: change.key }))
}

async fn hello(call: Call) -> Result<Reply, Fault> {
    // Whatever else a newer plugin tells is kept as well.
    let _: Hello = call.body()?;
    let engine = call.engine.clone();
    if let web::Body::Json(told) = call.body {
        engine.write(Actor::system(), move |tx| crate::settings::keep(tx, &told)).await?;
    }
    Ok(Reply::json(&Greeting {
        server: env!("CARGO_PKG_VERSION").to_owned(),
        public_url: engine.public_url().to_owned(),
        pages: engine.ask(AdminPages).await?,
    }))
}
