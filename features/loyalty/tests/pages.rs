//! The admin's pages and the card on `/my-account`.
#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that is not as it should be")]

mod common;

use std::collections::BTreeSet;

use axum::Router;
use axum::body::Body;
use common::{Site, USER, now_is, order};
use db::testing::databases;
use http::{Method, Request};
use http_body_util::BodyExt;
use kernel::{Fault, capability};
use runtime::Tx;
use tower::ServiceExt;
use web::{Credentials, CurrentUser, Feature, LoginSession, Reply, ServerOptions, Template, context};

/// The cookie says who it is: `staff` or [`USER`], the shopper.
#[expect(clippy::unnecessary_wraps, reason = "the shape of an authenticator")]
fn authenticate(
    _: &mut Tx,
    shown: &Credentials,
) -> Result<Option<(CurrentUser, Option<LoginSession>)>, Fault> {
    let (id, capabilities) = match shown.session_cookie.as_deref() {
        Some("staff") => (kernel::ids::UserId(1), capability::ALL.as_slice()),
        Some("shopper") => (USER, [].as_slice()),
        _ => return Ok(None),
    };
    let user = CurrentUser {
        id,
        login: "ada".to_owned(),
        display_name: "Ada".to_owned(),
        email: "ada@example.com".to_owned(),
        roles: vec![],
        capabilities: capabilities.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>(),
    };
    Ok(Some((user, Some(LoginSession { token_hash: "hash".to_owned() }))))
}

const ACCOUNT: &[Template] =
    &[("test/account.html", "{% for piece in fragments.my_account %}{{ piece|safe }}{% endfor %}")];

/// A page with the slot, as the shop has one.
fn account() -> Feature {
    Feature {
        name: "account",
        routes: Some(|routes| {
            routes.page(Method::GET, "/my-account").read(|_, _| {
                let slots = context! { names => ["my_account"], subject => USER.0 };
                Ok(Reply::page("test/account.html", context! { slots => slots }))
            });
        }),
        templates: ACCOUNT,
        ..Feature::default()
    }
}

async fn shops() -> Vec<(Site, Router)> {
    let mut shops = Vec::new();
    for database in databases() {
        let mut feature = loyalty::feature();
        feature.authenticator = Some(authenticate);
        let module = std::mem::take(&mut feature.module);
        let engine = runtime::testing::engine(&database, vec![module], runtime::testing::ports()).unwrap();
        let router = web::router(engine.clone(), &[feature, account()], ServerOptions::default()).unwrap();
        let site = Site { database, engine };
        site.set("points.shadow_mode", false.into()).await;
        shops.push((site, router));
    }
    shops
}

async fn ask(router: &Router, method: &str, path: &str, who: &str, form: &str) -> (u16, String) {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("cookie", format!("cartwright_session={who}"))
        .header("content-type", "application/x-www-form-urlencoded");
    let response = router.clone().oneshot(request.body(Body::from(form.to_owned())).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    let text = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
    (parts.status.as_u16(), text)
}

/// The value of a hidden field.
fn hidden(page: &str, name: &str) -> String {
    let start = format!("name=\"{name}\" value=\"");
    page.split_once(&start).unwrap().1.split_once('"').unwrap().0.to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn empty_and_full_pages_render() {
    for (site, router) in shops().await {
        for path in ["/admin/oloyalty", "/admin/oloyalty-members", "/admin/oloyalty-members?tier=gold"] {
            let (status, page) = ask(&router, "GET", path, "staff", "").await;
            assert_eq!(status, 200, "{path}: {page}");
            assert!(page.contains("class=\"empty\""), "{path}");
            assert_eq!(ask(&router, "GET", path, "shopper", "").await.0, 403, "{path}");
        }
        let sale = order(1, "completed", &[123_400]);
        site.status(&sale).await;
        let (_, overview) = ask(&router, "GET", "/admin/oloyalty", "staff", "").await;
        assert!(overview.contains("1,234") && overview.contains("$12.34"), "{overview}");
        let (_, list) =
            ask(&router, "GET", "/admin/oloyalty-members?search=ADA@&tier=silver", "staff", "").await;
        assert!(list.contains("ada@example.com") && list.contains("Silver"), "{list}");
        let (_, page) = ask(&router, "GET", "/admin/oloyalty-members/1", "staff", "").await;
        assert!(page.contains("Purchase, order #1") && page.contains("766 points to go"), "{page}");
        assert!(!page.contains(" style=") && !page.contains("onclick"));
        site.status(&now_is(&sale, "refunded")).await;
        let (_, page) = ask(&router, "GET", "/admin/oloyalty-members/1", "staff", "").await;
        assert!(page.contains("the tier is kept until"), "{page}");
        assert_eq!(ask(&router, "GET", "/admin/oloyalty-members/9", "staff", "").await.0, 404);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_adjust_and_shut_out_by_form() {
    for (site, router) in shops().await {
        let member = site.join(USER).await.id;
        let path = format!("/admin/oloyalty-members/{member}");
        let (_, page) = ask(&router, "GET", &path, "staff", "").await;
        let (csrf, key) = (hidden(&page, "_csrf"), hidden(&page, "key"));
        let form = format!("_csrf={csrf}&key={key}&points=%2B1%2C500&reason=Thanks");
        for _ in 0..2 {
            assert_eq!(ask(&router, "POST", &format!("{path}/adjust"), "staff", &form).await.0, 303);
        }
        assert_eq!(site.balance().await, 1_600, "sent twice, written once");
        let forged = form.replace(&csrf, "0");
        assert_eq!(ask(&router, "POST", &format!("{path}/adjust"), "staff", &forged).await.0, 403);
        assert_eq!(ask(&router, "POST", &format!("{path}/adjust"), "shopper", &form).await.0, 403);
        for fields in
            ["points=many&reason=x", "points=-9999&reason=x", "points=5&reason=", "points=0&reason=x"]
        {
            let form = format!("_csrf={csrf}&key=other&{fields}");
            assert_eq!(
                ask(&router, "POST", &format!("{path}/adjust"), "staff", &form).await.0,
                303,
                "{fields}"
            );
        }
        let form = format!("_csrf={csrf}&status=suspended&reason=Review");
        ask(&router, "POST", &format!("{path}/ban"), "staff", &form).await;
        assert_eq!(site.member(USER).await.status, "suspended");
        let (_, page) = ask(&router, "GET", &path, "staff", "").await;
        assert!(page.contains("Reason: Review"));
        ask(&router, "POST", &format!("{path}/unban"), "staff", &format!("_csrf={csrf}")).await;
        assert_eq!((site.member(USER).await.status.as_str(), site.balance().await), ("active", 1_600));
        site.assert_sound().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_account_shows_its_own_points_only() {
    for (site, router) in shops().await {
        assert_eq!(ask(&router, "GET", "/my-account", "shopper", "").await.1.trim(), "");
        site.status(&order(1, "completed", &[60_000])).await;
        let (_, card) = ask(&router, "GET", "/my-account", "shopper", "").await;
        assert!(
            card.contains("600")
                && card.contains("Silver")
                && card.contains("1,400 more points to reach Gold"),
            "{card}"
        );
        assert!(card.contains("earns 1.5×. You earn 1.25× now"), "{card}");
        assert_eq!(ask(&router, "GET", "/my-account", "staff", "").await.1.trim(), "");
    }
}
