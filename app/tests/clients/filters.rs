//! Filters and orders of lists are obeyed or refused.

use db::testing::databases;
use serde_json::{Value, json};
use sim::browser::Browser;

use super::{site, store};

#[tokio::test(flavor = "multi_thread")]
async fn filters_of_products_are_obeyed() {
    for database in databases() {
        let mut site = site(database).await;
        let (beanie, lamp) = (site.product("beanie").await, site.product("lamp").await);
        let clothing = site.get("/products/categories?slug=clothing").await[0]["id"].as_i64().unwrap();
        let by = "orderby=id&order=asc";
        for (query, skus) in [
            (String::new(), "hoodie,beanie,lamp,mug"),
            (format!("include={beanie},{lamp}"), "beanie,lamp"),
            (format!("include[]={beanie}&include[]={lamp}"), "beanie,lamp"),
            (format!("exclude={beanie}"), "hoodie,lamp,mug"),
            ("offset=1".to_owned(), "beanie,lamp,mug"),
            ("offset=1&per_page=1".to_owned(), "beanie"),
            ("slug=lamp".to_owned(), "lamp"),
            ("type=variable".to_owned(), "hoodie"),
            ("exclude_types=variable".to_owned(), "beanie,lamp,mug"),
            ("featured=true".to_owned(), "beanie"),
            ("featured=false".to_owned(), "hoodie,lamp,mug"),
            ("on_sale=true".to_owned(), "hoodie,beanie"),
            ("on_sale=false".to_owned(), "lamp,mug"),
            ("min_price=44".to_owned(), "hoodie,lamp"),
            ("max_price=18".to_owned(), "beanie,mug"),
            ("min_price=10&max_price=42".to_owned(), "hoodie,beanie"),
            ("stock_status=outofstock".to_owned(), "mug"),
            ("stock_status=instock".to_owned(), "hoodie,beanie,lamp"),
            ("sku=lamp,mug".to_owned(), "lamp,mug"),
            ("sku=hoodie-red".to_owned(), "hoodie-red"),
            ("search_sku=hood".to_owned(), "hoodie,hoodie-blue,hoodie-red"),
            ("search=knitted".to_owned(), "beanie"),
            ("search_name_or_sku=lam".to_owned(), "lamp"),
            ("status=private".to_owned(), "mug"),
            ("status=publish,private".to_owned(), "hoodie,beanie,lamp,mug"),
            ("exclude_status=private".to_owned(), "hoodie,beanie,lamp"),
            (format!("category={clothing}"), "hoodie,beanie"),
            ("parent=0".to_owned(), "hoodie,beanie,lamp,mug"),
            ("parent=7777".to_owned(), ""),
            ("tax_class=standard&virtual=false&downloadable=false".to_owned(), "hoodie,beanie,lamp,mug"),
            ("after=2001-01-01T00:00:00".to_owned(), "hoodie,beanie,lamp,mug"),
            ("before=2001-01-01T00:00:00".to_owned(), ""),
            ("modified_after=2091-01-01T00:00:00Z&dates_are_gmt=true".to_owned(), ""),
            ("colour=red".to_owned(), "hoodie,beanie,lamp,mug"),
        ] {
            let found = site.listed(&format!("/products?{by}&{query}"), "sku").await.join(",");
            assert_eq!(found, skus, "{}: {query}", site.database.name);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_of_products_are_ordered_both_ways_and_refuse_the_rest() {
    for database in databases() {
        let mut site = site(database).await;
        let (hoodie, lamp) = (site.product("hoodie").await, site.product("lamp").await);
        for (orderby, up) in [
            ("title", "beanie,hoodie,lamp,mug"),
            ("slug", "beanie,hoodie,lamp,mug"),
            ("price", "mug,beanie,hoodie,lamp"),
            ("id", "hoodie,beanie,lamp,mug"),
            ("date", "hoodie,beanie,lamp,mug"),
            ("popularity", "hoodie,beanie,lamp,mug"),
            ("menu_order", "beanie,hoodie,lamp,mug"),
            ("modified", "hoodie,beanie,lamp,mug"),
        ] {
            let ascending = site.listed(&format!("/products?orderby={orderby}&order=asc"), "sku").await;
            assert_eq!(ascending.join(","), up, "{orderby}");
            let mut descending = site.listed(&format!("/products?orderby={orderby}&order=desc"), "sku").await;
            descending.reverse();
            assert_eq!(descending, ascending, "{orderby}");
        }
        let chosen = site.listed(&format!("/products?orderby=include&include={lamp},{hoodie}"), "sku").await;
        assert_eq!(chosen, ["lamp", "hoodie"]);
        for (query, field) in [
            ("tag=5", "tag"),
            ("shipping_class=5", "shipping_class"),
            ("type=huge", "type"),
            ("status=gone", "status"),
            ("featured=perhaps", "featured"),
            ("include=a", "include"),
            ("after=yesterday", "after"),
            ("min_price=cheap", "min_price"),
            ("stock_status=some", "stock_status"),
            ("tax_class=none-such", "tax_class"),
            ("orderby=colour", "orderby"),
            ("order=up", "order"),
        ] {
            site.refused("GET", &format!("/products?{query}"), Value::Null, field).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_of_variations_and_of_the_store_are_obeyed() {
    for database in databases() {
        let mut site = site(database).await;
        let hoodie = site.product("hoodie").await;
        let variations = format!("/products/{hoodie}/variations");
        for (query, skus) in [
            ("", "hoodie-blue,hoodie-red"),
            ("on_sale=true", "hoodie-red"),
            ("sku=hoodie-blue", "hoodie-blue"),
            ("max_price=42", "hoodie-red"),
            ("attributes[0][attribute]=Color&attributes[0][term]=Blue", "hoodie-blue"),
            ("orderby=id&order=desc", "hoodie-red,hoodie-blue"),
        ] {
            assert_eq!(site.listed(&format!("{variations}?{query}"), "sku").await.join(","), skus, "{query}");
        }
        let shop = Browser::new(&site.router, "203.0.113.5");
        for (query, names) in [
            ("", "Hoodie,Beanie,Lamp"),
            ("on_sale=true", "Hoodie,Beanie"),
            ("min_price=4300", "Hoodie,Lamp"),
            ("max_price=1800", "Beanie"),
            ("sku=lamp,beanie", "Beanie,Lamp"),
            ("slug=lamp", "Lamp"),
            ("featured=true", "Beanie"),
            ("category=hats", "Beanie"),
            ("category=clothing", "Hoodie,Beanie"),
            ("category=clothing&category_operator=not_in", "Lamp"),
            ("type=variable", "Hoodie"),
            ("exclude=1&search=lam", "Lamp"),
            ("stock_status[]=instock", "Hoodie,Beanie,Lamp"),
            ("attributes[0][attribute]=pa_color&attributes[0][slug]=red", "Hoodie"),
            (
                "attributes[0][attribute]=color&attributes[0][slug]=red&attributes[0][operator]=not_in",
                "Beanie,Lamp",
            ),
            ("offset=2", "Lamp"),
        ] {
            let path = format!("/products?orderby=id&order=asc&{query}");
            let (status, rows) = store(&site, &mut shop.clone(), "GET", &path, Value::Null).await;
            assert_eq!(status, 200, "{query}: {rows}");
            let found: Vec<&str> =
                rows.as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap()).collect();
            assert_eq!(found.join(","), names, "{query}");
        }
        for query in
            ["tag=5", "rating=5", "type=huge", "min_price=1.5", "attributes[0][term_id]=4", "stock_status=x"]
        {
            let (status, answer) =
                store(&site, &mut shop.clone(), "GET", &format!("/products?{query}"), Value::Null).await;
            assert_eq!((status.as_u16(), &answer["code"]), (400, &json!("rest_invalid_param")), "{query}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_of_orders_are_obeyed() {
    for database in databases() {
        let mut site = site(database).await;
        let (lamp, beanie) = (site.product("lamp").await, site.product("beanie").await);
        let mut ids = Vec::new();
        for (product, status, name) in
            [(lamp, "pending", "Ada"), (beanie, "processing", "Bob"), (lamp, "on-hold", "Cy")]
        {
            let body = json!({ "status": status, "billing": { "first_name": name, "last_name": "Smith", "email": format!("{name}@example.com") },
                "line_items": [{ "product_id": product }], "created_via": format!("from-{name}"), "parent_id": ids.first() });
            ids.push(site.ok("POST", "/orders", body).await["id"].as_i64().unwrap());
            site.database.clock.advance(3_600);
        }
        let (one, two, three) = (ids[0], ids[1], ids[2]);
        let made = site.get(&format!("/orders/{two}")).await["date_created_gmt"].as_str().unwrap().to_owned();
        site.ok("PUT", &format!("/orders/{one}"), json!({ "customer_note": "later" })).await;
        for (query, expected) in [
            (String::new(), vec![three, two, one]),
            ("order=asc".to_owned(), vec![one, two, three]),
            ("status=pending,on-hold".to_owned(), vec![three, one]),
            ("status[]=pending&status[]=processing".to_owned(), vec![two, one]),
            ("status=any".to_owned(), vec![three, two, one]),
            (format!("exclude={two}"), vec![three, one]),
            (format!("exclude[]={two}&exclude[]={one}"), vec![three]),
            (format!("include={one},{three}&orderby=include"), vec![one, three]),
            ("offset=1".to_owned(), vec![two, one]),
            (format!("product={lamp}"), vec![three, one]),
            (format!("parent={one}"), vec![three, two]),
            (format!("parent_exclude={one}"), vec![one]),
            (format!("after={made}&dates_are_gmt=true"), vec![three]),
            (format!("before={made}Z"), vec![one]),
            (format!("modified_after={made}Z"), vec![three, one]),
            ("orderby=modified&order=desc".to_owned(), vec![one, three, two]),
            ("orderby=id&order=asc".to_owned(), vec![one, two, three]),
            ("created_via=from-Bob".to_owned(), vec![two]),
            (format!("number={two}"), vec![two]),
            ("search=bob%20smith".to_owned(), vec![two]),
            ("customer=77".to_owned(), vec![]),
        ] {
            let found = site.listed(&format!("/orders?{query}"), "id").await;
            let expected: Vec<String> = expected.iter().map(ToString::to_string).collect();
            assert_eq!(found, expected, "{}: {query}", site.database.name);
        }
        for (query, field) in
            [("status=gone", "status"), ("customer=x", "customer"), ("after=2026", "after"), ("dp=x", "dp")]
        {
            site.refused("GET", &format!("/orders?{query}"), Value::Null, field).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_of_customers_are_obeyed() {
    for database in databases() {
        let mut site = site(database).await;
        for (email, first) in [("zoe@example.com", "Zoe"), ("ann@example.com", "Ann")] {
            site.ok("POST", "/customers", json!({ "email": email, "first_name": first, "last_name": "Doe" }))
                .await;
        }
        let zoe = site.get("/customers?email=zoe@example.com").await[0]["id"].as_i64().unwrap();
        for (query, expected) in [
            (String::new(), "ann,zoe"),
            ("order=desc".to_owned(), "zoe,ann"),
            ("orderby=id&order=asc".to_owned(), "zoe,ann"),
            ("orderby=registered_date&order=desc".to_owned(), "ann,zoe"),
            ("search=zoe".to_owned(), "zoe"),
            (format!("include={zoe}"), "zoe"),
            (format!("exclude={zoe}"), "ann"),
            ("offset=1".to_owned(), "zoe"),
            ("role=customer".to_owned(), "ann,zoe"),
        ] {
            let found = site
                .listed(&format!("/customers?{query}"), "email")
                .await
                .join(",")
                .replace("@example.com", "");
            assert_eq!(found, expected, "{query}");
        }
        let administrators = site.listed("/customers?role=administrator", "role").await;
        assert_eq!(administrators, ["administrator"]);
        assert_eq!(site.get("/customers?role=all").await.as_array().unwrap().len(), 3);
        site.refused("GET", "/customers?role=king", Value::Null, "role").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_of_coupons_categories_and_taxes_are_obeyed() {
    for database in databases() {
        let mut site = site(database).await;
        for code in ["aaa", "bbb"] {
            site.ok("POST", "/coupons", json!({ "code": code, "amount": "1" })).await;
            site.database.clock.advance(60);
        }
        let first = site.get("/coupons?code=aaa").await[0]["id"].as_i64().unwrap();
        for (query, expected) in [
            (String::new(), "bbb,aaa"),
            ("order=asc".to_owned(), "aaa,bbb"),
            ("orderby=title&order=desc".to_owned(), "bbb,aaa"),
            ("search=aa".to_owned(), "aaa"),
            (format!("exclude={first}"), "bbb"),
            (format!("include={first}"), "aaa"),
            ("before=2001-01-01T00:00:00".to_owned(), ""),
        ] {
            assert_eq!(
                site.listed(&format!("/coupons?{query}"), "code").await.join(","),
                expected,
                "{query}"
            );
        }
        for (query, expected) in [
            ("", "Clothing,Hats,Home"),
            ("order=desc", "Home,Hats,Clothing"),
            ("orderby=id&order=desc", "Home,Hats,Clothing"),
            ("slug=hats", "Hats"),
            ("parent=0", "Clothing,Home"),
            ("search=HA", "Hats"),
            ("offset=2", "Home"),
        ] {
            assert_eq!(
                site.listed(&format!("/products/categories?{query}"), "name").await.join(","),
                expected,
                "{query}"
            );
        }
        let second = json!({ "country": "DE", "state": "*", "postcode": "*", "city": "*", "rate": "19", "name": "DE" });
        let second = site.ok("POST", "/taxes", second).await;
        assert_eq!(
            (&second["state"], &second["postcode"], &second["city"]),
            (&json!(""), &json!(""), &json!(""))
        );
        for (query, expected) in [
            ("", "NY,DE"),
            ("order=desc", "DE,NY"),
            ("orderby=id&order=asc", "NY,DE"),
            ("class=standard", "NY,DE"),
            ("offset=1", "DE"),
        ] {
            assert_eq!(site.listed(&format!("/taxes?{query}"), "name").await.join(","), expected, "{query}");
        }
        site.refused("GET", "/taxes?class=none-such", Value::Null, "class").await;
        site.refused("POST", "/taxes", json!({ "country": "XX", "rate": "1" }), "country").await;
        site.refused("POST", "/taxes", json!({ "country": "US", "state": "Ontario", "rate": "1" }), "state")
            .await;
        let california =
            site.ok("POST", "/taxes", json!({ "country": "US", "state": "California", "rate": "1" })).await;
        assert_eq!(california["state"], "CA");
    }
}
