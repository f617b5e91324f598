//! Whose data it is: a cart's token is a secret of one browser.

use db::testing::databases;
use serde_json::Value;
use sim::browser::{Browser, Visit};

use super::site::{ADDRESS, Site, assert_clean, ok, send, site};

const PHONE: &str = "+1 555 0100";

/// A hoodie in the cart, everything typed at the checkout.
async fn fill(browser: &mut Browser) -> Visit {
    let page = browser.open("/product/hoodie").await.unwrap();
    send(browser, &page, "product_id", &[("attribute_color", "Blue"), ("quantity", "1")]).await;
    let page = browser.open("/checkout").await.unwrap();
    let typed = [&ADDRESS[..], &[("phone", PHONE), ("consent", "1")]].concat();
    send(browser, &page, "email", &typed).await
}

async fn register(browser: &mut Browser) {
    let page = browser.open("/my-account").await.unwrap();
    let typed = [("email", "ada@example.com"), ("password", "correct horse battery"), ("first_name", "Ada")];
    send(browser, &page, "first_name", &typed).await;
}

/// Everything that a browser with this token is shown of a person.
async fn seen(site: &Site, token: &str) -> String {
    let mut stranger = Browser::new(&site.router, "203.0.113.66").with_cart(token);
    let mut text = String::new();
    for path in [
        "/cart",
        "/checkout",
        "/checkout/main/return",
        "/wp-json/wc/store/v1/cart",
        "/wp-json/wc/store/v1/checkout",
    ] {
        text += &stranger.open(path).await.unwrap().text;
    }
    text
}

#[tokio::test]
async fn logging_out_ends_the_cart_and_the_account_keeps_it() {
    for database in databases() {
        let mut site = site(database).await;
        site.funnel().await;
        let mut browser = Browser::new(&site.router, "203.0.113.5");
        register(&mut browser).await;
        fill(&mut browser).await;
        let token = browser.cart_token().unwrap().to_owned();
        assert!(seen(&site, &token).await.contains(PHONE), "the browser that typed it");

        let page = browser.open("/my-account").await.unwrap();
        let form = page.form_to("/my-account/logout").unwrap();
        ok(&browser.send(&page, &form).await.unwrap());
        assert_eq!(browser.cart_token(), None);
        for text in [seen(&site, &token).await, browser.open("/cart").await.unwrap().text] {
            assert!(!text.contains(PHONE) && !text.contains("Hoodie") && !text.contains("ada@"), "{text}");
        }

        // What the next person at this browser puts into a cart joins the account's when its owner is back.
        let page = browser.open("/product/beanie").await.unwrap();
        send(&mut browser, &page, "product_id", &[("quantity", "1")]).await;
        let guest = browser.cart_token().unwrap().to_owned();
        let page = browser.open("/my-account").await.unwrap();
        let login = [("username", "ada@example.com"), ("password", "correct horse battery")];
        send(&mut browser, &page, "username", &login).await;
        let renewed = browser.cart_token().unwrap().to_owned();
        assert!(renewed != token && renewed != guest, "a new secret");
        let cart = browser.open("/cart").await.unwrap();
        assert!(cart.text.contains("Hoodie - Blue") && cart.text.contains("Beanie"), "{}", cart.text);
        assert!(!seen(&site, &guest).await.contains("Beanie"), "the token before the login opens nothing");
        site.settle().await;
        let sessions = site.rest("GET", "/cartbay/v1/sessions", Value::Null).await;
        assert_eq!(sessions.as_array().unwrap().len(), 1, "the session followed its cart: {sessions}");
        site.later(31).await;
        let sessions = site.rest("GET", "/cartbay/v1/sessions", Value::Null).await;
        assert_eq!(sessions[0]["status"], "wc-cartbay-abandoned", "{sessions}");
        assert_eq!(sessions[0]["cart_item_count"], 2, "{sessions}");
        assert_clean(&site).await;
    }
}

#[tokio::test]
async fn a_cart_that_became_an_order_tells_nothing_of_its_shopper() {
    for database in databases() {
        let mut site = site(database).await;
        site.funnel().await;
        let mut browser = Browser::new(&site.router, "203.0.113.5");
        let page = fill(&mut browser).await;
        let token = browser.cart_token().unwrap().to_owned();
        send(&mut browser, &page, "card_number", &[("card_number", "4242424242424242")]).await;
        let mut stranger = Browser::new(&site.router, "203.0.113.66").with_cart(&token);
        for path in ["/wp-json/wc/store/v1/cart", "/wp-json/wc/store/v1/checkout", "/cart"] {
            let text = stranger.open(path).await.unwrap().text;
            assert!(
                !text.contains("ada@") && !text.contains("Main St") && !text.contains(PHONE),
                "{path}: {text}"
            );
        }
        // The next cart of the browser that bought has another secret.
        let page = browser.open("/product/beanie").await.unwrap();
        send(&mut browser, &page, "product_id", &[("quantity", "1")]).await;
        assert_ne!(browser.cart_token(), Some(token.as_str()));
        site.settle().await;
        assert_clean(&site).await;
    }
}

#[tokio::test]
async fn a_stranger_who_captured_an_address_learns_nothing_from_the_link() {
    for database in databases() {
        let mut site = site(database).await;
        site.funnel().await;
        // Somebody opens a cart and leaves the address of somebody else with it.
        let mut stranger = Browser::new(&site.router, "203.0.113.66");
        let page = stranger.open("/product/hoodie").await.unwrap();
        send(&mut stranger, &page, "product_id", &[("attribute_color", "Blue"), ("quantity", "1")]).await;
        let capture = serde_json::json!({ "email": "ada@example.com", "consent": true });
        ok(&stranger.call("POST", "/wp-json/ocart/v1/checkout/capture", &capture, "").await.unwrap());
        site.settle().await;
        let link = super::wait_for_the_letter(&mut site).await;
        // She follows the link, types everything and pays.
        let mut ada = Browser::new(&site.router, "203.0.113.5");
        let page = ada.open(&link).await.unwrap();
        assert!(page.path.starts_with("/checkout/main"), "{}", page.path);
        assert!(page.text.contains("ada@example.com") && page.text.contains("Welcome back"), "{}", page.text);
        assert_ne!(ada.cart_token(), stranger.cart_token());
        let tick = page.text.split("id=\"consent\"").nth(1).unwrap().split('>').next().unwrap();
        assert!(!tick.contains("checked"), "nobody has ticked the box here: {tick}");
        let typed = [&ADDRESS[..], &[("phone", PHONE), ("consent", "1")]].concat();
        let page = send(&mut ada, &page, "email", &typed).await;
        let token = stranger.cart_token().unwrap().to_owned();
        let text = seen(&site, &token).await;
        assert!(!text.contains("Main St") && !text.contains(PHONE) && !text.contains("ada@"), "{text}");
        let paid = send(&mut ada, &page, "card_number", &[("card_number", "4242424242424242")]).await;
        assert!(paid.path.starts_with("/offer/"), "{}", paid.path);
        let back = stranger.open("/checkout/main/return").await.unwrap();
        assert!(!back.path.starts_with("/offer/") && !back.path.starts_with("/order/"), "{}", back.path);
        site.settle().await;
        let sessions = site.rest("GET", "/cartbay/v1/sessions", Value::Null).await;
        assert_eq!(sessions[0]["status"], "wc-cartbay-recovered", "{sessions}");
        assert_clean(&site).await;
    }
}
