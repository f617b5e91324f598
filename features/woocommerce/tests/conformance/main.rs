//! The suite that every shop of record passes, on a WooCommerce: on a real store where the environment names one, and
//! otherwise on what such a run has recorded.
//!
//! `e2e/woocommerce/conformance.sh` runs it on a store and sets these:
//! - `CARTWRIGHT_WOOCOMMERCE_STORE=address,key id:secret,site id` names a store with the suite's catalogue.
//! - `CARTWRIGHT_WOOCOMMERCE_TOOL` is what works on it, such as `e2e/woocommerce.sh {} DIRECTORY`: with `reset` for `{}` it takes
//!   the orders away and puts the stock back, with `php` it runs a file within the store.
//! - `CARTWRIGHT_WOOCOMMERCE_SERVER=127.0.0.1:8499` is where the store has been told that its server is.
//! - `CARTWRIGHT_WOOCOMMERCE_RECORD=1` has every exchange written to `exchanges/`.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops at the first thing that is not as it should be"
)]

mod journey;
mod operations;
mod recorded;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use db::testing::{TestDatabase, sqlite};
use host_conformance::site::Running;
use host_conformance::{ListedOrder, RefundOrder, Site};
use http::HeaderMap;
use kernel::ids::OrderId;
use kernel::{Clock, Fault};
use runtime::ports::Host;
use serde_json::{Value, json};
use woocommerce::calls::{commands, rules};
use woocommerce::operations::{NewRefund, RefundedLine};
use woocommerce::transport::Transport;
use woocommerce::{HttpTransport, Link, Patience, WooCommerceHost};

use crate::recorded::{Player, Recorder};

struct WooCommerce {
    host: WooCommerceHost,
    link: Link,
    book: Book,
    _database: TestDatabase,
}

/// Where it is written down, or was.
#[derive(Clone)]
enum Book {
    Written(Arc<Recorder>),
    Read(Arc<Player>),
}

impl Book {
    fn transport(&self) -> Arc<dyn Transport> {
        match self {
            Self::Written(recorder) => recorder.clone(),
            Self::Read(player) => player.clone(),
        }
    }
}

/// WooCommerce's own REST interface, as its owner sees it.
const ORDERS: &str = "wc/v3/orders";
const LIST_ORDERS: &str = "wp_set_current_user(1); \
    $request = new WP_REST_Request('GET', '/wc/v3/orders'); \
    $request->set_query_params(json_decode('QUERY', true)); \
    $cartbay = fn ($meta) => str_starts_with($meta->key, '_cartbay_'); \
    echo json_encode(array_map(fn ($order) => [ \
        'id' => $order['id'], 'status' => $order['status'], 'created_via' => $order['created_via'], \
        'email' => $order['billing']['email'], 'total' => $order['total'], 'currency' => $order['currency'], \
        'lines' => array_map(fn ($line) => [$line['name'], $line['quantity']], $order['line_items']), \
        'meta' => array_map(fn ($meta) => [$meta->key, $meta->value], array_values(array_filter($order['meta_data'], $cartbay))), \
    ], rest_do_request($request)->get_data()));";

#[async_trait]
impl Site for WooCommerce {
    fn host(&self) -> &dyn Host {
        &self.host
    }

    async fn refund(&self, wanted: &RefundOrder) -> Result<OrderId, Fault> {
        let lines = wanted.lines.iter().map(|line| RefundedLine {
            item_id: line.item_id,
            quantity: line.quantity,
            total: line.total,
            tax: line.tax,
        });
        let refund = NewRefund {
            key: wanted.key.clone(),
            order_id: wanted.order_id,
            amount: wanted.amount,
            reason: "returned".to_owned(),
            lines: lines.collect(),
        };
        self.link.refund(&refund).await.map(|refund| refund.id)
    }

    async fn publish(&self, sku: &str, published: bool) {
        let status = if published { "publish" } else { "draft" };
        let id = format!("wc_get_product_id_by_sku('{sku}')");
        within(&format!("wp_update_post(['ID' => {id}, 'post_status' => '{status}']);"));
    }

    async fn listed(&self, statuses: &str) -> Vec<ListedOrder> {
        let query = if statuses.is_empty() { json!({}) } else { json!({ "status": statuses }) };
        let answered = match &self.book {
            Book::Written(recorder) => {
                let told = within(&LIST_ORDERS.replace("QUERY", &query.to_string()));
                let listed: Value = serde_json::from_str(&told).unwrap_or_else(|_| panic!("no list: {told}"));
                recorder.keep(ORDERS, query, listed.clone());
                listed
            }
            Book::Read(player) => player.answer(ORDERS, &query).answered,
        };
        serde_json::from_value(answered).unwrap()
    }
}

/// A store that the environment names.
#[derive(Clone)]
struct Live {
    url: String,
    key: String,
    site: String,
    tool: String,
    /// Write what is said?
    record: bool,
}

#[expect(clippy::disallowed_methods, reason = "the tests' own configuration")]
fn live() -> Option<Live> {
    let store = std::env::var("CARTWRIGHT_WOOCOMMERCE_STORE").ok().filter(|store| !store.is_empty())?;
    let mut parts = store.split(',').map(str::to_owned);
    let mut part = || parts.next().unwrap_or_default();
    let tool = std::env::var("CARTWRIGHT_WOOCOMMERCE_TOOL").unwrap();
    let record = std::env::var("CARTWRIGHT_WOOCOMMERCE_RECORD").is_ok_and(|record| record == "1");
    Some(Live { url: part(), key: part(), site: part(), tool, record })
}

/// `e2e/woocommerce.sh VERB DIRECTORY` as `TOOL` with the verb in the place of `{}`; gives what it prints.
fn runs(store: &Live, verb: &str, more: &str) -> String {
    let command = format!("{} {more}", store.tool.replace("{}", verb));
    let done = std::process::Command::new("sh").args(["-c", &command]).output().unwrap();
    let told = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{verb} could not be done in the store: {told}");
    String::from_utf8(done.stdout).unwrap()
}

/// Runs PHP within the store and gives what it prints; nothing on recorded exchanges, where it was run already.
fn within(php: &str) -> String {
    let Some(store) = live() else { return String::new() };
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), format!("<?php {php}")).unwrap();
    runs(&store, "php", &file.path().display().to_string())
}

fn exchanges(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance/exchanges").join(format!("{name}.json"))
}

/// A site on a link that is bound to the store, as its first call would bind it.
async fn site(url: &str, key: &str, site: &str, book: Book) -> WooCommerce {
    let database = sqlite().unwrap();
    database.clock.set(system::SystemClock.now());
    let modules = vec![woocommerce::feature().module];
    let engine = runtime::testing::engine(&database, modules, runtime::testing::ports()).unwrap();
    let link = Link::new(database.db.clone(), url, Some(key), book.transport(), Patience::default()).unwrap();
    let (id, secret) = rules::given_key(key).unwrap();
    let (now, nonce, path) = (engine.now().unix(), engine.entropy().hex(16), "/cartwright/v1/hello");
    let mut headers = HeaderMap::new();
    let signature = rules::signature(&secret, path, now, &nonce, site, b"{}");
    for (name, value) in [
        (rules::KEY, id.clone()),
        (rules::SITE, site.to_owned()),
        (rules::TIME, now.to_string()),
        (rules::NONCE, nonce),
        (rules::SIGNATURE, signature),
    ] {
        headers.insert(name, value.parse().unwrap());
    }
    let shown = rules::Shown::read(&headers).unwrap();
    database
        .db
        .write(move |tx| {
            commands::adopt(tx, &id, &secret)?;
            commands::verify(tx, &shown, path, b"{}")
        })
        .await
        .unwrap();
    WooCommerce { host: WooCommerceHost::new(link.clone()), link, book, _database: database }
}

/// One store, one case at a time.
static ONE_AT_A_TIME: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

async fn on_woocommerce(name: &str, case: for<'a> fn(&'a dyn Site) -> Running<'a>) {
    with_a_store(name, async |site| case(&site).await).await;
}

/// Does something with a store that was put back before, or with what was recorded under the name.
async fn with_a_store(name: &str, work: impl AsyncFnOnce(WooCommerce)) {
    let path = exchanges(name);
    let Some(store) = live() else {
        let book = Book::Read(Arc::new(Player::read(&path)));
        let key = format!("{}:{}", "0".repeat(16), "0".repeat(64));
        work(site(recorded::ADDRESS, &key, &"0".repeat(32), book).await).await;
        return;
    };
    let _alone = ONE_AT_A_TIME.lock().await;
    runs(&store, "reset", "");
    let recorder = Arc::new(Recorder::new(HttpTransport::new().unwrap(), &store.url));
    work(site(&store.url, &store.key, &store.site, Book::Written(recorder.clone())).await).await;
    if store.record {
        recorder.write(&path);
    }
}

host_conformance::every_case!(on_woocommerce);
