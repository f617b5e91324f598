//! Sequences of several steps: late ones, ended ones, corrected addresses, clocks that differ.

use http::Method;
use serde_json::{Value, json};

use super::world::{World, worlds};

const SESSION: &str = "/wp-json/cartbay/v1/sessions/1";
const RUNS: &str = "/wp-json/ocart/v1/recovery/runs";

/// Three emails, 5, 60 and 120 minutes after the cart is abandoned.
async fn three_steps(world: &World) {
    let step = |delay: i64, number: usize| json!({ "channel": "email", "delay_min": delay, "template": format!("cart_nudge_{number}") });
    let body = json!({ "id": 1, "steps": [step(5, 1), step(60, 2), step(120, 3)] }).to_string();
    let answer = world.owner(Method::POST, "/wp-json/ocart/v1/recovery/sequences", &body).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
}

async fn option(world: &World, option: &'static str, key: &'static str, value: Value) {
    world
        .engine
        .write(runtime::Actor::cli(), move |tx| {
            let mut settings = runtime::Settings::load(tx, option)?;
            settings.change(tx, runtime::audit::AuditLog::OCart, &[(key.to_owned(), value.clone())])
        })
        .await
        .unwrap();
}

async fn statuses(world: &World) -> Vec<String> {
    let detail = world.owner(Method::GET, SESSION, "").await.json();
    let all = detail["notifications"].as_array().unwrap();
    all.iter().map(|message| message["status"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn after_a_long_pause_one_step_goes_and_the_others_keep_their_distance() {
    for world in worlds().await {
        three_steps(&world).await;
        world.fill("cart1").await;
        world.capture("cart1", "ann@example.org", true).await;
        world.wait(31).await;
        // Nothing runs for five hours.
        world.database.clock.advance(5 * 3_600);
        world.run().await;
        assert_eq!(world.mailer.sent().len(), 1, "{}", world.database.name);
        world.wait(54).await;
        assert_eq!(world.mailer.sent().len(), 1, "{}", world.database.name);
        world.wait(2).await;
        assert_eq!(world.mailer.sent().len(), 2, "{}", world.database.name);
        world.wait(58).await;
        assert_eq!(world.mailer.sent().len(), 2, "{}", world.database.name);
        world.wait(3).await;
        assert_eq!(world.mailer.sent().len(), 3, "{}", world.database.name);
        let runs = world.owner(Method::GET, RUNS, "").await.json();
        assert_eq!(runs[0]["status"], "completed", "the last step has gone: {runs}");
    }
}

#[tokio::test]
async fn whoever_carts_became_an_order_is_not_written_to_whatever_the_clocks_say() {
    for world in worlds().await {
        world.fill("cart1").await;
        world.capture("cart1", "ann@example.org", true).await;
        // The server that takes the order is an hour behind.
        world.database.clock.advance(-3_600);
        let order = world.order(41, "cart1", "other@example.org", 2_400);
        world.paid(order).await;
        world.database.clock.advance(3_600);
        world.wait(40).await;
        assert!(world.mailer.sent().is_empty(), "{}", world.database.name);
        let detail = world.owner(Method::GET, SESSION, "").await.json();
        assert_eq!(detail["status"], "wc-cartbay-expired", "it is not captured any more: {detail}");
        // A later cart under the same token is one of its own.
        world.fill("cart1").await;
        world.capture("cart1", "ann@example.org", true).await;
        world.wait(40).await;
        assert_eq!(world.mailer.sent().len(), 1, "{}", world.database.name);
    }
}

#[tokio::test]
async fn what_is_switched_off_sends_nothing_that_waits() {
    for world in worlds().await {
        three_steps(&world).await;
        world.fill("cart1").await;
        world.capture("cart1", "ann@example.org", true).await;
        world.wait(40).await;
        assert_eq!(world.mailer.sent().len(), 1);
        option(&world, runtime::settings::ocart::OPTION, "general.enabled", json!(false)).await;
        world.wait(120).await;
        assert_eq!(world.mailer.sent().len(), 1, "{}", world.database.name);
        assert_eq!(statuses(&world).await, ["sent", "canceled", "canceled"], "{}", world.database.name);
    }
}

#[tokio::test]
async fn a_corrected_address_is_the_one_that_is_written_to_and_shown() {
    for world in worlds().await {
        three_steps(&world).await;
        world.fill("cart1").await;
        world.capture("cart1", "ann@example.org", true).await;
        world.wait(37).await;
        assert_eq!(world.mailer.sent().len(), 1);
        let (_, unsubscribe) = world.links();
        world.capture("cart1", "bob@example.net", true).await;
        let form = [("content-type", "application/x-www-form-urlencoded")];
        assert_eq!(world.call(Method::POST, &unsubscribe, &form, "").await.status, 200);
        world.wait(100).await;
        let sent = world.mailer.sent();
        assert_eq!(sent.len(), 2, "{}", world.database.name);
        assert_eq!(sent[1].to, "bob@example.net");
        let detail = world.owner(Method::GET, SESSION, "").await.json();
        let mask = detail["notifications"][1]["recipient_mask"].as_str().unwrap();
        assert!(mask.ends_with("@example.net"), "{mask}");
        world.verify().await;
    }
}

#[tokio::test]
async fn what_went_to_the_owners_own_address_counts_for_nothing() {
    for world in worlds().await {
        let cartbay = runtime::settings::cartbay::OPTION;
        option(&world, cartbay, runtime::settings::cartbay::TEST_EMAIL.key, json!("owner@example.com")).await;
        option(&world, cartbay, runtime::settings::cartbay::TEST_MODE.key, json!(true)).await;
        world.fill("cart1").await;
        world.capture("cart1", "ann@example.org", true).await;
        world.wait(31).await;
        assert_eq!(world.mailer.sent()[0].to, "owner@example.com");
        let order = world.order(41, "cart1", "ann@example.org", 2_400);
        world.paid(order).await;
        let detail = world.owner(Method::GET, SESSION, "").await.json();
        assert_eq!(detail["attribution_source"], "organic", "{}: {detail}", world.database.name);
        assert_eq!(detail["emails_sent"], 0, "{}", world.database.name);
        world.verify().await;
    }
}
