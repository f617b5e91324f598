//! The matrix of routes and callers: every address of the program is called by nobody, by a shopper, by holders of each
//! single capability, of all but the one it asks for, and of all. Who may call what stands in `access.txt` beside this file:
//! a route that is added or opened wider must be written down there.
#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that is not as it should be")]

use std::collections::BTreeSet;
use std::fmt::Write as _;

use app::configuration::WordPress;
use app::{Application, Configuration};
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use db::Tx;
use db::testing::sqlite;
use kernel::capability::{ALL, READ};
use kernel::ids::UserId;
use kernel::{Fault, FaultKind};
use runtime::Actor;
use tower::ServiceExt;
use web::routes::Face;
use web::{Access, Credentials, CurrentUser, LoginSession, Route};

/// `Authorization: Holds a,b` is a user with just these capabilities.
fn holder(
    _: &mut Tx,
    credentials: &Credentials,
) -> Result<Option<(CurrentUser, Option<LoginSession>)>, Fault> {
    let Some(list) = credentials.authorization.as_deref().and_then(|text| text.strip_prefix("Holds ")) else {
        return Ok(None);
    };
    let user = CurrentUser {
        id: UserId(4711),
        login: "holder".to_owned(),
        display_name: "Holder".to_owned(),
        email: "holder@example.com".to_owned(),
        roles: vec!["customer".to_owned()],
        capabilities: list.split(',').map(ToOwned::to_owned).collect(),
    };
    Ok(Some((user, None)))
}

/// Who calls.
#[derive(Debug, Clone, Default)]
struct Who {
    name: String,
    capabilities: Option<BTreeSet<&'static str>>,
    cart: bool,
}

impl Who {
    fn holding(name: impl Into<String>, capabilities: impl IntoIterator<Item = &'static str>) -> Self {
        Self { name: name.into(), capabilities: Some(capabilities.into_iter().collect()), cart: false }
    }

    fn with_cart(mut self) -> Self {
        self.cart = true;
        self.name.push_str(" with a cart");
        self
    }

    fn may(&self, access: Access) -> bool {
        let holds = |capability| self.capabilities.as_ref().is_some_and(|held| held.contains(capability));
        match access {
            Access::Public => true,
            Access::Shopper => self.cart,
            Access::LoggedIn => self.capabilities.is_some(),
            Access::Capability(capability) => holds(capability),
            Access::ShopperOr(capability) => self.cart || holds(capability),
            Access::Signed => false,
        }
    }
}

fn everyone(route: &Route) -> Vec<Who> {
    let nobody = Who { name: "nobody".to_owned(), ..Who::default() };
    let mut all = vec![nobody.clone(), nobody.with_cart(), Who::holding("a customer", [READ])];
    all.push(Who::holding("a customer", [READ]).with_cart());
    all.extend(ALL.map(|capability| Who::holding(format!("holder of {capability}"), [capability, READ])));
    all.push(Who::holding("holder of all", ALL));
    if let Some(needed) = route.access.capability() {
        let others = ALL.into_iter().filter(|capability| *capability != needed);
        all.push(Who::holding(format!("holder of all but {needed}"), others));
    }
    all
}

/// With the embedded shop, or with a WooCommerce that nobody can reach.
async fn site(wordpress: Option<WordPress>) -> (Application, axum::Router, db::testing::TestDatabase) {
    let database = sqlite().unwrap();
    let configuration = Configuration {
        public_url: "http://shop.test".to_owned(),
        secret_key: Some("0123456789abcdef0123456789abcdef".to_owned()),
        admin_password: Some("a long enough password".to_owned()),
        // Each call comes from a machine of its own: limits are not what is tested here.
        trust_forwarded: true,
        test_gateway_webhook_secret: Some("whsec of the tests".to_owned()),
        wordpress,
        ..Configuration::usual(&database.url, database.db.prefix())
    };
    let mut application =
        Application::assemble(configuration, database.clock.clone(), database.entropy.clone()).unwrap();
    app::commands::serve::prepare(&application).await.unwrap();
    for feature in &mut application.features {
        feature.authenticator = feature.authenticator.map(|_| holder as web::Authenticator);
    }
    let router = application.router().unwrap();
    (application, router, database)
}

/// The address with something in each of its parts that is there as rarely as may be.
fn filled(route: &Route) -> String {
    let prefix = if route.face == Face::Rest { "/wp-json" } else { "" };
    let fill = |part| match part {
        "{gateway}" => "test",
        part if part.starts_with('{') => "987654",
        part => part,
    };
    format!("{prefix}{}", route.path.split('/').map(fill).collect::<Vec<&str>>().join("/"))
}

async fn called(
    router: &axum::Router,
    route: &Route,
    who: &Who,
    number: usize,
) -> (StatusCode, String, String) {
    let mut request = Request::builder().method(route.method.clone()).uri(filled(route)).header(
        "x-forwarded-for",
        format!("10.{}.{}.{}", number >> 16 & 255, number >> 8 & 255, number & 255),
    );
    if let Some(held) = &who.capabilities {
        let list = held.iter().copied().collect::<Vec<_>>().join(",");
        request = request.header(header::AUTHORIZATION, format!("Holds {list}"));
    }
    if who.cart {
        request = request.header("cart-token", "A".repeat(40));
    }
    let kind =
        if route.face == Face::Rest { "application/json" } else { "application/x-www-form-urlencoded" };
    let body = if route.face == Face::Rest && route.mutates() { "{}" } else { "" };
    let request = request.header(header::CONTENT_TYPE, kind).body(Body::from(body)).unwrap();
    let answer = router.clone().oneshot(request).await.unwrap();
    let (status, location) = (answer.status(), answer.headers().get(header::LOCATION).cloned());
    let location = location.map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default();
    let body = to_bytes(answer.into_body(), 4 << 20).await.unwrap();
    (status, location, String::from_utf8_lossy(&body).into_owned())
}

/// Is this how the route turns away who may not call it?
fn turned_away(route: &Route, who: &Who, status: StatusCode, location: &str) -> bool {
    let stranger = who.capabilities.is_none() || matches!(route.access, Access::Shopper | Access::Signed);
    let to_login = route.face == Face::Page && route.method == "GET" && stranger;
    if to_login {
        let login = if route.path.starts_with("/admin") { "/admin/login?" } else { "/my-account?" };
        return status == StatusCode::SEE_OTHER && location.starts_with(login);
    }
    status == if stranger { StatusCode::UNAUTHORIZED } else { StatusCode::FORBIDDEN }
}

/// A token or a password that is not good, told by a route that anyone may call.
fn own_refusal(body: &str) -> bool {
    [
        "invalid_token",
        "This link or token is not valid.",
        "The login name or password is not right.",
        "Without a metrics token",
        "This address was used before",
    ]
    .iter()
    .any(|told| body.contains(told))
}

#[tokio::test]
async fn every_route_by_every_caller() {
    let unreachable = WordPress { url: "http://127.0.0.1:9".to_owned(), key: None };
    for (wordpress, least) in [(None, 2_000), (Some(unreachable), 1_000)] {
        let there = wordpress.is_some();
        let (cells, refused) = matrix(wordpress).await;
        assert!(refused > least, "{cells} cells, {refused} refused, a WordPress is named: {there}");
    }
}

async fn matrix(wordpress: Option<WordPress>) -> (usize, usize) {
    // What the store should answer cannot be had: 502 says so.
    let outside = wordpress.is_some();
    let (application, router, _database) = site(wordpress).await;
    let routes = web::every_route(&application.features).all;
    let (mut cells, mut refused) = (0, 0);
    for route in &routes {
        for who in everyone(route) {
            cells += 1;
            let (status, location, body) = called(&router, route, &who, cells).await;
            let told =
                format!("{route:?} by {}: {status} {location} {}", who.name, &body[..body.len().min(300)]);
            assert!(status.as_u16() < 500 || (outside && status == StatusCode::BAD_GATEWAY), "{told}");
            let away = status == StatusCode::UNAUTHORIZED
                || (status == StatusCode::FORBIDDEN && !own_refusal(&body))
                || location.contains("redirect_to=");
            if who.may(route.access) {
                assert!(!away, "should be let in: {told}");
            } else {
                refused += 1;
                assert!(turned_away(route, &who, status, &location), "should be turned away: {told}");
            }
        }
    }
    (cells, refused)
}

#[test]
fn who_may_call_what_is_written_down() {
    written_down(&app::features::all(), include_str!("access.txt"), "access.txt");
    written_down(
        &app::features::beside_wordpress(),
        include_str!("access_wordpress.txt"),
        "access_wordpress.txt",
    );
}

fn written_down(features: &[web::Feature], written: &str, file: &str) {
    let mut lines: Vec<String> = web::every_route(features)
        .all
        .iter()
        .map(|route| {
            let prefix = if route.face == Face::Rest { "/wp-json" } else { "" };
            let who = match route.access {
                Access::Public => "anyone".to_owned(),
                Access::Shopper => "shopper".to_owned(),
                Access::LoggedIn => "logged in".to_owned(),
                Access::Capability(capability) => capability.to_owned(),
                Access::ShopperOr(capability) => format!("shopper or {capability}"),
                Access::Signed => "whoever signs".to_owned(),
            };
            format!("{prefix}{} {}: {who}", route.path, route.method)
        })
        .collect();
    lines.sort();
    let mut text = String::new();
    for line in &lines {
        writeln!(text, "{line}").unwrap();
    }
    let (known, now): (BTreeSet<&str>, BTreeSet<&str>) = (written.lines().collect(), text.lines().collect());
    let (gone, fresh): (Vec<_>, Vec<_>) =
        (known.difference(&now).collect(), now.difference(&known).collect());
    assert!(gone.is_empty() && fresh.is_empty(), "{file} says {gone:#?}, the program says {fresh:#?}");
}

#[tokio::test]
async fn the_only_administrator_stays() {
    let (application, _, _database) = site(None).await;
    let engine = &application.engine;
    let only =
        engine.write(Actor::cli(), |tx| accounts::users::commands::delete_user(tx, UserId(1), false)).await;
    assert!(only.is_err_and(|fault| fault.kind == FaultKind::Conflict));
    let second = accounts::users::commands::CreateUser {
        user_login: "second".to_owned(),
        user_email: "second@example.com".to_owned(),
        role: "administrator".to_owned(),
        password: None,
        display_name: String::new(),
        first_name: String::new(),
        last_name: String::new(),
    };
    accounts::users::commands::create_user(engine, Actor::cli(), second).await.unwrap();
    engine
        .write(Actor::cli(), |tx| accounts::users::commands::delete_user(tx, UserId(1), false))
        .await
        .unwrap();
}
