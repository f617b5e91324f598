//! The whole program in process, with shoppers' programs at the Store API and shoppers' browsers on the pages.

use app::{Application, Configuration};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use db::testing::TestDatabase;
use kernel::ids::UserId;
use runtime::{Actor, Settings, Sql, params};
use serde_json::{Value, json};
use sim::browser::{Browser, Visit};
use tower::ServiceExt;

pub const PAYS: &str = "4242424242424242";
pub const DECLINED: &str = "4000000000000002";
pub const ASKS: &str = "4000002500003155";

const MONEY: Sql = Sql::new(
    "SELECT COALESCE(SUM(amount), 0) AS taken, COALESCE(SUM(refunded), 0) AS returned \
     FROM {p}cartwright_test_gateway_charges WHERE state = 'succeeded'",
);

pub struct World {
    pub database: TestDatabase,
    pub application: Application,
    pub router: Router,
    pub admin: Browser,
}

impl World {
    pub async fn new(database: TestDatabase) -> Self {
        let configuration = Configuration {
            public_url: "http://shop.test".to_owned(),
            secret_key: Some("0123456789abcdef0123456789abcdef".to_owned()),
            admin_password: Some("a long enough password".to_owned()),
            ..Configuration::usual(&database.url, database.db.prefix())
        };
        let application =
            Application::assemble(configuration, database.clock.clone(), database.entropy.clone()).unwrap();
        app::commands::serve::prepare(&application).await.unwrap();
        let router = application.router().unwrap();
        let (password, _) = application
            .engine
            .write(Actor::cli(), |tx| {
                accounts::application_passwords::commands::create(tx, UserId(1), "test")
            })
            .await
            .unwrap();
        let admin = Browser::new(&router, "198.51.100.1").with_basic("admin", &password);
        Self { database, application, router, admin }
    }

    /// As the shop keeper.
    pub async fn rest(&mut self, method: &str, path: &str, body: Value) -> Value {
        let visit = self.ask(method, path, body).await;
        assert!(visit.status.is_success(), "{method} {path}: {} {}", visit.status, visit.text);
        visit.json()
    }

    /// As the shop keeper, whatever the answer.
    pub async fn ask(&mut self, method: &str, path: &str, body: Value) -> Visit {
        self.admin.call(method, &format!("/wp-json{path}"), &body, "").await.unwrap()
    }

    /// A product without shipping; `stock` units of it, or without end.
    pub async fn product(&mut self, name: &str, price: &str, stock: Option<i64>) -> i64 {
        let body = json!({ "name": name, "regular_price": price, "type": "simple", "virtual": true,
            "manage_stock": stock.is_some(), "stock_quantity": stock.unwrap_or(0) });
        self.rest("POST", "/wc/v3/products", body).await["id"].as_i64().unwrap()
    }

    pub async fn stock(&mut self, product: i64) -> i64 {
        let found = self.rest("GET", &format!("/wc/v3/products/{product}"), Value::Null).await;
        found["stock_quantity"].as_i64().unwrap()
    }

    pub async fn order(&mut self, id: i64) -> Value {
        self.rest("GET", &format!("/wc/v3/orders/{id}"), Value::Null).await
    }

    pub async fn notes(&mut self, id: i64) -> String {
        self.rest("GET", &format!("/wc/v3/orders/{id}/notes"), Value::Null).await.to_string()
    }

    pub async fn hold_minutes(&self, minutes: i64) {
        self.option("stock.hold_minutes", json!(minutes)).await;
    }

    pub async fn option(&self, key: &'static str, value: Value) {
        self.application
            .engine
            .write(Actor::cli(), move |tx| {
                let mut settings = Settings::load(tx, runtime::settings::shop::OPTION)?;
                settings.change(tx, runtime::audit::AuditLog::OCart, &[(key.to_owned(), value.clone())])
            })
            .await
            .unwrap();
    }

    pub async fn settle(&self) {
        self.application.engine.run_due().await.unwrap();
    }

    /// An active funnel `main` with this layout.
    pub async fn funnel(&mut self, layout: &str) -> i64 {
        let body =
            json!({ "name": "Main", "slug": "main", "status": "active", "settings": { "layout": layout } });
        self.rest("POST", "/ocart/v1/funnels", body).await["id"].as_i64().unwrap()
    }

    pub fn browser(&self, number: u8) -> Browser {
        Browser::new(&self.router, &format!("203.0.113.{number}"))
    }

    /// What the gateway has taken and given back, in cents, by its own record.
    pub async fn money(&self) -> (i64, i64) {
        let read = |tx: &mut runtime::Tx| {
            Ok(tx.one(&MONEY, params![], |row| Ok((row.get("taken")?, row.get("returned")?)))?)
        };
        self.application.engine.read(read).await.unwrap().unwrap()
    }

    /// Answers the bank's question, and lets the shop hear of it.
    pub async fn approve(&self, challenge: &str) {
        let path = challenge.strip_prefix("http://shop.test").unwrap_or(challenge);
        let (status, text) = self.form(path, "answer=approve").await;
        assert!(status < 400, "{status} {text}");
        self.settle().await;
    }

    async fn form(&self, path: &str, body: &str) -> (u16, String) {
        let request = Request::builder()
            .method("POST")
            .uri(path)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(body.to_owned()))
            .unwrap();
        answer(&self.router, request).await
    }

    pub fn shopper(&self) -> Shopper {
        Shopper { router: self.router.clone(), token: String::new() }
    }

    /// Every invariant holds, and nothing waits.
    pub async fn verify(&self) {
        self.settle().await;
        for verifier in self.application.engine.verifiers() {
            let violations = self.application.engine.read(verifier.check).await.unwrap();
            assert!(violations.is_empty(), "{}: {violations:?}", verifier.name);
        }
    }
}

async fn answer(router: &Router, request: Request<Body>) -> (u16, String) {
    let response = router.clone().oneshot(request).await.unwrap();
    let status = response.status().as_u16();
    let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (status, String::from_utf8_lossy(&bytes).into_owned())
}

/// A shopper's program: one cart.
#[derive(Clone)]
pub struct Shopper {
    router: Router,
    pub token: String,
}

impl Shopper {
    pub async fn send(&mut self, method: &str, path: &str, body: Value) -> (u16, Value) {
        self.call(method, &format!("/wc/store/v1{path}"), body).await
    }

    pub async fn call(&mut self, method: &str, path: &str, body: Value) -> (u16, Value) {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/wp-json{path}"))
            .header("content-type", "application/json");
        if !self.token.is_empty() {
            request = request.header("cart-token", &self.token);
        }
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let response = self.router.clone().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
        if let Some(token) = response.headers().get("cart-token") {
            token.to_str().unwrap().clone_into(&mut self.token);
        }
        let status = response.status().as_u16();
        let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
    }

    pub async fn add(&mut self, product: i64, quantity: i64) {
        let (status, cart) =
            self.send("POST", "/cart/add-item", json!({ "id": product, "quantity": quantity })).await;
        assert_eq!(status, 201, "{cart}");
    }

    pub async fn coupon(&mut self, code: &str) {
        let (status, cart) = self.send("POST", "/cart/apply-coupon", json!({ "code": code })).await;
        assert_eq!(status, 200, "{cart}");
    }

    pub async fn total(&mut self) -> String {
        self.send("GET", "/cart", Value::Null).await.1["totals"]["total_price"].as_str().unwrap().to_owned()
    }

    pub async fn pay(&mut self, card: &str) -> (u16, Value) {
        self.pay_with(card, "1 High St", json!({})).await
    }

    /// Pays to a street, with more members of the body.
    pub async fn pay_with(&mut self, card: &str, street: &str, more: Value) -> (u16, Value) {
        let mut body = json!({
            "billing_address": { "first_name": "Ada", "last_name": "Lovelace", "address_1": street, "city": "London",
                "postcode": "SW1A 1AA", "country": "GB", "email": "ada@example.com" },
            "payment_method": "test",
            "payment_data": [{ "key": "card_number", "value": card }],
        });
        for (key, value) in more.as_object().unwrap() {
            body[key] = value.clone();
        }
        self.send("POST", "/checkout", body).await
    }
}
