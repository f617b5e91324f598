//! Pairing from either side, a second store, rotation, revocation, guessing.

use kernel::FaultKind;
use kernel::ids::OrderId;
use runtime::Actor;
use serde_json::{Value, json};
use woocommerce::calls::{queries, rules};
use woocommerce::pairing::commands;
use woocommerce::pairing::model::Code;

use crate::world::{ADDRESS, SITE, Server, Signed, answer, code, result, unpaired_servers};

const NONCE: &str = "11111111111111111111111111111111";

fn introduction(made: &Code, site: &str) -> Value {
    json!({ "site": site, "address": ADDRESS, "nonce": NONCE, "proof": made.proof(site, ADDRESS, NONCE) })
}

async fn make(server: &Server) -> Code {
    let (made, _) = server.engine.write(Actor::cli(), commands::make_code).await.unwrap();
    Code::parse(&made.text()).unwrap()
}

/// Pairs as the plugin does; gives the key's id and secret.
async fn paired(server: &Server, site: &str) -> (String, Vec<u8>) {
    let made = make(server).await;
    let (status, answer) = server.unsigned("pair", &introduction(&made, site)).await;
    assert_eq!(status, 200, "{answer}");
    let text = |name: &str| answer[name].as_str().unwrap().to_owned();
    assert_eq!(text("proof"), made.answer(NONCE, &text("nonce"), &text("key"), site));
    (text("key"), made.secret(NONCE, &text("nonce"), &text("key")))
}

fn signed_with(server: &Server, route: &str, body: &Value, key: &(String, Vec<u8>)) -> Signed {
    Signed { key: key.0.clone(), secret: key.1.clone(), ..server.signed(route, body) }
}

#[tokio::test]
async fn a_code_made_here_pairs_one_store_once() {
    for server in unpaired_servers() {
        let made = make(&server).await;
        assert_eq!(made.address, "http://shop.test");
        let wrong = Code { bytes: vec![9; 32], ..made.clone() };
        assert_eq!(
            code(&server.unsigned("pair", &introduction(&wrong, SITE)).await),
            (403, "cartwright_code")
        );
        let (status, _) = server.unsigned("pair", &introduction(&made, SITE)).await;
        assert_eq!(status, 200);
        assert_eq!(
            code(&server.unsigned("pair", &introduction(&made, SITE)).await),
            (403, "cartwright_code"),
            "used"
        );
        let key = paired(&server, SITE).await;
        assert_eq!(server.sent(&signed_with(&server, "hello", &json!({}), &key)).await.0, 200);
        let site = server.engine.read(queries::site).await.unwrap();
        assert_eq!((site.site.as_str(), site.address.as_str()), (SITE, ADDRESS));
    }
}

#[tokio::test]
async fn a_code_is_good_for_a_quarter_of_an_hour() {
    for server in unpaired_servers() {
        let made = make(&server).await;
        server.database.clock.advance(901);
        let late = server.unsigned("pair", &introduction(&made, SITE)).await;
        assert_eq!(code(&late), (403, "cartwright_code"));
    }
}

#[tokio::test]
async fn whoever_guesses_is_shut_out_for_a_while() {
    for server in unpaired_servers() {
        let made = make(&server).await;
        let wrong = Code { bytes: vec![9; 32], ..made.clone() };
        for _ in 0..10 {
            assert_eq!(server.unsigned("pair", &introduction(&wrong, SITE)).await.0, 403);
        }
        assert_eq!(
            server.unsigned("pair", &introduction(&made, SITE)).await.0,
            429,
            "even with the right one"
        );
        server.database.clock.advance(901);
        paired(&server, SITE).await;
    }
}

#[tokio::test]
async fn a_second_store_is_refused_until_the_first_is_disconnected() {
    for server in unpaired_servers() {
        let first = paired(&server, SITE).await;
        let (other, made) = ("0ddb".repeat(8), make(&server).await);
        let refused = server.unsigned("pair", &introduction(&made, &other)).await;
        assert_eq!(code(&refused), (409, "cartwright_other_store"));
        server.store.answers(|_, _| Err("connection refused".to_owned()));
        assert!(!commands::disconnect(&server.engine, Actor::cli()).await.unwrap(), "it could not be told");
        let refused = server.sent(&signed_with(&server, "hello", &json!({}), &first)).await;
        assert_eq!(code(&refused), (401, "cartwright_key"));
        let second = paired(&server, &other).await;
        let mut call = signed_with(&server, "hello", &json!({}), &second);
        call.site = other;
        assert_eq!(server.sent(&call).await.0, 200);
    }
}

/// A store that was given `made` and answers as the plugin does.
fn plays_the_plugin(server: &Server, made: Code, site: &'static str) {
    server.store.answers(move |route, body| {
        assert_eq!(route, "pair");
        let text = |name: &str| body[name].as_str().unwrap();
        if text("proof") != made.proof("", "http://shop.test", text("nonce")) {
            let refusal = json!({ "code": "cartwright_code", "message": "No.", "data": { "status": 403 } });
            return Ok(answer(403, &refusal.to_string()));
        }
        let (own, key) = ("2".repeat(32), "3".repeat(16));
        let proof = made.answer(text("nonce"), &own, &key, site);
        let said = json!({ "site": site, "address": ADDRESS, "nonce": own, "key": key, "proof": proof });
        Ok(answer(200, &said.to_string()))
    });
}

#[tokio::test]
async fn a_code_made_in_the_store_is_typed_here() {
    for server in unpaired_servers() {
        let made = Code { address: ADDRESS.to_owned(), bytes: vec![5; 32] };
        plays_the_plugin(&server, made.clone(), SITE);
        let wrong = Code { bytes: vec![6; 32], ..made.clone() };
        let refused = commands::type_code(&server.engine, Actor::cli(), &wrong.text()).await.unwrap_err();
        assert_eq!((refused.status(), refused.code), (403, "cartwright_code"));
        let elsewhere = Code { address: "http://elsewhere.test".to_owned(), ..wrong };
        let refused = commands::type_code(&server.engine, Actor::cli(), &elsewhere.text()).await.unwrap_err();
        assert_eq!((refused.status(), refused.code), (409, "cartwright_other_store"));
        commands::type_code(&server.engine, Actor::cli(), &made.text()).await.unwrap();
        let nonce = server.store.asked().last().unwrap().1["nonce"].as_str().unwrap().to_owned();
        let key = ("3".repeat(16), made.secret(&nonce, &"2".repeat(32), &"3".repeat(16)));
        assert_eq!(server.sent(&signed_with(&server, "hello", &json!({}), &key)).await.0, 200);
        let third = Code { address: "http://third.test".to_owned(), bytes: vec![7; 32] };
        let refused = commands::type_code(&server.engine, Actor::cli(), &third.text()).await.unwrap_err();
        assert_eq!(refused.code, "cartwright_other_store", "the present one is disconnected first");
    }
}

#[tokio::test]
async fn a_store_that_does_not_know_the_code_proves_nothing() {
    for server in unpaired_servers() {
        let made = Code { address: ADDRESS.to_owned(), bytes: vec![5; 32] };
        for said in [
            "{}".to_owned(),
            "<html>".to_owned(),
            json!({ "site": SITE, "address": "", "nonce": NONCE, "key": "3".repeat(16), "proof": "4".repeat(64) })
                .to_string(),
        ] {
            server.store.answers(move |_, _| Ok(answer(200, &said)));
            let refused = commands::type_code(&server.engine, Actor::cli(), &made.text()).await.unwrap_err();
            assert_eq!(refused.kind, FaultKind::Upstream);
        }
        assert!(!server.engine.read(queries::site).await.unwrap().is_paired());
    }
}

#[tokio::test]
async fn this_servers_rotation_leaves_no_gap_even_when_the_answer_is_lost() {
    for server in unpaired_servers() {
        let first = paired(&server, SITE).await;
        server.store.answers(|_, body| Ok(answer(200, &json!({ "key": body["key"] }).to_string())));
        let id = commands::rotate(&server.engine, Actor::cli()).await.unwrap();
        let asked = server.store.asked().pop().unwrap().1;
        assert_eq!(asked["key"], id.as_str());
        let second = (id.clone(), rules::rotated(&first.1, asked["nonce"].as_str().unwrap(), &id));
        for key in [&first, &second] {
            assert_eq!(server.sent(&signed_with(&server, "hello", &json!({}), key)).await.0, 200);
        }
        // The answer is lost: the store holds the third key, and this server does not know it.
        server.store.answers(|_, _| Err("connection reset".to_owned()));
        commands::rotate(&server.engine, Actor::cli()).await.unwrap_err();
        let asked = server.store.asked().pop().unwrap().1;
        let third = asked["key"].as_str().unwrap().to_owned();
        let current = |server: &Server| {
            let headers = server.store.last_headers();
            headers.iter().find(|(name, _)| *name == "x-cartwright-key").unwrap().1.clone()
        };
        assert_eq!(current(&server), id);
        // Its old key is over there: the next call is refused once and signed anew.
        let known = third.clone();
        let played = server.store.clone();
        server.store.answers(move |_, _| {
            let headers = played.last_headers();
            let shown = &headers.iter().find(|(name, _)| *name == "x-cartwright-key").unwrap().1;
            if *shown == known {
                result(Value::Null)
            } else {
                Ok(answer(401, r#"{"code":"cartwright_key","message":"x","data":{"status":401}}"#))
            }
        });
        assert!(server.engine.host().order(OrderId(1)).await.unwrap().is_none());
        assert_eq!(current(&server), third);
    }
}

#[tokio::test]
async fn the_admins_page_shows_and_changes_the_link() {
    use axum::body::Body;
    use axum::http::Request;
    for server in unpaired_servers() {
        let manager = |method: &str, path: &str, body: &str| {
            Request::builder()
                .method(method)
                .uri(format!("/admin/cartwright-wordpress{path}"))
                .header("authorization", "Manager")
                .header("content-type", "application/x-www-form-urlencoded")
                .body(Body::from(body.to_owned()))
                .unwrap()
        };
        let page = server.page(manager("GET", "", "")).await;
        assert!(page.contains("Not connected"), "{page}");
        let page = server.page(manager("POST", "/code", "")).await;
        let text = page.split("readonly").nth(1).unwrap().split(['>', '<']).nth(1).unwrap();
        let made = Code::parse(text).unwrap();
        assert_eq!(server.unsigned("pair", &introduction(&made, SITE)).await.0, 200);
        let page = server.page(manager("GET", "", "")).await;
        assert!(page.contains("Connected") && page.contains(ADDRESS), "{page}");
        assert_eq!(server.request(manager("POST", "/pair", "code=rubbish")).await.0, 303);
        server.store.answers(|_, _| Ok(answer(200, r#"{"revoked":true}"#)));
        assert_eq!(server.request(manager("POST", "/revoke", "")).await.0, 303);
        assert!(server.page(manager("GET", "", "")).await.contains("Not connected"));
    }
}
