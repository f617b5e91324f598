//! Events become numbers, once each, on both databases.
#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that is not as it should be")]

mod common;

use common::{Site, cart, dollars, ledger, offer_event, order, run, sites};
use kernel::contracts::ocart::{
    BumpAccepted, BumpShown, CartAbandoned, CartConverted, CartCreated, RecoveryConverted,
    RecoveryDispatched, UpsellAccepted, UpsellDeclined,
};
use kernel::contracts::oloyalty::{MemberEnrolled, PointsAdjusted, PointsEarned};
use kernel::contracts::shop::{
    OrderLine, OrderPaid, OrderPlaced, OrderRefunded, OrderSnapshot, OrderStatusChanged,
};
use kernel::ids::{MemberId, OrderId, OrderItemId, ProductId, UserId};
use kernel::{Currency, Decimal, Money};
use runtime::{Actor, Sql, params};

const NOON: &str = "2026-11-21T12:00:00Z";

async fn pay(site: &Site, order: &OrderSnapshot) {
    site.announce(OrderPaid { order: order.clone() }).await;
    site.announce(OrderStatusChanged {
        from: "pending".to_owned(),
        to: order.status.clone(),
        order: order.clone(),
    })
    .await;
}

async fn refund(site: &Site, id: i64, minor: i64, order: &OrderSnapshot) {
    let amount = dollars(minor);
    site.announce(OrderRefunded { refund_id: OrderId(id), amount, order: order.clone() }).await;
}

fn with_refund(order: &OrderSnapshot, minor: i64) -> OrderSnapshot {
    let refunded_total = order.refunded_total.plus(dollars(minor)).unwrap();
    OrderSnapshot { refunded_total, version: order.version + 1, ..order.clone() }
}

fn with_status(order: &OrderSnapshot, status: &str) -> OrderSnapshot {
    OrderSnapshot { status: status.to_owned(), version: order.version + 1, ..order.clone() }
}

fn bump_line(minor: i64) -> OrderLine {
    OrderLine {
        id: OrderItemId(1),
        product_id: ProductId(1),
        variation_id: ProductId(0),
        name: "Gift wrap".to_owned(),
        quantity: 1,
        subtotal: Decimal::from(dollars(minor)),
        total: Decimal::from(dollars(minor)),
        total_tax: Decimal::ZERO,
        refunded_quantity: 0,
        refunded_total: Decimal::ZERO,
        category_ids: vec![],
        offer_id: Some(4),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn orders_and_upsells_add_up() {
    for site in sites("UTC") {
        let mut first = order(1, 4000, NOON);
        first.lines.push(bump_line(700));
        site.announce(OrderPlaced { order: first.clone() }).await;
        pay(&site, &first).await;
        pay(&site, &order(2, 1999, NOON)).await;
        let upsell = OrderSnapshot { parent_id: OrderId(1), ..order(3, 1200, NOON) };
        site.announce(OrderPlaced { order: upsell.clone() }).await;
        pay(&site, &upsell).await;
        let unpaid = OrderSnapshot { paid_at: None, ..with_status(&order(4, 5000, NOON), "pending") };
        site.announce(OrderPlaced { order: unpaid.clone() }).await;
        pay(&site, &unpaid).await;

        let found = site.dashboard("").await;
        assert_eq!(found["orders"], 2);
        assert_eq!(found["revenue"].to_string(), "71.99");
        assert_eq!(found["average_order_value"].to_string(), "36.00");
        assert_eq!(found["upsells"]["revenue"].to_string(), "12.00");
        assert_eq!(found["bumps"]["sold"], 1);
        assert_eq!(found["bumps"]["revenue"].to_string(), "7.00");
        assert_eq!(found["conversion"]["checkouts"], 2);
        assert_eq!(found["conversion"]["payment_rate"], "1");
        let series = found["series"].as_array().unwrap();
        assert_eq!(series.len(), 30);
        assert_eq!(series[29]["day"], "2026-11-21");
        assert_eq!(series[29]["revenue"].to_string(), "71.99");
        assert_eq!(series[28]["orders"], 0);
        site.assert_sound().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_cause_counts_once_however_often_it_is_told() {
    for site in sites("UTC") {
        let paid = order(1, 4000, NOON);
        let after = with_refund(&paid, 1500);
        for _ in 0..3 {
            pay(&site, &paid).await;
            refund(&site, 9, 1500, &after).await;
            site.announce(CartCreated { cart: cart(1, 4000) }).await;
            site.announce(CartAbandoned { cart: cart(1, 4000) }).await;
            site.announce(CartConverted { cart: cart(1, 4000), order_id: OrderId(1) }).await;
            site.announce(BumpShown { offer_event: offer_event(1, "shown", 0) }).await;
            site.announce(BumpAccepted { offer_event: offer_event(2, "accepted", 500) }).await;
            site.announce(UpsellAccepted { offer_event: offer_event(3, "accepted", 1200) }).await;
            site.announce(UpsellDeclined { offer_event: offer_event(4, "declined", 0) }).await;
            site.announce(RecoveryDispatched { run: run(1), step: 0, channel: "email".to_owned() }).await;
            site.announce(MemberEnrolled { member_id: MemberId(1), user_id: UserId(1) }).await;
            site.announce(PointsEarned { entry: ledger(1, "earn", 125, 125) }).await;
            site.announce(PointsAdjusted { entry: ledger(2, "reverse", -25, 100) }).await;
        }
        let found = site.dashboard("").await;
        assert_eq!(found["orders"], 1);
        assert_eq!(found["refunds"], 1);
        assert_eq!(found["revenue"].to_string(), "25.00");
        assert_eq!(found["conversion"]["carts"], 1);
        assert_eq!(found["conversion"]["carts_converted"], 1);
        assert_eq!((&found["bumps"]["shown"], &found["bumps"]["accepted"]), (&1.into(), &1.into()));
        assert_eq!((&found["upsells"]["answered"], &found["upsells"]["declined"]), (&2.into(), &1.into()));
        assert_eq!((&found["recovery"]["abandoned"], &found["recovery"]["emails"]), (&1.into(), &1.into()));
        let loyalty = &found["loyalty"];
        assert_eq!((&loyalty["members"], &loyalty["earned"]), (&1.into(), &125.into()));
        assert_eq!((&loyalty["reversed"], &loyalty["outstanding"]), (&25.into(), &100.into()));
        site.assert_sound().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn refunds_stand_on_their_own_day_and_come_out_right_in_any_order() {
    for site in sites("UTC") {
        let paid = order(1, 6000, "2026-11-19T12:00:00Z");
        let half = with_refund(&paid, 2500);
        let all = with_refund(&half, 3500);
        let closed = with_status(&all, "refunded");
        // The last state is heard of first.
        site.announce(OrderStatusChanged { from: String::new(), to: String::new(), order: closed }).await;
        refund(&site, 8, 3500, &all).await;
        refund(&site, 7, 2500, &half).await;
        pay(&site, &paid).await;
        let found = site.dashboard("?from=2026-11-19&to=2026-11-21").await;
        assert_eq!((&found["orders"], &found["refunds"]), (&1.into(), &2.into()));
        assert_eq!(found["gross_revenue"].to_string(), "60.00");
        assert_eq!(found["refunded"].to_string(), "60.00");
        assert_eq!(found["revenue"].to_string(), "0.00");
        assert_eq!(found["series"][0]["revenue"].to_string(), "60.00");
        assert_eq!(found["series"][2]["revenue"].to_string(), "-60.00");
        site.assert_sound().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paid_order_called_off_is_no_revenue_until_it_comes_back() {
    for site in sites("UTC") {
        let paid = order(1, 6000, NOON);
        pay(&site, &paid).await;
        let off = with_status(&paid, "cancelled");
        pay(&site, &off).await;
        assert_eq!(site.dashboard("").await["revenue"].to_string(), "0.00");
        assert!(site.page("/admin/ocart").await.contains("Order 1 called off"));
        pay(&site, &with_status(&off, "processing")).await;
        assert_eq!(site.dashboard("").await["revenue"].to_string(), "60.00");
        site.assert_sound().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn recovered_revenue_shrinks_with_refunds() {
    for site in sites("UTC") {
        let paid = order(1, 4000, NOON);
        pay(&site, &paid).await;
        site.announce(CartAbandoned { cart: cart(1, 4000) }).await;
        site.announce(CartAbandoned { cart: cart(2, 1000) }).await;
        site.announce(RecoveryConverted { run: run(1), order_id: OrderId(1), revenue: dollars(4000) }).await;
        let recovery = site.dashboard("").await["recovery"].clone();
        assert_eq!(recovery["revenue"].to_string(), "40.00");
        assert_eq!(recovery["recovery_rate"], "0.5");
        assert_eq!(recovery["abandoned_value"].to_string(), "50.00");
        refund(&site, 9, 1000, &with_refund(&paid, 1000)).await;
        assert_eq!(site.dashboard("").await["recovery"]["revenue"].to_string(), "30.00");
        site.assert_sound().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cart_begun_anew_after_an_order_is_another_cart() {
    for site in sites("UTC") {
        site.announce(CartCreated { cart: cart(1, 4000) }).await;
        site.announce(CartConverted { cart: cart(1, 4000), order_id: OrderId(1) }).await;
        let mut again = cart(1, 1000);
        again.updated_at = again.updated_at.plus_minutes(30);
        site.announce(CartCreated { cart: again.clone() }).await;
        site.announce(CartAbandoned { cart: again.clone() }).await;
        site.announce(CartAbandoned { cart: again }).await;
        let found = site.dashboard("").await;
        assert_eq!((&found["conversion"]["carts"], &found["recovery"]["abandoned"]), (&2.into(), &1.into()));
        site.assert_sound().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn days_begin_at_midnight_in_the_shops_zone() {
    for site in sites("America/New_York") {
        pay(&site, &order(1, 1000, "2026-11-20T04:59:59Z")).await;
        pay(&site, &order(2, 2000, "2026-11-20T05:00:00Z")).await;
        let found = site.dashboard("?from=2026-11-19&to=2026-11-20").await;
        assert_eq!(found["time_zone"], "America/New_York");
        assert_eq!(found["series"][0]["revenue"].to_string(), "10.00");
        assert_eq!(found["series"][1]["revenue"].to_string(), "20.00");
        // At two in the night in UTC it is still the day before in New York.
        site.at("2026-11-22T02:00:00Z");
        assert_eq!(site.dashboard("").await["to"], "2026-11-21");
        site.assert_sound().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn debts_are_not_points_outstanding() {
    for site in sites("UTC") {
        site.announce(PointsEarned { entry: ledger(1, "earn", 100, 100) }).await;
        site.announce(PointsAdjusted { entry: ledger(2, "adjust", -130, -30) }).await;
        assert_eq!(site.dashboard("").await["loyalty"]["outstanding"], 0);
        site.announce(PointsEarned { entry: ledger(3, "earn", 50, 20) }).await;
        assert_eq!(site.dashboard("").await["loyalty"]["outstanding"], 20);
        site.assert_sound().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn other_currencies_stand_apart() {
    for site in sites("UTC") {
        pay(&site, &order(1, 1000, NOON)).await;
        let euros = OrderSnapshot {
            currency: Currency::parse("EUR").unwrap(),
            total: Money::new(5000, Currency::parse("EUR").unwrap()),
            refunded_total: Money::zero(Currency::parse("EUR").unwrap()),
            ..order(2, 0, NOON)
        };
        pay(&site, &euros).await;
        let found = site.dashboard("").await;
        assert_eq!((&found["orders"], found["revenue"].to_string().as_str()), (&1.into(), "10.00"));
        assert_eq!(found["other_currencies"][0]["currency"], "EUR");
        assert_eq!(found["other_currencies"][0]["revenue"].to_string(), "50.00");
        site.assert_sound().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn verify_finds_what_was_tampered_with() {
    const DAY: Sql =
        Sql::new("UPDATE {p}cartwright_report_days SET amount = amount + 1 WHERE metric = 'orders'");
    const ORDER: Sql = Sql::new("UPDATE {p}cartwright_report_orders SET gross = 5");
    for site in sites("UTC") {
        pay(&site, &order(1, 1000, NOON)).await;
        site.engine
            .write(Actor::system(), |tx| {
                tx.execute(&DAY, params![])?;
                tx.execute(&ORDER, params![])?;
                Ok(())
            })
            .await
            .unwrap();
        let found = site.violations().await.join("\n");
        assert!(found.contains("reports.days: 2026-11-21 orders USD"), "{found}");
        assert!(found.contains("reports.orders: order 1"), "{found}");
    }
}
