//! Announcements: repeated, late, out of turn, of what is gone, while the store is down, of what cannot be read.

use std::sync::{Arc, Mutex};

use kernel::contracts::accounts::RightsChanged;
use kernel::contracts::shop::{
    CartUpdated, CustomerCreated, CustomerFound, OrderPaid, OrderPlaced, OrderRefunded, OrderStatusChanged,
    ReviewChanged,
};
use kernel::{Event, Fault};
use runtime::{Envelope, Module, Sql, Subscriber, Tx, params};
use serde_json::{Value, json};

use crate::world::{Server, Signed, answer, result, servers_with};

const TOLD: Sql = Sql::new("SELECT name, payload FROM {p}cartwright_outbox ORDER BY id");

fn nothing(_: &mut Tx, _: &Envelope) -> Result<(), Fault> {
    Ok(())
}

/// Somebody listens, so that events are kept.
fn listeners() -> Module {
    let mut module = Module::default();
    module.subscribers = vec![
        Subscriber::unit("test.placed", OrderPlaced::NAME, nothing),
        Subscriber::unit("test.paid", OrderPaid::NAME, nothing),
        Subscriber::unit("test.changed", OrderStatusChanged::NAME, nothing),
        Subscriber::unit("test.refunded", OrderRefunded::NAME, nothing),
        Subscriber::unit("test.cart", CartUpdated::NAME, nothing),
        Subscriber::unit("test.customer", CustomerCreated::NAME, nothing),
        Subscriber::unit("test.found", CustomerFound::NAME, nothing),
        Subscriber::unit("test.rights", RightsChanged::NAME, nothing),
        Subscriber::unit("test.review", ReviewChanged::NAME, nothing),
    ];
    module
}

fn servers() -> Vec<Server> {
    servers_with(listeners)
}

/// An order as the plugin tells of it.
pub fn order(id: i64, version: i64, status: &str, refunds: &[(i64, i64)]) -> Value {
    let money = |minor: i64| json!({ "minor": minor, "currency": "USD" });
    let paid = matches!(status, "processing" | "completed" | "refunded");
    let refunded: i64 = refunds.iter().map(|(_, minor)| minor).sum();
    let refunds: Vec<Value> = refunds
        .iter()
        .map(|(id, minor)| json!({ "id": id, "amount": money(*minor), "at": "2026-11-21T12:00:00Z" }))
        .collect();
    json!({
        "order": {
            "id": id, "parent_id": 0, "order_key": "wc_order_x", "status": status, "currency": "USD", "customer_id": 3,
            "billing_email": "ada@example.com", "created_via": "checkout", "payment_method": "cod", "transaction_id": "",
            "lines": [], "coupon_codes": [], "discount_total": money(0), "shipping_total": money(0), "total_tax": money(0),
            "total": money(5_000), "refunded_total": money(refunded), "cart_token": "", "meta": [],
            "created_at": "2026-11-21T11:00:00Z", "paid_at": paid.then_some("2026-11-21T11:01:00Z"), "completed_at": null,
            "version": version
        },
        "refunds": refunds
    })
}

fn announced(id: i64, order: i64) -> Value {
    json!({ "id": id, "name": "order", "subject": format!("order:{order}"), "order_id": order,
            "at": "2026-11-21T12:00:00Z", "data": { "hook": "woocommerce_order_status_changed" } })
}

async fn told(server: &Server) -> Vec<String> {
    server
        .engine
        .read(|tx| {
            Ok(tx.rows(&TOLD, params![], |row| {
                let (name, payload) = (row.get::<String>("name")?, row.get::<String>("payload")?);
                let event: Value = serde_json::from_str(&payload).unwrap();
                let short = name.trim_start_matches("woocommerce/").to_owned();
                Ok(match event.get("from") {
                    Some(from) => {
                        format!("{short} {}>{}", from.as_str().unwrap(), event["to"].as_str().unwrap())
                    }
                    None => short,
                })
            })?)
        })
        .await
        .unwrap()
}

async fn hears(server: &Server, events: &[Value]) -> Vec<i64> {
    let (status, answer) = server.hears("events", &json!({ "events": events })).await;
    assert_eq!(status, 200, "{answer}");
    answer["accepted"].as_array().unwrap().iter().map(|id| id.as_i64().unwrap()).collect()
}

/// The store's orders, to be changed as the test goes.
fn plays_orders(server: &Server, first: Value) -> Arc<Mutex<Value>> {
    let state = Arc::new(Mutex::new(first));
    let played = Arc::clone(&state);
    server.store.answers(move |route, _| {
        assert_eq!(route, "host/order_state");
        result(played.lock().unwrap().clone())
    });
    state
}

#[tokio::test]
async fn an_order_is_told_once_however_often_it_is_announced() {
    for server in servers() {
        let state = plays_orders(&server, order(12, 1, "pending", &[]));
        assert_eq!(hears(&server, &[announced(1, 12), announced(2, 12)]).await, [1, 2]);
        server.engine.run_due().await.unwrap();
        assert_eq!(server.store.asked().len(), 1, "one look is enough for what waits");
        *state.lock().unwrap() = order(12, 3, "processing", &[]);
        assert_eq!(
            hears(&server, &[announced(2, 12), announced(3, 12)]).await,
            [2, 3],
            "a repeat is accepted"
        );
        server.engine.run_due().await.unwrap();
        *state.lock().unwrap() = order(12, 5, "refunded", &[(90, 5_000)]);
        // One refund, five announcements, two of them late.
        hears(&server, &[announced(6, 12), announced(8, 12), announced(7, 12)]).await;
        server.engine.run_due().await.unwrap();
        hears(&server, &[announced(5, 12), announced(4, 12)]).await;
        server.engine.run_due().await.unwrap();
        let expected = [
            "order/placed",
            "order/paid",
            "order/status_changed pending>processing",
            "order/status_changed processing>refunded",
            "order/refunded",
        ];
        assert_eq!(told(&server).await, expected, "{}", server.database.name);
        *state.lock().unwrap() = order(12, 6, "processing", &[]);
        hears(&server, &[announced(9, 12)]).await;
        server.engine.run_due().await.unwrap();
        assert_eq!(told(&server).await.last().unwrap(), "order/status_changed refunded>processing");
    }
}

#[tokio::test]
async fn an_order_that_is_deleted_between_announcement_and_fetch_is_no_error() {
    for server in servers() {
        let gone = json!({ "order": null, "refunds": [] });
        let state = plays_orders(&server, gone.clone());
        hears(&server, &[announced(1, 12)]).await;
        server.engine.run_due().await.unwrap();
        assert_eq!(told(&server).await, Vec::<String>::new());
        *state.lock().unwrap() = order(13, 1, "completed", &[]);
        hears(&server, &[announced(2, 13)]).await;
        server.engine.run_due().await.unwrap();
        *state.lock().unwrap() = gone;
        hears(&server, &[announced(3, 13), announced(4, 13)]).await;
        server.engine.run_due().await.unwrap();
        assert_eq!(told(&server).await[3..], ["order/status_changed completed>trash"]);
    }
}

#[tokio::test]
async fn a_store_that_is_down_leaves_its_announcements_waiting() {
    for server in servers() {
        server.store.answers(|_, _| Ok(answer(500, "<html>")));
        hears(&server, &[announced(1, 12)]).await;
        server.engine.run_due().await.unwrap();
        assert_eq!(told(&server).await, Vec::<String>::new());
        server.store.falls_silent(true);
        server.database.clock.advance(60);
        server.engine.run_due().await.unwrap();
        server.store.falls_silent(false);
        plays_orders(&server, order(12, 4, "processing", &[]));
        hears(&server, &[announced(2, 12)]).await;
        server.database.clock.advance(3_600);
        server.engine.run_due().await.unwrap();
        let expected = ["order/placed", "order/paid", "order/status_changed pending>processing"];
        assert_eq!(told(&server).await, expected);
        let waiting = server.engine.read(woocommerce::inbox::queries::waiting).await.unwrap();
        assert_eq!((waiting.waiting, waiting.failed), (0, 0));
    }
}

#[tokio::test]
async fn what_a_job_gave_up_the_round_takes_up() {
    for server in servers() {
        server.store.answers(|_, _| Err("connection refused".to_owned()));
        hears(&server, &[announced(1, 12)]).await;
        for _ in 0..14 {
            server.database.clock.advance(6_000);
            server.engine.run_jobs().await.unwrap();
        }
        plays_orders(&server, order(12, 4, "pending", &[]));
        server.engine.run_hook("cartwright/wordpress/inbox").await.unwrap();
        assert_eq!(told(&server).await, ["order/placed"]);
    }
}

fn cart(token: &str, quantity: i64) -> Value {
    let money = |minor: i64| json!({ "minor": minor, "currency": "USD" });
    json!({ "token": token, "customer_id": 0, "lines": [], "coupon_codes": [], "currency": "USD", "subtotal": money(0),
            "discount_total": money(0), "shipping_total": money(0), "total_tax": money(0), "total": money(0),
            "item_count": quantity, "needs_shipping": false, "hash": quantity.to_string() })
}

#[tokio::test]
async fn carts_reviews_and_customers_are_told_when_they_are_news() {
    for server in servers() {
        let said = |id: i64, name: &str, subject: &str, data: Value| json!({ "id": id, "name": name, "subject": subject, "at": "2026-11-21T12:00:00Z", "data": data });
        let review = |approved: bool| json!({ "id": 5, "product_id": 9, "user_id": 3, "email": "ada@example.com", "approved": approved, "rating": 5 });
        let customer = json!({ "user_id": 3, "email": "ada@example.com" });
        hears(
            &server,
            &[
                said(1, "cart", "cart:aa", cart("aa", 1)),
                said(2, "cart", "cart:aa", cart("aa", 1)),
                said(4, "cart", "cart:aa", cart("aa", 3)),
                said(5, "review", "review:5", review(true)),
                said(6, "customer", "customer:3", customer.clone()),
            ],
        )
        .await;
        server.engine.run_due().await.unwrap();
        let late = [
            said(3, "cart", "cart:aa", cart("aa", 2)),
            said(7, "review", "review:5", review(true)),
            said(8, "customer", "customer:3", customer),
            said(9, "review", "review:5", review(false)),
        ];
        hears(&server, &late).await;
        server.engine.run_due().await.unwrap();
        let mut names = told(&server).await;
        names.sort();
        let expected =
            ["cart/updated", "cart/updated", "customer/created", "review/changed", "review/changed"];
        assert_eq!(names, expected, "{}", server.database.name);
    }
}

#[tokio::test]
async fn who_was_there_before_is_found_once_and_rights_are_told_each_time() {
    for server in servers() {
        let said = |id: i64, name: &str, data: Value| json!({ "id": id, "name": name, "subject": "user:3", "data": data });
        let customer =
            |existing: bool| json!({ "user_id": 3, "email": "ada@example.com", "existing": existing });
        let rights = |user: i64| json!({ "user_id": user, "capabilities": ["ocart_manage"] });
        hears(
            &server,
            &[
                said(1, "customer", customer(true)),
                said(2, "customer", customer(false)),
                said(3, "user", rights(3)),
                said(4, "user", rights(3)),
                said(5, "user", json!({ "user_id": 0 })),
            ],
        )
        .await;
        hears(&server, &[said(6, "user", rights(-1)), said(7, "user", json!({}))]).await;
        server.engine.run_due().await.unwrap();
        let rights = "accounts/rights/changed";
        assert_eq!(told(&server).await, ["customer/found", rights, rights, rights]);
        let waiting = server.engine.read(woocommerce::inbox::queries::waiting).await.unwrap();
        assert_eq!((waiting.waiting, waiting.failed), (0, 2), "{}", server.database.name);
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_set_aside_and_holds_up_nothing() {
    for server in servers() {
        plays_orders(&server, order(12, 1, "pending", &[]));
        let accepted = hears(
            &server,
            &[
                json!({ "id": 1, "name": "weather", "data": {} }),
                json!({ "id": 2, "name": "order", "subject": "order:0" }),
                json!({ "id": 3, "name": "cart", "subject": "cart:x", "data": { "token": 4 } }),
                announced(4, 12),
            ],
        )
        .await;
        assert_eq!(accepted, [1, 2, 3, 4], "else the store would send them for ever");
        server.engine.run_due().await.unwrap();
        assert_eq!(told(&server).await, ["order/placed"]);
        let waiting = server.engine.read(woocommerce::inbox::queries::waiting).await.unwrap();
        assert_eq!((waiting.waiting, waiting.failed), (0, 3));
        let many: Vec<Value> = (100..601).map(|id| json!({ "id": id, "name": "weather" })).collect();
        assert_eq!(server.hears("events", &json!({ "events": many })).await.0, 400);
        assert_eq!(server.hears("events", &json!({ "events": [{ "name": "order" }] })).await.0, 400);
    }
}

#[tokio::test]
async fn two_stores_never_mix() {
    for server in servers() {
        plays_orders(&server, order(12, 1, "pending", &[]));
        hears(&server, &[announced(1, 12)]).await;
        server.engine.run_due().await.unwrap();
        let copy = Signed {
            site: "c0b1".repeat(8),
            ..server.signed("events", &json!({ "events": [announced(2, 12)] }))
        };
        assert_eq!(server.sent(&copy).await.0, 401);
        server.engine.run_due().await.unwrap();
        assert_eq!(told(&server).await, ["order/placed"]);
    }
}
