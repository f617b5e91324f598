//! The charge machine, and what stands around it.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops at the first thing that is not as it should be"
)]

mod world;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use db::testing::databases;
use serde_json::{Value, json};
use world::World;
use world::bank::Mood;

#[tokio::test(flavor = "multi_thread")]
async fn fifty_at_once_are_one_charge_one_order_one_answer() {
    for database in databases() {
        let world = Arc::new(World::new(&database));
        let funnel = world.funnel("two_step").await;
        let token = world.bought("carta").await;
        let mut clicks = tokio::task::JoinSet::new();
        for _ in 0..50 {
            let (world, token) = (world.clone(), token.clone());
            clicks.spawn(async move {
                let path = format!("/upsells/{}/accept", funnel.upsell);
                let answer = world.shopper("", "POST", &path, json!({ "token": token })).await;
                (answer.status, answer.text)
            });
        }
        let answers: BTreeSet<(u16, String)> = clicks.join_all().await.into_iter().collect();
        assert_eq!(answers.len(), 1, "{} {answers:?}", database.name);
        let (status, text) = answers.into_iter().next().unwrap();
        let answer: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(
            (status, &answer["status"], &answer["child_order_id"]),
            (200, &json!("accepted"), &json!(101))
        );
        assert_eq!(answer["amount"].to_string(), "15.00");
        assert_eq!(world.bank.state().moved.len(), 2, "the order and the upsell");
        assert_eq!(world.shop.state().orders.len(), 2);
        assert_eq!(world.events(funnel.upsell).await, ["accepted 100 101 1500"]);
        world.verify().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_break_after_the_charge_is_finished_by_the_sweep() {
    for database in databases() {
        let world = World::new(&database);
        let funnel = world.funnel("two_step").await;
        let path = format!("/upsells/{}/accept", funnel.upsell);
        for (cart, shop_stumbles) in [("cartb", false), ("cartc", true)] {
            let token = world.bought(cart).await;
            let before = world.bank.state().moved.len();
            world.bank.state().mood = if shop_stumbles { Mood::Pays } else { Mood::LosesAnswer };
            world.shop.stumble.store(shop_stumbles, Ordering::SeqCst);
            let sent = world.shopper("", "POST", &path, json!({ "token": token })).await;
            assert_eq!((sent.status, &sent.json()["status"]), (202, &json!("pending")), "{}", sent.text);
            let page = world.get("", &format!("/offer/{token}")).await;
            assert_eq!(page.location(), format!("/offer/{token}/return"), "no second offer of the same");
            world.bank.state().mood = Mood::Pays;
            database.clock.advance(90);
            world.engine.run_hook("cartwright/funnels/upsell_sweep").await.unwrap();
            let answer = world.shopper("", "POST", &path, json!({ "token": token })).await;
            assert_eq!(
                (answer.status, &answer.json()["status"]),
                (200, &json!("accepted")),
                "{}",
                answer.text
            );
            assert_eq!(world.bank.state().moved.len(), before + 1, "the same key, the same charge");
        }
        let children = world.shop.state().orders.values().filter(|order| order.parent_id.0 > 0).count();
        assert_eq!(children, 2);
        world.verify().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_no_leads_to_the_downsell_and_a_second_no_to_the_thanks() {
    for database in databases() {
        let world = World::new(&database);
        let funnel = world.funnel("two_step").await;
        let token = world.bought("cartd").await;
        let no = world.post("", &format!("/offer/{token}/decline"), "").await;
        let downsell = no.location();
        assert!(downsell.starts_with("/offer/"), "{downsell}");
        let page = world.get("", &downsell).await;
        assert!(page.text.contains("Product 4") && page.text.contains("$6.00"), "{}", page.text);
        let again = world.post("", &format!("/offer/{token}/decline"), "").await;
        assert_eq!(again.location(), downsell, "the same answer");
        let thanks = world.post("", &format!("{downsell}/decline"), "").await;
        assert_eq!(thanks.location(), "/order/100/wc_order_100");
        assert_eq!(world.events(funnel.upsell).await, ["declined 100 0 0"]);
        assert_eq!(world.events(funnel.downsell).await, ["shown 100 0 0", "declined 100 0 0"]);
        assert_eq!(world.bank.state().moved.len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_declined_charge_may_be_tried_again_or_left() {
    for database in databases() {
        let world = World::new(&database);
        let funnel = world.funnel("two_step").await;
        let token = world.bought("carte").await;
        world.bank.state().mood = Mood::Declines;
        let failed = world.post("", &format!("/offer/{token}/accept"), "attempt=1").await;
        assert_eq!(failed.location(), format!("/offer/{token}"));
        let page = world.get("", &failed.location()).await;
        assert!(
            page.text.contains("Your card was declined.") && page.text.contains("Try again"),
            "{}",
            page.text
        );
        assert_eq!(world.events(funnel.upsell).await, ["failed 100 0 0", "shown 100 0 0"]);
        world.bank.state().mood = Mood::Pays;
        let path = format!("/upsells/{}/accept", funnel.upsell);
        let replay = world.shopper("", "POST", &path, json!({ "token": token })).await;
        assert_eq!(replay.json()["status"], "failed", "the first answer stands");
        assert!(replay.json()["next"].as_str().unwrap().starts_with("/offer/"), "the downsell");
        let second = world.shopper("", "POST", &path, json!({ "token": token, "attempt": 2 })).await;
        assert_eq!(second.json()["status"], "accepted", "{}", second.text);
        assert_eq!(world.events(funnel.upsell).await, ["accepted 100 101 1500", "shown 100 0 0"]);
        world.verify().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_challenge_and_an_unknown_outcome_wait() {
    for database in databases() {
        let world = World::new(&database);
        let funnel = world.funnel("two_step").await;
        let token = world.bought("cartf").await;
        world.bank.state().mood = Mood::Challenges;
        let sent = world.post("", &format!("/offer/{token}/accept"), "attempt=1").await;
        assert_eq!(sent.location(), "/challenge/1");
        let page = world.get("", &format!("/offer/{token}/return")).await;
        assert!(page.text.contains("Confirm your payment"), "{}", page.text);
        let no = world
            .shopper("", "POST", &format!("/upsells/{}/decline", funnel.upsell), json!({ "token": token }))
            .await;
        assert_eq!(no.json()["status"], "requires_action", "what is under way is not declined");
        world.bank.state().mood = Mood::Pays;
        let confirmed = world.shopper("", "POST", "/upsells/confirm", json!({ "token": token })).await;
        assert_eq!(confirmed.json()["status"], "accepted", "{}", confirmed.text);

        let token = world.bought("cartg").await;
        world.bank.state().mood = Mood::Unknown;
        let sent = world.post("", &format!("/offer/{token}/accept"), "attempt=1").await;
        assert_eq!(sent.location(), format!("/offer/{token}/return"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_end_and_are_not_forged_or_lent() {
    for database in databases() {
        let world = World::new(&database);
        let funnel = world.funnel("two_step").await;
        let token = world.bought("carth").await;
        let accept = format!("/upsells/{}/accept", funnel.upsell);
        let other = format!("/upsells/{}/accept", funnel.downsell);
        let forged = format!("{}0", &token[..token.len() - 1]);
        let forged = if forged == token { format!("{}1", &token[..token.len() - 1]) } else { forged };
        for (path, token, code) in [
            (&accept, forged.as_str(), "invalid_token"),
            (&accept, "100:2:4.9999999999.00", "invalid_token"),
            (&accept, "", "invalid_token"),
            (&other, token.as_str(), "invalid_token"),
        ] {
            let refused = world.shopper("carth", "POST", path, json!({ "token": token })).await;
            assert_eq!((refused.status, refused.json()["code"].as_str().unwrap()), (403, code));
        }
        assert_eq!(world.get("", &format!("/offer/{forged}")).await.status, 403);
        for body in [
            json!({}),
            json!({ "token": 5 }),
            json!({ "token": token, "price": 0 }),
            json!({"token": token, "attempt": 9}),
        ] {
            assert_eq!(world.shopper("", "POST", &accept, body.clone()).await.status, 400, "{body}");
        }
        let issue =
            |cart: &'static str, body: Value| world.shopper(cart, "POST", "/upsells/issue-token", body);
        let issued = issue("carth", json!({ "order_id": 100 })).await;
        assert_eq!(
            (issued.status, &issued.json()["offer_id"]),
            (201, &json!(funnel.upsell)),
            "{}",
            issued.text
        );
        assert_eq!(issue("cartx", json!({ "order_id": 100 })).await.status, 404, "another's order");
        database.clock.advance(31 * 60);
        let late = world.shopper("", "POST", &accept, json!({ "token": token })).await;
        assert_eq!((late.status, late.json()["code"].as_str().unwrap()), (403, "expired_token"));
        let page = world.get("", &format!("/offer/{token}")).await;
        assert!(page.text.contains("This offer has ended") && page.text.contains("wc_order_100"));
        assert_eq!(world.events(funnel.upsell).await, ["expired 100 0 0"]);
        assert_eq!(issue("carth", json!({ "order_id": 100 })).await.status, 403);
        assert_eq!(world.bank.state().moved.len(), 1);
    }
}
