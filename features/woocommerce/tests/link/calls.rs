//! Signatures in both directions, keys, and answers that are none.

use kernel::FaultKind;
use kernel::ids::OrderId;
use serde_json::{Value, json};

use crate::world::{KEY, SITE, Signed, answer, code, result, secret, servers, unpaired_servers};

#[tokio::test]
async fn a_signed_call_is_taken_once() {
    for server in servers() {
        let call = server.signed("hello", &json!({ "wordpress": "7.1", "hooked": ["oloyalty/earn/points"] }));
        let (status, greeting) = server.sent(&call).await;
        assert_eq!(status, 200, "{}: {greeting}", server.database.name);
        assert_eq!(greeting["public_url"], "http://shop.test");
        assert_eq!(code(&server.sent(&call).await), (401, "cartwright_replayed"));
        // The same key of an answer, and no signature.
        assert_eq!(code(&server.sent_with(&call, "none").await), (401, "cartwright_signature"));
        server.database.clock.advance(250);
        assert_eq!(code(&server.sent(&call).await), (401, "cartwright_replayed"));
        server.database.clock.advance(60);
        assert_eq!(code(&server.sent(&call).await), (401, "cartwright_clock"));
        let site = server.engine.read(woocommerce::calls::queries::site).await.unwrap();
        assert_eq!((site.site.as_str(), site.is_paired()), (SITE, true));
        assert_eq!(site.hooked, ["oloyalty/earn/points"]);
    }
}

#[tokio::test]
async fn whatever_is_not_signed_as_agreed_is_refused_with_its_reason() {
    for server in servers() {
        let good = server.signed("hello", &json!({}));
        assert_eq!(code(&server.unsigned("hello", &json!({})).await), (401, "cartwright_signature"));
        let fresh = |change: &dyn Fn(&mut Signed)| {
            let mut call = server.signed("hello", &json!({}));
            change(&mut call);
            call
        };
        for (call, reason) in [
            (fresh(&|call| call.time -= 301), "cartwright_clock"),
            (fresh(&|call| call.time += 301), "cartwright_clock"),
            (fresh(&|call| call.time = i64::MIN), "cartwright_clock"),
            (fresh(&|call| call.key = "ffffffffffffffff".to_owned()), "cartwright_key"),
            (fresh(&|call| call.key = "x".to_owned()), "cartwright_signature"),
            (fresh(&|call| call.nonce = "short".to_owned()), "cartwright_signature"),
            (fresh(&|call| call.secret = vec![1; 32]), "cartwright_signature"),
        ] {
            assert_eq!(code(&server.sent(&call).await), (401, reason), "{call:?}");
        }
        let signature = woocommerce::calls::rules::signature(
            &secret(),
            &good.path,
            good.time,
            &good.nonce,
            SITE,
            good.body.as_bytes(),
        );
        let altered = Signed { body: json!({ "wordpress": "6.4" }).to_string(), ..good.clone() };
        assert_eq!(code(&server.sent_with(&altered, &signature).await), (401, "cartwright_signature"));
        let elsewhere = Signed { path: "/cartwright/v1/keys".to_owned(), ..good.clone() };
        assert_eq!(code(&server.sent_with(&elsewhere, &signature).await), (401, "cartwright_signature"));
        // None of these used up the nonce of the call that they were made from.
        assert_eq!(server.sent_with(&good, &signature).await.0, 200);
        // The store's database was copied: the copy has the key, and an id of its own.
        let copy = Signed { site: "c0b1".repeat(8), ..server.signed("hello", &json!({})) };
        assert_eq!(code(&server.sent(&copy).await), (401, "cartwright_site"));
        let large = server.signed("hello", &json!({ "connector": "x".repeat(1 << 20) }));
        assert_eq!(server.sent(&large).await.0, 413);
    }
}

#[tokio::test]
async fn what_goes_out_is_signed_with_the_current_key() {
    for server in servers() {
        server.hears("hello", &json!({})).await;
        server.store.answers(|_, _| result(Value::Null));
        assert!(server.engine.host().order(OrderId(4)).await.unwrap().is_none());
        assert_eq!(server.store.asked(), [("host/order".to_owned(), json!({ "id": 4 }))]);
        let headers = server.store.last_headers();
        let header = |name: &str| headers.iter().find(|(known, _)| *known == name).unwrap().1.clone();
        let expected = woocommerce::calls::rules::signature(
            &secret(),
            "/cartwright/v1/host/order",
            server.engine.now().unix(),
            &header("x-cartwright-nonce"),
            SITE,
            br#"{"id":4}"#,
        );
        assert_eq!(header("x-cartwright-signature"), expected);
        assert_eq!((header("x-cartwright-key").as_str(), header("x-cartwright-site").as_str()), (KEY, SITE));
    }
}

#[tokio::test]
async fn a_store_in_trouble_is_the_stores_trouble() {
    for server in servers() {
        let host = server.engine.host();
        for (status, body) in [
            (500, r#"{"code":"internal_server_error","message":"x","data":{"status":500}}"#),
            (200, "<!doctype html><title>Briefly unavailable</title>"),
            (200, r#"{"result": {"id": 4, "#),
            (200, r#"{"result": {"id": "four"}}"#),
            (200, "[]"),
            (200, "{}"),
            (301, ""),
            (404, "<html>"),
            (401, r#"{"code":"cartwright_signature","message":"x","data":{"status":401}}"#),
        ] {
            server.store.answers(move |_, _| Ok(answer(status, body)));
            let fault = host.order(OrderId(4)).await.unwrap_err();
            assert_eq!(fault.kind, FaultKind::Upstream, "{status} {body}: {fault}");
            assert!(!fault.message.contains("doctype"), "the answer is not shown: {fault}");
        }
        server.store.answers(|_, _| Err("connection refused".to_owned()));
        assert_eq!(host.order(OrderId(4)).await.unwrap_err().kind, FaultKind::Upstream);
        server.store.falls_silent(true);
        let fault = host.order(OrderId(4)).await.unwrap_err();
        assert!(fault.kind == FaultKind::Upstream && fault.message.contains("in time"), "{fault}");
    }
}

#[tokio::test]
async fn without_a_store_nothing_is_called() {
    for server in unpaired_servers() {
        let fault = server.engine.host().order(OrderId(4)).await.unwrap_err();
        assert_eq!((fault.kind, fault.code), (FaultKind::Upstream, "cartwright_unpaired"));
        assert_eq!(code(&server.hears("hello", &json!({})).await), (401, "cartwright_key"));
        assert!(server.store.asked().is_empty());
    }
}

#[tokio::test]
async fn the_stores_rotation_leaves_no_gap() {
    for server in servers() {
        let next = json!({ "key": "aaaaaaaaaaaaaaaa", "nonce": "0".repeat(32) });
        for _ in 0..2 {
            // The answer is lost: the store asks again.
            assert_eq!(server.hears("keys", &next).await, (200, json!({ "key": "aaaaaaaaaaaaaaaa" })));
        }
        let rotated = woocommerce::calls::rules::rotated(&secret(), &"0".repeat(32), "aaaaaaaaaaaaaaaa");
        let by_next = |server: &crate::world::Server| Signed {
            key: "aaaaaaaaaaaaaaaa".to_owned(),
            secret: rotated.clone(),
            ..server.signed("hello", &json!({}))
        };
        assert_eq!(server.sent(&by_next(&server)).await.0, 200);
        assert_eq!(server.hears("hello", &json!({})).await.0, 200, "what was under way is still taken");
        server.database.clock.advance(601);
        assert_eq!(code(&server.hears("hello", &json!({})).await), (401, "cartwright_key"));
        assert_eq!(server.sent(&by_next(&server)).await.0, 200);
        let mut last = by_next(&server);
        last.path = "/cartwright/v1/keys".to_owned();
        last.body = json!({ "revoke": true }).to_string();
        assert_eq!(server.sent(&last).await, (200, json!({ "key": "" })));
        assert_eq!(code(&server.sent(&by_next(&server)).await), (401, "cartwright_key"));
    }
}
