//! The bank's question as a page, and the list of gateways.

use std::collections::BTreeSet;

use axum::Router;
use axum::body::Body;
use db::testing::databases;
use http::{Request, StatusCode};
use http_body_util::BodyExt;
use kernel::Fault;
use kernel::contracts::payments::ChargeOutcome;
use kernel::ids::UserId;
use tower::ServiceExt;
use web::{Credentials, CurrentUser, Feature, LoginSession, ServerOptions};

use crate::shop::{Shop, code};

const ASKS: &str = "4000002500003155";

/// Whoever shows credentials manages, anything else is nobody.
#[expect(clippy::unnecessary_wraps, reason = "the shape of an authenticator")]
fn authenticate(
    _: &mut runtime::Tx,
    shown: &Credentials,
) -> Result<Option<(CurrentUser, Option<LoginSession>)>, Fault> {
    Ok(shown.authorization.as_ref().map(|_| {
        let user = CurrentUser {
            id: UserId(7),
            login: "ada".to_owned(),
            display_name: "Ada".to_owned(),
            email: "ada@example.com".to_owned(),
            roles: vec![],
            capabilities: BTreeSet::from([kernel::capability::OCART_MANAGE.to_owned()]),
        };
        (user, None)
    }))
}

pub fn site(shop: &Shop) -> Router {
    let mut feature = payments::feature();
    // The engine has it already.
    feature.module = runtime::Module::default();
    let door = Feature { name: "door", authenticator: Some(authenticate), ..Feature::default() };
    web::router(shop.engine.clone(), &[feature, door], ServerOptions::default()).unwrap()
}

pub async fn ask(
    site: &Router,
    method: &str,
    path: &str,
    header: (&str, &str),
    body: &str,
) -> (StatusCode, String, String) {
    let request = Request::builder().method(method).uri(path).header(header.0, header.1);
    let response = site.clone().oneshot(request.body(Body::from(body.to_owned())).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    let location = parts.headers.get("location").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let bytes = body.collect().await.unwrap().to_bytes();
    (parts.status, location.to_owned(), String::from_utf8_lossy(&bytes).into_owned())
}

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
const HTML: (&str, &str) = ("accept", "text/html");

#[tokio::test(flavor = "multi_thread")]
async fn the_bank_asks_and_the_shopper_comes_back() {
    for database in databases() {
        let shop = Shop::on(&database);
        let site = site(&shop);
        for (key, answer, expected) in
            [("yes", "approve", "succeeded"), ("no", "refuse", "authentication_required")]
        {
            let ChargeOutcome::RequiresAction { challenge, .. } = shop.pay(key, 142_840, ASKS).await else {
                panic!("no challenge");
            };
            let (status, _, page) = ask(&site, "GET", &challenge, HTML, "").await;
            assert_eq!(status, 200);
            assert!(page.contains("approve this payment of $1,428.40?"), "{page}");
            assert_eq!(ask(&site, "POST", &challenge, FORM, "answer=perhaps").await.0, 400);
            let (status, location, _) =
                ask(&site, "POST", &challenge, FORM, &format!("answer={answer}")).await;
            assert_eq!((status.as_u16(), location.as_str()), (303, "/checkout/order-received/17"));
            assert_eq!(code(&shop.confirm(key).await), expected);
            let (_, _, page) = ask(&site, "GET", &challenge, HTML, "").await;
            assert!(!page.contains("Approve") && page.contains("Continue"), "{page}");
            let again = ask(&site, "POST", &challenge, FORM, "answer=approve").await;
            assert_eq!(again.0, 303);
            assert_eq!(code(&shop.confirm(key).await), expected);
        }
        assert_eq!(ask(&site, "GET", "/test-gateway/challenge/tp_guessed", HTML, "").await.0, 404);
        assert_eq!(ask(&site, "POST", "/test-gateway/challenge/x", FORM, "answer=approve").await.0, 404);
        shop.holds().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn gateways_are_listed_to_managers() {
    for database in databases() {
        let shop = Shop::on(&database);
        let site = site(&shop);
        let path = "/wp-json/ocart/v1/gateways";
        assert_eq!(ask(&site, "GET", path, HTML, "").await.0, 401);
        let (status, _, body) = ask(&site, "GET", path, ("authorization", "Basic x"), "").await;
        assert_eq!(status, 200);
        assert_eq!(
            body,
            r#"[{"id":"test","title":"Credit card (test)","one_click":true,"status":"enabled"}]"#
        );
    }
}
