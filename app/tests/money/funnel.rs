//! The funnel's pages: checkout and offers after the payment.

use axum::http::StatusCode;
use db::testing::databases;
use serde_json::json;
use sim::browser::{Browser, Visit};

use crate::world::{ASKS, DECLINED, PAYS, World};

const ADDRESS: [(&str, &str); 7] = [
    ("email", "ada@example.com"),
    ("country", "GB"),
    ("first_name", "Ada"),
    ("last_name", "Lovelace"),
    ("address_1", "1 High St"),
    ("city", "London"),
    ("postcode", "SW1A 1AA"),
];

/// Sends the first form of the page that has `field`, with these values.
async fn send(browser: &mut Browser, page: &Visit, field: &str, values: &[(&str, &str)]) -> Visit {
    let mut form =
        page.form(field).unwrap_or_else(|| panic!("no form with {field} on {}: {}", page.path, page.text));
    values.iter().for_each(|(name, value)| form.set(name, value));
    browser.send(page, &form).await.unwrap()
}

async fn add(browser: &mut Browser, slug: &str) -> Visit {
    let page = browser.open(&format!("/product/{slug}")).await.unwrap();
    send(browser, &page, "product_id", &[("quantity", "1")]).await
}

async fn pay(browser: &mut Browser, page: &Visit, card: &str) -> Visit {
    send(browser, page, "card_number", &[("card_number", card)]).await
}

/// The last page before the payment, in two steps.
async fn at_payment(browser: &mut Browser) -> Visit {
    let page = browser.open("/checkout/main").await.unwrap();
    let page = send(browser, &page, "email", &ADDRESS).await;
    assert_eq!(page.path, "/checkout/main/payment", "{}", page.text);
    page
}

fn ends_at(page: &Visit, start: &str) {
    assert!(page.path.starts_with(start), "{} {}: {}", page.status, page.path, page.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_refusal_the_coupon_and_the_last_piece_are_still_the_shoppers() {
    for database in databases() {
        let mut world = World::new(database).await;
        world.funnel("one_step").await;
        let lamp = world.product("Lamp", "100.00", Some(1)).await;
        let coupon = json!({ "code": "once", "discount_type": "percent", "amount": "50", "usage_limit": 1 });
        world.rest("POST", "/wc/v3/coupons", coupon).await;
        let mut browser = world.browser(5);
        let cart = add(&mut browser, "lamp").await;
        send(&mut browser, &cart, "code", &[("code", "once")]).await;
        let page = browser.open("/checkout/main").await.unwrap();
        let mut fields = ADDRESS.to_vec();
        fields.push(("card_number", DECLINED));
        let refused = send(&mut browser, &page, "card_number", &fields).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text);
        assert!(refused.text.contains("Pay $50.00"), "{}", refused.text);
        let paid = pay(&mut browser, &refused, PAYS).await;
        ends_at(&paid, "/order/");
        assert_eq!(world.money().await, (5_000, 0));
        assert_eq!(world.stock(lamp).await, 0);
        world.verify().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_question_leaves_the_page_and_another_card_pays_once() {
    for database in databases() {
        let mut world = World::new(database).await;
        world.funnel("two_step").await;
        world.product("Lamp", "20.00", Some(5)).await;
        let mut browser = world.browser(5);
        add(&mut browser, "lamp").await;
        let page = at_payment(&mut browser).await;
        let bank = pay(&mut browser, &page, ASKS).await;
        ends_at(&bank, "/test-gateway/challenge/");
        let challenge = bank.path.clone();
        let waiting = browser.open("/checkout/main/return").await.unwrap();
        assert!(waiting.text.contains("Pay another way"), "{}", waiting.text);
        let back = browser.open("/checkout/main/payment").await.unwrap();
        assert!(back.text.contains(&challenge), "the bank still asks: {}", back.text);
        let paid = pay(&mut browser, &back, PAYS).await;
        ends_at(&paid, "/order/");
        world.approve(&challenge).await;
        assert_eq!(world.money().await, (4_000, 2_000), "the earlier one goes back by itself");
        world.verify().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_answered_after_a_refused_card_pays_the_order() {
    for database in databases() {
        let mut world = World::new(database).await;
        world.funnel("two_step").await;
        let lamp = world.product("Lamp", "20.00", Some(5)).await;
        let mut browser = world.browser(5);
        add(&mut browser, "lamp").await;
        let page = at_payment(&mut browser).await;
        let challenge = pay(&mut browser, &page, ASKS).await.path;
        let back = browser.open("/checkout/main/payment").await.unwrap();
        assert_eq!(pay(&mut browser, &back, DECLINED).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        world.approve(&challenge).await;
        assert_eq!(world.money().await, (2_000, 0));
        let after = browser.open("/checkout/main/return").await.unwrap();
        ends_at(&after, "/order/");
        assert_eq!(world.stock(lamp).await, 4);
        world.verify().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn why_a_total_has_changed_stands_on_the_page() {
    for database in databases() {
        let mut world = World::new(database).await;
        world.funnel("two_step").await;
        world.product("Lamp", "20.00", None).await;
        let coupon = json!({ "code": "half", "discount_type": "percent", "amount": "50", "usage_limit": 1 });
        world.rest("POST", "/wc/v3/coupons", coupon).await;
        let (mut slow, mut fast) = (world.browser(5), world.browser(6));
        for browser in [&mut slow, &mut fast] {
            let cart = add(browser, "lamp").await;
            send(browser, &cart, "code", &[("code", "half")]).await;
        }
        let page = slow.open("/checkout/main").await.unwrap();
        let stale = at_payment(&mut slow).await;
        assert!(stale.text.contains("Pay $10.00"));
        let payment = at_payment(&mut fast).await;
        ends_at(&pay(&mut fast, &payment, PAYS).await, "/order/");
        let refused = pay(&mut slow, &stale, PAYS).await;
        assert_eq!(refused.status, StatusCode::CONFLICT);
        let reason = "Usage limit for coupon &quot;half&quot; has been reached.";
        assert!(
            refused.text.contains(reason)
                || sim::forms::unescape(&refused.text).contains(&sim::forms::unescape(reason)),
            "{}",
            refused.text
        );
        let next = send(&mut slow, &page, "email", &ADDRESS).await;
        assert!(next.text.contains("Pay $20.00"), "{}", next.text);
        assert!(sim::forms::unescape(&next.text).contains(&sim::forms::unescape(reason)), "{}", next.text);
        ends_at(&pay(&mut slow, &next, PAYS).await, "/order/");
        assert_eq!(world.money().await, (3_000, 0));
        world.verify().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_free_order_shows_no_card_field() {
    for database in databases() {
        let mut world = World::new(database).await;
        world.funnel("two_step").await;
        world.product("Leaflet", "0.00", None).await;
        let mut browser = world.browser(5);
        add(&mut browser, "leaflet").await;
        let page = at_payment(&mut browser).await;
        assert!(page.text.contains("Place order") && !page.text.contains("card_number"), "{}", page.text);
        let placed = send(&mut browser, &page, "expected_total", &[]).await;
        ends_at(&placed, "/order/");
        assert_eq!(world.money().await, (0, 0));
        world.verify().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_total_follows_the_place_as_it_is_typed() {
    for database in databases() {
        let mut world = World::new(database).await;
        world.funnel("one_step").await;
        world.product("Lamp", "20.00", None).await;
        world
            .rest("POST", "/wc/v3/taxes", json!({ "country": "GB", "rate": "20.0000", "name": "VAT" }))
            .await;
        let mut browser = world.browser(5);
        add(&mut browser, "lamp").await;
        let page = browser.open("/checkout/main").await.unwrap();
        assert!(page.text.contains("Pay $20.00"), "{}", page.text);
        let mut fields = ADDRESS.to_vec();
        fields.push(("card_number", PAYS));
        let refused = send(&mut browser, &page, "card_number", &fields).await;
        assert_eq!(refused.status, StatusCode::CONFLICT);
        assert!(!refused.text.contains(PAYS), "a card's number is in no page");
        let mut other = world.browser(6);
        add(&mut other, "lamp").await;
        let page = other.open("/checkout/main").await.unwrap();
        let mut form = page.form("card_number").unwrap();
        ADDRESS.iter().for_each(|(name, value)| form.set(name, value));
        "/checkout/main/quote".clone_into(&mut form.action);
        let quoted = other.send(&page, &form).await.unwrap();
        assert!(quoted.status.is_success() && quoted.text.contains("Pay $24.00"), "{}", quoted.text);
        assert!(quoted.text.contains("1 High St"), "what was typed stands there: {}", quoted.text);
        let again = other.open("/checkout/main").await.unwrap();
        assert!(!again.text.contains("1 High St"), "and is not kept");
        ends_at(&send(&mut other, &quoted, "card_number", &fields).await, "/order/");
        assert_eq!(world.money().await, (2_400, 0));
        world.verify().await;
    }
}

/// A funnel with an upsell at half this price for everybody. Gives its product.
async fn with_upsell(world: &mut World, price: &str, stock: Option<i64>) -> i64 {
    let funnel = world.funnel("two_step").await;
    world.product("Lamp", "20.00", None).await;
    let shade = world.product("Shade", price, stock).await;
    let upsell = json!({ "name": "Shade", "type": "upsell", "product_id": shade, "funnel_id": funnel,
        "pricing_rule": { "type": "discount_pct", "value": "50" } });
    world.rest("POST", "/ocart/v1/upsells", upsell).await;
    shade
}

/// Buys the lamp; the offer's page.
async fn offered(browser: &mut Browser, card: &str) -> Visit {
    add(browser, "lamp").await;
    let page = at_payment(browser).await;
    let offer = pay(browser, &page, card).await;
    ends_at(&offer, "/offer/");
    offer
}

#[tokio::test(flavor = "multi_thread")]
async fn an_offer_that_has_become_dearer_is_shown_again_and_not_charged() {
    for database in databases() {
        let mut world = World::new(database).await;
        let shade = with_upsell(&mut world, "20.00", None).await;
        let mut browser = world.browser(5);
        let offer = offered(&mut browser, PAYS).await;
        assert!(offer.text.contains("$10.00"));
        world.rest("PUT", &format!("/wc/v3/products/{shade}"), json!({ "regular_price": "400.00" })).await;
        let changed = send(&mut browser, &offer, "attempt", &[]).await;
        assert_eq!(changed.status, StatusCode::CONFLICT, "{}", changed.text);
        assert!(changed.text.contains("$200.00") && changed.text.contains("Nothing was charged"));
        assert_eq!(world.money().await, (2_000, 0));
        let token = offer.path.strip_prefix("/offer/").unwrap().to_owned();
        world.rest("PUT", &format!("/wc/v3/products/{shade}"), json!({ "regular_price": "60.00" })).await;
        let upsells = world.rest("GET", "/ocart/v1/upsells", serde_json::Value::Null).await;
        let path = format!("/wp-json/ocart/v1/upsells/{}/accept", upsells[0]["id"]);
        let mut program = world.browser(7);
        let refused = program.call("POST", &path, &json!({ "token": token }), "").await.unwrap();
        assert_eq!(
            (refused.status, refused.json()["data"]["amount"].to_string().as_str()),
            (StatusCode::CONFLICT, "30.00")
        );
        let accept = json!({ "token": token, "expected_total": "30.00" });
        let accepted = program.call("POST", &path, &accept, "").await.unwrap();
        assert_eq!(
            (accepted.status, &accepted.json()["status"]),
            (StatusCode::OK, &json!("accepted")),
            "{}",
            accepted.text
        );
        assert_eq!(world.money().await, (5_000, 0));
        world.verify().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_piece_of_an_offer_is_charged_to_one() {
    for database in databases() {
        let mut world = World::new(database).await;
        let shade = with_upsell(&mut world, "20.00", Some(1)).await;
        let mut offers = Vec::new();
        for number in 0..6 {
            let mut browser = world.browser(10 + number);
            let offer = offered(&mut browser, PAYS).await;
            offers.push((browser, offer));
        }
        let mut clicks = tokio::task::JoinSet::new();
        for (mut browser, offer) in offers {
            clicks.spawn(async move { send(&mut browser, &offer, "attempt", &[]).await.text });
        }
        let pages = clicks.join_all().await;
        assert_eq!(pages.iter().filter(|page| page.contains("is sold out")).count(), 5, "{pages:?}");
        assert_eq!(world.money().await, (6 * 2_000 + 1_000, 0));
        assert_eq!(world.stock(shade).await, 0);
        world.verify().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_refused_offer_held_is_free_again() {
    for database in databases() {
        let mut world = World::new(database).await;
        let shade = with_upsell(&mut world, "20.00", Some(1)).await;
        let (mut first, mut second) = (world.browser(5), world.browser(6));
        let refused = offered(&mut first, "4000000000009995").await;
        let good = offered(&mut second, PAYS).await;
        let page = send(&mut first, &refused, "attempt", &[]).await;
        assert!(page.text.contains("could not be charged"), "{}", page.text);
        ends_at(&send(&mut second, &good, "attempt", &[]).await, "/order/");
        assert_eq!(world.money().await, (5_000, 0));
        assert_eq!(world.stock(shade).await, 0);
        world.verify().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_time_for_one_click_counts_from_the_payment_whichever_way_one_comes() {
    for database in databases() {
        let mut world = World::new(database).await;
        with_upsell(&mut world, "20.00", None).await;
        let mut browser = world.browser(5);
        let offer = offered(&mut browser, PAYS).await;
        world.database.clock.advance(31 * 60);
        let paths = ["/checkout/main/return".to_owned(), format!("{}/next", offer.path), offer.path.clone()];
        for path in paths {
            let page = browser.open(&path).await.unwrap();
            assert!(page.form("attempt").is_none(), "{path} leads to {}", page.path);
        }
        let declined = send(&mut browser, &offer, "attempt", &[]).await;
        assert!(declined.form("attempt").is_none(), "{}", declined.text);
        assert_eq!(world.money().await, (2_000, 0));
        world.verify().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gift_is_never_all_that_is_bought() {
    for database in databases() {
        let mut world = World::new(database).await;
        let funnel = world.funnel("two_step").await;
        world.product("Lamp", "20.00", None).await;
        let gift = world.product("Gift", "5.00", None).await;
        let bump = json!({ "name": "Gift", "type": "bump", "product_id": gift, "funnel_id": funnel,
            "pricing_rule": { "type": "free_gift", "product_id": gift } });
        world.rest("POST", "/ocart/v1/bumps", bump).await;
        let mut browser = world.browser(5);
        add(&mut browser, "lamp").await;
        let page = at_payment(&mut browser).await;
        let page = send(&mut browser, &page, "take", &[]).await;
        assert!(page.text.contains("Gift"), "{}", page.text);
        let cart = browser.open("/cart").await.unwrap();
        let mut form = cart.form("remove").unwrap();
        let key =
            cart.text.split("name=\"remove\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        form.set("remove", &key);
        let left = browser.send(&cart, &form).await.unwrap();
        assert!(
            sim::forms::unescape(&left.text).contains("was an offer to go with your order"),
            "{}",
            left.text
        );
        let checkout = browser.open("/checkout/main/payment").await.unwrap();
        ends_at(&checkout, "/cart");
        world.verify().await;
    }
}
