//! The Store API's checkout.

use db::testing::databases;
use kernel::contracts::shop::EnterCart;
use kernel::ids::UserId;
use serde_json::{Value, json};

use crate::world::{ASKS, DECLINED, PAYS, World};

#[tokio::test(flavor = "multi_thread")]
async fn a_coupon_that_fell_away_is_told_before_anything_is_charged() {
    for database in databases() {
        let mut world = World::new(database).await;
        let lamp = world.product("Lamp", "100.00", None).await;
        let coupon = json!({ "code": "half", "discount_type": "percent", "amount": "50", "usage_limit": 1 });
        world.rest("POST", "/wc/v3/coupons", coupon).await;
        let (mut first, mut second) = (world.shopper(), world.shopper());
        for shopper in [&mut first, &mut second] {
            shopper.add(lamp, 1).await;
            shopper.coupon("half").await;
            assert_eq!(shopper.total().await, "5000");
        }
        let (status, paid) = first.pay(PAYS).await;
        assert_eq!(status, 200, "{paid}");
        let (status, refused) = second.pay(PAYS).await;
        assert_eq!(
            (status, &refused["code"]),
            (409, &json!("woocommerce_rest_cart_coupon_errors")),
            "{refused}"
        );
        assert!(refused["data"]["removed_coupons"]["half"].as_str().unwrap().contains("limit"), "{refused}");
        let cart = &refused["data"]["cart"];
        assert_eq!(
            (&cart["totals"]["total_price"], cart["coupons"].as_array().unwrap().len()),
            (&json!("10000"), 0)
        );
        assert_eq!(world.money().await, (5_000, 0));
        let (_, shown) = second.send("GET", "/cart", Value::Null).await;
        assert!(shown["errors"].to_string().contains("half"), "the reason stays: {shown}");
        let (status, paid) = second.pay(PAYS).await;
        assert_eq!(status, 200, "shown and sent again: {paid}");
        assert_eq!(world.money().await, (15_000, 0));
        world.verify().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_total_than_the_one_shown_is_refused_with_the_new_cart() {
    for database in databases() {
        let mut world = World::new(database).await;
        let lamp = world.product("Lamp", "20.00", None).await;
        let mut shopper = world.shopper();
        shopper.add(lamp, 1).await;
        let raised = json!({ "regular_price": "90.00" });
        world.rest("PUT", &format!("/wc/v3/products/{lamp}"), raised).await;
        let (status, refused) = shopper.pay(PAYS).await;
        assert_eq!(
            (status, &refused["code"]),
            (409, &json!("woocommerce_rest_cart_total_changed")),
            "{refused}"
        );
        assert_eq!(refused["data"]["cart"]["totals"]["total_price"], "9000");
        assert_eq!(world.money().await, (0, 0));
        let (status, refused) =
            shopper.pay_with(PAYS, "1 High St", json!({ "expected_total": "2000" })).await;
        assert_eq!(status, 409, "the client's own word counts: {refused}");
        let (status, paid) = shopper.pay_with(PAYS, "1 High St", json!({ "expected_total": "9000" })).await;
        assert_eq!(status, 200, "{paid}");
        assert_eq!(world.money().await, (9_000, 0));
        world.verify().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tax_that_nobody_was_shown_is_not_charged() {
    for database in databases() {
        let mut world = World::new(database).await;
        let rate = json!({ "country": "GB", "rate": "20.0000", "name": "VAT" });
        world.rest("POST", "/wc/v3/taxes", rate).await;
        let lamp = world.product("Lamp", "20.00", None).await;
        let mut shopper = world.shopper();
        shopper.add(lamp, 1).await;
        let elsewhere = json!({ "billing_address": { "country": "FR", "city": "Paris" } });
        let (status, cart) = shopper.send("POST", "/cart/update-customer", elsewhere).await;
        assert_eq!((status, &cart["totals"]["total_price"]), (200, &json!("2000")), "{cart}");
        let (status, refused) = shopper.pay(PAYS).await;
        assert_eq!(
            (status, &refused["data"]["cart"]["totals"]["total_price"]),
            (409, &json!("2400")),
            "{refused}"
        );
        assert_eq!(world.money().await, (0, 0));
        assert_eq!(shopper.pay(PAYS).await.0, 200);
        assert_eq!(world.money().await, (2_400, 0));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retry_writes_what_it_says_into_the_same_order() {
    for database in databases() {
        let mut world = World::new(database).await;
        let (lamp, shade) =
            (world.product("Lamp", "20.00", None).await, world.product("Shade", "5.00", None).await);
        let mut shopper = world.shopper();
        shopper.add(lamp, 1).await;
        let (status, declined) =
            shopper.pay_with(DECLINED, "1 Wrong St", json!({ "customer_note": "old" })).await;
        assert_eq!(status, 422, "{declined}");
        shopper.add(shade, 2).await;
        let (status, paid) = shopper.pay_with(PAYS, "99 Right Ave", json!({ "customer_note": "new" })).await;
        assert_eq!(status, 200, "{paid}");
        let order = world.order(paid["order_id"].as_i64().unwrap()).await;
        assert_eq!(
            (&order["billing"]["address_1"], &order["shipping"]["address_1"]),
            (&json!("99 Right Ave"), &json!("99 Right Ave"))
        );
        assert_eq!((&order["customer_note"], &order["total"]), (&json!("new"), &json!("30.00")));
        let all = world.rest("GET", "/wc/v3/orders", Value::Null).await;
        assert_eq!(all.as_array().unwrap().len(), 1, "one cart, one order: {all}");
        assert_eq!(world.money().await, (3_000, 0));
        world.verify().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_shopper_holds_himself_does_not_count_against_him() {
    for database in databases() {
        let mut world = World::new(database).await;
        let lamp = world.product("Lamp", "100.00", Some(1)).await;
        let coupon = json!({ "code": "mine", "discount_type": "percent", "amount": "50", "usage_limit": 1,
            "usage_limit_per_user": 1 });
        world.rest("POST", "/wc/v3/coupons", coupon).await;
        let mut shopper = world.shopper();
        shopper.add(lamp, 1).await;
        shopper.coupon("mine").await;
        assert_eq!(shopper.pay(DECLINED).await.0, 422);
        assert_eq!(shopper.total().await, "5000", "the coupon is still his");
        let (_, kept) = shopper.send("GET", "/cart", Value::Null).await;
        assert_eq!(kept["errors"], json!([]));
        let mut other = world.shopper();
        let (status, sold_out) = other.send("POST", "/cart/add-item", json!({ "id": lamp })).await;
        assert_eq!(status, 422, "held against everybody else: {sold_out}");
        let (status, paid) = shopper.pay(PAYS).await;
        assert_eq!(status, 200, "{paid}");
        assert_eq!(world.money().await, (5_000, 0));
        assert_eq!(world.stock(lamp).await, 0);
        let used = world.rest("GET", "/wc/v3/coupons?code=mine", Value::Null).await;
        assert_eq!(used[0]["usage_count"], 1);
        world.verify().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_without_a_live_reservation_reserves_again_before_it_is_charged() {
    for database in databases() {
        let mut world = World::new(database).await;
        world.hold_minutes(1).await;
        let lamp = world.product("Lamp", "20.00", Some(1)).await;
        let (mut first, mut second) = (world.shopper(), world.shopper());
        first.add(lamp, 1).await;
        assert_eq!(first.pay(DECLINED).await.0, 422);
        world.database.clock.advance(62);
        second.add(lamp, 1).await;
        assert_eq!(second.pay(PAYS).await.0, 200);
        let (status, refused) = first.pay(PAYS).await;
        assert_eq!(
            (status, &refused["code"]),
            (409, &json!("woocommerce_rest_product_out_of_stock")),
            "{refused}"
        );
        assert_eq!(world.money().await, (2_000, 0));
        assert_eq!(world.stock(lamp).await, 0);
        world.verify().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_free_order_needs_no_method() {
    for database in databases() {
        let mut world = World::new(database).await;
        let (gift, lamp) =
            (world.product("Gift", "0.00", None).await, world.product("Lamp", "20.00", None).await);
        let mut shopper = world.shopper();
        shopper.add(gift, 1).await;
        let nothing = json!({ "payment_method": "", "payment_data": [] });
        let (status, placed) = shopper.pay_with("", "1 High St", nothing.clone()).await;
        assert_eq!(
            (status, &placed["payment_result"]["payment_status"]),
            (200, &json!("success")),
            "{placed}"
        );
        shopper.add(lamp, 1).await;
        let (status, refused) = shopper.pay_with("", "1 High St", nothing).await;
        assert_eq!(status, 400, "what costs something does: {refused}");
        let (status, refused) = shopper.pay_with("", "1 High St", json!({ "payment_data": [] })).await;
        assert_eq!(status, 400, "{refused}");
        assert_eq!(world.rest("GET", "/wc/v3/orders", Value::Null).await.as_array().unwrap().len(), 1);
        assert_eq!(world.money().await, (0, 0));
        world.verify().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_method_can_be_chosen_beside_an_open_question_and_only_one_pays() {
    for database in databases() {
        let mut world = World::new(database).await;
        let lamp = world.product("Lamp", "20.00", Some(3)).await;
        let mut shopper = world.shopper();
        shopper.add(lamp, 1).await;
        let (status, asked) = shopper.pay(ASKS).await;
        assert_eq!((status, &asked["payment_result"]["payment_status"]), (200, &json!("pending")), "{asked}");
        let challenge = asked["payment_result"]["redirect_url"].as_str().unwrap().to_owned();
        let (status, paid) = shopper.pay(PAYS).await;
        assert_eq!((status, &paid["payment_result"]["payment_status"]), (200, &json!("success")), "{paid}");
        assert_eq!(paid["order_id"], asked["order_id"], "the same order");
        world.approve(&challenge).await;
        assert_eq!(world.money().await, (4_000, 2_000), "the second goes back by itself");
        let notes = world.notes(paid["order_id"].as_i64().unwrap()).await;
        assert_eq!(notes.matches("given back by itself").count(), 1, "{notes}");
        assert_eq!(world.stock(lamp).await, 2);
        world.verify().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_coupon_once_per_person_is_used_once_however_many_orders_come_at_once() {
    for database in databases() {
        let mut world = World::new(database).await;
        let lamp = world.product("Lamp", "100.00", None).await;
        let coupon =
            json!({ "code": "one", "discount_type": "percent", "amount": "50", "usage_limit_per_user": 1 });
        world.rest("POST", "/wc/v3/coupons", coupon).await;
        let mut orders = tokio::task::JoinSet::new();
        for _ in 0..12 {
            let mut shopper = world.shopper();
            shopper.add(lamp, 1).await;
            shopper.coupon("one").await;
            orders.spawn(async move { shopper.pay(PAYS).await.0 });
        }
        let answers = orders.join_all().await;
        assert_eq!(answers.iter().filter(|status| **status == 200).count(), 1, "{answers:?}");
        assert_eq!(answers.iter().filter(|status| **status == 409).count(), 11, "{answers:?}");
        assert_eq!(world.money().await, (5_000, 0));
        world.verify().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_offer_is_held_to_what_it_asks_at_the_store_api_as_well() {
    for database in databases() {
        let mut world = World::new(database).await;
        let funnel = world.funnel("one_step").await;
        let (lamp, shade) =
            (world.product("Lamp", "20.00", None).await, world.product("Shade", "5.00", None).await);
        let bulb = world.product("Bulb", "3.00", None).await;
        let bump = json!({ "name": "Bulb", "type": "bump", "product_id": bulb, "funnel_id": funnel,
            "pricing_rule": { "type": "free_gift" }, "targeting_rules": { "product_in_cart": [lamp] } });
        let bump = world.rest("POST", "/ocart/v1/bumps", bump).await["id"].as_i64().unwrap();
        let mut shopper = world.shopper();
        shopper.add(lamp, 1).await;
        shopper.add(shade, 1).await;
        let (status, taken) =
            shopper.call("POST", &format!("/ocart/v1/bumps/{bump}/accept"), json!({})).await;
        assert_eq!(status, 200, "{taken}");
        let (_, cart) = shopper.send("GET", "/cart", Value::Null).await;
        assert_eq!(cart["items_count"], 3);
        let key =
            cart["items"].as_array().unwrap().iter().find(|item| item["name"] == "Lamp").unwrap()["key"]
                .clone();
        let (status, _) = shopper.send("POST", "/cart/remove-item", json!({ "key": key })).await;
        assert_eq!(status, 200);
        let (status, refused) = shopper.pay(PAYS).await;
        assert_eq!(status, 409, "{refused}");
        let cart = &refused["data"]["cart"];
        assert_eq!(cart["items"].as_array().unwrap().len(), 1, "{cart}");
        assert!(cart["errors"].to_string().contains("Bulb"), "{cart}");
        let (status, paid) = shopper.pay(PAYS).await;
        assert_eq!(status, 200, "{paid}");
        let order = world.order(paid["order_id"].as_i64().unwrap()).await;
        assert_eq!((order["line_items"].as_array().unwrap().len(), &order["total"]), (1, &json!("5.00")));
        world.verify().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cart_that_goes_on_under_another_token_goes_on_with_its_order() {
    for database in databases() {
        let mut world = World::new(database).await;
        let lamp = world.product("Lamp", "20.00", Some(1)).await;
        let mut shopper = world.shopper();
        shopper.add(lamp, 1).await;
        assert_eq!(shopper.pay(DECLINED).await.0, 422);
        let enter = EnterCart { cart_token: Some(shopper.token.clone()), user_id: UserId(1) };
        shopper.token = world.application.engine.ask(enter).await.unwrap().unwrap();
        let (status, paid) = shopper.pay(PAYS).await;
        assert_eq!(status, 200, "{paid}");
        assert_eq!(world.rest("GET", "/wc/v3/orders", Value::Null).await.as_array().unwrap().len(), 1);
        let (_, cart) = shopper.send("GET", "/cart", Value::Null).await;
        assert_eq!(cart["items_count"], 0, "the order has emptied this cart");
        world.verify().await;
    }
}
