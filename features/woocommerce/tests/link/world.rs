//! A server with a played store: what the store would send is signed here, what it is asked lands in its book.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use bytes::Bytes;
use db::Tx;
use db::testing::{TestDatabase, databases};
use kernel::Fault;
use kernel::contracts::accounts::{Account, MirrorAccount, OpenLogin};
use runtime::engine::Ports;
use runtime::{Actor, Engine, Module};
use serde_json::{Value, json};
use tower::ServiceExt;
use web::{Credentials, CurrentUser, Feature, LoginSession, ServerOptions};
use woocommerce::calls::rules;
use woocommerce::command::model::{AdminPages, Printed, RunCommand};
use woocommerce::transport::{Answer, Outgoing, Transport};
use woocommerce::{Link, Patience, WooCommerceHost};

pub const KEY: &str = "0123456789abcdef";
pub const SITE: &str = "5173aaaa5173aaaa5173aaaa5173aaaa";
pub const ADDRESS: &str = "http://store.test";

pub fn secret() -> Vec<u8> {
    vec![15; 32]
}

/// Route, body, headers.
type Heard = (String, Value, Vec<(&'static str, String)>);
type Script = Box<dyn Fn(&str, &Value) -> Result<Answer, String> + Send + Sync>;

/// The store as the server reaches it.
pub struct PlayedStore {
    script: Mutex<Script>,
    book: Mutex<Vec<Heard>>,
    silent: Mutex<bool>,
}

impl PlayedStore {
    /// From now on it answers like this, by route such as `host/order`.
    pub fn answers(&self, script: impl Fn(&str, &Value) -> Result<Answer, String> + Send + Sync + 'static) {
        *self.script.lock().unwrap() = Box::new(script);
    }

    /// It takes calls and never answers.
    pub fn falls_silent(&self, silent: bool) {
        *self.silent.lock().unwrap() = silent;
    }

    /// Routes that were called, with what was said.
    pub fn asked(&self) -> Vec<(String, Value)> {
        let book = self.book.lock().unwrap();
        book.iter().map(|(route, body, _)| (route.clone(), body.clone())).collect()
    }

    /// Headers of the last call.
    pub fn last_headers(&self) -> Vec<(&'static str, String)> {
        self.book.lock().unwrap().last().unwrap().2.clone()
    }
}

pub fn answer(status: u16, body: &str) -> Answer {
    Answer { status, location: String::new(), body: Bytes::copy_from_slice(body.as_bytes()) }
}

pub fn result(value: Value) -> Result<Answer, String> {
    Ok(answer(200, &json!({ "result": value }).to_string()))
}

#[async_trait]
impl Transport for PlayedStore {
    async fn post(&self, call: &Outgoing) -> Result<Answer, String> {
        let route = call.url.split_once("/?rest_route=/cartwright/v1/").unwrap().1.to_owned();
        let body: Value = serde_json::from_slice(&call.body).unwrap();
        self.book.lock().unwrap().push((route.clone(), body.clone(), call.headers.clone()));
        if *self.silent.lock().unwrap() {
            std::future::pending::<()>().await;
        }
        (self.script.lock().unwrap())(&route, &body)
    }
}

/// One database's server.
pub struct Server {
    pub database: TestDatabase,
    pub engine: Engine,
    pub router: axum::Router,
    pub store: Arc<PlayedStore>,
}

/// `Authorization: Manager` is whoever runs the shop.
fn manager(
    _: &mut Tx,
    credentials: &Credentials,
) -> Result<Option<(CurrentUser, Option<LoginSession>)>, Fault> {
    Ok(credentials.authorization.as_deref().filter(|shown| *shown == "Manager").map(|_| {
        let user = CurrentUser {
            id: kernel::ids::UserId(7),
            login: "manager".to_owned(),
            display_name: "Manager".to_owned(),
            email: "manager@example.com".to_owned(),
            roles: vec!["administrator".to_owned()],
            capabilities: kernel::capability::ALL.map(str::to_owned).into(),
        };
        (user, None)
    }))
}

/// What the rest of the program answers: accounts, and the program as a whole.
fn program() -> Module {
    let mut module = Module::default();
    module.requests(|requests| {
        requests.answer(|_, request: MirrorAccount| async move {
            Ok(Account {
                id: request.id,
                login: request.login,
                email: request.email,
                display_name: request.display_name,
                roles: Vec::new(),
                first_name: String::new(),
                last_name: String::new(),
                registered_at: kernel::Moment::default(),
            })
        });
        requests.answer(|_, request: OpenLogin| async move { Ok(format!("login-of-{}", request.user_id)) });
        requests
            .answer(|_, _: AdminPages| async move { Ok(vec!["ocart".to_owned(), "oloyalty".to_owned()]) });
        requests.answer(|_, request: RunCommand| async move {
            let actor = Actor::cli();
            let stdout = format!("{} by {} {}\n", request.arguments.join(" "), actor.kind, actor.user_id);
            Ok(Printed { stdout, stderr: "told\n".to_owned(), exit_code: 3 })
        });
    });
    module
}

pub fn server_on(database: TestDatabase, key: Option<&str>, more: Vec<Module>) -> Server {
    let store = Arc::new(PlayedStore {
        script: Mutex::new(Box::new(|_, _| Ok(answer(500, "no script")))),
        book: Mutex::new(Vec::new()),
        silent: Mutex::new(false),
    });
    let patience = Patience {
        read: Duration::from_millis(200),
        write: Duration::from_millis(200),
        filter: Duration::from_millis(50),
    };
    let link = Link::new(database.db.clone(), ADDRESS, key, store.clone(), patience).unwrap();
    let mut feature = woocommerce::feature();
    let mut modules = vec![std::mem::take(&mut feature.module), woocommerce::linked(link.clone())];
    modules.push(program());
    modules.extend(more);
    let ports = Ports { host: Arc::new(WooCommerceHost::new(link)), ..runtime::testing::ports() };
    let engine = runtime::testing::engine(&database, modules, ports).unwrap();
    let doors = Feature { name: "doors", authenticator: Some(manager), ..Feature::default() };
    let router = web::router(engine.clone(), &[feature, doors], ServerOptions::default()).unwrap();
    Server { database, engine, router, store }
}

/// A server on each database, with the key of the configuration.
pub fn servers() -> Vec<Server> {
    servers_with(Module::default)
}

/// The same with something else in them.
pub fn servers_with(more: impl Fn() -> Module) -> Vec<Server> {
    let key = format!("{KEY}:{}", kernel::hash::hex(&secret()));
    databases().into_iter().map(|database| server_on(database, Some(&key), vec![more()])).collect()
}

/// A server on each database, paired with nobody.
pub fn unpaired_servers() -> Vec<Server> {
    databases().into_iter().map(|database| server_on(database, None, Vec::new())).collect()
}

/// How a call of the store is signed; the tests change one thing at a time.
#[derive(Debug, Clone)]
pub struct Signed {
    pub key: String,
    pub secret: Vec<u8>,
    pub site: String,
    pub time: i64,
    pub nonce: String,
    pub path: String,
    pub body: String,
}

impl Server {
    pub fn signed(&self, route: &str, body: &Value) -> Signed {
        Signed {
            key: KEY.to_owned(),
            secret: secret(),
            site: SITE.to_owned(),
            time: self.engine.now().unix(),
            nonce: self.engine.entropy().hex(16),
            path: format!("/cartwright/v1/{route}"),
            body: body.to_string(),
        }
    }

    /// The store calls, well signed.
    pub async fn hears(&self, route: &str, body: &Value) -> (u16, Value) {
        self.sent(&self.signed(route, body)).await
    }

    pub async fn sent(&self, call: &Signed) -> (u16, Value) {
        let signature = rules::signature(
            &call.secret,
            &call.path,
            call.time,
            &call.nonce,
            &call.site,
            call.body.as_bytes(),
        );
        self.sent_with(call, &signature).await
    }

    pub async fn sent_with(&self, call: &Signed, signature: &str) -> (u16, Value) {
        let request = Request::post(format!("/wp-json{}", call.path))
            .header("content-type", "application/json")
            .header("x-cartwright-key", &call.key)
            .header("x-cartwright-site", &call.site)
            .header("x-cartwright-time", call.time.to_string())
            .header("x-cartwright-nonce", &call.nonce)
            .header("x-cartwright-signature", signature)
            // Keeps no answer for whoever does not sign.
            .header("idempotency-key", "the same every time");
        self.request(request.body(Body::from(call.body.clone())).unwrap()).await
    }

    pub async fn unsigned(&self, route: &str, body: &Value) -> (u16, Value) {
        let request = Request::post(format!("/wp-json/cartwright/v1/{route}"))
            .header("content-type", "application/json")
            .body(Body::from(body.to_string()));
        self.request(request.unwrap()).await
    }

    pub async fn page(&self, request: Request<Body>) -> String {
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let body = to_bytes(answer.into_body(), 1 << 20).await.unwrap();
        String::from_utf8_lossy(&body).into_owned()
    }

    pub async fn request(&self, request: Request<Body>) -> (u16, Value) {
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let status = answer.status().as_u16();
        let body = to_bytes(answer.into_body(), 1 << 20).await.unwrap();
        (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
    }
}

pub fn code(answer: &(u16, Value)) -> (u16, &str) {
    (answer.0, answer.1.get("code").and_then(Value::as_str).unwrap_or_default())
}
