//! Calls that the gateway makes by itself: early, late, twice, forged.

use axum::Router;
use db::testing::databases;
use http::StatusCode;
use kernel::contracts::payments::ChargeOutcome;
use kernel::hash;

use crate::pages::{ask, site};
use crate::shop::{SECRET, Shop, Trouble, charge, code, fresh};

const PAYS: &str = "4242424242424242";
const ASKS: &str = "4000002500003155";
const PATH: &str = "/wp-json/ocart/v1/webhooks/test";

fn signature(secret: &str, time: i64, body: &str) -> String {
    format!("t={time},v1={}", hash::hmac_sha256(secret.as_bytes(), format!("{time}.{body}").as_bytes()))
}

async fn call(shop: &Shop, site: &Router, key: &str) -> StatusCode {
    let body = format!(r#"{{"key":"{}"}}"#, shop.at_gateway(key).await);
    let signature = signature(SECRET, shop.engine.now().unix(), &body);
    let (status, _, text) = ask(site, "POST", PATH, ("test-gateway-signature", &signature), &body).await;
    assert!(status != StatusCode::OK || text == r#"{"received":true}"#, "{text}");
    status
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_brings_the_answer_that_was_lost_and_only_once() {
    for database in databases() {
        let shop = Shop::on(&database);
        let site = site(&shop);
        shop.gateway.next(Trouble::AnswerLost);
        assert_eq!(code(&shop.pay("lost", 1_000, PAYS).await), "pending");
        let calls = tokio::join!(
            call(&shop, &site, "lost"),
            call(&shop, &site, "lost"),
            call(&shop, &site, "lost"),
            shop.confirm("lost")
        );
        assert_eq!((calls.0, calls.1, calls.2), (StatusCode::OK, StatusCode::OK, StatusCode::OK));
        assert_eq!(shop.state("lost").await, "succeeded");
        assert_eq!(call(&shop, &site, "lost").await, StatusCode::OK);
        assert_eq!((shop.charged().await, shop.settled().await), (1, 1));
        shop.holds().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_was_answered_elsewhere_is_heard_of() {
    for database in databases() {
        let shop = Shop::on(&database);
        let site = site(&shop);
        let ChargeOutcome::RequiresAction { challenge, .. } = shop.pay("asked", 1_000, ASKS).await else {
            panic!("no challenge");
        };
        assert_eq!(call(&shop, &site, "asked").await, StatusCode::OK);
        assert_eq!(shop.state("asked").await, "requires_action", "a call is not an approval");
        let gateway = shop.engine.gateway("test").unwrap();
        let transaction = challenge.rsplit('/').next().unwrap();
        gateway.answer_challenge(transaction, true).await.unwrap();
        assert_eq!(call(&shop, &site, "asked").await, StatusCode::OK);
        assert_eq!((shop.state("asked").await.as_str(), shop.settled().await), ("succeeded", 1));
        shop.holds().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_before_its_charge_gives_nothing_up_and_one_after_the_end_changes_nothing() {
    for database in databases() {
        let shop = Shop::on(&database);
        let site = site(&shop);
        assert_eq!(call(&shop, &site, "early").await, StatusCode::OK);
        assert_eq!(code(&shop.pay("early", 1_000, PAYS).await), "succeeded");
        assert_eq!(code(&shop.pay("no", 1_000, "4000000000000002").await), "card_declined");
        for key in ["early", "no"] {
            assert_eq!(call(&shop, &site, key).await, StatusCode::OK);
        }
        assert_eq!((shop.state("no").await.as_str(), shop.settled().await), ("declined", 2));
        shop.holds().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn money_that_moved_after_the_payment_was_given_up_is_noted() {
    for database in databases() {
        let shop = Shop::on(&database);
        let site = site(&shop);
        shop.gateway.next(Trouble::RequestLost);
        assert_eq!(code(&shop.pay("late", 1_000, PAYS).await), "pending");
        database.clock.advance(61);
        shop.reconcile().await;
        assert_eq!(shop.state("late").await, "abandoned");
        // The request was under way all the time.
        let command = runtime::ports::GatewayCommand {
            key: shop.at_gateway("late").await,
            amount: charge("late", 17, 1_000, fresh(PAYS)).amount,
            source: runtime::ports::GatewaySource::Fresh(PAYS.to_owned()),
            save_method: false,
            description: String::new(),
            return_url: String::new(),
        };
        shop.engine.gateway("test").unwrap().charge(&command).await.unwrap();
        assert_eq!(call(&shop, &site, "late").await, StatusCode::OK);
        assert_eq!(shop.state("late").await, "succeeded");
        assert_eq!(shop.notes("payment.paid_after_end").await, 1);
        assert_eq!(call(&shop, &site, "late").await, StatusCode::OK);
        assert_eq!(shop.notes("payment.paid_after_end").await, 1, "said once");
        shop.holds().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_but_the_gateway_is_heard() {
    for database in databases() {
        let shop = Shop::on(&database);
        let site = site(&shop);
        shop.gateway.next(Trouble::AnswerLost);
        assert_eq!(code(&shop.pay("lost", 1_000, PAYS).await), "pending");
        let (now, body) = (shop.engine.now().unix(), r#"{"key":"lost"}"#);
        let good = signature(SECRET, now, body);
        for (wrong, sent) in [
            (String::new(), body),
            ("t=,v1=".to_owned(), body),
            (signature("another secret", now, body), body),
            (signature(SECRET, now - 301, body), body),
            (signature(SECRET, now + 301, body), body),
            (good.replace("v1=", "v0="), body),
            (good.clone(), r#"{"key":"lose"}"#),
        ] {
            let (status, _, text) = ask(&site, "POST", PATH, ("test-gateway-signature", &wrong), sent).await;
            assert_eq!(status, StatusCode::UNAUTHORIZED, "{wrong} {text}");
            assert!(text.contains("webhook_signature"), "{text}");
        }
        assert_ne!(shop.state("lost").await, "succeeded");
        let path = "/wp-json/ocart/v1/webhooks/nobody";
        let (status, ..) = ask(&site, "POST", path, ("test-gateway-signature", &good), body).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        for (body, expected) in
            [("[1", StatusCode::BAD_REQUEST), ("{}", StatusCode::OK), ("[]", StatusCode::BAD_REQUEST)]
        {
            let signed = signature(SECRET, now, body);
            let (status, ..) = ask(&site, "POST", PATH, ("test-gateway-signature", &signed), body).await;
            assert_eq!(status, expected, "{body}");
        }
    }
}
