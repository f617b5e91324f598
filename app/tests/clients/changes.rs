//! A change changes what it names, at every depth, and an answer can be sent back.

use db::testing::databases;
use runtime::Actor;
use serde_json::{Value, json};
use sim::browser::Browser;

use super::{Site, billing, site, store};

#[tokio::test(flavor = "multi_thread")]
async fn a_change_changes_what_it_names() {
    for database in databases() {
        let mut site = site(database).await;
        let lamp = site.product("lamp").await;
        let order = json!({ "billing": billing(), "shipping": { "city": "Troy", "country": "US" }, "customer_note": "ring",
            "line_items": [{ "product_id": lamp, "quantity": "2" }],
            "meta_data": [{ "key": "a", "value": "1" }, { "key": "b", "value": { "deep": [1] } }] });
        let made = site.ok("POST", "/orders", order).await;
        let path = format!("/orders/{}", made["id"]);
        assert_eq!(made["meta_data"][1]["value"], json!({ "deep": [1] }));
        for method in ["PUT", "PATCH", "POST"] {
            let changed = site.ok(method, &path, json!({ "billing": { "phone": method } })).await;
            let mut expected = made["billing"].clone();
            expected["phone"] = Value::from(method);
            assert_eq!(changed["billing"], expected);
            assert_eq!(
                (&changed["shipping"], &changed["customer_note"]),
                (&made["shipping"], &made["customer_note"])
            );
        }
        let metadata = json!({ "meta_data": [{ "key": "a", "value": "2" }, { "key": "c", "value": "3" },
            { "id": made["meta_data"][1]["id"], "value": null }] });
        let changed = site.ok("PUT", &path, metadata).await;
        let kept: Vec<(&str, &str)> = changed["meta_data"]
            .as_array()
            .unwrap()
            .iter()
            .map(|meta| (meta["key"].as_str().unwrap(), meta["value"].as_str().unwrap()))
            .collect();
        assert_eq!(kept, [("a", "2"), ("c", "3")]);
        assert_eq!(changed["meta_data"][0]["id"], made["meta_data"][0]["id"]);

        let customer = json!({ "email": "ada@example.com", "first_name": "Ada", "last_name": "Lovelace",
            "billing": billing(), "meta_data": [{ "key": "vat", "value": "1" }] });
        let made = site.ok("POST", "/customers", customer).await;
        let path = format!("/customers/{}", made["id"]);
        let changed =
            site.ok("PUT", &path, json!({ "billing": { "phone": "5" }, "last_name": "King" })).await;
        assert_eq!(
            (&changed["billing"]["city"], &changed["billing"]["phone"]),
            (&json!("Albany"), &json!("5"))
        );
        assert_eq!(
            (&changed["first_name"], &changed["last_name"], &changed["meta_data"]),
            (&json!("Ada"), &json!("King"), &made["meta_data"])
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_a_product_or_coupon_changes_what_it_names() {
    for database in databases() {
        let mut site = site(database).await;
        let lamp = site.product("lamp").await;
        let product = json!({ "name": "Box", "regular_price": "5", "weight": "1.5", "dimensions": { "length": "1", "width": "2" },
            "description": "Plain", "manage_stock": true, "stock_quantity": "3", "meta_data": [{ "key": "k", "value": [1] }],
            "upsell_ids": [lamp], "images": [{ "src": "https://example.com/box.png", "alt": "A box" }] });
        let made = site.ok("POST", "/products", product).await;
        let path = format!("/products/{}", made["id"]);
        let changed =
            site.ok("POST", &path, json!({ "dimensions": { "height": "3" }, "regular_price": 6 })).await;
        assert_eq!(changed["dimensions"], json!({ "length": "1", "width": "2", "height": "3" }));
        for same in ["name", "weight", "description", "stock_quantity", "meta_data", "upsell_ids", "images"] {
            assert_eq!(changed[same], made[same], "{same}");
        }
        assert_eq!((&changed["regular_price"], &made["stock_quantity"]), (&json!("6"), &json!(3)));
        site.refused("PUT", &path, json!({ "tags": [{ "name": "new" }] }), "tags").await;

        let coupon = json!({ "code": "ten", "amount": "10", "discount_type": "percent", "usage_limit": 5,
            "date_expires": "2031-01-31", "minimum_amount": "20", "email_restrictions": ["a@example.com"] });
        let made = site.ok("POST", "/coupons", coupon).await;
        let changed =
            site.ok("PUT", &format!("/coupons/{}", made["id"]), json!({ "description": "Ten off" })).await;
        for same in [
            "code",
            "amount",
            "discount_type",
            "usage_limit",
            "date_expires",
            "minimum_amount",
            "email_restrictions",
        ] {
            assert_eq!(changed[same], made[same], "{same}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_carts_address_changes_in_part() {
    for database in databases() {
        let mut site = site(database).await;
        let lamp = site.product("lamp").await;
        let mut shopper = Browser::new(&site.router, "203.0.113.5");
        let (_, cart) = store(
            &site,
            &mut shopper,
            "POST",
            "/cart/add-item",
            json!({ "id": lamp.to_string(), "quantity": "1" }),
        )
        .await;
        assert_eq!(cart["items_count"], 1);
        let change = "/cart/update-customer";
        let full = json!({ "billing_address": billing() });
        let (status, cart) = store(&site, &mut shopper, "POST", change, full).await;
        assert_eq!(status, 200, "{cart}");
        let (_, cart) = store(
            &site,
            &mut shopper,
            "POST",
            change,
            json!({ "shipping_address": { "city": "Troy", "country": "US" } }),
        )
        .await;
        assert_eq!(
            (&cart["billing_address"]["city"], &cart["billing_address"]["phone"]),
            (&json!("Albany"), &json!("111"))
        );
        assert_eq!(cart["shipping_address"]["city"], "Troy");
        let (_, cart) =
            store(&site, &mut shopper, "POST", change, json!({ "billing_address": { "phone": "5" } })).await;
        assert_eq!(
            (&cart["billing_address"]["city"], &cart["billing_address"]["phone"]),
            (&json!("Albany"), &json!("5"))
        );
        for (address, field) in [
            (json!({ "state": "XX" }), "billing_address.state"),
            (json!({ "postcode": "ABCDE" }), "billing_address.postcode"),
            (json!({ "country": "XX" }), "billing_address.country"),
        ] {
            let (status, refused) =
                store(&site, &mut shopper, "POST", change, json!({ "billing_address": address })).await;
            assert_eq!(status, 400);
            assert!(refused["data"]["params"][field].is_string(), "{refused}");
        }
        for named in ["New York", "US-NY", "N.Y.", "ny"] {
            let address = json!({ "shipping_address": { "state": named, "postcode": "12207" } });
            let (_, cart) = store(&site, &mut shopper, "POST", change, address).await;
            assert_eq!(
                (&cart["shipping_address"]["state"], &cart["totals"]["tax_lines"][0]["name"]),
                (&json!("NY"), &json!("NY"))
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_can_be_sent_back() {
    for database in databases() {
        let mut site = site(database).await;
        let (hoodie, lamp) = (site.product("hoodie").await, site.product("lamp").await);
        let red = site.product("hoodie-red").await;
        let order = json!({ "billing": billing(), "line_items": [{ "product_id": lamp }, { "product_id": hoodie, "variation_id": red, "quantity": 2 }],
            "shipping_lines": [{ "method_id": "flat_rate", "method_title": "Flat", "total": "10.00" }],
            "meta_data": [{ "key": "list", "value": [1, 2] }], "set_paid": true });
        let order = site.ok("POST", "/orders", order).await["id"].as_i64().unwrap();
        let customer =
            site.ok("POST", "/customers", json!({ "email": "a@example.com", "first_name": "A" })).await["id"]
                .as_i64()
                .unwrap();
        let coupon = json!({ "code": "ten", "amount": "10", "date_expires": "2031-01-31T10:00:00", "usage_limit": null });
        let coupon = site.ok("POST", "/coupons", coupon).await["id"].as_i64().unwrap();
        let tax = site.get("/taxes").await[0]["id"].as_i64().unwrap();
        let category = site.get("/products/categories").await[1]["id"].as_i64().unwrap();
        for path in [
            format!("/products/{hoodie}"),
            format!("/products/{lamp}"),
            format!("/products/{hoodie}/variations/{red}"),
            format!("/orders/{order}"),
            format!("/customers/{customer}"),
            format!("/coupons/{coupon}"),
            format!("/taxes/{tax}"),
            format!("/products/categories/{category}"),
        ] {
            let mut shown = site.get(&path).await;
            site.database.clock.advance(60);
            shown["something_else"] = json!({ "unknown": true });
            shown["_links"] = json!({ "self": [] });
            for method in ["PUT", "POST"] {
                site.ok(method, &path, shown.clone()).await;
            }
            let mut after = site.get(&path).await;
            after["something_else"] = shown["something_else"].clone();
            after["_links"] = shown["_links"].clone();
            assert_eq!(after, shown, "{}: {path}", site.database.name);
        }
        let lines = site.get(&format!("/orders/{order}")).await["line_items"].clone();
        let path = format!("/orders/{order}");
        let line = json!({ "id": lines[0]["id"], "name": "A lamp", "meta_data": [{ "key": "Engraving", "value": "Ada" }] });
        let changed = site.ok("PUT", &path, json!({ "line_items": [line] })).await;
        assert_eq!(
            (&changed["line_items"][0]["name"], &changed["line_items"][0]["total"]),
            (&json!("A lamp"), &lines[0]["total"])
        );
        assert_eq!(changed["line_items"][0]["meta_data"][0]["value"], "Ada");
        assert_eq!(changed["line_items"][1], lines[1]);
        let more = json!({ "line_items": [{ "id": lines[0]["id"], "quantity": 5 }] });
        site.refused("PUT", &path, more, "line_items[0].quantity").await;
        site.refused("PUT", &path, json!({ "line_items": [{ "product_id": lamp }] }), "line_items[0]").await;
        site.refused("PUT", &path, json!({ "currency": "EUR" }), "currency").await;
        let gone = site.ok("DELETE", &format!("/products/{lamp}"), json!({ "force": true })).await;
        assert_eq!(gone["id"], lamp);
        assert_eq!(site.ask("GET", &format!("/products/{lamp}"), Value::Null).await.0, 404);
        site.ok("DELETE", &format!("/products/categories/{category}/?force=true"), Value::Null).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_changes_only_the_columns_it_has() {
    for database in databases() {
        let mut site = site(database).await;
        let lamp = site.product("lamp").await;
        let before = site.get(&format!("/products/{lamp}")).await;
        let import = async |site: &Site, file: &'static str| {
            let imported = site
                .application
                .engine
                .write(Actor::cli(), move |tx| shop::products::commands::import(tx, file.as_bytes(), 2));
            imported.await.unwrap()
        };
        let done = import(&site, "Type,SKU,Name,Regular price\nsimple,lamp,Lamp,95.00\n").await;
        assert_eq!((done.created, done.updated, done.problems.len()), (0, 1, 0), "{:?}", done.problems);
        let mut expected = before.clone();
        expected["regular_price"] = json!("95");
        expected["price"] = json!("95");
        assert_eq!(site.get(&format!("/products/{lamp}")).await, expected);
        let done = import(&site, "SKU,Stock\nlamp,3\nhoodie-red,4\nnew,1\n").await;
        assert_eq!((done.created, done.updated, done.problems.len()), (0, 2, 1), "{:?}", done.problems);
        let shown = site.get(&format!("/products/{lamp}")).await;
        assert_eq!(
            (&shown["stock_quantity"], &shown["name"], &shown["description"]),
            (&json!(3), &json!("Lamp"), &json!("Bright"))
        );
        let red = site.get("/products?sku=hoodie-red").await;
        assert_eq!(
            (&red[0]["stock_quantity"], &red[0]["type"], &red[0]["sale_price"]),
            (&json!(4), &json!("variation"), &json!("42"))
        );
        let file = "SKU,Description,Stock,Weight (kg),Tags,Brands,Meta: origin,Images\nlamp,,,1.5,\"bright, new\",Acme,Oslo,https://example.com/lamp.png\n";
        let done = import(&site, file).await;
        let named: Vec<&str> = done.problems.iter().map(|problem| problem.column.as_str()).collect();
        assert_eq!(named, ["Tags", "Brands"], "{:?}", done.problems);
        let shown = site.get(&format!("/products/{lamp}")).await;
        assert_eq!(
            (&shown["description"], &shown["manage_stock"], &shown["weight"]),
            (&json!(""), &json!(false), &json!("1.5"))
        );
        assert_eq!(
            (&shown["meta_data"][0]["value"], &shown["images"][0]["src"]),
            (&json!("Oslo"), &json!("https://example.com/lamp.png"))
        );
        assert_eq!(shown["categories"], before["categories"]);
    }
}
