//! The page and REST, empty and full, on both databases.
#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that is not as it should be")]

mod common;

use common::{cart, dollars, ledger, offer_event, order, run, sites};
use kernel::contracts::ocart::{
    BumpAccepted, BumpShown, CartAbandoned, CartCreated, RecoveryConverted, UpsellAccepted,
};
use kernel::contracts::oloyalty::PointsEarned;
use kernel::contracts::shop::{OrderPaid, OrderRefunded, OrderSnapshot};
use kernel::ids::OrderId;

#[tokio::test(flavor = "multi_thread")]
async fn a_fresh_shop_is_told_how_to_start() {
    for site in sites("UTC") {
        let page = site.page("/admin/ocart").await;
        assert!(page.contains("No orders yet: here is how to start") && page.contains("href=\"/shop\""));
        assert!(!page.contains("/admin/ocart-bumps"), "a link to a page that is not there");
        assert!(!page.contains("<svg class=\"chart"), "a chart of nothing");
        let found = site.dashboard("").await;
        assert_eq!(found["orders"], 0);
        assert_eq!(found["average_order_value"].to_string(), "0.00");
        assert!(found["conversion"]["conversion_rate"].is_null());
        site.assert_sound().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_tells_what_happened() {
    for site in sites("UTC") {
        site.announce(OrderPaid { order: order(3, 100_000, "2026-10-10T12:00:00Z") }).await;
        let paid = order(17, 123_456, "2026-11-20T12:00:00Z");
        site.announce(OrderPaid { order: paid.clone() }).await;
        let after = OrderSnapshot { refunded_total: dollars(3456), version: 3, ..paid };
        site.announce(OrderRefunded { refund_id: OrderId(18), amount: dollars(3456), order: after }).await;
        for id in 1..=4 {
            site.announce(CartCreated { cart: cart(id, 4000) }).await;
        }
        site.announce(CartAbandoned { cart: cart(2, 4000) }).await;
        site.announce(RecoveryConverted { run: run(1), order_id: OrderId(17), revenue: dollars(4000) }).await;
        site.announce(BumpShown { offer_event: offer_event(1, "shown", 0) }).await;
        site.announce(BumpAccepted { offer_event: offer_event(2, "accepted", 500) }).await;
        site.announce(UpsellAccepted { offer_event: offer_event(3, "accepted", 1200) }).await;
        site.announce(PointsEarned { entry: ledger(1, "earn", 1250, 1250) }).await;
        let page = site.page("/admin/ocart").await;
        for words in [
            "$1,200.00",
            "20% more",
            "25%",
            "Order 17 paid",
            "Order 17 refunded",
            "Cart recovered",
            "$40.00",
            "Upsell accepted",
            "$12.00",
            "1,250 points earned",
            "Yesterday, 12:00",
            "100% taken",
            "chart-line",
        ] {
            assert!(page.contains(words), "{}: {words}: {page}", site.database.name);
        }
        assert!(
            !page.contains(" style=") && !page.contains("onclick") && !page.contains("ada@example.com</")
        );
        let ninety = site.page("/admin/ocart?days=90").await;
        assert!(ninety.contains("$2,200.00") && ninety.contains("24 Aug to 21 Nov"), "{ninety}");
        let odd = site.page("/admin/ocart?days=1000000").await;
        assert!(odd.contains("23 Oct to 21 Nov"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn reports_are_for_those_who_may_see_them() {
    let path = "/wp-json/ocart/v1/reports/dashboard";
    for site in sites("UTC") {
        assert_eq!(site.get(path, "authorization", "nobody").await.0, 401);
        assert_eq!(site.get(path, "authorization", "shopper").await.0, 403);
        assert_eq!(site.get("/admin/ocart", "cookie", "cartwright_session=shopper").await.0, 403);
        let (status, text) = site.get(&format!("{path}?from=2026-11-31"), "authorization", "staff").await;
        assert_eq!(status, 400, "{text}");
        assert!(text.contains("rest_invalid_param") && text.contains("from"), "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_period_stands_beside_the_one_before() {
    for site in sites("UTC") {
        for (id, minor, day) in [(1, 1000, "09"), (2, 2000, "11"), (3, 3000, "13"), (4, 500, "14")] {
            let paid_at = format!("2026-11-{day}T12:00:00Z");
            site.announce(OrderPaid { order: order(id, minor, &paid_at) }).await;
        }
        let found = site.dashboard("?from=2026-11-12&to=2026-11-13").await;
        assert_eq!((&found["orders"], found["revenue"].to_string().as_str()), (&1.into(), "30.00"));
        assert_eq!(found["previous"]["revenue"].to_string(), "20.00");
        assert_eq!(found["series"].as_array().unwrap().len(), 2);
    }
}
