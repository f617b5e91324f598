//! The coupons of redemptions and the orders that bear them, on both databases.
#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that is not as it should be")]

mod common;

use std::sync::Arc;

use common::rewards::{TEN_OFF, shops};
use common::{USER, now_is};
use kernel::{Fault, FaultKind};
use runtime::{Sql, params};
use tokio::sync::Notify;

const TENTH: &str = r#"{"name":"A tenth","type":"cart_pct","points_cost":3,"value":{"percent":10}}"#;
const GIVE_COUPON: Sql = Sql::new("UPDATE {p}oloyalty_redemptions SET coupon_id = 5");

fn away() -> Fault {
    Fault::new(FaultKind::Upstream, "away", "The shop is away.")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_coupon_is_for_the_address_that_the_account_has_now() {
    for shop in shops().await {
        let reward = shop.put(TENTH).await;
        shop.coupons.0.lock().unwrap().addresses.insert(USER, "ada@moved.example".to_owned());
        shop.coupons.0.lock().unwrap().address_fault = Some(away());
        shop.redeem(reward, "").await;
        shop.jobs().await;
        assert_eq!(shop.coupons.0.lock().unwrap().asked, 0, "the address is waited for");
        shop.coupons.0.lock().unwrap().address_fault = None;
        shop.site.database.clock.advance(600);
        shop.jobs().await;
        // Where the account is not there, or has no address that one could write to, the member's own is as good as any.
        for (fault, address) in [(Some(Fault::not_found("customer")), ""), (None, "no address")] {
            shop.coupons.0.lock().unwrap().address_fault = fault;
            shop.coupons.0.lock().unwrap().addresses.insert(USER, address.to_owned());
            shop.redeem(reward, "").await;
            shop.jobs().await;
        }
        let mut made: Vec<_> = shop.coupons.0.lock().unwrap().made.values().cloned().collect();
        made.sort_by_key(|(made, _)| made.id);
        let emails: Vec<String> = made.into_iter().flat_map(|(_, coupon)| coupon.emails).collect();
        assert_eq!(emails, ["ada@moved.example", "u42@example.com", "u42@example.com"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_that_is_away_is_asked_for_one_coupon_and_then_left_alone() {
    for shop in shops().await {
        let reward = shop.put(TENTH).await;
        for key in ["a", "b", "c"] {
            shop.redeem(reward, key).await;
        }
        shop.coupons.0.lock().unwrap().faults = vec![away()];
        shop.jobs().await;
        assert_eq!(shop.coupons.0.lock().unwrap().asked, 1, "{}", shop.site.database.name);
        shop.site.database.clock.advance(600);
        shop.jobs().await;
        assert_eq!(shop.coupons.0.lock().unwrap().made.len(), 3);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_that_does_not_know_the_way_to_its_coupons_is_no_refusal() {
    for shop in shops().await {
        let reward = shop.put(TENTH).await;
        shop.redeem(reward, "").await;
        shop.coupons.0.lock().unwrap().faults = vec![Fault::not_found("route")];
        shop.jobs().await;
        assert_eq!(shop.mine().await[0]["status"], "pending");
        shop.site.database.clock.advance(600);
        shop.jobs().await;
        assert_eq!(shop.mine().await[0]["coupon_id"], 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_coupon_that_comes_after_the_points_went_back_is_not_the_redemptions() {
    for shop in shops().await {
        let reward = shop.put(TENTH).await;
        shop.redeem(reward, "").await;
        let (begun, goes_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        shop.coupons.0.lock().unwrap().gate = Some((begun.clone(), goes_on.clone()));
        let engine = shop.site.engine.clone();
        let slow = tokio::spawn(async move { engine.run_jobs().await.unwrap() });
        begun.notified().await;
        // The job is not held for ever: it is done again, and this time the shop refuses.
        shop.site.database.clock.advance(600);
        shop.coupons.0.lock().unwrap().faults = vec![Fault::conflict("duplicate", "There is one.")];
        shop.jobs().await;
        goes_on.notify_one();
        slow.await.unwrap();
        let mine = shop.mine().await;
        assert_eq!((mine[0]["status"].as_str(), &mine[0]["coupon_id"]), (Some("reversed"), &0.into()));
        shop.site.assert_sound().await;
        shop.site.write(|tx| Ok(tx.execute(&GIVE_COUPON, params![])?)).await.unwrap();
        let found = shop.site.violations().await;
        assert!(found.len() == 1 && found[0].starts_with("redemption.coupon"), "{found:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_was_used_before_the_shops_answer_came_has_its_coupon_all_the_same() {
    for shop in shops().await {
        let reward = shop.put(TENTH).await;
        let code = shop.code(reward, "").await;
        shop.coupons.0.lock().unwrap().loses_an_answer = true;
        shop.jobs().await;
        shop.site.status(&shop.order(7, "processing", &code)).await;
        shop.site.database.clock.advance(600);
        shop.jobs().await;
        let mine = shop.mine().await;
        assert_eq!((mine[0]["status"].as_str(), &mine[0]["coupon_id"]), (Some("consumed"), &1.into()));
        shop.site.assert_sound().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_comes_undone_gives_the_code_back_to_the_next_one() {
    for shop in shops().await {
        let reward = shop.put(TEN_OFF).await;
        let code = shop.code(reward, "").await;
        shop.jobs().await;
        for (number, undone) in (10..).zip(["cancelled", "failed", "trash"]) {
            let paid = shop.order(number, "processing", &code);
            shop.site.status(&paid).await;
            let used = &shop.mine().await[0];
            assert_eq!((used["status"].as_str(), &used["order_id"]), (Some("consumed"), &number.into()));
            // Another order that comes undone is none of its business.
            shop.site.status(&shop.order(9, undone, &code)).await;
            assert_eq!(shop.mine().await[0]["order_id"], number);
            shop.site.status(&now_is(&paid, undone)).await;
            let free = &shop.mine().await[0];
            assert_eq!(
                (free["status"].as_str(), &free["order_id"]),
                (Some("pending"), &0.into()),
                "{undone}"
            );
            assert!(free["consumed_at"].is_null(), "{free}");
            shop.site.assert_sound().await;
        }
        let paid = shop.order(20, "completed", &code);
        shop.site.status(&paid).await;
        shop.site.status(&now_is(&paid, "refunded")).await;
        assert_eq!(shop.mine().await[0]["order_id"], 20, "as in the shop, a refund gives no coupon back");
        shop.site.assert_sound().await;
    }
}
