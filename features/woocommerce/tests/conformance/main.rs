//! The suite that every shop of record passes, on a WooCommerce: on a real store where the environment names one, and
//! otherwise on what such a run has recorded.
//!
//! `CARTWRIGHT_WOOCOMMERCE_STORE=address,key id:secret,site id` names a store with the suite's catalogue, and
//! `CARTWRIGHT_WOOCOMMERCE_RESET` a command that takes its orders away and puts its stock back; it runs before each case.
//! Every exchange is then written to `exchanges/`.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops at the first thing that is not as it should be"
)]

mod recorded;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use db::testing::{TestDatabase, sqlite};
use host_conformance::site::Running;
use host_conformance::{RefundOrder, Site};
use http::HeaderMap;
use kernel::ids::OrderId;
use kernel::{Clock, Fault};
use runtime::ports::Host;
use serde_json::{Value, json};
use woocommerce::calls::{commands, rules};
use woocommerce::transport::Transport;
use woocommerce::{HttpTransport, Link, Patience, WooCommerceHost};

use crate::recorded::{Player, Recorder};

struct WooCommerce {
    host: WooCommerceHost,
    link: Link,
    _database: TestDatabase,
}

#[async_trait]
impl Site for WooCommerce {
    fn host(&self) -> &dyn Host {
        &self.host
    }

    async fn refund(&self, wanted: &RefundOrder) -> Result<OrderId, Fault> {
        let lines: Vec<Value> = wanted
            .lines
            .iter()
            .map(|line| {
                json!({ "item_id": line.item_id, "quantity": line.quantity, "total": line.total, "tax": line.tax })
            })
            .collect();
        let arguments = json!({ "key": wanted.key, "order_id": wanted.order_id, "amount": wanted.amount,
                                "reason": "returned", "lines": lines });
        let refund: Value = self.link.host("refund", &arguments, self.link.patience().write).await?;
        Ok(OrderId(refund["id"].as_i64().unwrap()))
    }
}

/// A store that the environment names.
#[derive(Clone)]
struct Live {
    url: String,
    key: String,
    site: String,
    reset: Option<String>,
}

#[expect(clippy::disallowed_methods, reason = "the tests' own configuration")]
fn live() -> Option<Live> {
    let store = std::env::var("CARTWRIGHT_WOOCOMMERCE_STORE").ok().filter(|store| !store.is_empty())?;
    let mut parts = store.split(',').map(str::to_owned);
    let mut part = || parts.next().unwrap_or_default();
    Some(Live {
        url: part(),
        key: part(),
        site: part(),
        reset: std::env::var("CARTWRIGHT_WOOCOMMERCE_RESET").ok(),
    })
}

fn exchanges(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance/exchanges").join(format!("{name}.json"))
}

/// A site on a link that is bound to the store, as its first call would bind it.
async fn site(url: &str, key: &str, site: &str, transport: Arc<dyn Transport>) -> WooCommerce {
    let database = sqlite().unwrap();
    database.clock.set(system::SystemClock.now());
    let modules = vec![woocommerce::feature().module];
    let engine = runtime::testing::engine(&database, modules, runtime::testing::ports()).unwrap();
    let link = Link::new(database.db.clone(), url, Some(key), transport, Patience::default()).unwrap();
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
    WooCommerce { host: WooCommerceHost::new(link.clone()), link, _database: database }
}

/// One store, one case at a time.
static ONE_AT_A_TIME: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

async fn on_woocommerce(name: &str, case: for<'a> fn(&'a dyn Site) -> Running<'a>) {
    let path = exchanges(name);
    let Some(store) = live() else {
        let player = Player::read(&path);
        let key = format!("{}:{}", "0".repeat(16), "0".repeat(64));
        case(&site(recorded::ADDRESS, &key, &"0".repeat(32), Arc::new(player)).await).await;
        return;
    };
    let _alone = ONE_AT_A_TIME.lock().await;
    if let Some(reset) = &store.reset {
        let done = std::process::Command::new("sh").args(["-c", reset]).status().unwrap();
        assert!(done.success(), "the store could not be put back");
    }
    let recorder = Arc::new(Recorder::new(HttpTransport::new().unwrap(), &store.url));
    case(&site(&store.url, &store.key, &store.site, recorder.clone()).await).await;
    recorder.write(&path);
}

host_conformance::every_case!(on_woocommerce);
