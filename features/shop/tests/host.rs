//! The embedded shop through its port, on both databases: the suite that every shop of record passes, and what is its own.
#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that is not as it should be")]

use std::sync::Arc;

use async_trait::async_trait;
use db::testing::{TestDatabase, databases};
use host_conformance::site::{Running, cart_of, new_order};
use host_conformance::{CATALOGUE, ListedOrder, RATES, RefundOrder, Site};
use kernel::contracts::shop::CustomerCreated;
use kernel::ids::{OrderId, UserId};
use kernel::{Decimal, Fault};
use runtime::engine::Ports;
use runtime::ports::{Host, NewCoupon};
use runtime::{Actor, Emit, Engine};
use shop::ShopHost;
use shop::orders::commands_refund::{NewRefund, RefundLine, refund};
use shop::orders::model::{Filter, Order};

struct Embedded {
    database: TestDatabase,
    engine: Engine,
    host: ShopHost,
}

#[async_trait]
impl Site for Embedded {
    fn host(&self) -> &dyn Host {
        &self.host
    }

    async fn refund(&self, wanted: &RefundOrder) -> Result<OrderId, Fault> {
        let lines = wanted.lines.iter().map(|line| RefundLine {
            item_id: line.item_id.0,
            quantity: line.quantity,
            total: line.total,
            tax: line.tax,
        });
        let wanted = NewRefund {
            key: wanted.key.clone(),
            order_id: wanted.order_id,
            amount: wanted.amount,
            reason: "returned".to_owned(),
            lines: lines.collect(),
            restock: true,
            through_gateway: false,
        };
        refund(&self.engine, Actor::cli(), wanted).await
    }

    async fn publish(&self, sku: &str, published: bool) {
        let published = if published { "1" } else { "-1" };
        let row = format!("Type,SKU,Name,Published\nsimple,{sku},Mug,{published}\n");
        let import = move |tx: &mut runtime::Tx| shop::products::commands::import(tx, row.as_bytes(), 2);
        assert_eq!(self.engine.write(Actor::cli(), import).await.unwrap().updated, 1);
    }

    async fn listed(&self, statuses: &str) -> Vec<ListedOrder> {
        let statuses = statuses.split(',').filter(|status| !status.is_empty()).map(str::to_owned).collect();
        let filter = Filter { statuses, limit: 100, ..Filter::default() };
        let page = self.engine.read(move |tx| shop::orders::queries::list(tx, &filter)).await.unwrap();
        let listed = |order: Order| ListedOrder {
            lines: order.of_kind("line_item").map(|item| (item.name.clone(), item.number("_qty"))).collect(),
            id: order.id,
            status: order.status,
            created_via: order.created_via,
            email: order.billing.email,
            total: order.total,
            currency: order.currency,
            meta: order.meta,
        };
        page.rows.into_iter().map(listed).collect()
    }

    async fn let_pass(&self, seconds: i64) -> bool {
        self.database.clock.advance(seconds);
        true
    }
}

async fn sites() -> Vec<Embedded> {
    let mut sites = Vec::new();
    for database in databases() {
        let host = ShopHost::new(database.db.clone());
        let ports = Ports { host: Arc::new(host.clone()), ..runtime::testing::ports() };
        let engine = runtime::testing::engine(&database, vec![shop::feature().module], ports).unwrap();
        let imported = engine
            .write(Actor::cli(), |tx| {
                shop::taxes::commands::import(tx, RATES.as_bytes())?;
                shop::products::commands::import(tx, CATALOGUE.as_bytes(), 2)
            })
            .await
            .unwrap();
        assert_eq!((imported.created, imported.problems.len()), (5, 1), "{:?}", imported.problems);
        assert_eq!(imported.problems[0].line, 7, "the broken row is named, the good ones are kept");
        sites.push(Embedded { database, engine, host });
    }
    sites
}

async fn assert_clean(site: &Embedded) {
    for verifier in site.engine.verifiers() {
        let violations = site.engine.read(verifier.check).await.unwrap();
        assert!(violations.is_empty(), "{}: {violations:?}", verifier.name);
    }
}

async fn on_every_database(_name: &str, case: for<'a> fn(&'a dyn Site) -> Running<'a>) {
    for site in sites().await {
        case(&site).await;
        assert_clean(&site).await;
    }
}

host_conformance::every_case!(on_every_database);

#[tokio::test]
async fn an_order_that_nobody_pays_gives_its_stock_back_in_time() {
    for site in sites().await {
        let (first, second) = (cart_of(&site, &[("tee/S", 1)]).await, cart_of(&site, &[("tee/S", 1)]).await);
        site.host.place_order(&new_order(&first, "a")).await.unwrap();
        site.host.place_order(&new_order(&second, "b")).await.unwrap_err();
        site.database.clock.advance(3 * 3_600);
        site.engine.run_hook("woocommerce_cancel_unpaid_orders").await.unwrap();
        let placed = site.host.place_order(&new_order(&second, "c")).await.unwrap();
        assert_eq!(placed.status, "pending");
    }
}

#[tokio::test]
async fn a_customers_address_is_the_one_that_the_shop_bills() {
    for site in sites().await {
        let created = CustomerCreated {
            user_id: UserId(42),
            email: "ada@example.com".to_owned(),
            at: site.engine.now(),
        };
        site.engine.write(Actor::system(), move |tx| tx.emit(&created)).await.unwrap();
        site.engine.run_due().await.unwrap();
        let known = site.host.customer_email(UserId(42)).await.unwrap();
        assert_eq!(known.as_deref(), Some("ada@example.com"), "{}", site.database.name);
        assert_eq!(site.host.customer_email(UserId(7)).await.unwrap(), None);
    }
}

#[tokio::test]
async fn a_coupons_limits_are_within_what_the_shop_can_count() {
    for site in sites().await {
        for (times, field) in
            [(1_000_000_000, ""), (1_000_000_001, "coupon.usage_limit"), (i64::MAX, "coupon.usage_limit")]
        {
            let coupon = NewCoupon {
                amount: Decimal::whole(5),
                discount_type: "percent".to_owned(),
                usage_limit: times,
                ..NewCoupon::default()
            };
            let made = site.host.create_coupon(&times.to_string(), &coupon).await;
            match field {
                "" => assert!(made.is_ok(), "{}: {made:?}", site.database.name),
                _ => assert!(made.unwrap_err().params.contains_key(field), "{}", site.database.name),
            }
        }
    }
}
