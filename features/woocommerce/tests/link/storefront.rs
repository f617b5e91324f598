//! What the store's pages ask.

use axum::body::Body;
use axum::http::Request;
use kernel::contracts::ocart::{AfterPayment, AnswerBump, BumpLine, FunnelCheckout, ShowCheckout, ShownBump};
use kernel::contracts::oloyalty::{BalanceOf, MemberBalance};
use kernel::ids::{FunnelId, OfferId, ProductId};
use kernel::{Currency, Decimal, Fault, Money};
use runtime::Module;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::world::{ADDRESS, code, servers_with};

fn line() -> BumpLine {
    BumpLine {
        offer_id: OfferId(3),
        product_id: ProductId(12),
        variation_id: ProductId(0),
        quantity: 2,
        unit_price: Decimal::parse("4.50").unwrap(),
    }
}

fn shown(accepted: bool) -> ShownBump {
    ShownBump {
        line: line(),
        headline: "A tray".to_owned(),
        description: String::new(),
        accept_label: "Add".to_owned(),
        position: "above_payment".to_owned(),
        product_name: "Tray".to_owned(),
        image: String::new(),
        price: Money::new(900, Currency::USD),
        regular_price: Money::new(900, Currency::USD),
        accepted,
    }
}

/// Funnels and loyalty, played.
fn others() -> Module {
    let mut module = Module::default();
    module.requests(|requests| {
        requests.answer(|_, asked: ShowCheckout| async move {
            Ok(FunnelCheckout {
                funnel_id: FunnelId(7),
                slug: asked.funnel,
                name: "Spring".to_owned(),
                bumps: vec![shown(!asked.cart.lines.is_empty())],
                changed: vec![line()],
                gone: vec![OfferId(9)],
            })
        });
        requests.answer(|_, asked: AnswerBump| async move {
            match asked.offer_id.0 {
                3 => Ok(asked.accepted.then(line)),
                _ => Err(Fault::not_found("bump")),
            }
        });
        requests.answer(|_, asked: AfterPayment| async move {
            Ok((asked.order_id.0 == 12).then(|| "https://server.example/offer/x".to_owned()))
        });
        requests.answer(|_, asked: BalanceOf| async move {
            Ok((asked.user_id.0 == 5).then(|| MemberBalance {
                points: 4820,
                points_text: "4,820".to_owned(),
                worth: Money::new(4820, Currency::USD),
                tier: "silver".to_owned(),
                tier_name: "Silver".to_owned(),
                next_tier: String::new(),
                missing: 0,
            }))
        });
    });
    module
}

fn cart(token: &str) -> Value {
    let nothing = json!({ "minor": 0, "currency": "USD" });
    json!({ "token": token, "customer_id": 0, "lines": [], "coupon_codes": [], "currency": "USD", "subtotal": nothing,
        "discount_total": nothing, "shipping_total": nothing, "total_tax": nothing, "total": nothing, "item_count": 0,
        "needs_shipping": false, "hash": "h" })
}

#[tokio::test]
async fn the_stores_pages_are_answered() {
    for server in servers_with(others) {
        let token = "ab".repeat(16);
        let asked = json!({ "funnel": "spring", "cart": cart(&token) });
        let (status, answer) = server.hears("storefront/checkout", &asked).await;
        assert_eq!(status, 200, "{answer}");
        assert_eq!((&answer["funnel_id"], &answer["funnel"]), (&json!(7), &json!("spring")));
        let bump = &answer["bumps"][0];
        assert_eq!((bump["price"].to_string().as_str(), &bump["price_text"]), ("9.00", &json!("$9.00")));
        assert_eq!((&bump["regular_price"], &bump["accepted"]), (&Value::Null, &json!(false)));
        assert_eq!(answer["gone"], json!([9]));
        let line = json!({ "offer_id": 3, "unit_price": "4.5",
            "product": { "product_id": 12, "variation_id": 0, "quantity": 2, "variation": [] } });
        assert_eq!(answer["changed"][0]["product"], line["product"]);

        let tick = |offer: i64, accepted: bool| json!({ "funnel": "spring", "offer_id": offer, "accepted": accepted, "cart": cart(&token) });
        let (status, answer) = server.hears("storefront/bump", &tick(3, true)).await;
        assert_eq!((status, &answer["line"]["product"]), (200, &line["product"]));
        assert_eq!(server.hears("storefront/bump", &tick(3, false)).await, (200, json!({ "line": null })));
        assert_eq!(server.hears("storefront/bump", &tick(4, true)).await.0, 404);

        let paid = |order: i64| json!({ "order_id": order, "order_key": "wc_order_x" });
        let (status, answer) = server.hears("storefront/after-payment", &paid(12)).await;
        assert_eq!((status, answer), (200, json!({ "url": "https://server.example/offer/x" })));
        let (status, answer) = server.hears("storefront/after-payment", &paid(13)).await;
        assert_eq!((status, answer), (200, json!({ "url": null })));

        let looking = |user: i64| json!({ "user": { "id": user, "login": "ada", "capabilities": [] } });
        let (status, answer) = server.hears("storefront/balance", &looking(5)).await;
        assert_eq!(
            (status, &answer["points_text"], &answer["worth_text"]),
            (200, &json!("4,820"), &json!("$48.20"))
        );
        let (status, answer) = server.hears("storefront/balance", &looking(6)).await;
        assert_eq!((status, &answer["member"], &answer["points"]), (200, &json!(false), &json!(0)));
    }
}

#[tokio::test]
async fn what_is_not_a_question_of_the_stores_is_refused() {
    for server in servers_with(others) {
        for (route, body) in [
            ("checkout", json!({ "funnel": "spring", "cart": {} })),
            ("checkout", json!({ "funnel": "spring", "cart": cart("short") })),
            ("checkout", json!({ "funnel": "spring" })),
            ("bump", json!({ "offer_id": "x", "accepted": true, "cart": cart(&"ab".repeat(16)) })),
            (
                "bump",
                json!({ "offer_id": 3, "accepted": true, "price": "0.01", "cart": cart(&"ab".repeat(16)) }),
            ),
            ("after-payment", json!({ "order_id": "x", "order_key": "" })),
            ("balance", json!({ "user": {} })),
        ] {
            let answer = server.hears(&format!("storefront/{route}"), &body).await;
            assert_eq!(code(&answer).0, 400, "{route} {body} {answer:?}");
        }
        for route in ["checkout", "bump", "after-payment", "balance"] {
            let (status, _) = server.unsigned(&format!("storefront/{route}"), &json!({})).await;
            assert_eq!(status, 401, "{route}");
        }
    }
}

#[tokio::test]
async fn the_shops_own_pages_are_in_the_store() {
    for server in servers_with(others) {
        for (path, leads) in [
            ("/", "/"),
            ("/shop", "/?cartwright_page=shop"),
            ("/cart", "/?cartwright_page=cart"),
            ("/my-account", "/?cartwright_page=account"),
        ] {
            let answer = server.router.clone().oneshot(Request::get(path).body(Body::empty()).unwrap());
            let answer = answer.await.unwrap();
            let location = answer.headers()["location"].to_str().unwrap().to_owned();
            assert_eq!((answer.status().as_u16(), location), (303, format!("{ADDRESS}{leads}")), "{path}");
        }
    }
}
