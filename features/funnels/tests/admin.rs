//! Managing funnels and offers: REST, pages, capabilities, bad input.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops at the first thing that is not as it should be"
)]

mod world;

use db::testing::databases;
use serde_json::{Value, json};
use world::World;

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
const ADMIN: (&str, &str) = ("authorization", "Basic admin");

#[tokio::test(flavor = "multi_thread")]
async fn a_funnel_is_built_on_its_pages() {
    for database in databases() {
        let world = World::new(&database);
        let post =
            async |path: &str, form: &str| world.ask("POST", path, &[ADMIN, FORM], form.to_owned()).await;
        let get = async |path: &str| world.ask("GET", path, &[ADMIN], String::new()).await;
        assert!(get("/admin/ocart-funnels").await.text.contains("There is no funnel yet"));
        let made = post("/admin/ocart-funnels", "name=Spring+Sale&layout=two_step").await;
        let page = made.location();
        assert_eq!(page, "/admin/ocart-funnels/1", "{}", made.text);
        let chooser = get(&format!("{page}/offers?type=upsell")).await;
        assert!(chooser.text.contains("Product 3"), "{}", chooser.text);
        let wrong =
            post(&format!("{page}/offers"), "type=upsell&product=3:0&rule=discount_pct&value=500&quantity=1")
                .await;
        assert_eq!(wrong.status, 422);
        assert!(
            wrong.text.contains("pricing_rule.value") && wrong.text.contains("value=\"500\""),
            "{}",
            wrong.text
        );
        for form in [
            "type=bump&product=2:0&rule=fixed_addon&value=24&quantity=1&position=above_payment",
            "type=upsell&product=3:0&rule=discount_pct&value=50&quantity=1&headline=One+more",
            "type=downsell&product=4:0&rule=fixed_price&value=5&quantity=1",
        ] {
            assert_eq!(post(&format!("{page}/offers"), form).await.location(), page, "{form}");
        }
        let shown = get(&page).await;
        assert!(shown.text.contains("After a no") && shown.text.contains("50% off"), "{}", shown.text);
        assert_eq!(post(&format!("{page}/status"), "status=active").await.location(), page);
        assert_eq!(post(&format!("{page}/pages"), "headline=Hello&text=A%0AB").await.location(), page);
        let steps = world.admin("GET", "/funnels/1/steps", Value::Null).await.json();
        let kinds: Vec<&str> =
            steps.as_array().unwrap().iter().map(|step| step["type"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["checkout", "bump", "upsell", "downsell", "custom", "thank_you"]);
        let custom = steps[4]["id"].as_i64().unwrap();
        assert_eq!(post(&format!("{page}/steps/{custom}"), "action=up").await.location(), page);
        let steps = world.admin("GET", "/funnels/1/steps", Value::Null).await.json();
        assert_eq!((steps[3]["type"].as_str(), steps[3]["position"].as_i64()), (Some("custom"), Some(4)));
        post(&format!("{page}/steps/{custom}"), "action=remove").await;
        for path in [
            "/admin/ocart-funnels",
            "/admin/ocart-bumps",
            "/admin/ocart-upsells",
            "/admin/ocart-bumps/1",
            "/admin/ocart-upsells/2",
        ] {
            let shown = get(path).await;
            assert_eq!(shown.status, 200, "{path}: {}", shown.text);
        }
        let saved =
            post("/admin/ocart-upsells/2", "name=Vinyl&status=active&rule=amount_off&value=3&quantity=2")
                .await;
        assert_eq!(saved.location(), "/admin/ocart-upsells/2");
        let offer = world.admin("GET", "/upsells/2", Value::Null).await.json();
        assert_eq!(offer["pricing_rule"], json!({"type": "amount_off", "amount": 3, "basis": "current"}));
        let token = world.bought("cartA").await;
        assert!(world.get("", &format!("/offer/{token}")).await.text.contains("Product 3"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn others_may_not_and_nobody_need_log_in_to_shop() {
    for database in databases() {
        let world = World::new(&database);
        for (method, path) in [
            ("GET", "/wp-json/ocart/v1/funnels"),
            ("POST", "/wp-json/ocart/v1/bumps"),
            ("DELETE", "/wp-json/ocart/v1/upsells/1"),
            ("GET", "/admin/ocart-funnels"),
            ("POST", "/admin/ocart-funnels"),
        ] {
            let nobody = world.ask(method, path, &[("authorization", "Basic nobody")], String::new()).await;
            assert_eq!(nobody.status, 403, "{method} {path}");
        }
        let visitor = world.ask("GET", "/wp-json/ocart/v1/funnels", &[], String::new()).await;
        assert_eq!(visitor.status, 401);
        let without = world.ask("GET", "/wp-json/ocart/v1/bumps/eligible", &[], String::new()).await;
        assert_eq!(without.status, 401);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_input_names_its_field_and_writes_nothing() {
    for database in databases() {
        let world = World::new(&database);
        let funnel = world.funnel("two_step").await;
        let bump = |rule: Value| json!({"product_id": 2, "pricing_rule": rule});
        let cases = [
            ("/funnels", json!({}), 400, "name"),
            ("/funnels", json!({"name": " "}), 400, "name"),
            ("/funnels", json!({"name": "x", "slug": "No Good"}), 400, "slug"),
            ("/funnels", json!({"name": "x", "slug": "standard"}), 400, "slug"),
            ("/funnels", json!({"name": "x", "status": "live"}), 400, "status"),
            ("/funnels", json!({"name": "x", "colour": 1}), 400, "colour"),
            (
                "/funnels",
                json!({"name": "x", "trigger_rules": {"cart_min_total": "1.999"}}),
                400,
                "trigger_rules.cart_min_total",
            ),
            ("/bumps", json!({"product_id": 99, "pricing_rule": {"type": "list_price"}}), 400, "product_id"),
            ("/bumps", bump(json!({"type": "fixed_addon", "amount": -5})), 400, "pricing_rule.amount"),
            ("/bumps", bump(json!({"type": "fixed_addon", "amount": 1.999})), 400, "pricing_rule.amount"),
            (
                "/bumps",
                bump(json!({"type": "fixed_addon", "amount": 99_999_999_999_999_999_i64})),
                400,
                "pricing_rule.amount",
            ),
            (
                "/bumps",
                json!({"product_id": 2, "type": "upsell", "pricing_rule": {"type": "list_price"}}),
                400,
                "type",
            ),
            ("/upsells", bump(json!({"type": "free_gift"})), 400, "pricing_rule.type"),
            (
                "/upsells",
                json!({"product_id": 2, "quantity": 0, "pricing_rule": {"type": "list_price"}}),
                400,
                "quantity",
            ),
            ("/funnels/1/steps", json!({"type": "upsell", "offer_id": funnel.bump}), 400, "offer_id"),
            ("/funnels/1/steps", json!({"type": "checkout"}), 400, "type"),
            ("/funnels/1/steps", json!({"type": "custom", "position": 40}), 400, "position"),
        ];
        for (path, body, status, field) in cases {
            let refused = world.admin("POST", path, body.clone()).await;
            assert_eq!(refused.status, status, "{path} {body}: {}", refused.text);
            assert!(refused.json()["data"]["params"].get(field).is_some(), "{path} {body}: {}", refused.text);
        }
        assert_eq!(
            world.admin("POST", "/funnels", json!({"name": "Spring sale"})).await.status,
            409,
            "slug taken"
        );
        assert_eq!(
            world.admin("DELETE", &format!("/bumps/{}", funnel.bump), Value::Null).await.status,
            409,
            "shown by a step"
        );
        assert_eq!(world.admin("GET", "/funnels/0", Value::Null).await.status, 404);
        assert_eq!(
            world.admin("GET", &format!("/bumps/{}", funnel.upsell), Value::Null).await.status,
            404,
            "not a bump"
        );
        let all = world.admin("GET", "/funnels?per_page=100", Value::Null).await;
        assert_eq!(all.json().as_array().unwrap().len(), 1);
        let unknown =
            world.shopper("nosuchcart", "POST", &format!("/bumps/{}/accept", funnel.bump), Value::Null).await;
        assert_eq!(unknown.status, 404);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bumps_follow_the_cart() {
    for database in databases() {
        let world = World::new(&database);
        let funnel = world.funnel("two_step").await;
        let change = json!({"pricing_rule": {"type": "percent_addon", "value": 10}, "targeting_rules": {"cart_min_total": 40}});
        let changed = world.admin("PATCH", &format!("/bumps/{}", funnel.bump), change).await;
        assert_eq!(changed.status, 200, "{}", changed.text);
        world.shop.fill("cartB", 1, 1);
        let none = world.shopper("cartB", "GET", "/bumps/eligible", Value::Null).await;
        assert_eq!(none.json(), json!([]), "21.60 is too little");
        let accept = format!("/bumps/{}/accept", funnel.bump);
        assert_eq!(world.shopper("cartB", "POST", &accept, Value::Null).await.status, 422);
        world.shop.fill("cartB", 1, 1);
        let eligible = world.shopper("cartB", "GET", "/bumps/eligible", Value::Null).await.json();
        assert_eq!(eligible[0]["price"].to_string(), "3.60", "a tenth of 36");
        assert_eq!(world.shopper("cartB", "POST", &accept, Value::Null).await.status, 200);
        world.post("cartB", "/checkout/spring-sale/details", world::ADDRESS).await;
        world.shop.fill("cartB", 3, 1);
        let page = world.get("cartB", "/checkout/spring-sale/payment").await;
        assert!(page.text.contains("$6.10"), "a tenth of 60.99: {}", page.text);
        let decline = format!("/bumps/{}/decline", funnel.bump);
        for _ in 0..2 {
            assert_eq!(world.shopper("cartB", "POST", &decline, Value::Null).await.status, 200);
        }
        assert_eq!(world.events(funnel.bump).await, ["declined 0 0 0", "shown 0 0 0"]);
    }
}
