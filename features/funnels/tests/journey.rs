//! From the cart to the thank-you page, through pages and forms.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops at the first thing that is not as it should be"
)]

mod world;

use db::testing::databases;
use serde_json::Value;
use world::bank::Mood;
use world::{ADDRESS, World, hidden};

#[tokio::test(flavor = "multi_thread")]
async fn two_steps_bump_upsell_and_thanks() {
    for database in databases() {
        let world = World::new(&database);
        let funnel = world.funnel("two_step").await;
        assert_eq!(world.get("carta", "/checkout").await.location(), "/cart", "nothing to pay");
        world.shop.fill("carta", 1, 2);
        assert_eq!(world.get("carta", "/checkout").await.location(), "/checkout/spring-sale");
        let first = world.get("carta", "/checkout/spring-sale").await;
        assert_eq!(first.status, 200, "{}", first.text);
        assert!(first.text.contains("data-capture-url=\"/wp-json/ocart/v1/checkout/capture\""));
        assert!(first.text.contains("id=\"consent\"") && first.text.contains("$43.20"));
        assert_eq!(
            world.get("carta", "/checkout/spring-sale/payment").await.location(),
            "/checkout/spring-sale",
            "details come first"
        );
        let bad =
            world.post("carta", "/checkout/spring-sale/details", "email=ada&country=DE&city=%3Cb%3E").await;
        assert_eq!(bad.status, 422);
        assert!(bad.text.contains("email-error") && bad.text.contains("&lt;b&gt;"), "shown again as it was");

        let path = format!("/bumps/{}/accept", funnel.bump);
        for _ in 0..2 {
            let taken = world.shopper("carta", "POST", &path, Value::Null).await;
            assert_eq!(
                (taken.status, taken.json()["cart_total"].to_string().as_str()),
                (200, "72.00"),
                "{}",
                taken.text
            );
        }
        let paid = world.buy("carta", "4242424242424242").await;
        assert_eq!(paid.location(), "/checkout/spring-sale/return", "{}", paid.text);
        let again = world
            .post(
                "carta",
                "/checkout/spring-sale/pay",
                "payment_method=test&card_number=4242424242424242&attempt=1&expected_total=72.00",
            )
            .await;
        assert_eq!(again.location(), "/checkout/spring-sale/return");
        assert_eq!(world.bank.state().moved.len(), 1);
        assert_eq!(world.bank.state().moved[0].1.major(), "72.00");
        assert_eq!(world.events(funnel.bump).await, ["shown 100 0 0", "accepted 100 0 2880"]);

        let offer = world.get("carta", "/checkout/spring-sale/return").await.location();
        let page = world.get("carta", &offer).await;
        assert_eq!(page.status, 200, "{}", page.text);
        assert!(
            page.text.contains("$15.00") && page.text.contains("$29.99"),
            "12.50 and its tax, against 24.99 and its"
        );
        let accepted = world.post("", &format!("{offer}/accept"), "attempt=1").await;
        assert_eq!(accepted.location(), "/order/100/wc_order_100", "the downsell is for those who decline");
        assert_eq!(world.events(funnel.upsell).await, ["shown 100 0 0", "accepted 100 101 1500"]);
        let child = world.shop.state().orders[&101].clone();
        assert_eq!((child.parent_id.0, child.total.major().as_str()), (100, "15.00"));
        assert_eq!(child.transaction_id, "txn_2");
        world.verify().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_declined_card_leaves_the_cart_and_the_next_pays_the_same_order() {
    for database in databases() {
        let world = World::new(&database);
        world.funnel("two_step").await;
        world.shop.fill("cartb", 1, 1);
        let refused = world.buy("cartb", "4000000000000002").await;
        assert_eq!(refused.status, 422);
        assert!(refused.text.contains("Your card was declined."), "{}", refused.text);
        assert!(!refused.text.contains("4000000000000002"), "a card number is never shown again");
        assert_eq!(hidden(&refused.text, "attempt"), "2");
        let stale = world
            .post(
                "cartb",
                "/checkout/spring-sale/pay",
                "payment_method=test&card_number=4242424242424242&attempt=1&expected_total=21.60",
            )
            .await;
        assert_eq!(stale.status, 422, "a page sent twice does not try again");
        let changed = world
            .post(
                "cartb",
                "/checkout/spring-sale/pay",
                "payment_method=test&card_number=4242424242424242&attempt=2&expected_total=1.00",
            )
            .await;
        assert_eq!(changed.status, 409);
        assert!(changed.text.contains("The total is now $21.60"));
        let paid = world.buy("cartb", "4242424242424242").await;
        assert_eq!(paid.location(), "/checkout/spring-sale/return");
        assert_eq!(world.shop.state().orders.len(), 1);
        assert_eq!(world.bank.state().moved.len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_sent_by_twenty_at_once_is_one() {
    for database in databases() {
        let world = std::sync::Arc::new(World::new(&database));
        world.funnel("two_step").await;
        world.shop.fill("cartc", 1, 1);
        world.post("cartc", "/checkout/spring-sale/details", ADDRESS).await;
        let mut clicks = tokio::task::JoinSet::new();
        for _ in 0..20 {
            let world = world.clone();
            clicks.spawn(async move {
                let form = "payment_method=test&card_number=4242424242424242&attempt=1&expected_total=21.60";
                world.post("cartc", "/checkout/spring-sale/pay", form).await.location()
            });
        }
        for location in clicks.join_all().await {
            assert_eq!(location, "/checkout/spring-sale/return", "{}", database.name);
        }
        assert_eq!((world.bank.state().moved.len(), world.shop.state().orders.len()), (1, 1));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_known_is_checked_and_never_success() {
    for database in databases() {
        let world = World::new(&database);
        world.funnel("two_step").await;
        for (token, mood) in [("cartd", Mood::Unknown), ("carte", Mood::LosesAnswer)] {
            world.bank.state().mood = mood;
            world.shop.fill(token, 1, 1);
            let sent = world.buy(token, "4242424242424242").await;
            assert_eq!(sent.location(), "/checkout/spring-sale/return", "{mood:?}");
            if mood == Mood::Unknown {
                let page = world.get(token, "/checkout/spring-sale/return").await;
                assert!(page.text.contains("We are checking your payment"), "{}", page.text);
                assert_eq!(
                    world.get(token, "/checkout/spring-sale/payment").await.location(),
                    "/checkout/spring-sale/return"
                );
            }
            world.bank.state().mood = Mood::Pays;
            database.clock.advance(200);
            world.engine.run_hook("cartwright/funnels/checkout_sweep").await.unwrap();
            let after = world.get(token, "/checkout/spring-sale/return").await;
            assert!(after.location().starts_with("/offer/"), "{mood:?} {}", after.text);
        }
        assert_eq!(world.bank.state().moved.len(), 2);
        let orders = world.shop.state().orders.values().filter(|order| order.is_paid()).count();
        assert_eq!(orders, 2);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_challenge_leads_there_and_back() {
    for database in databases() {
        let world = World::new(&database);
        world.funnel("two_step").await;
        world.bank.state().mood = Mood::Challenges;
        world.shop.fill("cartf", 1, 1);
        let sent = world.buy("cartf", "4000002500003155").await;
        assert_eq!(sent.location(), "/challenge/1", "{}", sent.text);
        let waiting = world.get("cartf", "/checkout/spring-sale/return").await;
        assert!(waiting.text.contains("Confirm your payment"));
        world.bank.state().mood = Mood::Pays;
        let after = world.get("cartf", "/checkout/spring-sale/return").await;
        assert!(after.location().starts_with("/offer/"), "{}", after.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_and_three_steps_and_the_plain_checkout() {
    for database in databases() {
        let world = World::new(&database);
        world.shop.fill("cartg", 1, 1);
        assert_eq!(world.get("cartg", "/checkout").await.location(), "/checkout/standard");
        let plain = world.get("cartg", "/checkout/standard").await;
        assert_eq!(plain.status, 200, "{}", plain.text);
        let form = format!(
            "{ADDRESS}&payment_method=test&card_number=4242424242424242&attempt=1&expected_total=21.60"
        );
        let paid = world.post("cartg", "/checkout/standard/pay", &form).await;
        assert_eq!(paid.location(), "/checkout/standard/return", "{}", paid.text);
        let thanks = world.get("cartg", "/checkout/standard/return").await;
        assert_eq!(thanks.location(), "/order/100/wc_order_100");
        world.funnel("three_step").await;
        world.shop.fill("carth", 1, 1);
        let saved = world.post("carth", "/checkout/spring-sale/details", ADDRESS).await;
        assert_eq!(saved.location(), "/checkout/spring-sale/review");
        assert_eq!(world.get("carth", "/checkout/spring-sale/review").await.status, 200);
        assert_eq!(world.get("carth", "/checkout/spring-sale/payment").await.status, 200);
        assert_eq!(world.get("carth", "/checkout/nowhere").await.status, 404);
    }
}
