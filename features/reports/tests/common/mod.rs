//! An engine with reports alone, events to announce, and the faces to look through.
#![allow(dead_code, clippy::allow_attributes, reason = "each test file uses a part of it")]

use std::collections::BTreeSet;

use axum::Router;
use axum::body::Body;
use db::testing::{TestDatabase, databases};
use http::Request;
use http_body_util::BodyExt;
use kernel::contracts::ocart::{CartRecord, OfferEvent, RunRecord};
use kernel::contracts::oloyalty::LedgerRecord;
use kernel::contracts::shop::OrderSnapshot;
use kernel::ids::{CartId, FunnelId, LedgerEntryId, MemberId, OfferId, OrderId, RunId, SequenceId, UserId};
use kernel::{Currency, Event, Fault, Moment, Money, capability};
use runtime::{Actor, Builder, Emit, Engine, Sql, Tx, params};
use serde_json::Value;
use tower::ServiceExt;
use web::{Credentials, CurrentUser, LoginSession, ServerOptions};

const UNDELIVERED: Sql =
    Sql::new("SELECT COALESCE(last_error, '') AS error FROM {p}cartwright_deliveries WHERE state <> 'done'");

pub struct Site {
    pub database: TestDatabase,
    pub engine: Engine,
    pub router: Router,
}

/// `staff` may everything, `shopper` nothing; by cookie or by `Authorization`.
#[expect(clippy::unnecessary_wraps, reason = "the shape of an authenticator")]
fn authenticate(
    _: &mut Tx,
    shown: &Credentials,
) -> Result<Option<(CurrentUser, Option<LoginSession>)>, Fault> {
    let named = shown.session_cookie.as_deref().or(shown.authorization.as_deref());
    let capabilities = match named {
        Some("staff") => capability::ALL.as_slice(),
        Some("shopper") => [].as_slice(),
        _ => return Ok(None),
    };
    let user = CurrentUser {
        id: UserId(1),
        login: "ada".to_owned(),
        display_name: "Ada".to_owned(),
        email: "ada@example.com".to_owned(),
        roles: vec![],
        capabilities: capabilities.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>(),
    };
    let session = shown.session_cookie.is_some().then(|| LoginSession { token_hash: "hash".to_owned() });
    Ok(Some((user, session)))
}

/// One per database engine; the shop is in `zone`, and it is noon of 21 November 2026 there in UTC.
pub fn sites(zone: &str) -> Vec<Site> {
    databases().into_iter().map(|database| site(database, zone)).collect()
}

fn site(database: TestDatabase, zone: &str) -> Site {
    let mut feature = reports::feature();
    feature.authenticator = Some(authenticate);
    let module = std::mem::take(&mut feature.module);
    let builder = Builder::new(database.db.clone(), database.clock.clone(), database.entropy.clone());
    let builder = builder.module(module);
    database.db.migrate(&builder.migrations()).unwrap();
    let mut configuration = runtime::testing::configuration().unwrap();
    zone.clone_into(&mut configuration.zone);
    let engine = builder.build(configuration, runtime::testing::ports()).unwrap();
    let router = web::router(engine.clone(), &[feature], ServerOptions::default()).unwrap();
    let site = Site { database, engine, router };
    site.at("2026-11-21T12:00:00Z");
    site
}

impl Site {
    pub fn at(&self, time: &str) {
        self.database.clock.set(Moment::parse(time).unwrap());
    }

    /// Announces an event and delivers it.
    pub async fn announce<E: Event + Clone>(&self, event: E) {
        self.engine.write(Actor::system(), move |tx| tx.emit(&event)).await.unwrap();
        while self.engine.deliver().await.unwrap() > 0 {}
        let errors =
            self.engine.read(|tx| Ok(tx.rows(&UNDELIVERED, params![], |row| row.get::<String>("error"))?));
        assert_eq!(errors.await.unwrap(), Vec::<String>::new(), "{}", self.database.name);
    }

    pub async fn get(&self, path: &str, header: &str, who: &str) -> (u16, String) {
        let request = Request::builder().uri(path).header(header, who).body(Body::empty()).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let text = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
        (parts.status.as_u16(), text)
    }

    /// The dashboard by REST.
    pub async fn dashboard(&self, query: &str) -> Value {
        let path = format!("/wp-json/ocart/v1/reports/dashboard{query}");
        let (status, text) = self.get(&path, "authorization", "staff").await;
        assert_eq!(status, 200, "{}: {text}", self.database.name);
        serde_json::from_str(&text).unwrap()
    }

    pub async fn page(&self, path: &str) -> String {
        let (status, text) = self.get(path, "cookie", "cartwright_session=staff").await;
        assert_eq!(status, 200, "{}: {text}", self.database.name);
        text
    }

    /// Nothing for `db verify` to find.
    pub async fn assert_sound(&self) {
        assert_eq!(self.violations().await, Vec::<String>::new(), "{}", self.database.name);
    }

    pub async fn violations(&self) -> Vec<String> {
        let mut found = Vec::new();
        for verifier in self.engine.verifiers().to_vec() {
            for violation in self.engine.read(move |tx| (verifier.check)(tx)).await.unwrap() {
                found.push(format!("{}: {}: {}", violation.invariant, violation.subject, violation.detail));
            }
        }
        found
    }
}

pub fn dollars(minor: i64) -> Money {
    Money::new(minor, Currency::USD)
}

/// A paid order from a cart.
pub fn order(id: i64, minor: i64, paid_at: &str) -> OrderSnapshot {
    let paid_at = Moment::parse(paid_at).unwrap();
    OrderSnapshot {
        id: OrderId(id),
        parent_id: OrderId(0),
        order_key: "wc_order_key".to_owned(),
        status: "processing".to_owned(),
        currency: Currency::USD,
        customer_id: UserId(0),
        billing_email: "ada@example.com".to_owned(),
        created_via: "checkout".to_owned(),
        payment_method: "test".to_owned(),
        transaction_id: String::new(),
        lines: vec![],
        coupon_codes: vec![],
        discount_total: dollars(0),
        shipping_total: dollars(0),
        total_tax: dollars(0),
        total: dollars(minor),
        refunded_total: dollars(0),
        refunded_shipping: kernel::Decimal::ZERO,
        refunded_shipping_tax: kernel::Decimal::ZERO,
        cart_token: "cart".to_owned(),
        meta: vec![],
        created_at: paid_at,
        paid_at: Some(paid_at),
        completed_at: None,
        version: 2,
    }
}

pub fn cart(id: i64, minor: i64) -> CartRecord {
    CartRecord {
        id: CartId(id),
        session_token: format!("cart-{id}"),
        email: "ada@example.com".to_owned(),
        status: "active".to_owned(),
        total: dollars(minor),
        item_count: 1,
        updated_at: Moment::parse("2026-11-21T11:00:00Z").unwrap(),
    }
}

pub fn offer_event(id: i64, kind: &str, minor: i64) -> OfferEvent {
    OfferEvent {
        id,
        offer_id: OfferId(1),
        funnel_id: FunnelId(1),
        event_type: kind.to_owned(),
        order_id: OrderId(1),
        child_order_id: OrderId(0),
        amount_minor: minor,
        currency: Currency::USD,
        created_at: Moment::parse("2026-11-21T11:00:00Z").unwrap(),
    }
}

pub fn run(id: i64) -> RunRecord {
    RunRecord {
        id: RunId(id),
        cart_id: CartId(1),
        sequence_id: SequenceId(1),
        current_step: 0,
        status: "running".to_owned(),
    }
}

pub fn ledger(id: i64, kind: &str, points: i64, balance_after: i64) -> LedgerRecord {
    LedgerRecord {
        id: LedgerEntryId(id),
        member_id: MemberId(1),
        user_id: UserId(1),
        seq: id,
        kind: kind.to_owned(),
        points,
        balance_after,
        source: "order.completed".to_owned(),
        source_id: id.to_string(),
    }
}
