//! A real store's announcements, from an order's first line to its end, and what this server makes of them.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use db::testing::{TestDatabase, sqlite};
use kernel::contracts::shop::{
    CustomerCreated, OrderPaid, OrderPlaced, OrderRefunded, OrderStatusChanged, ReviewChanged,
};
use kernel::{Clock, Event, Fault};
use runtime::{Engine, Envelope, Module, Sql, Subscriber, Tx, params};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tower::ServiceExt;
use web::{Credentials, CurrentUser, Feature, LoginSession, ServerOptions};
use woocommerce::calls::rules;
use woocommerce::transport::Transport;
use woocommerce::{HttpTransport, Link, Patience};

use crate::recorded::{ADDRESS, Exchange, Player, Recorder};
use crate::{exchanges, live, runs, within};

const EVENTS: &str = "/wp-json/cartwright/v1/events";
const TOLD: Sql = Sql::new("SELECT name, payload FROM {p}cartwright_outbox ORDER BY id");

/// What happens in the store, and what is told of it here.
const STEPS: [(&str, &[&str]); 9] = [
    (
        "$order = wc_create_order(['customer_id' => get_user_by('email', 'ada@example.com')->ID]); \
         $order->add_product(wc_get_product(wc_get_product_id_by_sku('tray')), 2); \
         $order->set_address(['email' => 'ada@example.com', 'country' => 'US', 'state' => 'IL'], 'billing'); \
         $order->calculate_totals(); $order->save(); update_option('journey', $order->get_id());",
        &["order/placed"],
    ),
    (
        "wc_get_order(get_option('journey'))->payment_complete('charge-1');",
        &["order/paid", "order/status_changed pending>processing"],
    ),
    (
        "wc_get_order(get_option('journey'))->update_status('completed');",
        &["order/status_changed processing>completed"],
    ),
    (
        "$refund = wc_create_refund(['order_id' => get_option('journey'), 'amount' => '5.00']); \
         update_option('journey_refund', $refund->get_id());",
        &["order/refunded 500"],
    ),
    (
        // As WooCommerce's own admin does it.
        "wc_get_order(get_option('journey_refund'))->delete(true); \
         do_action('woocommerce_refund_deleted', get_option('journey_refund'), get_option('journey'));",
        &["order/status_changed completed>completed"],
    ),
    (
        "wc_get_order(get_option('journey'))->update_status('refunded');",
        &["order/status_changed completed>refunded", "order/refunded 5610"],
    ),
    ("wc_get_order(get_option('journey'))->delete(true);", &["order/status_changed refunded>trash"]),
    (
        "$id = wp_insert_comment(['comment_post_ID' => wc_get_product_id_by_sku('mug'), 'comment_type' => 'review', \
         'comment_author_email' => 'ada@example.com', 'comment_content' => 'Good.', 'comment_approved' => 0, \
         'comment_meta' => ['rating' => 5]]); \
         wp_set_comment_status($id, 'approve'); wp_set_comment_status($id, 'hold'); wp_delete_comment($id, true);",
        &["review/changed true", "review/changed false"],
    ),
    (
        "$id = wc_create_new_customer('grace@example.com', 'grace', 'a long enough password'); \
         require_once ABSPATH . 'wp-admin/includes/user.php'; wp_delete_user($id);",
        &["customer/created", "accounts/rights/changed"],
    ),
];

/// One step as it was recorded: what the store sent, and what it was asked.
#[derive(Debug, Default, Clone, Serialize, Deserialize)]
struct Recorded {
    heard: Vec<Value>,
    asked: Vec<Exchange>,
}

fn nothing(_: &mut Tx, _: &Envelope) -> Result<(), Fault> {
    Ok(())
}

fn nobody(_: &mut Tx, _: &Credentials) -> Result<Option<(CurrentUser, Option<LoginSession>)>, Fault> {
    Ok(None)
}

struct Server {
    database: TestDatabase,
    engine: Engine,
    router: axum::Router,
}

fn server(url: &str, key: &str, transport: Arc<dyn Transport>) -> Server {
    let database = sqlite().unwrap();
    let link = Link::new(database.db.clone(), url, Some(key), transport, Patience::default()).unwrap();
    let mut listeners = Module::default();
    listeners.subscribers = vec![
        Subscriber::unit("test.placed", OrderPlaced::NAME, nothing),
        Subscriber::unit("test.paid", OrderPaid::NAME, nothing),
        Subscriber::unit("test.changed", OrderStatusChanged::NAME, nothing),
        Subscriber::unit("test.refunded", OrderRefunded::NAME, nothing),
        Subscriber::unit("test.review", ReviewChanged::NAME, nothing),
        Subscriber::unit("test.customer", CustomerCreated::NAME, nothing),
    ];
    let mut feature = woocommerce::feature();
    let modules = vec![std::mem::take(&mut feature.module), woocommerce::linked(link), listeners];
    let engine = runtime::testing::engine(&database, modules, runtime::testing::ports()).unwrap();
    let doors = Feature { name: "doors", authenticator: Some(nobody), ..Feature::default() };
    let router = web::router(engine.clone(), &[feature, doors], ServerOptions::default()).unwrap();
    Server { database, engine, router }
}

async fn told(engine: &Engine) -> Vec<String> {
    let rows = engine
        .read(|tx| {
            Ok(tx.rows(&TOLD, params![], |row| {
                Ok((row.get::<String>("name")?, row.get::<String>("payload")?))
            })?)
        })
        .await
        .unwrap();
    rows.into_iter()
        .map(|(name, payload)| {
            let event: Value = serde_json::from_str(&payload).unwrap();
            let name = name.trim_start_matches("woocommerce/");
            match name {
                "order/status_changed" => {
                    format!("{name} {}>{}", event["from"].as_str().unwrap(), event["to"].as_str().unwrap())
                }
                "order/refunded" => format!("{name} {}", event["amount"]["minor"]),
                "review/changed" => format!("{name} {}", event["approved"]),
                _ => name.to_owned(),
            }
        })
        .collect()
}

#[tokio::test]
async fn a_real_stores_announcements_are_told_once_each() {
    let path = exchanges("announcements");
    match live() {
        Some(_) => record(&path).await,
        None => replay(&path).await,
    }
}

/// Plays the recorded announcements, signed anew; each twice, as a store whose answer was lost would.
async fn replay(path: &std::path::Path) {
    let text = std::fs::read_to_string(path).unwrap();
    let steps: Vec<Recorded> = serde_json::from_str(&text).unwrap();
    let player = Player::new(steps.iter().flat_map(|step| step.asked.clone()).collect());
    let (id, secret) = ("0".repeat(16), vec![0; 32]);
    let key = format!("{id}:{}", "0".repeat(64));
    let server = server(ADDRESS, &key, Arc::new(player));
    let mut expected: Vec<String> = Vec::new();
    for (step, (what, told_of)) in steps.iter().zip(STEPS) {
        for body in step.heard.iter().flat_map(|body| [body, body]) {
            let (body, site) = (body.to_string(), "0".repeat(32));
            let (time, nonce) = (server.engine.now().unix(), server.engine.entropy().hex(16));
            let route = EVENTS.trim_start_matches("/wp-json");
            let signature = rules::signature(&secret, route, time, &nonce, &site, body.as_bytes());
            let request = Request::post(EVENTS)
                .header("content-type", "application/json")
                .header(rules::KEY, &id)
                .header(rules::SITE, site)
                .header(rules::TIME, time.to_string())
                .header(rules::NONCE, nonce)
                .header(rules::SIGNATURE, signature)
                .body(Body::from(body))
                .unwrap();
            assert_eq!(server.router.clone().oneshot(request).await.unwrap().status(), 200);
        }
        server.engine.run_due().await.unwrap();
        expected.extend(told_of.iter().map(|told| (*told).to_owned()));
        assert_eq!(told(&server.engine).await, expected, "after {what}");
    }
}

/// Lets a real store announce to a server that listens where the store has been told that it is.
#[expect(clippy::disallowed_methods, reason = "the tests' own configuration")]
async fn record(path: &std::path::Path) {
    let store = live().unwrap();
    let _alone = crate::ONE_AT_A_TIME.lock().await;
    runs(&store, "reset", "");
    let recorder = Arc::new(Recorder::new(HttpTransport::new().unwrap(), &store.url));
    let server = server(&store.url, &store.key, recorder.clone());
    let heard: Arc<Mutex<Vec<Value>>> = Arc::default();
    let book = Arc::clone(&heard);
    let router = server
        .router
        .clone()
        .layer(axum::middleware::from_fn(move |request, next| overheard(Arc::clone(&book), request, next)));
    let address = std::env::var("CARTWRIGHT_WOOCOMMERCE_SERVER").unwrap();
    let listener = tokio::net::TcpListener::bind(address).await.unwrap();
    let serving = axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>());
    let serving = tokio::spawn(serving.into_future());
    let (mut steps, mut expected): (Vec<Recorded>, Vec<String>) = (Vec::new(), Vec::new());
    for (what, told_of) in STEPS {
        server.database.clock.set(system::SystemClock.now());
        let php = format!("\\Cartwright\\Events\\Delivery::forget(); {what}");
        tokio::task::spawn_blocking(move || within(&php)).await.unwrap();
        server.engine.run_due().await.unwrap();
        expected.extend(told_of.iter().map(|told| (*told).to_owned()));
        assert_eq!(told(&server.engine).await, expected, "after {what}");
        let heard = std::mem::take(&mut *heard.lock().unwrap());
        steps.push(Recorded { heard, asked: recorder.take() });
    }
    serving.abort();
    if store.record {
        let text = serde_json::to_string_pretty(&steps).unwrap();
        std::fs::write(path, text.replace(&store.url, ADDRESS) + "\n").unwrap();
    }
}

/// Keeps what the store announces.
async fn overheard(book: Arc<Mutex<Vec<Value>>>, request: Request, next: Next) -> Response {
    if request.uri().path() != EVENTS {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let bytes = to_bytes(body, 1 << 20).await.unwrap();
    book.lock().unwrap().push(serde_json::from_slice(&bytes).unwrap());
    next.run(Request::from_parts(parts, Body::from(bytes))).await
}
