//! Units per second and their 99th percentile: points awarded for an order, a cart placed as an order.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use app::Configuration;
use kernel::contracts::shop::{Address, OrderLine, OrderSnapshot};
use kernel::ids::{OrderId, ProductId, UserId};
use kernel::{Fault, Moment};
use runtime::ports::{AddToCart, NewOrder};
use runtime::{Actor, Engine, Tx};

use crate::table::Row;
use crate::{bare, bare_mariadb};

/// Members among whom awards are spread.
pub const MEMBERS: i64 = 10_000;
/// Carts among which orders are spread.
const CARTS: i64 = 64;
/// Units whose statements are recorded for the reference.
const RECORDED: usize = 6_400;

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// Points for a completed order.
    Award,
    /// An order from a cart.
    Place,
}

impl Work {
    const fn name(self) -> &'static str {
        match self {
            Self::Award => "award points",
            Self::Place => "place an order",
        }
    }
}

/// A shop with members and carts.
pub struct Shop {
    /// The program's engine.
    pub engine: Engine,
    /// Every face of the program.
    pub router: axum::Router,
    carts: Vec<String>,
    next: AtomicI64,
}

/// Both kinds of work on a database, at 1 and at 64 callers.
pub async fn measure(url: &str, seconds: u64) -> Result<Vec<Row>, Fault> {
    let shop = Arc::new(open(url, MEMBERS).await?);
    let mut rows = Vec::new();
    for work in [Work::Award, Work::Place] {
        for callers in [1_usize, 64] {
            rows.push(one(&shop, url, work, callers, seconds).await?);
        }
    }
    shop.engine.db().close().await;
    Ok(rows)
}

async fn one(shop: &Arc<Shop>, url: &str, work: Work, callers: usize, seconds: u64) -> Result<Row, Fault> {
    let engine = if url.starts_with("sqlite:") { "SQLite" } else { "MariaDB" };
    loaded(shop, work, callers, Duration::from_secs(1)).await?;
    let figures = loaded(shop, work, callers, Duration::from_secs(seconds)).await?;
    let (reference, compared) = match url.strip_prefix("sqlite:") {
        Some(file) => (
            "bare rusqlite, same statements and groups",
            reference(shop, Path::new(file), work, callers).await?,
        ),
        None => (
            "bare driver, same statements and connections",
            mariadb_reference(shop, url, work, callers).await?,
        ),
    };
    Ok(Row {
        name: format!("{}, {engine}, {callers} caller{}", work.name(), if callers == 1 { "" } else { "s" }),
        per_second: figures.per_second,
        p99: Some(figures.p99),
        reference: reference.to_owned(),
        reference_per_second: Some(compared),
    })
}

struct Figures {
    per_second: u64,
    p99: Duration,
}

async fn loaded(shop: &Arc<Shop>, work: Work, callers: usize, time: Duration) -> Result<Figures, Fault> {
    let begun = Instant::now();
    let mut tasks = Vec::new();
    for _ in 0..callers {
        let shop = Arc::clone(shop);
        tasks.push(tokio::spawn(async move {
            let mut times = Vec::new();
            while begun.elapsed() < time {
                let before = Instant::now();
                run(&shop, work).await?;
                times.push(before.elapsed());
            }
            Ok::<_, Fault>(times)
        }));
    }
    let mut times = Vec::new();
    for task in tasks {
        times.extend(task.await.map_err(|error| Fault::bug(format!("a caller stopped: {error}")))??);
    }
    let elapsed = begun.elapsed();
    times.sort_unstable();
    let p99 = times.get(times.len() * 99 / 100).copied().unwrap_or_default();
    Ok(Figures { per_second: per_second(times.len(), elapsed), p99 })
}

/// A rate.
pub fn per_second(count: usize, elapsed: Duration) -> u64 {
    let count = u128::try_from(count).unwrap_or_default();
    u64::try_from(count * 1_000_000_000 / elapsed.as_nanos().max(1)).unwrap_or_default()
}

/// Does it once.
pub async fn run(shop: &Shop, work: Work) -> Result<(), Fault> {
    let number = shop.next.fetch_add(1, Ordering::Relaxed);
    match work {
        Work::Award => {
            let order = completed_order(number);
            shop.engine
                .write(Actor::system(), move |tx: &mut Tx| {
                    loyalty::earning::commands_orders::order_changed(tx, &order, None)
                })
                .await
        }
        Work::Place => {
            let index = usize::try_from(number % CARTS).unwrap_or_default();
            let order = order_of(shop.carts.get(index).map_or("", String::as_str), number);
            shop.engine
                .write(Actor::system(), move |tx: &mut Tx| shop::orders::commands_place::place(tx, &order))
                .await
                .map(|_| ())
        }
    }
}

/// Records what units run, then runs the same statements bare on a copy of the file as it was before.
async fn reference(shop: &Arc<Shop>, file: &Path, work: Work, callers: usize) -> Result<u64, Fault> {
    let problem = |error: &dyn std::fmt::Display| Fault::bug(format!("no reference: {error}"));
    let folder = tempfile::tempdir().map_err(|error| problem(&error))?;
    let copy = folder.path().join("bare.db");
    rusqlite::Connection::open(file)
        .and_then(|source| source.execute("VACUUM INTO ?", [copy.display().to_string()]))
        .map_err(|error| problem(&error))?;
    let heard = shop.engine.db().record();
    let number = if callers == 1 { RECORDED / 4 } else { RECORDED };
    for _ in 0..number {
        run(shop, work).await?;
    }
    shop.engine.db().stop_recording();
    // The recording is whole once a later unit has been through.
    shop.engine.write(Actor::system(), |_| Ok(())).await?;
    let units = bare::units(heard.try_iter());
    let elapsed = bare::run(&copy, &units, callers).map_err(|error| problem(&error))?;
    Ok(per_second(units.len(), elapsed))
}

/// The same on MariaDB, in a copy of the database beside it.
async fn mariadb_reference(shop: &Arc<Shop>, url: &str, work: Work, callers: usize) -> Result<u64, Fault> {
    let problem = |error: &dyn std::fmt::Display| Fault::bug(format!("no reference: {error}"));
    let recording = bare_mariadb::Reference::begin(url).map_err(|error| problem(&error))?;
    let number = if callers == 1 { RECORDED / 4 } else { RECORDED };
    for _ in 0..number {
        run(shop, work).await?;
    }
    let (units, elapsed) = recording.run(callers).map_err(|error| problem(&error))?;
    Ok(per_second(units, elapsed))
}

/// Opens one on an empty database, with so many members.
pub async fn open(url: &str, members: i64) -> Result<Shop, Fault> {
    let now = Moment::parse("2026-11-21T12:00:00Z").unwrap_or_default();
    let stage = app::demo::open(configuration(url), now, 1).await?;
    let engine = stage.world.engine.clone();
    for start in (1..=members).step_by(500) {
        engine
            .write(Actor::system(), move |tx: &mut Tx| {
                for number in start..start + 500 {
                    let email = format!("member{number}@example.com");
                    loyalty::members::commands::enrol(tx, UserId(1_000_000 + number), &email)?;
                }
                Ok(())
            })
            .await?;
    }
    let mut carts = Vec::new();
    for _ in 0..CARTS {
        let cart = engine.host().open_cart(UserId(0)).await?;
        for product in simple_products(&engine).await? {
            let wanted = AddToCart {
                product_id: product,
                variation_id: ProductId(0),
                quantity: 2,
                variation: Vec::new(),
            };
            engine.host().add_to_cart(&cart.token, &wanted).await?;
        }
        carts.push(cart.token);
    }
    engine.db().set_durability(db::Durability::Full);
    engine.run_due().await?;
    Ok(Shop { engine, router: stage.world.router.clone(), carts, next: AtomicI64::new(1) })
}

async fn simple_products(engine: &Engine) -> Result<Vec<ProductId>, Fault> {
    let mut ids = Vec::new();
    for name in ["Enamel Mug", "Harbour Beanie"] {
        ids.extend(engine.host().find_products(name, 1).await?.iter().map(|product| product.id));
    }
    Ok(ids)
}

fn configuration(url: &str) -> Configuration {
    Configuration {
        public_url: "http://shop.test".to_owned(),
        secret_key: Some("5".repeat(64)),
        admin_password: Some("correct horse battery".to_owned()),
        ..Configuration::usual(url, "wp_")
    }
}

fn completed_order(number: i64) -> OrderSnapshot {
    let now = Moment::parse("2026-11-21T12:00:00Z").unwrap_or_default();
    let customer = 1_000_000 + 1 + number % MEMBERS;
    let currency = kernel::Currency::USD;
    let price = kernel::Decimal::whole(20);
    let line = OrderLine {
        id: kernel::ids::OrderItemId(number),
        product_id: ProductId(1),
        variation_id: ProductId(0),
        name: "Wool Blanket".to_owned(),
        quantity: 1,
        subtotal: price,
        total: price,
        total_tax: kernel::Decimal::ZERO,
        refunded_quantity: 0,
        refunded_total: kernel::Decimal::ZERO,
        category_ids: vec![1],
        offer_id: None,
    };
    let zero = kernel::Money::zero(currency);
    OrderSnapshot {
        id: OrderId(10_000_000 + number),
        parent_id: OrderId(0),
        order_key: format!("wc_order_{number}"),
        status: "completed".to_owned(),
        currency,
        customer_id: UserId(customer),
        billing_email: format!("member{}@example.com", customer - 1_000_000),
        created_via: "checkout".to_owned(),
        payment_method: "test".to_owned(),
        transaction_id: format!("t{number}"),
        lines: vec![line],
        coupon_codes: Vec::new(),
        discount_total: zero,
        shipping_total: zero,
        total_tax: zero,
        total: kernel::Money::new(2_000, currency),
        refunded_total: zero,
        refunded_shipping: kernel::Decimal::ZERO,
        refunded_shipping_tax: kernel::Decimal::ZERO,
        cart_token: String::new(),
        meta: Vec::new(),
        created_at: now,
        paid_at: Some(now),
        completed_at: Some(now),
        version: 1,
    }
}

fn order_of(cart: &str, number: i64) -> NewOrder {
    let billing = Address {
        first_name: "Ada".to_owned(),
        last_name: "Lovelace".to_owned(),
        address_1: "1 Main St".to_owned(),
        city: "Springfield".to_owned(),
        state: "IL".to_owned(),
        postcode: "62701".to_owned(),
        country: "US".to_owned(),
        email: "ada@example.com".to_owned(),
        ..Address::default()
    };
    NewOrder {
        key: format!("bench:{number}"),
        cart_token: cart.to_owned(),
        billing,
        shipping: Address::default(),
        payment_method: "test".to_owned(),
        payment_method_title: "Credit card (test)".to_owned(),
        customer_id: UserId(0),
        customer_note: String::new(),
        meta: Vec::new(),
        ip_address: "192.0.2.1".to_owned(),
        user_agent: "bench".to_owned(),
        expected_total: None,
    }
}
