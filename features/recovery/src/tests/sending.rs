//! What stands against a mail, and what becomes of it.

use http::Method;
use runtime::ports::MailError;
use serde_json::json;

use super::world::worlds;

#[tokio::test]
async fn nobody_who_has_ordered_is_written_to() {
    for world in worlds().await {
        // An order with another cart, from another device.
        world.fill("cart1").await;
        world.capture("cart1", "ann@example.org", true).await;
        world.wait(10).await;
        let order = world.order(41, "elsewhere", "ANN@example.org", 5000);
        world.paid(order).await;
        world.wait(40).await;
        assert!(world.mailer.sent().is_empty());

        // An order that only the shop knows of.
        world.fill("cart2").await;
        world.capture("cart2", "bob@example.org", true).await;
        *world.host.0.ordered.lock().unwrap() = true;
        world.wait(40).await;
        assert!(world.mailer.sent().is_empty());
        let runs = world.owner(Method::GET, "/wp-json/ocart/v1/recovery/runs", "").await.json();
        assert_eq!(runs[0]["stop_reason"], "ordered", "{runs}");
        world.verify().await;
    }
}

#[tokio::test]
async fn an_address_that_nobody_has_is_suppressed_at_once_and_nothing_else_is() {
    for world in worlds().await {
        world.mailer.fail_next(MailError::Refused("the mail server refused the message (554)".to_owned()));
        world.fill("cart1").await;
        world.capture("cart1", "ann@example.org", true).await;
        world.wait(31).await;
        let suppressed =
            async || world.owner(Method::GET, "/wp-json/ocart/v1/recovery/suppression", "").await.json();
        assert_eq!(suppressed().await, json!([]), "{}", world.database.name);

        world.mailer.fail_next(MailError::NoMailbox("nobody has this address (550)".to_owned()));
        world.fill("cart2").await;
        world.capture("cart2", "bob@example.org", true).await;
        world.wait(31).await;
        let rows = suppressed().await;
        assert_eq!((&rows[0]["reason"], &rows[0]["source"]), (&json!("bounce"), &json!("smtp")), "{rows}");
        assert_eq!(rows[0]["email"], "bob@example.org");
        assert!(world.mailer.sent().is_empty());
        world.verify().await;
    }
}

#[tokio::test]
async fn a_server_that_refuses_the_shop_is_asked_again_until_it_would_be_too_late() {
    for world in worlds().await {
        for _ in 0..40 {
            world
                .mailer
                .fail_next(MailError::Misconfigured("the mail server refuses this shop (554)".to_owned()));
        }
        world.fill("cart1").await;
        world.capture("cart1", "ann@example.org", true).await;
        world.wait(12 * 60).await;
        let status = async || {
            let detail = world.owner(Method::GET, "/wp-json/cartbay/v1/sessions/1", "").await.json();
            detail["notifications"][0]["status"].as_str().unwrap().to_owned()
        };
        assert_eq!(status().await, "queued", "{}", world.database.name);
        let page = world.owner(Method::GET, "/admin/ocart-recovery", "").await;
        assert!(page.text.contains("the mail server refuses this shop (554)"), "the owner is told");
        world.wait(14 * 60).await;
        assert_eq!(status().await, "failed", "{}", world.database.name);
        let rows = world.owner(Method::GET, "/wp-json/ocart/v1/recovery/suppression", "").await.json();
        assert_eq!(rows, json!([]), "nobody is suppressed");
    }
}

#[tokio::test]
async fn a_server_that_is_down_is_tried_again_after_longer_and_longer() {
    for world in worlds().await {
        for _ in 0..2 {
            world.mailer.fail_next(MailError::Down("no connection".to_owned()));
        }
        world.fill("cart1").await;
        world.capture("cart1", "ann@example.org", true).await;
        world.wait(44).await;
        assert!(world.mailer.sent().is_empty());
        world.wait(1).await;
        assert!(world.mailer.sent().is_empty());
        world.wait(30).await;
        assert_eq!(world.mailer.sent().len(), 1, "{}", world.database.name);
        let events = world.owner(Method::GET, "/wp-json/ocart/v1/recovery/deliverability", "").await.json();
        let kinds: Vec<&str> =
            events.as_array().unwrap().iter().map(|event| event["event_type"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["send", "fail", "fail"]);
    }
}

#[tokio::test]
async fn what_may_have_gone_is_not_sent_again() {
    for world in worlds().await {
        world.mailer.fail_next(MailError::Unknown("connection lost".to_owned()));
        world.fill("cart1").await;
        world.capture("cart1", "ann@example.org", true).await;
        world.wait(120).await;
        assert!(world.mailer.sent().is_empty());
        let detail = world.owner(Method::GET, "/wp-json/cartbay/v1/sessions/1", "").await.json();
        assert_eq!(detail["notifications"][0]["status"], "unknown");
        assert_eq!(detail["notifications"][0]["attempts"], 1);
    }
}

#[tokio::test]
async fn a_claim_whose_server_went_away_counts_as_unknown() {
    for world in worlds().await {
        world.fill("cart1").await;
        world.capture("cart1", "ann@example.org", true).await;
        *world.host.0.ordered.lock().unwrap() = false;
        let claimed = world.database.db.clone();
        world.wait(29).await;
        // The server that claims it never comes back to write down what became of it.
        world.database.clock.advance(60);
        world.engine.deliver().await.unwrap();
        world.mailer.fail_next(MailError::Unknown("cut".to_owned()));
        world.run().await;
        claimed
            .write_now(|tx| {
                tx.execute_text("UPDATE {p}cartwright_messages SET state = 'claimed', sent_at = NULL", &[])
                    .map_err(kernel::Fault::from)
            })
            .unwrap();
        world.wait(20).await;
        let detail = world.owner(Method::GET, "/wp-json/cartbay/v1/sessions/1", "").await.json();
        assert_eq!(detail["notifications"][0]["status"], "unknown");
        assert!(world.mailer.sent().is_empty());
    }
}

#[tokio::test]
async fn sequences_are_changed_and_runs_stopped() {
    for world in worlds().await {
        let steps = json!([
            { "channel": "email", "delay_min": 0, "template": "cart_nudge_1" },
            { "channel": "email", "delay_min": 60, "template": "cart_nudge_2" },
        ]);
        let body = json!({ "id": 1, "steps": steps }).to_string();
        let address = "/wp-json/ocart/v1/recovery/sequences";
        assert_eq!(world.owner(Method::POST, address, &body).await.status, 200);
        let bad = json!({ "name": "Bad", "steps": [{ "channel": "sms", "delay_min": 0, "template": "cart_nudge_1" }] });
        assert_eq!(world.owner(Method::POST, address, &bad.to_string()).await.status, 400);

        world.abandoned("cart1", "ann@example.org").await;
        world.wait(30).await;
        assert_eq!(world.owner(Method::POST, "/wp-json/ocart/v1/recovery/runs/1/stop", "").await.status, 200);
        world.wait(60).await;
        assert_eq!(world.mailer.sent().len(), 1);

        world.abandoned("cart2", "bob@example.org").await;
        world.wait(61).await;
        assert_eq!(world.mailer.sent().len(), 3);
        assert_eq!(
            world.owner(Method::POST, "/wp-json/ocart/v1/recovery/runs/99/stop", "").await.status,
            404
        );
    }
}

#[tokio::test]
async fn old_sessions_go() {
    for world in worlds().await {
        world.abandoned("cart1", "ann@example.org").await;
        world.database.clock.advance(31 * 86_400);
        world.run().await;
        assert!(world.statuses().is_empty());
        let list = world.owner(Method::GET, "/wp-json/cartbay/v1/sessions", "").await.json();
        assert_eq!(list, json!([]));
        // The link in the mail still unsubscribes.
        let (_, unsubscribe) = world.links();
        let form = [("content-type", "application/x-www-form-urlencoded")];
        assert_eq!(world.call(Method::POST, &unsubscribe, &form, "").await.status, 200);
    }
}
