//! The exact thing is sold, at the price, tax and time that were meant.

use db::testing::databases;
use runtime::Actor;
use serde_json::{Value, json};
use sim::browser::Browser;

use super::{billing, site, store};

#[tokio::test(flavor = "multi_thread")]
async fn dates_without_a_zone_are_the_shops() {
    for database in databases() {
        let mut site = site(database).await;
        let made = site
            .ok("POST", "/coupons", json!({ "code": "soon", "amount": "1", "date_expires": "2031-01-31" }))
            .await;
        assert_eq!(
            (&made["date_expires"], &made["date_expires_gmt"]),
            (&json!("2031-01-31T00:00:00"), &json!("2031-01-31T00:00:00"))
        );
        let path = format!("/coupons/{}", made["id"]);
        let zoned = site.ok("PUT", &path, json!({ "date_expires": "2031-01-31T10:00:00+02:00" })).await;
        assert_eq!(zoned["date_expires_gmt"], "2031-01-31T08:00:00");
        let gmt = site
            .ok(
                "PUT",
                &path,
                json!({ "date_expires": zoned["date_expires"], "date_expires_gmt": "2031-02-01T00:00:00" }),
            )
            .await;
        assert_eq!(gmt["date_expires_gmt"], "2031-02-01T00:00:00");
        assert_eq!(site.ok("PUT", &path, json!({ "date_expires": "" })).await["date_expires"], Value::Null);
        site.refused("PUT", &path, json!({ "date_expires": "soon" }), "date_expires").await;
        let product = json!({ "name": "Box", "regular_price": "10", "sale_price": "5", "date_on_sale_from": "2001-01-01", "date_on_sale_to": "2031-01-31T12:00:00" });
        let box_ = site.ok("POST", "/products", product).await;
        assert_eq!(
            (&box_["price"], &box_["on_sale"], &box_["date_on_sale_to_gmt"]),
            (&json!("5"), &json!(true), &json!("2031-01-31T12:00:00"))
        );
        let path = format!("/products/{}", box_["id"]);
        let over = site.ok("PUT", &path, json!({ "date_on_sale_to": "2001-02-01" })).await;
        assert_eq!((&over["price"], &over["on_sale"]), (&json!("10"), &json!(false)));
        let open = site.ok("PUT", &path, json!({ "date_on_sale_to": "", "date_on_sale_from": "" })).await;
        assert_eq!(
            (&open["date_on_sale_from"], &open["date_on_sale_to"], &open["price"]),
            (&Value::Null, &Value::Null, &json!("5"))
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_exact_variation_is_sold() {
    for database in databases() {
        let mut site = site(database).await;
        let lens = json!({ "name": "Lens", "type": "variable", "attributes": [{ "name": "Power", "options": ["-1.00", "+1.00"], "variation": true }] });
        let lens = site.ok("POST", "/products", lens).await["id"].as_i64().unwrap();
        let mut made = Vec::new();
        for power in ["-1.00", "+1.00"] {
            let body = json!({ "regular_price": "5", "sku": power, "attributes": [{ "name": "Power", "option": power }] });
            made.push(
                site.ok("POST", &format!("/products/{lens}/variations"), body).await["id"].as_i64().unwrap(),
            );
        }
        let shopper = Browser::new(&site.router, "203.0.113.5");
        for (power, id) in [("-1.00", made[0]), ("+1.00", made[1])] {
            let body =
                json!({ "id": lens, "quantity": 1, "variation": [{ "attribute": "Power", "value": power }] });
            let (status, cart) = store(&site, &mut shopper.clone(), "POST", "/cart/add-item", body).await;
            assert_eq!(
                (status.as_u16(), cart["items"][0]["id"].as_i64()),
                (201, Some(id)),
                "{power}: {cart}"
            );
            let mut browser = Browser::new(&site.router, "203.0.113.6");
            let page = browser.open("/product/lens").await.unwrap();
            let mut form = page.form("product_id").unwrap();
            form.set("attribute_power", power);
            let cart = browser.send(&page, &form).await.unwrap();
            assert!(cart.text.contains(&format!("Lens - {power}")), "{power}");
        }
        let vague = json!({ "id": lens, "variation": [{ "attribute": "Power", "value": "1 00" }] });
        assert_eq!(store(&site, &mut shopper.clone(), "POST", "/cart/add-item", vague).await.0, 400);

        let shirt = json!({ "name": "Shirt", "type": "variable", "attributes": [
            { "name": "Color", "options": ["Red"], "variation": true }, { "name": "Size", "options": ["M", "L"], "variation": true }] });
        let shirt = site.ok("POST", "/products", shirt).await["id"].as_i64().unwrap();
        let red = json!({ "regular_price": "5", "attributes": [{ "name": "Color", "option": "Red" }] });
        let red =
            site.ok("POST", &format!("/products/{shirt}/variations"), red).await["id"].as_i64().unwrap();
        let mut browser = Browser::new(&site.router, "203.0.113.7");
        let page = browser.open("/product/shirt").await.unwrap();
        for (size, lines) in [("M", 1), ("L", 2)] {
            let mut form = page.form("product_id").unwrap();
            form.set("attribute_color", "Red");
            form.set("attribute_size", size);
            let cart = browser.send(&page, &form).await.unwrap();
            assert!(cart.text.contains(&format!("Shirt - Red, {size}")), "{}", cart.text);
            assert_eq!(
                cart.text.matches("Shirt - Red, ").count()
                    / cart.text.matches("Shirt - Red, M").count().max(1),
                lines
            );
        }
        let missing = json!({ "id": red });
        assert_eq!(store(&site, &mut shopper.clone(), "POST", "/cart/add-item", missing).await.0, 400);
        let line = json!({ "product_id": shirt, "variation_id": red, "meta_data": [{ "key": "Size", "value": "L" }] });
        let order = site.ok("POST", "/orders", json!({ "line_items": [line] })).await;
        assert_eq!(order["line_items"][0]["name"], "Shirt - Red, L");
        let path = format!("/products/{shirt}/variations/{red}");
        let any = site.ok("PUT", &path, json!({ "attributes": [{ "name": "Color", "option": "" }] })).await;
        assert_eq!(any["attributes"][0]["option"], "");
        let (status, cart) = store(&site, &mut shopper.clone(), "POST", "/cart/add-item",
            json!({ "id": red, "variation": [{ "attribute": "Color", "value": "Red" }, { "attribute": "Size", "value": "M" }] })).await;
        assert_eq!(status, 201, "{cart}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lines_own_total_is_taxed_and_its_tax_is_all_that_goes_back() {
    for database in databases() {
        let mut site = site(database).await;
        let free =
            site.ok("POST", "/products", json!({ "name": "Custom", "regular_price": "0" })).await["id"]
                .as_i64()
                .unwrap();
        let order = json!({ "set_paid": true, "billing": billing(), "line_items": [{ "product_id": free, "quantity": 1, "total": "50.00" }] });
        let order = site.ok("POST", "/orders", order).await;
        assert_eq!(
            (&order["total_tax"], &order["total"], &order["tax_lines"][0]["tax_total"]),
            (&json!("5.00"), &json!("55.00"), &json!("5.00"))
        );
        let line = &order["line_items"][0];
        let refund = |tax: &str| {
            json!({ "api_refund": false, "line_items": [{ "id": line["id"], "quantity": 1, "refund_total": "10.00",
            "refund_tax": [{ "id": line["taxes"][0]["id"], "refund_total": tax }] }] })
        };
        let path = format!("/orders/{}/refunds", order["id"]);
        let (status, answer) = site.ask("POST", &path, refund("5.01")).await;
        assert_eq!(status, 400, "{answer}");
        site.ok("POST", &path, refund("5.00")).await;
        let (status, answer) = site.ask("POST", &path, refund("0.01")).await;
        assert_eq!(status, 400, "{answer}");
        site.application.engine.run_due().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_order_fits_into_a_cart() {
    for database in databases() {
        let site = site(database).await;
        let rows: String = (0..130).map(|number| format!("simple,s{number},Part {number},1.00\n")).collect();
        let file = format!("Type,SKU,Name,Regular price\n{rows}");
        let ids: Vec<i64> = site
            .application
            .engine
            .write(Actor::cli(), move |tx| {
                shop::products::commands::import(tx, file.as_bytes(), 2)?;
                let filter = shop::products::model_list::Filter { limit: 1_000, ..Default::default() };
                let page = shop::products::queries::list(tx, &filter)?;
                Ok(page
                    .rows
                    .iter()
                    .filter(|product| product.name.starts_with("Part"))
                    .map(|product| product.id.0)
                    .collect())
            })
            .await
            .unwrap();
        let mut shopper = Browser::new(&site.router, "203.0.113.5");
        for (place, id) in ids.into_iter().enumerate() {
            if place == 100 {
                // Carts are filled at a bounded pace.
                site.database.clock.advance(120);
            }
            let body = json!({ "id": id });
            let added = shopper.call("POST", "/wp-json/wc/store/v1/cart/add-item", &body, "").await.unwrap();
            assert_eq!(added.status, 201, "{}", added.text);
        }
        let (_, cart) = store(&site, &mut shopper, "GET", "/cart", Value::Null).await;
        assert_eq!(cart["items"].as_array().unwrap().len(), 130);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_coupon_for_one_use_counts_account_and_address() {
    for database in databases() {
        let mut site = site(database).await;
        let lamp = site.product("lamp").await;
        site.ok("POST", "/coupons", json!({ "code": "once", "amount": "5", "usage_limit_per_user": 1 }))
            .await;
        let mut guest = Browser::new(&site.router, "203.0.113.5");
        assert_eq!(store(&site, &mut guest, "POST", "/cart/add-item", json!({ "id": lamp })).await.0, 201);
        let code = json!({ "code": "once" });
        assert_eq!(store(&site, &mut guest, "POST", "/cart/apply-coupon", code.clone()).await.0, 200);
        let address = json!({ "billing_address": billing() });
        assert_eq!(store(&site, &mut guest, "POST", "/cart/update-customer", address).await.0, 200);
        let pay = json!({ "billing_address": billing(), "payment_method": "test",
            "payment_data": [{ "key": "card_number", "value": "4242424242424242" }] });
        let (status, order) = store(&site, &mut guest, "POST", "/checkout", pay).await;
        assert_eq!(status, 200, "{order}");
        let account = json!({ "email": "ADA@example.com", "password": "correct horse battery" });
        site.ok("POST", "/customers", account).await;
        let mut member = Browser::new(&site.router, "203.0.113.6");
        let page = member.open("/my-account").await.unwrap();
        let mut form = page.form("username").unwrap();
        form.set("username", "ada@example.com");
        form.set("password", "correct horse battery");
        member.send(&page, &form).await.unwrap();
        let page = member.open("/product/lamp").await.unwrap();
        let form = page.form("product_id").unwrap();
        member.send(&page, &form).await.unwrap();
        let address = json!({ "billing_address": billing() });
        let (_, cart) = store(&site, &mut member, "POST", "/cart/update-customer", address).await;
        assert_eq!(cart["items_count"], 1, "{cart}");
        let (status, refused) = store(&site, &mut member, "POST", "/cart/apply-coupon", code.clone()).await;
        assert!(status.is_client_error(), "{}: {refused}", site.database.name);
    }
}
