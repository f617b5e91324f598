//! What a shop tells of itself: figures, ids that follow a request's work, and who may see them. On both databases.
#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that is not as it should be")]

use app::configuration::Observation;
use app::{Application, Configuration};
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request};
use db::testing::{TestDatabase, databases};
use runtime::{Actor, Sql, params};
use sim::browser::Browser;
use tower::ServiceExt as _;

const TOKEN: &str = "a-token-for-the-scraper";

struct Site {
    application: Application,
    router: axum::Router,
}

async fn site(database: &TestDatabase, metrics_token: Option<&str>, trust_forwarded: bool) -> Site {
    let configuration = Configuration {
        public_url: "http://shop.test".to_owned(),
        secret_key: Some("0123456789abcdef0123456789abcdef".to_owned()),
        admin_password: Some("a long enough password".to_owned()),
        trust_forwarded,
        observation: Observation {
            metrics_token: metrics_token.map(str::to_owned),
            ..Observation::default()
        },
        ..Configuration::usual(&database.url, database.db.prefix())
    };
    let application =
        Application::assemble(configuration, database.clock.clone(), database.entropy.clone()).unwrap();
    app::commands::serve::prepare(&application).await.unwrap();
    let router = application.router().unwrap();
    Site { application, router }
}

impl Site {
    async fn get(&self, path: &str, headers: &[(&str, &str)]) -> (u16, HeaderMap, String) {
        let mut request = Request::get(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = self.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let (parts, body) = answer.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        (parts.status.as_u16(), parts.headers, String::from_utf8_lossy(&bytes).into_owned())
    }

    async fn metrics(&self) -> String {
        let (status, headers, text) = self.get("/metrics", &[]).await;
        assert_eq!(status, 200, "{text}");
        assert!(headers["content-type"].to_str().unwrap().starts_with("text/plain; version=0.0.4"));
        text
    }

    /// A shopper buys what the only product is; the request that pays carries `request_id`.
    async fn order(&self, request_id: &str) {
        let password = self
            .application
            .engine
            .write(Actor::cli(), |tx| {
                shop::products::commands::import(
                    tx,
                    b"Type,SKU,Name,Published,Regular price\nsimple,lamp,Lamp,1,40.00\n",
                    2,
                )?;
                let made =
                    accounts::application_passwords::commands::create(tx, kernel::ids::UserId(1), "test")?;
                Ok(made.0)
            })
            .await
            .unwrap();
        let mut admin = Browser::new(&self.router, "198.51.100.1").with_basic("admin", &password);
        let products = admin.open("/wp-json/wc/v3/products").await.unwrap();
        let id = products.json()[0]["id"].clone();
        let body = format!("{{\"set_paid\":true,\"line_items\":[{{\"product_id\":{id},\"quantity\":1}}]}}");
        let basic =
            base64::Engine::encode(&base64::engine::general_purpose::STANDARD, format!("admin:{password}"));
        let request = Request::post("/wp-json/wc/v3/orders")
            .header("authorization", format!("Basic {basic}"))
            .header("content-type", "application/json")
            .header("x-request-id", request_id)
            .body(Body::from(body))
            .unwrap();
        let answer = self.router.clone().oneshot(request).await.unwrap();
        assert_eq!(answer.status().as_u16(), 201);
    }
}

fn value(page: &str, sample: &str) -> Option<u64> {
    page.lines()
        .find_map(|line| line.strip_prefix(sample)?.strip_prefix(' '))
        .map(|text| text.parse().unwrap())
}

#[tokio::test]
async fn figures_count_what_happened() {
    for database in databases() {
        let site = site(&database, None, false).await;
        site.get("/shop", &[]).await;
        site.get("/product/no-such-thing", &[]).await;
        site.get("/nowhere", &[]).await;
        site.order("a-request-of-a-test").await;
        let before = site.metrics().await;
        let pending: u64 = before
            .lines()
            .filter(|line| {
                line.starts_with("cartwright_outbox_deliveries{") && line.contains("state=\"pending\"")
            })
            .map(|line| line.rsplit(' ').next().unwrap().parse::<u64>().unwrap())
            .sum();
        assert!(pending > 0, "an order's events wait for their subscribers\n{before}");
        site.application.engine.run_due().await.unwrap();
        let page = site.metrics().await;
        let counted = |sample: &str| value(&page, sample);
        assert_eq!(
            counted("cartwright_requests_total{route=\"/shop\",method=\"GET\",status=\"200\"}"),
            Some(1)
        );
        assert_eq!(
            counted("cartwright_requests_total{route=\"/product/{slug}\",method=\"GET\",status=\"404\"}"),
            Some(1),
            "the pattern and not the address\n{page}"
        );
        assert_eq!(
            counted("cartwright_requests_total{route=\"none\",method=\"any\",status=\"404\"}"),
            Some(1)
        );
        assert_eq!(
            counted("cartwright_request_duration_seconds_count{route=\"/shop\",method=\"GET\"}"),
            Some(1)
        );
        assert!(counted("cartwright_units_total{verb=\"write\",outcome=\"done\"}") > Some(10));
        assert!(counted("cartwright_units_total{verb=\"read\",outcome=\"done\"}") > Some(3));
        assert_eq!(counted("cartwright_unit_queue{verb=\"write\"}"), Some(0));
        let delivered: u64 = page
            .lines()
            .filter(|line| {
                line.starts_with("cartwright_deliveries_total{") && line.contains("outcome=\"done\"")
            })
            .map(|line| line.rsplit(' ').next().unwrap().parse::<u64>().unwrap())
            .sum();
        assert_eq!(delivered, pending, "each delivery was counted once");
        assert!(!page.contains("state=\"pending\""), "nothing waits any more\n{page}");
        if database.name == "sqlite" {
            assert!(counted("cartwright_commit_group_units_count") > Some(10));
        }
        for line in page.lines().filter(|line| !line.starts_with('#')) {
            let (_, number) = line.rsplit_once(' ').unwrap();
            assert!(number.chars().all(|digit| digit.is_ascii_digit() || digit == '.'), "{line}");
            assert!(!line.contains("no-such-thing") && !line.contains("nowhere"), "{line}");
        }
    }
}

#[tokio::test]
async fn a_request_is_named_in_what_it_left_behind() {
    const ORIGINS: Sql =
        Sql::new("SELECT DISTINCT origin FROM {p}cartwright_outbox WHERE name = 'woocommerce/order/paid'");
    for database in databases() {
        let site = site(&database, None, false).await;
        site.order("checkout-of-ada-4711").await;
        let origins: Vec<Option<String>> = site
            .application
            .engine
            .read(|tx| Ok(tx.rows(&ORIGINS, params![], |row| row.get("origin"))?))
            .await
            .unwrap();
        assert_eq!(origins, [Some("checkout-of-ada-4711".to_owned())]);
        site.application.engine.run_due().await.unwrap();
        const LATER: Sql = Sql::new(
            "SELECT COUNT(*) FROM {p}cartwright_outbox WHERE name <> 'woocommerce/order/paid' AND origin = 'checkout-of-ada-4711'",
        );
        let later = site.application.engine.read(|tx| Ok(tx.count(&LATER, params![])?)).await.unwrap();
        assert!(later > 0, "what the event caused names the request too");
    }
}

#[tokio::test]
async fn ids_are_taken_when_they_are_well_formed_and_made_otherwise() {
    let database = db::testing::sqlite().unwrap();
    let site = site(&database, None, false).await;
    let echoed = async |headers: &[(&str, &str)], path: &str| {
        let (_, headers, _) = site.get(path, headers).await;
        headers["x-request-id"].to_str().unwrap().to_owned()
    };
    for path in ["/shop", "/nowhere", "/wp-json/ocart/v1/ping", "/wp-json/ocart/v1/nothing", "/healthz"] {
        assert_eq!(echoed(&[("x-request-id", "abc.DEF_123-4")], path).await, "abc.DEF_123-4");
        assert_eq!(echoed(&[], path).await.len(), 36);
        assert_eq!(echoed(&[("x-request-id", "<script>")], path).await.len(), 36);
        assert_eq!(echoed(&[("x-request-id", &"x".repeat(80))], path).await.len(), 36);
    }
    let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    assert_eq!(echoed(&[("traceparent", trace)], "/shop").await, "4bf92f3577b34da6a3ce929d0e0e4736");
    assert_eq!(echoed(&[("traceparent", "00-0-0-0")], "/shop").await.len(), 36);
}

#[tokio::test]
async fn two_orders_under_one_request_id_are_two_orders() {
    const ORDERS: Sql = Sql::new("SELECT COUNT(*) FROM {p}wc_orders");
    for database in databases() {
        let site = site(&database, None, false).await;
        site.order("a-proxy-that-repeats-itself").await;
        site.order("a-proxy-that-repeats-itself").await;
        let orders = site.application.engine.read(|tx| Ok(tx.count(&ORDERS, params![])?)).await.unwrap();
        assert_eq!(orders, 2);
    }
}

#[tokio::test]
async fn figures_are_not_open_to_the_world() {
    let database = db::testing::sqlite().unwrap();
    let open = site(&database, None, false).await;
    assert_eq!(open.get("/metrics", &[]).await.0, 200, "this machine");
    for header in ["x-forwarded-for", "forwarded", "x-real-ip", "via", "x-forwarded-proto"] {
        let (status, _, text) = open.get("/metrics", &[(header, "203.0.113.9")]).await;
        assert_eq!(status, 403, "{header}: through a proxy on this machine");
        assert!(text.contains("CARTWRIGHT_METRICS_TOKEN"), "{text}");
    }
    let proxied = site(&database, None, true).await;
    assert_eq!(proxied.get("/metrics", &[("x-forwarded-for", "127.0.0.1")]).await.0, 403);
    let closed = site(&database, Some(TOKEN), true).await;
    assert_eq!(closed.get("/metrics", &[]).await.0, 403, "a token is asked of everyone");
    assert_eq!(closed.get("/metrics", &[("authorization", "Bearer wrong")]).await.0, 403);
    let bearer = format!("Bearer {TOKEN}");
    assert_eq!(
        closed.get("/metrics", &[("authorization", &bearer), ("x-forwarded-for", "203.0.113.9")]).await.0,
        200
    );
    let password = closed
        .application
        .engine
        .write(Actor::cli(), |tx| {
            Ok(accounts::application_passwords::commands::create(tx, kernel::ids::UserId(1), "scraper")?.0)
        })
        .await
        .unwrap();
    let mut admin = Browser::new(&closed.router, "198.51.100.1").with_basic("admin", &password);
    assert_eq!(admin.open("/metrics").await.unwrap().status.as_u16(), 200);
}

/// Every name of ours in a text.
fn names(text: &str) -> std::collections::BTreeSet<String> {
    text.split(|character: char| !(character.is_ascii_alphanumeric() || character == '_'))
        .filter(|word| word.starts_with("cartwright_") || word.starts_with("process_"))
        .map(str::to_owned)
        .collect()
}

#[tokio::test]
async fn the_dashboard_shows_figures_that_are_there_and_all_of_them() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/grafana/cartwright.json");
    let board: serde_json::Value = kernel::json::from_text(&std::fs::read_to_string(path).unwrap()).unwrap();
    let targets: Vec<&serde_json::Value> = board["panels"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|panel| panel["targets"].as_array())
        .flatten()
        .collect();
    let shown: std::collections::BTreeSet<String> =
        targets.iter().flat_map(|target| names(target["expr"].as_str().unwrap())).collect();
    let database = db::testing::sqlite().unwrap();
    let site = site(&database, None, false).await;
    let page = site.metrics().await;
    let kinds: std::collections::BTreeMap<&str, &str> =
        page.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split_once(' ')).collect();
    let family = |name: &str| {
        let histogram = ["_bucket", "_sum", "_count"]
            .iter()
            .filter_map(|ending| name.strip_suffix(ending))
            .find(|base| kinds.get(base) == Some(&"histogram"));
        histogram.unwrap_or(name).to_owned()
    };
    let shown: std::collections::BTreeSet<String> = shown.iter().map(|name| family(name)).collect();
    let told: std::collections::BTreeSet<String> = kinds.keys().map(|name| (*name).to_owned()).collect();
    assert_eq!(shown, told, "the dashboard's figures and those of /metrics");
}
