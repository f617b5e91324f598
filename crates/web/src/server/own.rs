//! The kit's own routes: assets, `/healthz`, `/readyz`, the REST root, and `/ping`, `/info`, `/openapi` of each
//! namespace.

use std::sync::{Arc, OnceLock};

use http::Method;
use kernel::{Fault, Moment};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::figures::{self, Figures};
use crate::call::Call;
use crate::reply::Reply;
use crate::routes::{Route, Routes};

/// Every route, known once all are registered.
pub(super) type Directory = Arc<OnceLock<Vec<Route>>>;

/// The figures of every route, known once all are registered, and the token that opens them.
pub(super) type Counted = Arc<OnceLock<(Arc<Figures>, Option<String>)>>;

/// Namespaces with `/ping`, `/info` and `/openapi`.
const NAMESPACES: [&str; 5] = ["ocart/v1", "oloyalty/v1", "cartbay/v1", "wc/v3", "wc/store/v1"];
/// WordPress's own has no `/ping` and no `/info`; it is described all the same.
const DESCRIBED: &str = "wp/v2";

/// The server is there.
#[derive(Debug, Serialize, JsonSchema)]
struct Pong {
    /// Always true.
    ok: bool,
    /// By the server's clock.
    time: Moment,
}

/// A namespace in short.
#[derive(Debug, Serialize, JsonSchema)]
struct Info {
    /// Name of the program.
    name: &'static str,
    /// The namespace.
    namespace: &'static str,
    /// Version of the program.
    version: &'static str,
    /// How many routes the namespace has.
    routes: usize,
}

pub(super) fn register(routes: &mut Routes, directory: &Directory) {
    routes.plain(Method::GET, "/healthz").flow(|_| async { Ok(plain("ok\n")) });
    routes.plain(Method::GET, "/readyz").flow(|call: Call| async move {
        if call.engine.is_draining() {
            return Err(Fault::unavailable("This server is about to end. Ask another."));
        }
        let unfit = |fault: Fault| {
            tracing::error!(code = fault.code, detail = fault.message, "the database is not fit for use");
            Fault::unavailable("The database does not keep what it is given. See the log, the disk and the database's own log.")
        };
        call.engine.is_writable().await.map_err(unfit)?;
        match call.engine.standstill().await.map_err(unfit)? {
            Some(still) => Err(Fault::unavailable(still)),
            None => Ok(plain("ready\n")),
        }
    });
    routes.plain(Method::GET, "/assets/{digest}/{*path}").flow(asset);
    routes.plain(Method::GET, "/favicon.ico").flow(|_| async { favicon() });
    for path in ["/wp-json", "/wp-json/"] {
        let directory = Arc::clone(directory);
        routes.plain(Method::GET, path).flow(move |call: Call| {
            let document = root(&directory, call.engine.public_url());
            async move { Ok(Reply::json(&document)) }
        });
    }
    for namespace in NAMESPACES {
        register_namespace(routes, namespace, directory);
        register_document(routes, namespace, directory);
    }
    register_document(routes, DESCRIBED, directory);
}

/// `/metrics`; more than a few scrapers ask for it now and then.
pub(super) fn register_metrics(routes: &mut Routes, counted: &Counted) {
    let counted = Arc::clone(counted);
    routes.plain(Method::GET, "/metrics").limit("metrics", 240, 60).flow(move |call: Call| {
        let counted = Arc::clone(&counted);
        async move {
            let (figures, token) = counted.get().ok_or_else(|| Fault::bug("there are no figures"))?;
            figures::page(figures, call, token.as_deref()).await
        }
    });
}

fn register_namespace(routes: &mut Routes, namespace: &'static str, directory: &Directory) {
    routes
        .rest(Method::GET, namespace, "/ping")
        .summary("Is the server there?")
        .replies::<Pong>()
        .flow(|call: Call| async move { Ok(Reply::json(&Pong { ok: true, time: call.engine.now() })) });
    let known = Arc::clone(directory);
    routes.rest(Method::GET, namespace, "/info").summary("Version and what is on.").replies::<Info>().flow(
        move |_| {
            let document = info(&known, namespace);
            async move { Ok(Reply::json(&document)) }
        },
    );
}

fn register_document(routes: &mut Routes, namespace: &'static str, directory: &Directory) {
    let known = Arc::clone(directory);
    routes
        .rest(Method::GET, namespace, "/openapi")
        .summary("This document.")
        .query("version", "3.1 (default) or 3.0.")
        .replies::<Map<String, Value>>()
        .flow(move |call: Call| {
            let version = match call.query("version") {
                None | Some("3.1" | "3.1.0") => Ok("3.1.0"),
                Some("3.0" | "3.0.3") => Ok("3.0.3"),
                Some(_) => Err(Fault::invalid("version", "Use 3.1 or 3.0.")),
            };
            let document = version.map(|version| crate::openapi::document(namespace, all(&known), version));
            async move { document.map(|document| Reply::json(&document)) }
        });
}

fn all(directory: &Directory) -> &[Route] {
    directory.get().map_or(&[], Vec::as_slice)
}

fn plain(text: &'static str) -> Reply {
    Reply::bytes("text/plain; charset=utf-8", text)
}

async fn asset(call: Call) -> Result<Reply, Fault> {
    let (bytes, content_type) =
        crate::assets::file(call.parameter("path")).ok_or_else(|| Fault::not_found("file"))?;
    Ok(Reply::bytes(content_type, bytes).header("cache-control", "public, max-age=31536000, immutable"))
}

fn favicon() -> Result<Reply, Fault> {
    let (bytes, content_type) = crate::assets::file("favicon.svg").ok_or_else(|| Fault::not_found("file"))?;
    Ok(Reply::bytes(content_type, bytes).header("cache-control", "public, max-age=86400"))
}

/// The REST root, as WordPress shows it: namespaces, routes with their methods, and how to log in.
fn root(directory: &Directory, url: &str) -> Value {
    let mut namespaces: Vec<&str> = all(directory)
        .iter()
        .map(|route| route.namespace)
        .filter(|namespace| !namespace.is_empty())
        .collect();
    namespaces.sort_unstable();
    namespaces.dedup();
    let mut routes = Map::new();
    for route in all(directory).iter().filter(|route| !route.namespace.is_empty()) {
        let entry = routes
            .entry(route.path.clone())
            .or_insert_with(|| json!({ "namespace": route.namespace, "methods": [] }));
        if let Some(methods) = entry.get_mut("methods").and_then(Value::as_array_mut) {
            methods.push(Value::from(route.method.as_str()));
        }
    }
    json!({ "name": "Cartwright", "description": "Checkout funnels, recovery and loyalty", "url": url, "home": url,
            "namespaces": namespaces, "authentication": { "application-passwords": {} }, "routes": routes })
}

fn info(directory: &Directory, namespace: &'static str) -> Info {
    let routes = all(directory).iter().filter(|route| route.namespace == namespace).count();
    Info { name: "Cartwright", namespace, version: env!("CARGO_PKG_VERSION"), routes }
}
