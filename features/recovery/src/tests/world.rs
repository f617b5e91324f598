//! An installation with the fake shop around it.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use db::testing::TestDatabase;
use http::{Method, Request};
use http_body_util::BodyExt as _;
use kernel::contracts::messaging::{ComposeLetter, Letter};
use kernel::contracts::shop::{CartUpdated, OrderPaid, OrderRefunded, OrderSnapshot};
use kernel::ids::{OrderId, UserId};
use kernel::{Currency, Fault, Money};
use runtime::engine::Ports;
use runtime::testing::MemoryMailer;
use runtime::{Actor, Emit as _, Engine, Module, Tx};
use serde_json::Value;
use tower::ServiceExt as _;
use web::{Credentials, CurrentUser, Feature, LoginSession, ServerOptions};

use super::host::{SharedHost, cart, line};

pub(crate) struct World {
    pub(crate) database: TestDatabase,
    pub(crate) engine: Engine,
    pub(crate) mailer: Arc<MemoryMailer>,
    pub(crate) host: SharedHost,
    pub(crate) router: Router,
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) location: String,
    pub(crate) cookies: Vec<String>,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }
}

/// A letter as messaging would put it together, with the links in its text.
async fn compose(_: Engine, letter: ComposeLetter) -> Result<Letter, Fault> {
    Ok(Letter {
        from: "shop@example.com".to_owned(),
        from_name: "Shop".to_owned(),
        subject: format!("Your cart: {}", letter.total.display()),
        text: format!("{}\n{}", letter.restore_url, letter.unsubscribe_url),
        html: String::new(),
        headers: vec![("List-Unsubscribe".to_owned(), format!("<{}>", letter.unsubscribe_url))],
    })
}

/// Whoever shows credentials may do everything.
#[expect(clippy::unnecessary_wraps, reason = "the shape of an authenticator")]
fn authenticate(
    _: &mut Tx,
    shown: &Credentials,
) -> Result<Option<(CurrentUser, Option<LoginSession>)>, Fault> {
    let user = CurrentUser {
        id: UserId(1),
        login: "ada".to_owned(),
        display_name: "Ada".to_owned(),
        email: "ada@example.com".to_owned(),
        roles: vec![],
        capabilities: kernel::capability::ALL.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>(),
    };
    Ok(shown.authorization.as_ref().map(|_| (user, None)))
}

/// The feature on its own, with the parts of others that it asks.
pub(crate) fn feature() -> Feature {
    let mut feature = crate::feature();
    feature.authenticator = Some(authenticate);
    feature
}

pub(crate) async fn worlds() -> Vec<World> {
    let worlds: Vec<World> = db::testing::databases().into_iter().map(world).collect();
    for world in &worlds {
        world.engine.install_schedules().await.unwrap();
    }
    worlds
}

fn world(database: TestDatabase) -> World {
    let (host, mailer) = (SharedHost::default(), Arc::new(MemoryMailer::default()));
    let ports = Ports {
        host: Arc::new(host.clone()),
        mailer: Arc::clone(&mailer) as Arc<dyn runtime::ports::Mailer>,
        gateways: std::collections::BTreeMap::new(),
    };
    let mut letters = Module::default();
    letters.requests(|requests| requests.answer(compose));
    let mut feature = feature();
    let module = std::mem::take(&mut feature.module);
    let engine = runtime::testing::engine(&database, vec![module, letters], ports).unwrap();
    let router = web::router(engine.clone(), &[feature], ServerOptions::default()).unwrap();
    World { database, engine, mailer, host, router }
}

impl World {
    pub(crate) async fn call(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response =
            self.router.clone().oneshot(request.body(Body::from(body.to_owned())).unwrap()).await.unwrap();
        let status = response.status().as_u16();
        let header = |name: &str| -> Vec<String> {
            response.headers().get_all(name).iter().map(|value| value.to_str().unwrap().to_owned()).collect()
        };
        let (location, cookies) = (header("location").concat(), header("set-cookie"));
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        Answer { status, location, cookies, text: String::from_utf8(bytes.to_vec()).unwrap() }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path, &[], "").await
    }

    /// As an owner.
    pub(crate) async fn owner(&self, method: Method, path: &str, body: &str) -> Answer {
        let headers = [("authorization", "Basic x"), ("content-type", "application/json")];
        self.call(method, path, &headers, body).await
    }

    /// Puts a mug into a cart, as the shop tells of it.
    pub(crate) async fn fill(&self, token: &str) {
        let full = cart(token, vec![line(7, "Mug", 2400)], 2400);
        self.host.0.carts.lock().unwrap().insert(token.to_owned(), full.clone());
        self.engine
            .write(Actor::system(), move |tx| {
                let at = tx.now();
                tx.emit(&CartUpdated { cart: full.clone(), at })
            })
            .await
            .unwrap();
        self.run().await;
    }

    pub(crate) async fn capture(&self, token: &str, email: &str, consent: bool) -> Answer {
        let body = serde_json::json!({ "email": email, "consent": consent, "funnel": "main" }).to_string();
        let headers = [("cart-token", token), ("content-type", "application/json")];
        let answer = self.call(Method::POST, "/wp-json/ocart/v1/checkout/capture", &headers, &body).await;
        self.run().await;
        answer
    }

    pub(crate) async fn run(&self) {
        self.engine.run_due().await.unwrap();
        assert_eq!(self.engine.undelivered().await.unwrap(), 0);
    }

    /// Time goes on, minute by minute, and what is due is done.
    pub(crate) async fn wait(&self, minutes: i64) {
        for _ in 0..minutes {
            self.database.clock.advance(60);
            self.run().await;
        }
    }

    /// A filled cart with an address, left alone until its mail has gone. Gives restore and unsubscribe paths.
    pub(crate) async fn abandoned(&self, token: &str, email: &str) -> (String, String) {
        self.fill(token).await;
        assert_eq!(self.capture(token, email, true).await.status, 201);
        self.wait(31).await;
        self.links()
    }

    /// The paths in the last mail.
    pub(crate) fn links(&self) -> (String, String) {
        let mail = self.mailer.sent().pop().unwrap();
        let mut lines =
            mail.text.lines().map(|line| line.strip_prefix("http://shop.test").unwrap().to_owned());
        (lines.next().unwrap(), lines.next().unwrap())
    }

    pub(crate) fn order(&self, id: i64, token: &str, email: &str, cents: i64) -> OrderSnapshot {
        let (total, nothing) = (Money::new(cents, Currency::USD), Money::zero(Currency::USD));
        let now = self.engine.now();
        OrderSnapshot {
            id: OrderId(id),
            parent_id: OrderId(0),
            order_key: String::new(),
            status: "processing".to_owned(),
            currency: Currency::USD,
            customer_id: UserId(0),
            billing_email: email.to_owned(),
            created_via: "checkout".to_owned(),
            payment_method: "test".to_owned(),
            transaction_id: String::new(),
            lines: Vec::new(),
            coupon_codes: Vec::new(),
            discount_total: nothing,
            shipping_total: nothing,
            total_tax: nothing,
            total,
            refunded_total: nothing,
            refunded_shipping: kernel::Decimal::ZERO,
            refunded_shipping_tax: kernel::Decimal::ZERO,
            cart_token: token.to_owned(),
            meta: Vec::new(),
            created_at: now,
            paid_at: Some(now),
            completed_at: None,
            version: 1,
        }
    }

    pub(crate) async fn paid(&self, order: OrderSnapshot) {
        self.engine
            .write(Actor::system(), move |tx| tx.emit(&OrderPaid { order: order.clone() }))
            .await
            .unwrap();
        self.run().await;
    }

    pub(crate) async fn refunded(&self, order: OrderSnapshot, amount: Money) {
        self.engine
            .write(Actor::system(), move |tx| {
                tx.emit(&OrderRefunded { refund_id: OrderId(900), amount, order: order.clone() })
            })
            .await
            .unwrap();
        self.run().await;
    }

    /// The statuses of all sessions in the shop's order list.
    pub(crate) fn statuses(&self) -> Vec<String> {
        self.host.0.sessions.lock().unwrap().values().map(|session| session.status.clone()).collect()
    }

    /// Nothing contradicts the journals.
    pub(crate) async fn verify(&self) {
        let verifiers = self.engine.verifiers().to_vec();
        let violations = self
            .engine
            .read(move |tx| {
                verifiers.iter().map(|verifier| (verifier.check)(tx)).collect::<Result<Vec<_>, Fault>>()
            })
            .await
            .unwrap()
            .concat();
        assert!(violations.is_empty(), "{violations:?}");
    }
}
