//! One shopper's journey through every seam, in process, on both databases: catalogue, cart, capture, abandonment, letter,
//! restore, bump, payment, upsell, points with a tier's multiplier, attribution, partial refund.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops at the first thing that is not as it should be"
)]

mod cart_secret;
mod erasure;
mod guesses;
mod passwords;
mod site;

use db::testing::databases;
use serde_json::{Value, json};
use sim::browser::Browser;
use site::{ADDRESS, Site, assert_clean, ok, send, site};

async fn log_in(browser: &mut Browser) {
    let page = browser.open("/my-account").await.unwrap();
    let page = send(
        browser,
        &page,
        "username",
        &[("username", "ada@example.com"), ("password", "correct horse battery")],
    )
    .await;
    assert!(page.text.contains("My orders"), "{}", page.text);
}

/// A customer with an account who is Silver already: 1.25 points to the dollar. Gives member, account and balance.
async fn become_silver(site: &mut Site, browser: &mut Browser) -> (String, i64, i64) {
    let page = browser.open("/my-account").await.unwrap();
    let register =
        [("email", "ada@example.com"), ("password", "correct horse battery"), ("first_name", "Ada")];
    let mut form = page.form("first_name").unwrap();
    register.iter().for_each(|(field, value)| form.set(field, value));
    ok(&browser.send(&page, &form).await.unwrap());
    site.settle().await;
    let members = site.rest("GET", "/oloyalty/v1/members", Value::Null).await;
    let member = members[0]["id"].to_string();
    let user = members[0]["user_id"].as_i64().unwrap();
    assert_eq!(site.balance(&member).await, 100, "the bonus for signing up");
    let sunglasses = site.product("sunglasses").await;
    let earlier = json!({ "customer_id": user, "set_paid": true, "status": "completed",
        "line_items": [{ "product_id": sunglasses, "quantity": 5 }] });
    site.rest("POST", "/wc/v3/orders", earlier).await;
    let balance = site.balance(&member).await;
    assert_eq!(balance, 100 + 450, "one point to the dollar of goods, as a Bronze member");
    (member, user, balance)
}

/// Into the cart, on to the checkout, the address typed with consent, and away.
async fn leave(site: &mut Site, browser: &mut Browser) {
    let page = browser.open("/product/hoodie").await.unwrap();
    let cart = send(browser, &page, "product_id", &[("attribute_color", "Blue"), ("quantity", "1")]).await;
    assert!(cart.text.contains("Hoodie - Blue"), "{}", cart.text);
    let page = browser.open("/checkout").await.unwrap();
    assert_eq!(page.path, "/checkout/main");
    let mut details = ADDRESS.to_vec();
    details.push(("consent", "1"));
    let payment = send(browser, &page, "email", &details).await;
    assert_eq!(payment.path, "/checkout/main/payment");
    site.settle().await;
    let sessions = site.rest("GET", "/cartbay/v1/sessions", Value::Null).await;
    assert_eq!(sessions.as_array().unwrap().len(), 1, "{sessions}");
    assert_eq!(sessions[0]["status"], "wc-cartbay-captured", "captured at once");
}

/// Twenty-nine minutes are not enough, thirty-one are; the letter comes once. Gives its restore link.
async fn wait_for_the_letter(site: &mut Site) -> String {
    site.later(29).await;
    assert_eq!(letters(site).await.len(), 0);
    site.later(2).await;
    site.later(1).await;
    let letters = letters(site).await;
    assert_eq!(letters.len(), 1);
    let link = letters[0].split("http://shop.test").find(|part| part.starts_with("/restore/")).unwrap();
    link.chars().take_while(|letter| !matches!(letter, '"' | '<' | ' ' | '\n' | '\r' | '&' | ')')).collect()
}

/// The link rebuilds the cart in another browser; the bump is taken, the card charged, the offer accepted.
async fn come_back_and_buy(site: &Site, restore: &str) -> Browser {
    let mut browser = Browser::new(&site.router, "203.0.113.6");
    log_in(&mut browser).await;
    let page = browser.open(restore).await.unwrap();
    assert!(page.path.starts_with("/checkout/main"), "{}: {}", page.path, page.text);
    let page = send(&mut browser, &page, "email", &ADDRESS).await;
    let page = send(&mut browser, &page, "take", &[]).await;
    assert!(page.text.contains("$9.00"), "{}", page.text);
    let page = send(&mut browser, &page, "card_number", &[("card_number", "4242424242424242")]).await;
    assert!(page.path.starts_with("/offer/"), "{}: {}", page.path, page.text);
    let thanks = send(&mut browser, &page, "attempt", &[]).await;
    assert!(thanks.path.starts_with("/order/"), "{}: {}", thanks.path, thanks.text);
    assert!(thanks.text.contains("Thank you") && thanks.text.contains("Sunglasses"), "{}", thanks.text);
    browser
}

/// Two orders: what was in the cart with the bump, and the child with the upsell. The session has its revenue.
async fn bought(site: &mut Site, user: i64) -> (Value, Value) {
    let orders = site.rest("GET", "/wc/v3/orders?order=asc", Value::Null).await;
    let (parent, child) = (orders[1].clone(), orders[2].clone());
    assert_eq!(orders.as_array().unwrap().len(), 3, "{orders}");
    // 45.00 + 9.00 + 4.99 shipping, 10 % on everything; 45.00 and its tax.
    assert_eq!((&parent["total"], &child["total"]), (&json!("64.89"), &json!("49.50")));
    assert_eq!((&child["parent_id"], &parent["customer_id"]), (&parent["id"], &json!(user)));
    site.settle().await;
    let sessions = site.rest("GET", "/cartbay/v1/sessions", Value::Null).await;
    let recovered =
        sessions.as_array().unwrap().iter().find(|session| session["status"] == "wc-cartbay-recovered");
    let revenue = recovered.unwrap_or_else(|| panic!("{sessions}"))["recovered_revenue"].to_string();
    assert!(["64.89", "58.99"].contains(&revenue.as_str()), "{revenue}");
    (parent, child)
}

#[tokio::test]
async fn the_whole_journey() {
    for database in databases() {
        let mut site = site(database).await;
        site.funnel().await;
        let name = site.database.name;
        let mut first = Browser::new(&site.router, "203.0.113.5");
        let (member, user, before) = become_silver(&mut site, &mut first).await;
        leave(&mut site, &mut first).await;
        let restore = wait_for_the_letter(&mut site).await;
        let mut second = come_back_and_buy(&site, &restore).await;
        let (parent, child) = bought(&mut site, user).await;

        // Completed: 54.00 of goods at 1.25, then 45.00 at 1.25.
        for order in [&parent, &child] {
            site.rest("PUT", &format!("/wc/v3/orders/{}", order["id"]), json!({ "status": "completed" }))
                .await;
        }
        let earned = site.balance(&member).await - before;
        assert_eq!(earned, 67 + 56, "{name}: the tier's multiplier, rounded down per order");

        // The beanie goes back: its points go back, exactly.
        let beanie = site.product("beanie").await;
        let line = parent["line_items"]
            .as_array()
            .unwrap()
            .iter()
            .find(|line| line["product_id"] == beanie)
            .unwrap();
        let refund = json!({ "line_items": [{ "id": line["id"], "quantity": 1, "refund_total": "9.00",
            "refund_tax": [{ "id": 1, "refund_total": "0.90" }] }], "reason": "too small" });
        let refunded = site.rest("POST", &format!("/wc/v3/orders/{}/refunds", parent["id"]), refund).await;
        assert_eq!(
            (&refunded["amount"], &refunded["refunded_payment"]),
            (&json!("9.90"), &json!(true)),
            "{name}"
        );
        // 45.00 of goods are left: 56 points.
        assert_eq!(site.balance(&member).await - before, 56 + 56, "{name}");

        let account = second.open("/my-account").await.unwrap();
        assert!(account.text.contains("Silver"), "{}", account.text);
        assert_clean(&site).await;
    }
}

/// HTML of every letter in the built-in outbox, as the admin reads it.
async fn letters(site: &mut Site) -> Vec<String> {
    let list = site.admin.open("/admin/outbox").await.unwrap();
    ok(&list);
    let page = sim::forms::unescape(&list.text);
    let mut ids: Vec<String> = Vec::new();
    for part in page.split("/admin/outbox/").skip(1) {
        let id: String = part.chars().take_while(char::is_ascii_digit).collect();
        if !id.is_empty() && !ids.contains(&id) {
            ids.push(id);
        }
    }
    let mut letters = Vec::new();
    for id in ids {
        let letter = site.admin.open(&format!("/admin/outbox/{id}/html")).await.unwrap();
        ok(&letter);
        letters.push(sim::forms::unescape(&letter.text));
    }
    letters
}
