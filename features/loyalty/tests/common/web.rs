//! The routes with somebody who calls them.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use db::testing::databases;
use http::{HeaderMap, Request};
use http_body_util::BodyExt;
use kernel::{Fault, capability};
use runtime::Tx;
use runtime::engine::Ports;
use runtime::ports::Host;
use runtime::testing::EmptyHost;
use serde_json::Value;
use tower::ServiceExt;
use web::{Credentials, CurrentUser, LoginSession, ServerOptions};

use super::{Site, USER};

/// `Basic staff` may manage members, tiers and rewards; `Basic shopper` is [`USER`] and may nothing.
#[expect(clippy::unnecessary_wraps, reason = "the shape of an authenticator")]
fn authenticate(
    _: &mut Tx,
    shown: &Credentials,
) -> Result<Option<(CurrentUser, Option<LoginSession>)>, Fault> {
    let user = |id, capabilities: &[&str]| CurrentUser {
        id,
        login: "ada".to_owned(),
        display_name: "Ada".to_owned(),
        email: "ada@example.com".to_owned(),
        roles: vec![],
        capabilities: capabilities.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>(),
    };
    Ok(match shown.authorization.as_deref() {
        Some("Basic staff") => {
            let all = [
                capability::OLOYALTY_MANAGE_MEMBERS,
                capability::OLOYALTY_MANAGE,
                capability::OLOYALTY_MANAGE_REWARDS,
            ];
            Some((user(kernel::ids::UserId(1), &all), None))
        }
        Some("Basic shopper") => Some((user(USER, &[]), None)),
        _ => None,
    })
}

/// One per database engine.
pub async fn shops() -> Vec<(Site, Router)> {
    shops_on(|| Arc::new(EmptyHost)).await
}

/// As [`shops`], each on a shop of record of its own.
pub async fn shops_on(host: impl Fn() -> Arc<dyn Host>) -> Vec<(Site, Router)> {
    let mut shops = Vec::new();
    for database in databases() {
        let mut feature = loyalty::feature();
        feature.authenticator = Some(authenticate);
        let module = std::mem::take(&mut feature.module);
        let ports = Ports { host: host(), ..runtime::testing::ports() };
        let engine = runtime::testing::engine(&database, vec![module], ports).unwrap();
        let router = web::router(engine.clone(), &[feature], ServerOptions::default()).unwrap();
        let site = Site { database, engine };
        site.set("points.shadow_mode", false.into()).await;
        shops.push((site, router));
    }
    shops
}

pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Value,
}

pub async fn ask(router: &Router, method: &str, path: &str, who: &str, key: &str, body: &str) -> Answer {
    let mut request = Request::builder()
        .method(method)
        .uri(format!("/wp-json/oloyalty/v1{path}"))
        .header("content-type", "application/json");
    if !who.is_empty() {
        request = request.header("authorization", format!("Basic {who}"));
    }
    if !key.is_empty() {
        request = request.header("idempotency-key", key);
    }
    let response = router.clone().oneshot(request.body(Body::from(body.to_owned())).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    Answer {
        status: parts.status.as_u16(),
        headers: parts.headers,
        body: serde_json::from_slice(&bytes).unwrap_or(Value::Null),
    }
}
