//! A site with funnels, a shop and payments in memory.
#![allow(dead_code, reason = "each test file takes what it needs")]

pub mod bank;
pub mod shop;

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use db::Tx;
use db::testing::TestDatabase;
use http::{HeaderMap, Request};
use http_body_util::BodyExt;
use kernel::Fault;
use kernel::ids::UserId;
use runtime::testing::{engine, ports};
use runtime::{Engine, Sql, params};
use serde_json::{Value, json};
use tower::ServiceExt;
use web::{Credentials, CurrentUser, Feature, LoginSession, ServerOptions};

use bank::Bank;
use shop::Shop;

pub struct World {
    pub engine: Engine,
    pub site: Router,
    pub shop: Arc<Shop>,
    pub bank: Arc<Bank>,
}

pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    pub fn location(&self) -> String {
        self.headers.get("location").map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
    }
}

fn user(id: i64, capabilities: &[&str]) -> CurrentUser {
    CurrentUser {
        id: UserId(id),
        login: "ada".to_owned(),
        display_name: "Ada".to_owned(),
        email: "ada@example.com".to_owned(),
        roles: vec![],
        capabilities: capabilities.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>(),
    }
}

#[expect(clippy::unnecessary_wraps, reason = "the shape of an authenticator")]
fn authenticate(
    _: &mut Tx,
    shown: &Credentials,
) -> Result<Option<(CurrentUser, Option<LoginSession>)>, Fault> {
    Ok(match shown.authorization.as_deref() {
        Some("Basic admin") => Some((user(1, &kernel::capability::ALL), None)),
        Some("Basic nobody") => Some((user(2, &["read"]), None)),
        _ => None,
    })
}

impl World {
    pub fn new(database: &TestDatabase) -> Self {
        let (shop, bank) = (Arc::new(Shop::default()), Arc::new(Bank::default()));
        for (id, price) in [(1, "18"), (2, "45"), (3, "24.99"), (4, "9.99")] {
            shop.price(id, price);
        }
        let mut feature = funnels::feature();
        feature.authenticator = Some(authenticate);
        let module = std::mem::take(&mut feature.module);
        let mut ports = ports();
        ports.host = shop.clone();
        ports.gateways.insert("test".to_owned(), Arc::new(bank::Card));
        let engine = engine(database, vec![module, bank::module(&bank)], ports).unwrap();
        let features: Vec<Feature> = vec![feature];
        let site = web::router(engine.clone(), &features, ServerOptions::default()).unwrap();
        Self { engine, site, shop, bank }
    }

    pub async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: String) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = self.site.clone().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        Answer {
            status: parts.status.as_u16(),
            headers: parts.headers,
            text: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }

    /// As the administrator.
    pub async fn admin(&self, method: &str, path: &str, body: Value) -> Answer {
        let headers = [("authorization", "Basic admin"), ("content-type", "application/json")];
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.ask(method, &format!("/wp-json/ocart/v1{path}"), &headers, body).await
    }

    /// As the shopper `token`.
    pub async fn shopper(&self, token: &str, method: &str, path: &str, body: Value) -> Answer {
        let headers = [("cart-token", token), ("content-type", "application/json")];
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.ask(method, &format!("/wp-json/ocart/v1{path}"), &headers, body).await
    }

    /// A page of the shopper's.
    pub async fn get(&self, token: &str, path: &str) -> Answer {
        self.ask("GET", path, &[("cart-token", token)], String::new()).await
    }

    /// A form of the shopper's.
    pub async fn post(&self, token: &str, path: &str, form: &str) -> Answer {
        let headers = [("cart-token", token), ("content-type", "application/x-www-form-urlencoded")];
        self.ask("POST", path, &headers, form.to_owned()).await
    }

    /// An active funnel with a bump (product 2 for 24), an upsell (product 3 at half price) and a downsell (product 4).
    pub async fn funnel(&self, layout: &str) -> Funnel {
        let made = self
            .admin(
                "POST",
                "/funnels",
                json!({"name": "Spring Sale", "status": "active", "settings": {"layout": layout}}),
            )
            .await;
        assert_eq!(made.status, 201, "{}", made.text);
        let funnel = made.json()["id"].as_i64().unwrap();
        let offer = async |path: &str, body: Value| {
            let made = self.admin("POST", path, body).await;
            assert_eq!(made.status, 201, "{}", made.text);
            made.json()["id"].as_i64().unwrap()
        };
        let bump = json!({"product_id": 2, "funnel_id": funnel, "pricing_rule": {"type": "fixed_addon", "amount": 24}});
        let upsell = json!({"product_id": 3, "funnel_id": funnel, "pricing_rule": {"type": "discount_pct", "value": 50}});
        let downsell = json!({"product_id": 4, "type": "downsell", "funnel_id": funnel,
                              "pricing_rule": {"type": "fixed_price", "amount": "5.00"}});
        Funnel {
            id: funnel,
            bump: offer("/bumps", bump).await,
            upsell: offer("/upsells", upsell).await,
            downsell: offer("/upsells", downsell).await,
        }
    }

    /// Details, then payment of what is shown. Gives the answer to the payment.
    pub async fn buy(&self, token: &str, card: &str) -> Answer {
        let saved = self.post(token, "/checkout/spring-sale/details", ADDRESS).await;
        assert_eq!((saved.status, saved.location().as_str()), (303, "/checkout/spring-sale/payment"));
        let page = self.get(token, "/checkout/spring-sale/payment").await;
        let form = format!(
            "payment_method=test&card_number={card}&attempt={}&expected_total={}",
            hidden(&page.text, "attempt"),
            hidden(&page.text, "expected_total")
        );
        self.post(token, "/checkout/spring-sale/pay", &form).await
    }

    /// Buys, and gives the one-click token of the offer that follows.
    pub async fn bought(&self, token: &str) -> String {
        self.shop.fill(token, 1, 1);
        let paid = self.buy(token, "4242424242424242").await;
        assert_eq!(paid.location(), "/checkout/spring-sale/return", "{}", paid.text);
        let after = self.get(token, "/checkout/spring-sale/return").await;
        let location = after.location();
        location.strip_prefix("/offer/").unwrap_or_else(|| panic!("{location}")).to_owned()
    }

    /// `event_type order_id child_order_id amount_minor` of an offer's events.
    pub async fn events(&self, offer: i64) -> Vec<String> {
        const EVENTS: Sql = Sql::new(
            "SELECT event_type, order_id, child_order_id, amount_minor FROM {p}ocart_offer_events WHERE offer_id = ? ORDER BY id",
        );
        self.engine
            .read(move |tx| {
                Ok(tx.rows(&EVENTS, params![offer], |row| {
                    Ok(format!(
                        "{} {} {} {}",
                        row.get::<String>("event_type")?,
                        row.get::<i64>("order_id")?,
                        row.get::<i64>("child_order_id")?,
                        row.get::<i64>("amount_minor")?
                    ))
                })?)
            })
            .await
            .unwrap()
    }

    /// Every invariant holds.
    pub async fn verify(&self) {
        for verifier in self.engine.verifiers().to_vec() {
            let found = self.engine.read(move |tx| (verifier.check)(tx)).await.unwrap();
            assert!(found.is_empty(), "{found:?}");
        }
    }
}

#[derive(Debug, Clone, Copy)]
pub struct Funnel {
    pub id: i64,
    pub bump: i64,
    pub upsell: i64,
    pub downsell: i64,
}

pub const ADDRESS: &str = "email=ada%40example.com&first_name=Ada&last_name=Byron&address_1=Main+Street+1&city=Berlin&postcode=10115&country=DE&consent=1";

/// The value of a hidden field.
pub fn hidden(page: &str, name: &str) -> String {
    let start = page.split(&format!("name=\"{name}\" value=\"")).nth(1);
    start.and_then(|rest| rest.split('"').next()).unwrap_or_default().to_owned()
}
