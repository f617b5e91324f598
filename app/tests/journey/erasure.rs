//! Deleting an account reaches every place where something of its owner is kept.

use db::testing::databases;
use runtime::Actor;
use serde_json::{Value, json};
use sim::browser::Browser;

use super::site::{ADDRESS, Site, assert_clean, ok, send, site};

const PHONE: &str = "+1 555 0123";

/// Somebody registers, buys a hoodie, and leaves another cart behind. Gives the account.
async fn live(site: &mut Site) -> i64 {
    let mut browser = Browser::new(&site.router, "203.0.113.5");
    let page = browser.open("/my-account").await.unwrap();
    let typed = [("email", "ada@example.com"), ("password", "correct horse battery"), ("first_name", "Ada")];
    send(&mut browser, &page, "first_name", &typed).await;
    let typed = [&ADDRESS[..], &[("phone", PHONE), ("consent", "1")]].concat();
    for pays in [true, false] {
        let page = browser.open("/product/hoodie").await.unwrap();
        let chosen = [("attribute_color", "Blue"), ("quantity", "1")];
        send(&mut browser, &page, "product_id", &chosen).await;
        let page = browser.open("/checkout").await.unwrap();
        let page = send(&mut browser, &page, "email", &typed).await;
        if pays {
            let card = [("card_number", "4242424242424242")];
            send(&mut browser, &page, "card_number", &card).await;
        }
        site.settle().await;
    }
    site.later(31).await;
    let user = site.rest("GET", "/oloyalty/v1/members", Value::Null).await[0]["user_id"].as_i64().unwrap();
    site.rest("PUT", &format!("/wc/v3/customers/{user}"), json!({ "billing": { "phone": PHONE } })).await;
    user
}

/// Everything that REST and the admin's pages show of people.
async fn shown(site: &mut Site) -> String {
    let mut text = String::new();
    for path in [
        "/wp-json/wc/v3/customers",
        "/wp-json/oloyalty/v1/members",
        "/wp-json/cartbay/v1/sessions",
        "/wp-json/ocart/v1/recovery/suppression",
        "/wp-json/wp/v2/users?search=ada",
        "/admin/outbox",
        "/admin/oloyalty-members",
    ] {
        let visit = site.admin.open(path).await.unwrap();
        ok(&visit);
        text += &visit.text;
    }
    text
}

#[tokio::test]
async fn deleting_an_account_forgets_its_owner() {
    for database in databases() {
        let mut site = site(database).await;
        site.funnel().await;
        let user = live(&mut site).await;
        assert!(shown(&mut site).await.contains("ada@example.com"));
        let before = site.rest("GET", "/wc/v3/orders", Value::Null).await;
        site.rest("DELETE", &format!("/wp/v2/users/{user}?force=true"), Value::Null).await;
        site.settle().await;
        let text = shown(&mut site).await;
        assert!(!text.contains("ada@example.com") && !text.contains(PHONE), "{text}");
        let member = site.rest("GET", "/oloyalty/v1/members", Value::Null).await[0].clone();
        assert_eq!((&member["status"], &member["points_balance"]), (&json!("banned"), &json!(0)), "{member}");
        // The shop's books stay as they are.
        assert_eq!(site.rest("GET", "/wc/v3/orders", Value::Null).await, before);
        assert_clean(&site).await;
    }
}

#[tokio::test]
async fn orders_keep_their_amounts_when_their_buyer_is_erased() {
    for database in databases() {
        let mut site = site(database).await;
        site.funnel().await;
        let user = live(&mut site).await;
        let before = site.rest("GET", "/wc/v3/orders", Value::Null).await;
        let id = kernel::ids::UserId(user);
        site.application
            .engine
            .write(Actor::cli(), move |tx| accounts::users::commands::delete_user(tx, id, true))
            .await
            .unwrap();
        site.settle().await;
        let after = site.rest("GET", "/wc/v3/orders", Value::Null).await;
        assert_eq!(
            (&after[0]["total"], &after[0]["line_items"]),
            (&before[0]["total"], &before[0]["line_items"])
        );
        assert_eq!(after[0]["billing"]["country"], "US");
        for typed in ["ada@example.com", "Lovelace", "1 Main St", "62701", PHONE] {
            assert!(
                before.to_string().contains(typed) && !after.to_string().contains(typed),
                "{typed}: {after}"
            );
        }
        assert_clean(&site).await;
    }
}
