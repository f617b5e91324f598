//! The embedded shop through its port, on both databases: catalogue, cart, stock, coupons, orders, refunds.
#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that is not as it should be")]

use std::sync::Arc;

use db::testing::{TestDatabase, databases};
use kernel::contracts::shop::{Address, CartSnapshot, OrderSnapshot};
use kernel::ids::{OfferId, OrderId, ProductId, UserId};
use kernel::{Currency, Decimal, Money, Page};
use runtime::engine::Ports;
use runtime::ports::{AddToCart, ChildOrder, Host, NewOrder, OfferLine, RestoreLine, SessionOrder};
use runtime::{Actor, Engine};
use shop::ShopHost;
use shop::orders::commands_refund::{NewRefund, RefundLine, refund};
use shop::products::model::{Filter, Product};

const CATALOGUE: &str = "Type,SKU,Name,Published,Regular price,Sale price,Stock,In stock?,Parent,Attribute 1 name,Attribute 1 value(s),Attribute 1 visible,Attribute 1 global,Tax status,Categories\n\
simple,mug,Mug,1,12.00,,3,1,,,,,,taxable,Kitchen\n\
simple,tray,Tray,1,30.00,25.50,,1,,,,,,taxable,Kitchen\n\
variable,tee,Tee,1,,,,1,,Size,\"S, M\",1,0,taxable,Clothing\n\
variation,tee-s,Tee - S,1,20.00,,1,1,tee,Size,S,,0,taxable,\n\
variation,tee-m,Tee - M,1,20.00,,,1,tee,Size,M,,0,taxable,\n\
simple,,Broken,1,abc,,,1,,,,,,taxable,\n";
const RATES: &str = "Country Code,State Code,ZIP/Postcode,City,Rate %,Tax Name,Priority,Compound,Shipping,Tax Class\nUS,*,*,*,10.0000,US,1,0,1,\n";

struct Site {
    database: TestDatabase,
    engine: Engine,
    host: ShopHost,
}

async fn sites() -> Vec<Site> {
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
        sites.push(Site { database, engine, host });
    }
    sites
}

impl Site {
    async fn product(&self, sku: &str) -> Product {
        let filter = Filter { limit: 100, order: "id".to_owned(), ..Filter::default() };
        let sku = sku.to_owned();
        self.engine
            .read(move |tx| {
                let page: Page<Product> = shop::products::queries::list(tx, &filter)?;
                let mut all = page.rows.clone();
                for product in page.rows {
                    all.extend(shop::products::queries::variations(tx, product.id)?);
                }
                Ok(all.into_iter().find(|product| product.sku.as_deref() == Some(&sku)).unwrap())
            })
            .await
            .unwrap()
    }

    async fn add(&self, token: &str, sku: &str, quantity: i64) -> Result<CartSnapshot, kernel::Fault> {
        let product = self.product(sku).await;
        self.host.add_to_cart(token, &wanted(&product, quantity)).await
    }

    async fn cart_of(&self, lines: &[(&str, i64)]) -> CartSnapshot {
        let mut cart = self.host.open_cart(UserId(0)).await.unwrap();
        for (sku, quantity) in lines {
            cart = self.add(&cart.token, sku, *quantity).await.unwrap();
        }
        cart
    }

    async fn paid(&self, lines: &[(&str, i64)]) -> OrderSnapshot {
        let cart = self.cart_of(lines).await;
        let order = self.host.place_order(&new_order(&cart, "key")).await.unwrap();
        self.host.complete_payment(order.id, "charge").await.unwrap()
    }
}

fn wanted(product: &Product, quantity: i64) -> AddToCart {
    let (product_id, variation_id) =
        if product.parent_id.0 > 0 { (product.parent_id, product.id) } else { (product.id, ProductId(0)) };
    AddToCart { product_id, variation_id, quantity, variation: Vec::new() }
}

fn home() -> Address {
    Address {
        first_name: "Ada".to_owned(),
        last_name: "Lovelace".to_owned(),
        address_1: "1 Main St".to_owned(),
        city: "Springfield".to_owned(),
        postcode: "62701".to_owned(),
        country: "US".to_owned(),
        email: "ada@example.com".to_owned(),
        ..Address::default()
    }
}

fn new_order(cart: &CartSnapshot, key: &str) -> NewOrder {
    NewOrder {
        key: format!("{key}:{}:{}", cart.token, cart.hash),
        cart_token: cart.token.clone(),
        billing: home(),
        shipping: Address::default(),
        payment_method: "test".to_owned(),
        payment_method_title: "Test card".to_owned(),
        customer_id: UserId(0),
        customer_note: String::new(),
        meta: vec![("_ocart_funnel_id".to_owned(), "1".to_owned())],
        ip_address: String::new(),
        user_agent: String::new(),
        expected_total: None,
    }
}

fn money(minor: i64) -> Money {
    Money::new(minor, Currency::USD)
}

#[tokio::test]
async fn a_cart_becomes_one_paid_order_however_often_it_is_asked() {
    for site in sites().await {
        let cart = site.cart_of(&[("mug", 2), ("tray", 1)]).await;
        // 24.00 + 25.50 + 4.99 shipping, 10 % on everything.
        assert_eq!(cart.total, money(5_994), "{}", site.database.name);
        let placed = site.host.place_order(&new_order(&cart, "a")).await.unwrap();
        let again = site.host.place_order(&new_order(&cart, "a")).await.unwrap();
        assert_eq!((placed.id, placed.status.as_str(), placed.total), (again.id, "pending", money(5_994)));
        site.database.clock.advance(60);
        let paid = site.host.complete_payment(placed.id, "charge-1").await.unwrap();
        site.host.complete_payment(placed.id, "charge-2").await.unwrap();
        assert_eq!((paid.status.as_str(), paid.transaction_id.as_str()), ("processing", "charge-1"));
        assert_eq!(site.product("mug").await.stock_quantity, 1, "stock is taken once");
        let emptied = site.host.cart(&cart.token).await.unwrap().unwrap();
        assert_eq!(emptied.item_count, 0);
        assert!(site.host.has_ordered_since("ADA@example.com", placed.created_at).await.unwrap());
        let between = placed.created_at.plus_seconds(30);
        assert!(site.host.has_ordered_since("ada@example.com", between).await.unwrap(), "paid after that");
        let after = placed.created_at.plus_seconds(61);
        assert!(!site.host.has_ordered_since("ada@example.com", after).await.unwrap());
    }
}

#[tokio::test]
async fn the_last_one_is_sold_once() {
    for site in sites().await {
        let (first, second) = (site.cart_of(&[("tee-s", 1)]).await, site.cart_of(&[("tee-s", 1)]).await);
        site.host.place_order(&new_order(&first, "a")).await.unwrap();
        let refused = site.host.place_order(&new_order(&second, "b")).await.unwrap_err();
        assert_eq!(refused.code, "woocommerce_rest_product_out_of_stock", "{}", site.database.name);
        // The first is not paid in time: the stock is free again.
        site.database.clock.advance(3 * 3_600);
        site.engine.run_hook("woocommerce_cancel_unpaid_orders").await.unwrap();
        let placed = site.host.place_order(&new_order(&second, "c")).await.unwrap();
        assert_eq!(placed.status, "pending");
    }
}

#[tokio::test]
async fn parallel_checkouts_of_scarce_stock_never_oversell() {
    for site in sites().await {
        let mut carts = Vec::new();
        for _ in 0..8 {
            carts.push(site.cart_of(&[("mug", 1)]).await);
        }
        let outcomes = carts.into_iter().map(|cart| {
            let host = site.host.clone();
            tokio::spawn(async move { host.place_order(&new_order(&cart, "p")).await })
        });
        let mut placed = 0;
        for outcome in outcomes.collect::<Vec<_>>() {
            placed += i64::from(outcome.await.unwrap().is_ok());
        }
        assert_eq!(placed, 3, "{}: three mugs, three orders", site.database.name);
    }
}

#[tokio::test]
async fn an_offers_line_is_one_line_at_the_servers_price() {
    for site in sites().await {
        let cart = site.cart_of(&[("tray", 1)]).await;
        let mug = site.product("mug").await;
        let line = OfferLine {
            offer_id: OfferId(7),
            product: wanted(&mug, 1),
            unit_price: Decimal::parse("9.50").unwrap(),
        };
        site.host.put_offer_line(&cart.token, &line).await.unwrap();
        let twice = site.host.put_offer_line(&cart.token, &line).await.unwrap();
        assert_eq!((twice.lines.len(), twice.lines[1].offer_id), (2, Some(7)));
        assert_eq!(twice.subtotal, money(3_500));
        let without = site.host.remove_offer_line(&cart.token, OfferId(7)).await.unwrap();
        assert_eq!((without.lines.len(), without.total), (1, cart.total));
    }
}

#[tokio::test]
async fn refunds_add_up_and_stop_at_the_total() {
    for site in sites().await {
        let order = site.paid(&[("mug", 2)]).await;
        let (id, item) = (order.id, order.lines[0].id.0);
        let wanted = |key: &str, amount: i64, lines: Vec<RefundLine>| NewRefund {
            key: key.to_owned(),
            order_id: id,
            amount: (amount > 0).then(|| money(amount)),
            reason: "returned".to_owned(),
            lines,
            restock: true,
            through_gateway: false,
        };
        let line = RefundLine {
            item_id: item,
            quantity: 1,
            total: Decimal::whole(12),
            tax: Decimal::parse("1.20").unwrap(),
        };
        let first = refund(&site.engine, Actor::cli(), wanted("r1", 0, vec![line.clone()])).await.unwrap();
        let replay = refund(&site.engine, Actor::cli(), wanted("r1", 0, vec![line.clone()])).await.unwrap();
        assert_eq!(first, replay);
        let partly = site.host.order(id).await.unwrap().unwrap();
        assert_eq!((partly.refunded_total, partly.lines[0].refunded_quantity), (money(1_320), 1));
        assert_eq!(site.product("mug").await.stock_quantity, 2, "one went back");
        let too_many =
            refund(&site.engine, Actor::cli(), wanted("r2", 0, vec![RefundLine { quantity: 2, ..line }]))
                .await;
        assert_eq!(too_many.unwrap_err().status(), 400);
        let too_much = refund(&site.engine, Actor::cli(), wanted("r3", 5_000, vec![])).await.unwrap_err();
        assert!(too_much.params.contains_key("amount"));
        let rest = order.total.minor() - 1_320;
        refund(&site.engine, Actor::cli(), wanted("r4", rest, vec![])).await.unwrap();
        let whole = site.host.order(id).await.unwrap().unwrap();
        assert_eq!((whole.status.as_str(), whole.refunded_total), ("refunded", whole.total));
        assert_clean(&site).await;
    }
}

#[tokio::test]
async fn a_child_order_is_written_once_with_the_parents_address() {
    for site in sites().await {
        let parent = site.paid(&[("tray", 1)]).await;
        let mug = site.product("mug").await;
        let child = ChildOrder {
            key: "child".to_owned(),
            parent_id: parent.id,
            offer_id: OfferId(3),
            product: wanted(&mug, 1),
            unit_price: Decimal::whole(6),
            transaction_id: "charge-9".to_owned(),
            meta: Vec::new(),
        };
        let quote = site.host.quote_child_order(&child).await.unwrap();
        assert_eq!((quote.total, quote.total_tax), (money(660), money(60)));
        let (one, two) =
            tokio::join!(site.host.place_child_order(&child), site.host.place_child_order(&child));
        let (one, two) = (one.unwrap(), two.unwrap());
        assert_eq!((one.id, one.parent_id, one.total), (two.id, parent.id, money(660)));
        assert_eq!(site.host.child_orders(parent.id).await.unwrap().len(), 1);
        assert_eq!(site.host.child_orders(OrderId(999)).await.unwrap().len(), 0);
    }
}

#[tokio::test]
async fn a_restored_cart_names_what_is_gone() {
    for site in sites().await {
        let (mug, tee) = (site.product("mug").await, site.product("tee-s").await);
        let line = |product: &Product, quantity: i64, price: &str| RestoreLine {
            product: wanted(product, quantity),
            name: product.name.clone(),
            unit_price: Decimal::parse(price).unwrap(),
        };
        let mut gone = line(&mug, 1, "5.00");
        gone.product.product_id = ProductId(987_654);
        let lines = [line(&mug, 5, "12.00"), line(&tee, 1, "18.00"), gone];
        let restored = site.host.restore_cart("no-such-cart", &lines, &[]).await.unwrap();
        let outcomes: Vec<&str> = restored.lines.iter().map(|line| line.outcome).collect();
        assert_eq!(outcomes, ["reduced", "price_changed", "missing"], "{}", site.database.name);
        assert_eq!(restored.cart.item_count, 4);
        let again = site.host.restore_cart(&restored.cart.token, &lines[..1], &[]).await.unwrap();
        assert_eq!(again.cart.item_count, 4, "a link followed twice adds nothing");
    }
}

#[tokio::test]
async fn sessions_are_orders_that_no_list_of_orders_shows() {
    for site in sites().await {
        let cart = site.cart_of(&[("mug", 1)]).await;
        let session = |version: i64, status: &str| SessionOrder {
            session_id: 5,
            version,
            status: status.to_owned(),
            email: "ada@example.com".to_owned(),
            lines: cart.lines.clone(),
            total: cart.total,
            meta: vec![("_cartbay_source".to_owned(), "classic".to_owned())],
            created_at: site.engine.now(),
            updated_at: site.engine.now(),
        };
        site.host.put_session_order(&session(2, "cartbay-abandoned")).await.unwrap();
        site.host.put_session_order(&session(1, "cartbay-captured")).await.unwrap();
        let listed = |statuses: Vec<String>| {
            let filter = shop::orders::model::Filter { statuses, limit: 10, ..Default::default() };
            site.engine.read(move |tx| shop::orders::queries::list(tx, &filter))
        };
        assert_eq!(listed(Vec::new()).await.unwrap().total, 0);
        assert_eq!(
            listed(vec!["cartbay-abandoned".to_owned()]).await.unwrap().total,
            1,
            "the older version came late"
        );
        assert!(
            !site.host.has_ordered_since("ada@example.com", site.engine.now().plus_days(-1)).await.unwrap()
        );
        site.host.remove_session_order(5).await.unwrap();
        assert_eq!(listed(vec!["cartbay-abandoned".to_owned()]).await.unwrap().total, 0);
        assert_clean(&site).await;
    }
}

async fn assert_clean(site: &Site) {
    for verifier in site.engine.verifiers() {
        let violations = site.engine.read(verifier.check).await.unwrap();
        assert!(violations.is_empty(), "{}: {violations:?}", verifier.name);
    }
}
