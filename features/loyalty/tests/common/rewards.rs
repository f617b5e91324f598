//! A shop whose members redeem rewards.

use std::sync::Arc;

use axum::Router;
use kernel::contracts::shop::OrderSnapshot;
use runtime::audit::AuditLog;
use runtime::ports::Host;
use runtime::settings::shop as setting;
use runtime::{Settings, Tx};

use super::coupons::CouponShop;
use super::web::{Answer, ask, shops_on};
use super::{Site, USER, order};

/// A shop with a coupon maker and [`USER`] as a member with his hundred welcome points.
pub struct Shop {
    pub site: Site,
    pub router: Router,
    pub coupons: CouponShop,
}

pub async fn shops() -> Vec<Shop> {
    let makers = std::sync::Mutex::new(Vec::new());
    let shops = shops_on(|| {
        let maker = CouponShop::default();
        makers.lock().unwrap().push(maker.clone());
        Arc::new(maker) as Arc<dyn Host>
    })
    .await;
    let mut ready = Vec::new();
    for ((site, router), coupons) in shops.into_iter().zip(makers.into_inner().unwrap()) {
        site.join(USER).await;
        ready.push(Shop { site, router, coupons });
    }
    ready
}

pub const TEN_OFF: &str = r#"{"name":"$10 off $50+","type":"cart_fixed","points_cost":40,"value":{"amount":10},"conditions":{"cart_min_total":"50"}}"#;

impl Shop {
    pub async fn put(&self, body: &str) -> i64 {
        let made = ask(&self.router, "POST", "/rewards", "staff", "", body).await;
        assert_eq!(made.status, 201, "{}", made.body);
        made.body["id"].as_i64().unwrap()
    }

    pub async fn redeem(&self, reward: i64, key: &str) -> Answer {
        ask(&self.router, "POST", &format!("/rewards/{reward}/redeem"), "shopper", key, "").await
    }

    pub async fn mine(&self) -> serde_json::Value {
        ask(&self.router, "GET", "/members/me/redemptions?order=asc", "shopper", "", "").await.body
    }

    pub async fn jobs(&self) {
        while self.site.engine.run_jobs().await.unwrap() > 0 {}
        self.site.deliver().await;
    }

    /// Redeems and gives the code.
    pub async fn code(&self, reward: i64, key: &str) -> String {
        let redeemed = self.redeem(reward, key).await;
        assert_eq!(redeemed.status, 201, "{}", redeemed.body);
        redeemed.body["redemption"]["code"].as_str().unwrap().to_owned()
    }

    /// An order of [`USER`] with this code.
    pub fn order(&self, id: i64, status: &str, code: &str) -> OrderSnapshot {
        OrderSnapshot { coupon_codes: vec![code.to_owned()], ..order(id, status, &[6_000]) }
    }

    /// Has the shop sell in another currency.
    pub async fn sells_in(&self, currency: &'static str) {
        let change = move |tx: &mut Tx| {
            let mut settings = Settings::load(tx, setting::OPTION)?;
            let changes = [(setting::GENERAL_CURRENCY.key.to_owned(), currency.into())];
            settings.change(tx, AuditLog::OLoyalty, &changes)
        };
        self.site.write(change).await.unwrap();
    }
}
