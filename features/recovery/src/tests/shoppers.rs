//! Capture, abandonment, restore, unsubscribe, attribution.

use http::Method;
use kernel::{Currency, Money};
use serde_json::{Value, json};

use super::host::{cart, line};
use super::world::{Answer, World, worlds};

#[tokio::test]
async fn without_consent_nothing_is_kept() {
    for world in worlds().await {
        world.fill("cart1").await;
        let answer = world.capture("cart1", "ann@example.org", false).await;
        assert_eq!((answer.status, answer.json()["captured"].clone()), (200, json!(false)));
        world.wait(40).await;
        assert!(world.mailer.sent().is_empty());
        assert!(world.statuses().is_empty());
        let list = world.owner(Method::GET, "/wp-json/cartbay/v1/sessions", "").await;
        assert_eq!(list.json(), json!([]));

        // Consent given and taken back: what was kept is gone.
        world.fill("cart2").await;
        assert_eq!(world.capture("cart2", "ann@example.org", true).await.status, 201);
        assert_eq!(world.statuses(), ["cartbay-captured"]);
        world.capture("cart2", "ann@example.org", false).await;
        assert!(world.statuses().is_empty());
        world.wait(40).await;
        assert!(world.mailer.sent().is_empty());
    }
}

#[tokio::test]
async fn captures_are_checked() {
    for world in worlds().await {
        world.fill("cart1").await;
        assert_eq!(world.capture("cart1", "nobody", true).await.status, 400);
        assert_eq!(world.capture("unknown", "ann@example.org", true).await.status, 400);
        let address = "/wp-json/ocart/v1/checkout/capture";
        let without = world.call(Method::POST, address, &[], "{}").await;
        assert_eq!(without.status, 401);
        let headers = [("cart-token", "cart1"), ("content-type", "application/json")];
        for body in
            ["{}", r#"{"consent":"perhaps"}"#, r#"{"consent":true,"email":1}"#, r#"{"consent":true,"x":1}"#]
        {
            assert_eq!(world.call(Method::POST, address, &headers, body).await.status, 400, "{body}");
        }
        let form = [("cart-token", "cart1"), ("content-type", "application/x-www-form-urlencoded")];
        let answer = world.call(Method::POST, address, &form, "email=ann%40example.org&consent=on").await;
        assert_eq!(answer.status, 201, "{}", answer.text);
    }
}

#[tokio::test]
async fn the_same_capture_twice_is_one_session() {
    for world in worlds().await {
        world.fill("cart1").await;
        world.capture("cart1", "ann@example.org", true).await;
        world.capture("cart1", "ann@example.org", true).await;
        world.capture("cart1", "Ann.Other@example.org", true).await;
        let list = world.owner(Method::GET, "/wp-json/cartbay/v1/sessions", "").await.json();
        assert_eq!(list.as_array().unwrap().len(), 1);
        assert_eq!(list[0]["email"], "Ann.Other@example.org");
        assert_eq!(list[0]["status"], "wc-cartbay-captured");
    }
}

#[tokio::test]
async fn a_cart_is_abandoned_once_after_thirty_minutes() {
    for world in worlds().await {
        world.fill("cart1").await;
        world.capture("cart1", "ann@example.org", true).await;
        world.wait(29).await;
        assert_eq!(world.statuses(), ["cartbay-captured"]);
        assert!(world.mailer.sent().is_empty());
        world.wait(1).await;
        assert_eq!(world.statuses(), ["cartbay-abandoned"]);
        assert_eq!(world.mailer.sent().len(), 1, "{}", world.database.name);
        world.wait(60).await;
        assert_eq!(world.mailer.sent().len(), 1);
        let detail = world.owner(Method::GET, "/wp-json/cartbay/v1/sessions/1", "").await.json();
        let abandoned =
            detail["events"].as_array().unwrap().iter().filter(|event| event["event"] == "abandoned");
        assert_eq!(abandoned.count(), 1, "{detail}");
        let mail = world.mailer.sent().pop().unwrap();
        assert_eq!(mail.to, "ann@example.org");
        assert!(mail.headers[0].1.contains("/unsubscribe/"));
        world.verify().await;
    }
}

#[tokio::test]
async fn activity_puts_abandonment_off() {
    for world in worlds().await {
        world.fill("cart1").await;
        world.capture("cart1", "ann@example.org", true).await;
        world.wait(20).await;
        world.fill("cart1").await;
        world.wait(29).await;
        assert!(world.mailer.sent().is_empty());
        world.wait(1).await;
        assert_eq!(world.mailer.sent().len(), 1);
    }
}

/// The cart that an answer gives to its browser.
fn given(answer: &Answer) -> String {
    let cookie = answer.cookies.iter().find_map(|cookie| cookie.strip_prefix("cartwright_cart="));
    cookie.unwrap().split(';').next().unwrap().to_owned()
}

/// What has happened to a session, as an owner reads it.
async fn session(world: &World, id: i64) -> Value {
    world.owner(Method::GET, &format!("/wp-json/cartbay/v1/sessions/{id}"), "").await.json()
}

#[tokio::test]
async fn a_restore_link_gives_each_browser_a_cart_of_its_own() {
    for world in worlds().await {
        let (restore, _) = world.abandoned("cart1", "ann@example.org").await;
        // The browser that left the cart goes on with it.
        let answer = world.call(Method::GET, &restore, &[("cookie", "cartwright_cart=cart1")], "").await;
        assert_eq!((answer.status, answer.location.as_str()), (303, "/checkout?restored=1"));
        assert_eq!(given(&answer), "cart1");
        // Any other is given another token, as often as it comes, with what has changed said.
        let first = world.get(&restore).await;
        assert!(first.cookies.iter().any(|cookie| cookie.contains("price")), "{:?}", first.cookies);
        let second = given(&world.get(&restore).await);
        let first = given(&first);
        assert!(first != "cart1" && second != "cart1" && first != second, "{first} {second}");
        let lines = world.host.0.carts.lock().unwrap()[&first].lines.clone();
        assert_eq!(lines.iter().map(|line| line.name.as_str()).collect::<Vec<_>>(), ["Mug"]);

        // A browser with a newer cart keeps it and gets what is missing, once.
        let newer = cart("newer", vec![line(9, "Lamp", 9900)], 9900);
        world.host.0.carts.lock().unwrap().insert("newer".to_owned(), newer);
        for said in ["added%20Mug", "already%20holds"] {
            let answer = world.call(Method::GET, &restore, &[("cookie", "cartwright_cart=newer")], "").await;
            assert_eq!(given(&answer), "newer");
            assert!(answer.cookies.iter().any(|cookie| cookie.contains(said)), "{:?}", answer.cookies);
        }
        let names = |token: &str| -> Vec<String> {
            let carts = world.host.0.carts.lock().unwrap();
            carts[token].lines.iter().map(|line| line.name.clone()).collect()
        };
        assert_eq!(names("newer"), ["Lamp", "Mug"]);

        assert_eq!(world.get("/restore/forged").await.status, 404);
        world.database.clock.advance(49 * 3600);
        assert_eq!(world.get(&restore).await.status, 410);
    }
}

#[tokio::test]
async fn only_what_a_person_does_in_a_restored_cart_is_a_click() {
    for world in worlds().await {
        let (restore, _) = world.abandoned("cart1", "ann@example.org").await;
        for headers in [[("sec-purpose", "prefetch")], [("user-agent", "Mimecast/1.0")]] {
            let answer = world.call(Method::GET, &restore, &headers, "").await;
            assert_eq!(answer.status, 200);
            assert!(answer.cookies.is_empty() && answer.text.contains("Mug"), "{}", answer.text);
        }
        let token = given(&world.get(&restore).await);
        world.run().await;
        let before = session(&world, 1).await;
        assert_eq!(
            (before["status"].clone(), before["restore_clicked_at"].clone()),
            (json!("wc-cartbay-abandoned"), Value::Null)
        );

        let tell = "/wp-json/ocart/v1/checkout/restored";
        for confirmed in [true, false] {
            let answer = world.call(Method::POST, tell, &[("cart-token", &token)], "").await;
            assert_eq!(answer.json(), json!({ "success": true, "confirmed": confirmed }));
        }
        assert_eq!(
            world.call(Method::POST, tell, &[("cart-token", "cart1")], "").await.json()["confirmed"],
            false
        );
        world.run().await;
        let after = session(&world, 1).await;
        assert_eq!(after["status"], "wc-cartbay-captured", "{after}");
        assert_eq!(after["restore_result"]["added"], 1);
        let clicks = after["events"].as_array().unwrap().iter();
        assert_eq!(clicks.filter(|event| event["event"] == "restore_clicked").count(), 1);
        world.verify().await;
    }
}

#[tokio::test]
async fn a_scanner_does_not_make_an_order_recovered() {
    for world in worlds().await {
        world.fill("cart1").await;
        world.capture("cart1", "ann@example.org", true).await;
        world.wait(31).await;
        let (restore, _) = world.links();
        world.get(&restore).await;
        // Weeks later, with the attribution's window over, the shopper buys without having followed anything.
        for _ in 0..15 {
            world.database.clock.advance(86_400);
            world.run().await;
        }
        world.fill("cart2").await;
        world.paid(world.order(41, "cart2", "ann@example.org", 2400)).await;
        let detail = session(&world, 1).await;
        assert_ne!(detail["attribution_source"], "click", "{detail}");
        world.verify().await;
    }
}

#[tokio::test]
async fn unsubscribing_takes_one_click_and_no_scanner_does_it() {
    for world in worlds().await {
        let (_, unsubscribe) = world.abandoned("cart1", "ann@example.org").await;
        assert_eq!(world.get(&unsubscribe).await.status, 200);
        assert_eq!(world.statuses(), ["cartbay-abandoned"]);
        let form = [("content-type", "application/x-www-form-urlencoded")];
        for _ in 0..2 {
            let answer = world.call(Method::POST, &unsubscribe, &form, "List-Unsubscribe=One-Click").await;
            assert_eq!(answer.status, 200);
        }
        world.run().await;
        assert_eq!(world.statuses(), ["cartbay-suppressed"]);
        let list = world.owner(Method::GET, "/wp-json/ocart/v1/recovery/suppression", "").await.json();
        assert_eq!(
            (list[0]["reason"].clone(), list[0]["source"].clone()),
            (json!("unsubscribe"), json!("one_click"))
        );
        assert_eq!(list.as_array().unwrap().len(), 1);
        let runs =
            world.owner(Method::GET, "/wp-json/ocart/v1/recovery/runs?status=stopped", "").await.json();
        assert_eq!(runs[0]["stop_reason"], "unsubscribed");

        // Another cart of the same shopper: the answer tells nothing, and nothing is sent.
        world.fill("cart2").await;
        assert_eq!(world.capture("cart2", "ANN@example.org", true).await.status, 201);
        world.wait(40).await;
        assert_eq!(world.mailer.sent().len(), 1);
        assert_eq!(world.call(Method::POST, "/unsubscribe/forged", &form, "").await.status, 404);
        world.verify().await;
    }
}

#[tokio::test]
async fn an_order_is_attributed_once_and_refunds_take_back() {
    for world in worlds().await {
        let (restore, _) = world.abandoned("cart1", "ann@example.org").await;
        let restored = given(&world.get(&restore).await);
        world.wait(5).await;
        let order = world.order(41, &restored, "ann@example.org", 2400);
        world.paid(order.clone()).await;
        world.paid(order.clone()).await;
        assert_eq!(world.statuses(), ["cartbay-recovered"]);
        let detail = world.owner(Method::GET, "/wp-json/cartbay/v1/sessions/1", "").await.json();
        assert_eq!(detail["attribution_source"], "click");
        assert_eq!(detail["recovered_order_id"], 41);
        assert_eq!(detail["recovered_revenue"].to_string(), "24.00");
        let runs = world.owner(Method::GET, "/wp-json/ocart/v1/recovery/runs", "").await.json();
        assert_eq!(runs[0]["status"], "converted");
        assert_eq!(runs[0]["revenue_recovered"].to_string(), "24.00");

        let mut refunded = order.clone();
        refunded.version = 2;
        refunded.refunded_total = Money::new(900, Currency::USD);
        world.refunded(refunded.clone(), refunded.refunded_total).await;
        // An announcement from before the refund changes nothing.
        world.paid(order).await;
        let detail = world.owner(Method::GET, "/wp-json/cartbay/v1/sessions/1", "").await.json();
        assert_eq!(detail["recovered_revenue"].to_string(), "15.00");
        world.verify().await;
        assert!(world.get(&restore).await.location.ends_with("/shop"));
    }
}

#[tokio::test]
async fn an_order_before_abandonment_closes_the_session() {
    for world in worlds().await {
        world.fill("cart1").await;
        world.capture("cart1", "ann@example.org", true).await;
        world.wait(5).await;
        let order = world.order(41, "cart1", "ann@example.org", 2400);
        world.paid(order).await;
        world.wait(60).await;
        assert!(world.mailer.sent().is_empty());
        let detail = world.owner(Method::GET, "/wp-json/cartbay/v1/sessions/1", "").await.json();
        assert_eq!(detail["close_reason"], "completed_before_abandonment");
        let runs = world.owner(Method::GET, "/wp-json/ocart/v1/recovery/runs", "").await.json();
        assert_eq!(runs, json!([]));
        world.verify().await;
    }
}

#[tokio::test]
async fn an_order_on_a_server_whose_clock_is_behind_closes_the_session() {
    for world in worlds().await {
        world.fill("cart1").await;
        world.capture("cart1", "ann@example.org", true).await;
        let mut order = world.order(41, "cart1", "ann@example.org", 2400);
        order.paid_at = order.paid_at.map(|at| at.plus_seconds(-4));
        world.paid(order).await;
        world.wait(60).await;
        assert!(world.mailer.sent().is_empty());
        let detail = world.owner(Method::GET, "/wp-json/cartbay/v1/sessions/1", "").await.json();
        assert_eq!(detail["close_reason"], "completed_before_abandonment");
        world.verify().await;
    }
}

#[tokio::test]
async fn a_shop_that_is_away_for_days_hears_of_every_session_when_it_is_back() {
    for world in worlds().await {
        for (cart, email) in
            [("cart1", "ann"), ("cart2", "bob"), ("cart3", "cid"), ("cart4", "dee"), ("cart5", "eve")]
        {
            world.fill(cart).await;
            world.capture(cart, &format!("{email}@example.org"), true).await;
        }
        assert_eq!(world.statuses(), ["cartbay-captured"; 5]);
        *world.host.0.away.lock().unwrap() = true;
        let asked = *world.host.0.asked.lock().unwrap();
        world.wait(31).await;
        world.capture("cart2", "bob@example.org", false).await;
        let expire = "/wp-json/cartbay/v1/sessions/3/expire";
        assert_eq!(world.owner(Method::POST, expire, "").await.status, 200);
        let suppress = json!({ "email": "dee@example.org", "reason": "manual" }).to_string();
        let answer = world.owner(Method::POST, "/wp-json/ocart/v1/recovery/suppression", &suppress).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        world.paid(world.order(41, "cart5", "eve@example.org", 2400)).await;
        assert_eq!(world.statuses(), ["cartbay-captured"; 5], "what it knew before");
        let asked = *world.host.0.asked.lock().unwrap() - asked;
        assert!((1..=6).contains(&asked), "it is left alone for a while after each try: asked {asked} times");
        for _ in 0..12 {
            world.database.clock.advance(86_400);
            world.run().await;
        }
        *world.host.0.away.lock().unwrap() = false;
        world.database.clock.advance(7_200);
        world.run().await;
        let known = ["cartbay-abandoned", "cartbay-expired", "cartbay-suppressed", "cartbay-recovered"];
        assert_eq!(world.statuses(), known);
        world.verify().await;
    }
}

#[tokio::test]
async fn consent_is_a_journal_that_nothing_overwrites() {
    for world in worlds().await {
        world.fill("cart1").await;
        world.capture("cart1", "ann@example.org", true).await;
        let first = session(&world, 1).await["consent_at"].clone();
        world.wait(10).await;
        world.capture("cart1", "ann@example.org", true).await;
        let again = session(&world, 1).await;
        assert_eq!(again["consent_at"], first, "given once more");
        assert_eq!(again["consent_history"].as_array().unwrap().len(), 1, "{again}");
        world.capture("cart1", "anna@example.org", true).await;
        let other = session(&world, 1).await;
        assert_ne!(other["consent_at"], first, "for another address");
        world.wait(31).await;
        let (_, unsubscribe) = world.links();
        let form = [("content-type", "application/x-www-form-urlencoded")];
        world.call(Method::POST, &unsubscribe, &form, "List-Unsubscribe=One-Click").await;
        let after = session(&world, 1).await;
        let said: Vec<(bool, &str)> = after["consent_history"]
            .as_array()
            .unwrap()
            .iter()
            .map(|entry| (entry["given"].as_bool().unwrap(), entry["source"].as_str().unwrap()))
            .collect();
        assert_eq!(said, [(true, "classic"), (true, "classic"), (false, "unsubscribe")]);
        let page = world.owner(Method::GET, "/admin/cartbay-sessions/1", "").await.text;
        assert!(page.contains("Withdrawn"), "{page}");
        world.verify().await;
    }
}
