//! Payments that are confirmed late, twice, or for what is gone.

use db::testing::databases;
use serde_json::{Value, json};

use crate::world::{ASKS, PAYS, Shopper, World};

async fn asked(shopper: &mut Shopper) -> (i64, String) {
    let (status, asked) = shopper.pay(ASKS).await;
    assert_eq!((status, &asked["payment_result"]["payment_status"]), (200, &json!("pending")), "{asked}");
    let challenge = asked["payment_result"]["redirect_url"].as_str().unwrap().to_owned();
    (asked["order_id"].as_i64().unwrap(), challenge)
}

#[tokio::test(flavor = "multi_thread")]
async fn three_questions_of_one_cart_are_one_sale() {
    for database in databases() {
        let mut world = World::new(database).await;
        let mug = world.product("Mug", "10.00", Some(5)).await;
        let mut shopper = world.shopper();
        shopper.add(mug, 5).await;
        let mut challenges = Vec::new();
        for _ in 0..3 {
            challenges.push(asked(&mut shopper).await);
        }
        for (_, challenge) in &challenges {
            world.approve(challenge).await;
        }
        assert_eq!(world.money().await, (15_000, 10_000), "one is kept");
        assert_eq!(world.stock(mug).await, 0);
        let order = world.order(challenges[0].0).await;
        assert_eq!((&order["status"], &order["total"]), (&json!("processing"), &json!("50.00")));
        world.verify().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_answered_when_all_is_sold_gives_the_money_back() {
    for database in databases() {
        let mut world = World::new(database).await;
        world.hold_minutes(1).await;
        let mug = world.product("Mug", "10.00", Some(1)).await;
        let (mut first, mut second) = (world.shopper(), world.shopper());
        first.add(mug, 1).await;
        let (order, challenge) = asked(&mut first).await;
        world.database.clock.advance(90);
        second.add(mug, 1).await;
        assert_eq!(second.pay(PAYS).await.0, 200);
        world.approve(&challenge).await;
        assert_eq!(world.money().await, (2_000, 1_000));
        assert_eq!(world.stock(mug).await, 0, "never below");
        assert_ne!(world.order(order).await["status"], "processing");
        assert!(world.notes(order).await.contains("sold out"));
        world.verify().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_order_is_paid_late_only_while_it_can_be_had() {
    for database in databases() {
        let mut world = World::new(database).await;
        let mug = world.product("Mug", "10.00", Some(2)).await;
        let (mut first, mut second, mut third) = (world.shopper(), world.shopper(), world.shopper());
        first.add(mug, 1).await;
        let (late, good) = asked(&mut first).await;
        second.add(mug, 1).await;
        let (gone, useless) = asked(&mut second).await;
        for order in [late, gone] {
            world.rest("PUT", &format!("/wc/v3/orders/{order}"), json!({ "status": "cancelled" })).await;
        }
        third.add(mug, 1).await;
        assert_eq!(third.pay(PAYS).await.0, 200);
        world.approve(&good).await;
        world.approve(&useless).await;
        assert_eq!(world.order(late).await["status"], "processing", "there was one left");
        assert_eq!(world.order(gone).await["status"], "cancelled");
        assert_eq!(world.money().await, (3_000, 1_000));
        assert_eq!(world.stock(mug).await, 0);
        world.verify().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_came_undone_cannot_go_on_with_a_coupon_that_another_has_used() {
    for database in databases() {
        let mut world = World::new(database).await;
        let lamp = world.product("Lamp", "100.00", None).await;
        let coupon =
            json!({ "code": "reward", "discount_type": "percent", "amount": "50", "usage_limit": 1 });
        world.rest("POST", "/wc/v3/coupons", coupon).await;
        let mut paid = Vec::new();
        for _ in 0..2 {
            let mut shopper = world.shopper();
            shopper.add(lamp, 1).await;
            shopper.coupon("reward").await;
            let (status, order) = shopper.pay(PAYS).await;
            assert_eq!(status, 200, "{order}");
            let id = order["order_id"].as_i64().unwrap();
            if paid.is_empty() {
                world.rest("PUT", &format!("/wc/v3/orders/{id}"), json!({ "status": "cancelled" })).await;
            }
            paid.push(id);
        }
        let path = format!("/wc/v3/orders/{}", paid[0]);
        let refused = world.ask("PUT", &path, json!({ "status": "processing" })).await;
        assert_eq!(refused.status.as_u16(), 409, "{}", refused.text);
        assert_eq!(world.order(paid[0]).await["status"], "cancelled");
        assert!(world.notes(paid[0]).await.contains("has been used by another order"));
        world.rest("PUT", &format!("/wc/v3/orders/{}", paid[1]), json!({ "status": "cancelled" })).await;
        world.rest("PUT", &path, json!({ "status": "processing" })).await;
        let used = world.rest("GET", "/wc/v3/coupons?code=reward", Value::Null).await;
        assert_eq!(used[0]["usage_count"], 1);
        world.verify().await;
    }
}
