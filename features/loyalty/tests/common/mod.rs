//! An engine with loyalty alone, orders to announce, and what the tests look at.
#![allow(dead_code, clippy::allow_attributes, reason = "each test file uses a part of it")]

pub mod coupons;
pub mod rewards;
pub mod web;

use db::testing::{TestDatabase, databases};
use kernel::contracts::shop::{CustomerCreated, OrderLine, OrderRefunded, OrderSnapshot, OrderStatusChanged};
use kernel::ids::{MemberId, OrderId, OrderItemId, ProductId, UserId};
use kernel::{Currency, Decimal, Event, Fault, Money};
use loyalty::ledger::model::LedgerEntry;
use loyalty::members::model::Member;
use runtime::audit::AuditLog;
use runtime::{Actor, Emit, Engine, Settings, Sql, Tx, params};

const UNDELIVERED: Sql =
    Sql::new("SELECT COALESCE(last_error, '') AS error FROM {p}cartwright_deliveries WHERE state <> 'done'");

pub const USER: UserId = UserId(42);

/// A fresh installation, live rather than in shadow.
pub struct Site {
    pub database: TestDatabase,
    pub engine: Engine,
}

/// One per database engine.
pub async fn sites() -> Vec<Site> {
    let mut sites = Vec::new();
    for database in databases() {
        let module = loyalty::feature().module;
        let engine = runtime::testing::engine(&database, vec![module], runtime::testing::ports()).unwrap();
        let site = Site { database, engine };
        site.set("points.shadow_mode", false.into()).await;
        sites.push(site);
    }
    sites
}

pub fn decimal(text: &str) -> Decimal {
    Decimal::parse(text).unwrap()
}

/// An order of [`USER`] with one line per amount, in cents, without tax.
pub fn order(id: i64, status: &str, lines: &[i64]) -> OrderSnapshot {
    let money = |minor| Money::new(minor, Currency::USD);
    let lines: Vec<OrderLine> = (1_i64..)
        .zip(lines)
        .map(|(number, minor)| OrderLine {
            id: OrderItemId(id * 100 + number),
            product_id: ProductId(number),
            variation_id: ProductId(0),
            name: "Tee".to_owned(),
            quantity: 1,
            subtotal: Decimal::from(money(*minor)),
            total: Decimal::from(money(*minor)),
            total_tax: Decimal::ZERO,
            refunded_quantity: 0,
            refunded_total: Decimal::ZERO,
            category_ids: vec![],
            offer_id: None,
        })
        .collect();
    let total: Decimal = lines.iter().map(|line| line.total).sum();
    OrderSnapshot {
        id: OrderId(id),
        parent_id: OrderId(0),
        order_key: "wc_order_key".to_owned(),
        status: status.to_owned(),
        currency: Currency::USD,
        customer_id: USER,
        billing_email: "Ada@Example.com".to_owned(),
        created_via: "checkout".to_owned(),
        payment_method: "test".to_owned(),
        transaction_id: String::new(),
        lines,
        coupon_codes: vec![],
        discount_total: money(0),
        shipping_total: money(0),
        total_tax: money(0),
        total: total.to_money(Currency::USD).unwrap(),
        refunded_total: money(0),
        refunded_shipping: Decimal::ZERO,
        refunded_shipping_tax: Decimal::ZERO,
        cart_token: String::new(),
        meta: vec![],
        created_at: kernel::Moment::parse("2026-11-21T11:00:00Z").unwrap(),
        paid_at: None,
        completed_at: None,
        version: 1,
    }
}

/// The same order one state later, with another status.
pub fn now_is(order: &OrderSnapshot, status: &str) -> OrderSnapshot {
    OrderSnapshot { status: status.to_owned(), version: order.version + 1, ..order.clone() }
}

/// The same order one state later, with so many more cents of a line refunded.
pub fn refunded(order: &OrderSnapshot, line: usize, cents: i64) -> OrderSnapshot {
    let mut after = order.clone();
    let money = Money::new(cents, Currency::USD);
    after.lines[line].refunded_total = after.lines[line].refunded_total + Decimal::from(money);
    after.refunded_total = after.refunded_total.plus(money).unwrap();
    after.version += 1;
    after
}

impl Site {
    pub async fn write<T: Send + 'static>(
        &self,
        unit: impl Fn(&mut Tx) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        self.engine.write(Actor::system(), unit).await
    }

    pub async fn set(&self, key: &'static str, value: serde_json::Value) {
        self.write(move |tx| {
            let mut settings = Settings::load(tx, "oloyalty_settings")?;
            settings.change(tx, AuditLog::OLoyalty, &[(key.to_owned(), value.clone())])
        })
        .await
        .unwrap();
    }

    /// Announces an event and delivers everything that follows from it.
    pub async fn announce<E: Event + Clone>(&self, event: E) {
        self.write(move |tx| tx.emit(&event)).await.unwrap();
        self.deliver().await;
    }

    pub async fn deliver(&self) {
        while self.engine.deliver().await.unwrap() > 0 {}
        let errors =
            self.engine.read(|tx| Ok(tx.rows(&UNDELIVERED, params![], |row| row.get::<String>("error"))?));
        assert_eq!(errors.await.unwrap(), Vec::<String>::new(), "{}", self.database.name);
    }

    pub async fn status(&self, order: &OrderSnapshot) {
        self.announce(OrderStatusChanged {
            from: "pending".to_owned(),
            to: order.status.clone(),
            order: order.clone(),
        })
        .await;
    }

    pub async fn refund(&self, id: i64, order: &OrderSnapshot) {
        let amount = Money::new(1, Currency::USD);
        self.announce(OrderRefunded { refund_id: OrderId(id), amount, order: order.clone() }).await;
    }

    pub async fn join(&self, user: UserId) -> Member {
        let at = self.engine.now();
        self.announce(CustomerCreated { user_id: user, email: format!("u{user}@example.com"), at }).await;
        self.member(user).await
    }

    pub async fn member(&self, user: UserId) -> Member {
        let found = self.engine.read(move |tx| loyalty::members::queries::of_user(tx, user)).await;
        found.unwrap().unwrap()
    }

    pub async fn balance(&self) -> i64 {
        self.member(USER).await.points_balance
    }

    /// Oldest first.
    pub async fn ledger(&self, member: MemberId) -> Vec<LedgerEntry> {
        let latest = self.engine.read(move |tx| loyalty::ledger::queries::latest(tx, member, 100)).await;
        let mut entries = latest.unwrap();
        entries.reverse();
        entries
    }

    /// Changes of [`USER`]'s journal, oldest first.
    pub async fn changes(&self) -> Vec<i64> {
        let member = self.member(USER).await;
        self.ledger(member.id).await.iter().map(|entry| entry.points).collect()
    }

    /// What `db verify` finds.
    pub async fn violations(&self) -> Vec<String> {
        let mut found = Vec::new();
        for verifier in self.engine.verifiers().to_vec() {
            for violation in self.engine.read(move |tx| (verifier.check)(tx)).await.unwrap() {
                found.push(format!("{}: {}: {}", violation.invariant, violation.subject, violation.detail));
            }
        }
        found
    }

    pub async fn assert_sound(&self) {
        assert_eq!(self.violations().await, Vec::<String>::new(), "{}", self.database.name);
    }
}
