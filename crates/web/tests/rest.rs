//! The REST face of the kit: WordPress's errors, capabilities, replay, paging, nonces, limits, OpenAPI.
#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that is not as it should be")]

use std::collections::BTreeSet;

use axum::Router;
use axum::body::Body;
use db::testing::databases;
use http::{Method, Request, StatusCode};
use http_body_util::BodyExt;
use kernel::ids::UserId;
use kernel::{Amount, Currency, Fault, Page};
use runtime::testing::{engine, ports};
use runtime::{Migration, Module, Sql, Step, Tx, params};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tower::ServiceExt;
use web::{Access, Credentials, CurrentUser, Feature, LoginSession, Reply, ServerOptions};

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewThing {
    title: String,
    price: Amount,
}

#[derive(Deserialize, JsonSchema)]
struct Changed {
    title: Option<String>,
    many: Option<i64>,
}

#[derive(Serialize, JsonSchema)]
struct Thing {
    id: i64,
    title: String,
    price: Amount,
}

const MIGRATIONS: &[Migration] = &[Migration {
    id: "90_things",
    steps: &[Step::Table {
        name: "things",
        columns: "id {ID}, title {TEXT:100} NOT NULL, price {BIGINT} NOT NULL",
    }],
}];
const INSERT: Sql = Sql::new("INSERT INTO {p}things (title, price) VALUES (?, ?)");
const LIST: Sql = Sql::new("SELECT id, title, price FROM {p}things ORDER BY id LIMIT ? OFFSET ?");
const COUNT: Sql = Sql::new("SELECT COUNT(*) FROM {p}things");

fn create(call: &web::Call, tx: &mut Tx) -> Result<Reply, Fault> {
    let body: NewThing = call.body()?;
    let price = body.price.in_currency("price", Currency::USD)?;
    let id = tx.insert(&INSERT, params![&body.title, price.minor()])?;
    if body.title == "too late" {
        return Err(Fault::refused("too_late", "Too late."));
    }
    Ok(Reply::created(&Thing { id, title: body.title, price: price.amount() }))
}

fn list(call: &web::Call, tx: &mut Tx) -> Result<Reply, Fault> {
    let paging = call.paging(&["id"])?;
    let rows = tx.rows(&LIST, params![i64::from(paging.per_page), paging.offset()], |row| {
        let price = kernel::Money::new(row.get("price")?, Currency::USD).amount();
        Ok(Thing { id: row.get("id")?, title: row.get("title")?, price })
    })?;
    let total = tx.count(&COUNT, params![])?;
    Ok(Reply::list(&Page { rows, total }, &paging))
}

/// `Basic` in the header is a manager, `session` in the cookie the same by cookie, anything else nobody.
#[expect(clippy::unnecessary_wraps, reason = "the shape of an authenticator")]
fn authenticate(
    _: &mut Tx,
    shown: &Credentials,
) -> Result<Option<(CurrentUser, Option<LoginSession>)>, Fault> {
    let user = |capability: &str| CurrentUser {
        id: UserId(7),
        login: "ada".to_owned(),
        display_name: "Ada".to_owned(),
        email: "ada@example.com".to_owned(),
        roles: vec![],
        capabilities: BTreeSet::from([capability.to_owned()]),
    };
    match (shown.authorization.as_deref(), shown.session_cookie.as_deref()) {
        (Some("Basic manager"), _) => Ok(Some((user("manage"), None))),
        (Some("Basic reader"), _) => Ok(Some((user("read"), None))),
        (_, Some("session")) => {
            Ok(Some((user("manage"), Some(LoginSession { token_hash: "hash".to_owned() }))))
        }
        _ => Ok(None),
    }
}

fn feature() -> Feature {
    let mut module = Module::default();
    module.migrations = vec![MIGRATIONS];
    Feature {
        name: "things",
        module,
        routes: Some(|routes| {
            routes
                .rest(Method::POST, "ocart/v1", "/things")
                .summary("Make a thing.")
                .requires("manage")
                .body::<NewThing>()
                .replies::<Thing>()
                .status(201)
                .unit(create);
            routes
                .rest(Method::GET, "ocart/v1", "/things")
                .requires("manage")
                .paged()
                .replies::<Vec<Thing>>()
                .read(list);
            routes.rest(Method::PUT, "ocart/v1", "/things/{id}").requires("manage").body::<Changed>().unit(
                |call, _| {
                    let body: Changed = call.lenient_body()?;
                    Ok(Reply::json(
                        &json!({ "put": call.parameter("id"), "title": body.title, "many": body.many }),
                    ))
                },
            );
            routes.rest(Method::DELETE, "ocart/v1", "/things/{id}").requires("manage").unit(|call, _| {
                Ok(Reply::json(&json!({ "deleted": call.parameter("id"), "force": call.says("force") })))
            });
            routes.rest(Method::GET, "ocart/v1", "/asked").read(|call, _| {
                call.without(&["colour"])?;
                Ok(Reply::json(&json!({ "ids": call.ids("include")?, "sale": call.yes_or_no("sale")?,
                    "kind": call.choice("kind", &["big", "small"])?, "some": call.choices("some", &["a", "b"])? })))
            });
            routes
                .rest(Method::POST, "ocart/v1", "/mine")
                .access(Access::Shopper)
                .limit("mine", 2, 60)
                .unit(|call, _| Ok(Reply::json(&json!({ "token": call.cart_token()? }))));
            routes.rest(Method::GET, "ocart/v1", "/nonce").read(|call, _| {
                Ok(Reply::json(&json!({ "nonce": call.nonce(), "user": call.caller.user.is_some() })))
            });
            routes
                .page(Method::GET, "/nonce")
                .read(|call, _| Ok(Reply::json(&json!({ "nonce": call.nonce() }))));
        }),
        authenticator: Some(authenticate),
        ..Feature::default()
    }
}

fn site(database: &db::testing::TestDatabase) -> Router {
    let mut feature = feature();
    let module = std::mem::take(&mut feature.module);
    let engine = engine(database, vec![module], ports()).unwrap();
    web::router(engine, &[feature], ServerOptions::default()).unwrap()
}

struct Answer {
    status: StatusCode,
    headers: http::HeaderMap,
    body: Value,
}

async fn ask(
    site: &Router,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: impl Into<Body>,
) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = site.clone().oneshot(request.body(body.into()).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    Answer {
        status: parts.status,
        headers: parts.headers,
        body: serde_json::from_slice(&bytes).unwrap_or(Value::Null),
    }
}

const MANAGER: (&str, &str) = ("authorization", "Basic manager");
const JSON: (&str, &str) = ("content-type", "application/json");
const THINGS: &str = "/wp-json/ocart/v1/things";

#[tokio::test(flavor = "multi_thread")]
async fn amounts_are_exact_and_unknown_fields_refused() {
    for database in databases() {
        let site = site(&database);
        let good = ask(&site, "POST", THINGS, &[MANAGER, JSON], r#"{"title":"Tee","price":19.90}"#).await;
        assert_eq!(good.status, 201);
        assert_eq!(good.body.to_string(), r#"{"id":1,"title":"Tee","price":19.90}"#, "{}", database.name);
        let text = ask(&site, "POST", THINGS, &[MANAGER, JSON], r#"{"title":"Tee","price":"19.9"}"#).await;
        assert_eq!(text.status, 201);
        for (body, field) in [
            (r#"{"title":"Tee","price":19.999}"#, "price"),
            (r#"{"title":"Tee","price":19.9000000000000000001}"#, "price"),
            (r#"{"title":"Tee","price":"cheap"}"#, "price"),
            (r#"{"title":"Tee","price":1,"colour":"red"}"#, "colour"),
            (r#"{"price":1}"#, "title"),
            (r#"["not","an","object"]"#, "body"),
        ] {
            let bad = ask(&site, "POST", THINGS, &[MANAGER, JSON], body).await;
            assert_eq!(bad.status, 400, "{body}");
            assert!(bad.body["data"]["params"].get(field).is_some(), "{body} → {}", bad.body);
            assert_eq!(bad.body["data"]["status"], 400);
        }
        let broken = ask(&site, "POST", THINGS, &[MANAGER, JSON], "{\"title\":").await;
        assert_eq!((broken.status.as_u16(), broken.body["code"].as_str()), (400, Some("rest_invalid_json")));
        let latin = ask(&site, "POST", THINGS, &[MANAGER, JSON], vec![b'{', 0xff, b'}']).await;
        assert_eq!(latin.status, 400);
        let huge = ask(&site, "POST", THINGS, &[MANAGER, JSON], vec![b' '; 70_000]).await;
        assert_eq!((huge.status.as_u16(), huge.body["code"].as_str()), (413, Some("rest_body_too_large")));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_call_is_checked_before_anything_else() {
    for database in databases() {
        let site = site(&database);
        let nobody = ask(&site, "GET", THINGS, &[], "").await;
        assert_eq!((nobody.status.as_u16(), nobody.body["code"].as_str()), (401, Some("rest_not_logged_in")));
        let reader = ask(&site, "GET", THINGS, &[("authorization", "Basic reader")], "").await;
        assert_eq!((reader.status.as_u16(), reader.body["code"].as_str()), (403, Some("rest_forbidden")));
        assert_eq!(ask(&site, "POST", "/wp-json/ocart/v1/mine", &[], "").await.status, 401);
        let missing = ask(&site, "GET", "/wp-json/ocart/v1/none", &[MANAGER], "").await;
        assert_eq!((missing.status.as_u16(), missing.body["code"].as_str()), (404, Some("rest_no_route")));
        assert_eq!(ask(&site, "DELETE", THINGS, &[MANAGER], "").await.status, 404);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_key_replays_and_a_refusal_leaves_nothing() {
    for database in databases() {
        let site = site(&database);
        let key = ("idempotency-key", "k-1");
        let body = r#"{"title":"Tee","price":5}"#;
        let first = ask(&site, "POST", THINGS, &[MANAGER, JSON, key], body).await;
        let again = ask(&site, "POST", THINGS, &[MANAGER, JSON, key], body).await;
        assert_eq!((again.status, &again.body), (first.status, &first.body), "{}", database.name);
        assert_eq!(again.headers["idempotent-replayed"], "true");
        let other = ask(&site, "POST", THINGS, &[MANAGER, JSON, key], r#"{"title":"Tee","price":6}"#).await;
        assert_eq!(
            (other.status.as_u16(), other.body["code"].as_str()),
            (409, Some("idempotency_key_reused"))
        );
        let late = ask(&site, "POST", THINGS, &[MANAGER, JSON], r#"{"title":"too late","price":6}"#).await;
        assert_eq!(late.status, 422);
        let listed = ask(&site, "GET", THINGS, &[MANAGER], "").await;
        assert_eq!(listed.headers["x-wp-total"], "1");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn parallel_requests_of_one_key_do_the_work_once() {
    for database in databases() {
        let site = site(&database);
        let asked = (0..20).map(|_| {
            let site = site.clone();
            tokio::spawn(async move {
                ask(
                    &site,
                    "POST",
                    THINGS,
                    &[MANAGER, JSON, ("idempotency-key", "k")],
                    r#"{"title":"Tee","price":5}"#,
                )
                .await
            })
        });
        let mut ids = BTreeSet::new();
        for answer in asked.collect::<Vec<_>>() {
            let answer = answer.await.unwrap();
            assert_eq!(answer.status, 201, "{}", database.name);
            ids.insert(answer.body["id"].as_i64());
        }
        assert_eq!(ids.len(), 1, "{}: one answer for all", database.name);
        assert_eq!(ask(&site, "GET", THINGS, &[MANAGER], "").await.headers["x-wp-total"], "1");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_come_in_pages_with_wordpress_headers() {
    let database = db::testing::sqlite().unwrap();
    let site = site(&database);
    for number in 0..5 {
        let body = format!(r#"{{"title":"Tee {number}","price":5}}"#);
        ask(&site, "POST", THINGS, &[MANAGER, JSON], body).await;
    }
    let page = ask(&site, "GET", &format!("{THINGS}?page=2&per_page=2&unknown=1"), &[MANAGER], "").await;
    assert_eq!(page.body.as_array().unwrap().len(), 2);
    assert_eq!(
        (&page.headers["x-wp-total"], &page.headers["x-wp-totalpages"]),
        (&"5".parse().unwrap(), &"3".parse().unwrap())
    );
    let link = page.headers["link"].to_str().unwrap();
    assert!(link.contains("rel=\"prev\"") && link.contains("rel=\"next\""));
    for bad in ["per_page=0", "per_page=101", "page=x", "orderby=price", "order=up"] {
        assert_eq!(ask(&site, "GET", &format!("{THINGS}?{bad}"), &[MANAGER], "").await.status, 400, "{bad}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cookie_counts_only_with_its_nonce() {
    let database = db::testing::sqlite().unwrap();
    let site = site(&database);
    let cookie = ("cookie", "cartwright_session=session");
    assert_eq!(ask(&site, "GET", THINGS, &[cookie], "").await.status, 401, "a cookie alone is nobody");
    let nonce = ask(&site, "GET", "/nonce", &[cookie], "").await.body["nonce"].as_str().unwrap().to_owned();
    assert_eq!(ask(&site, "GET", THINGS, &[cookie, ("x-wp-nonce", &nonce)], "").await.status, 200);
    let forged = ask(&site, "GET", THINGS, &[cookie, ("x-wp-nonce", "0123456789")], "").await;
    assert_eq!(
        (forged.status.as_u16(), forged.body["code"].as_str()),
        (403, Some("rest_cookie_invalid_nonce"))
    );
    database.clock.advance(86_401);
    assert_eq!(
        ask(&site, "GET", THINGS, &[cookie, ("x-wp-nonce", &nonce)], "").await.status,
        403,
        "a day later"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_calls_wait() {
    let database = db::testing::sqlite().unwrap();
    let site = site(&database);
    let token = ("cart-token", "abc123");
    for _ in 0..2 {
        assert_eq!(ask(&site, "POST", "/wp-json/ocart/v1/mine", &[token], "").await.status, 200);
    }
    let refused = ask(&site, "POST", "/wp-json/ocart/v1/mine", &[token], "").await;
    assert_eq!((refused.status.as_u16(), &refused.headers["retry-after"]), (429, &"60".parse().unwrap()));
    database.clock.advance(61);
    assert_eq!(ask(&site, "POST", "/wp-json/ocart/v1/mine", &[token], "").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_is_described_and_every_answer_guarded() {
    let database = db::testing::sqlite().unwrap();
    let site = site(&database);
    let document = ask(&site, "GET", "/wp-json/ocart/v1/openapi", &[], "").await;
    assert_eq!(document.body["openapi"], "3.1.0");
    let post = &document.body["paths"]["/ocart/v1/things"]["post"];
    assert_eq!(post["x-capability"], "manage");
    assert_eq!(
        post["requestBody"]["content"]["application/json"]["schema"]["$ref"],
        "#/components/schemas/NewThing"
    );
    assert!(document.body["components"]["schemas"]["NewThing"]["properties"]["price"].is_object());
    let older = ask(&site, "GET", "/wp-json/ocart/v1/openapi?version=3.0", &[], "").await;
    assert_eq!(older.body["openapi"], "3.0.3");
    assert_eq!(document.headers["x-content-type-options"], "nosniff");
    assert!(document.headers["content-security-policy"].to_str().unwrap().starts_with("default-src 'self'"));
    let root = ask(&site, "GET", "/wp-json/", &[], "").await;
    assert!(root.body["namespaces"].as_array().unwrap().contains(&json!("ocart/v1")));
    assert_eq!(ask(&site, "GET", "/wp-json/oloyalty/v1/ping", &[], "").await.body["ok"], true);
    assert_eq!(ask(&site, "GET", "/healthz", &[], "").await.status, 200);
    assert_eq!(ask(&site, "GET", "/readyz", &[], "").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn neighbours_of_a_page_keep_the_whole_query() {
    let database = db::testing::sqlite().unwrap();
    let site = site(&database);
    for number in 0..5 {
        let body = format!(r#"{{"title":"Tee {number}","price":5}}"#);
        ask(&site, "POST", THINGS, &[MANAGER, JSON], body).await;
    }
    let link = async |query: &str| {
        let page = ask(&site, "GET", &format!("{THINGS}{query}"), &[MANAGER], "").await;
        page.headers["link"].to_str().unwrap().to_owned()
    };
    let middle = link("?per_page=2&page=2&search=blue%20lamp&include[]=3&oauth_nonce=1").await;
    for part in ["page=1>; rel=\"prev\"", "page=3>; rel=\"next\""] {
        assert!(middle.contains(part), "{middle}");
    }
    for address in middle.split(", ") {
        assert!(address.contains("per_page=2&search=blue%20lamp&include%5B%5D=3&page="), "{middle}");
    }
    assert!(!middle.contains("oauth_nonce"), "{middle}");
    let only = link("?search=lamp").await;
    assert!(only.contains("search=lamp") && !only.contains("next") && !only.contains("prev"), "{only}");
    assert!(
        link("?per_page=2&page=9").await.contains("page=3>; rel=\"prev\""),
        "back to the last page there is"
    );
    let skipped = ask(&site, "GET", &format!("{THINGS}?offset=4"), &[MANAGER], "").await;
    assert_eq!(skipped.body.as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_post_can_stand_for_another_method_and_a_slash_ends_nothing() {
    let database = db::testing::sqlite().unwrap();
    let site = site(&database);
    let one = format!("{THINGS}/7");
    for (path, header) in [
        (format!("{one}?_method=PUT"), None),
        (format!("{one}/?_method=put"), None),
        (one.clone(), Some(("x-http-method-override", "PUT"))),
    ] {
        let headers: Vec<_> = [MANAGER, JSON].into_iter().chain(header).collect();
        let changed = ask(&site, "POST", &path, &headers, r#"{"title":5,"many":"7","other":1}"#).await;
        assert_eq!(changed.status, 200, "{path}: {}", changed.body);
        assert_eq!(changed.body, json!({ "put": "7", "title": "5", "many": 7 }));
    }
    let form = ("content-type", "application/x-www-form-urlencoded");
    let typed = ask(&site, "PUT", &one, &[MANAGER, form], "title=Tee&many=3").await;
    assert_eq!(typed.body, json!({ "put": "7", "title": "Tee", "many": 3 }));
    let wrong = ask(&site, "PUT", &one, &[MANAGER, JSON], r#"{"many":"some"}"#).await;
    assert_eq!((wrong.status.as_u16(), wrong.body["data"]["params"]["many"].is_string()), (400, true));
    let deleted = ask(&site, "DELETE", &one, &[MANAGER, JSON], r#"{"force":true}"#).await;
    assert_eq!(deleted.body, json!({ "deleted": "7", "force": true }));
    let deleted = ask(&site, "POST", &format!("{one}?_method=DELETE&force=1"), &[MANAGER], "").await;
    assert_eq!(deleted.body, json!({ "deleted": "7", "force": true }));
    assert_eq!(ask(&site, "GET", &format!("{one}?_method=DELETE"), &[MANAGER], "").await.status, 404);
    assert_eq!(ask(&site, "POST", &one, &[MANAGER], "").await.status, 404);
    assert_eq!(ask(&site, "GET", &format!("{THINGS}/"), &[MANAGER], "").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn parameters_are_read_in_every_spelling_or_refused() {
    let database = db::testing::sqlite().unwrap();
    let site = site(&database);
    let asked =
        async |query: &str| ask(&site, "GET", &format!("/wp-json/ocart/v1/asked?{query}"), &[], "").await;
    for query in [
        "include=1,2",
        "include[]=1&include[]=2",
        "include[0]=1&include[1]=2",
        "include%5B%5D=1&include%5B%5D=2",
    ] {
        assert_eq!(asked(query).await.body["ids"], json!([1, 2]), "{query}");
    }
    let read = asked("sale=false&kind=big&some=a,b&colour=&other=1").await.body;
    assert_eq!(read, json!({ "ids": null, "sale": false, "kind": "big", "some": ["a", "b"] }));
    for (query, field) in [
        ("include=1,x", "include"),
        ("sale=perhaps", "sale"),
        ("kind=huge", "kind"),
        ("some=a,c", "some"),
        ("colour=red", "colour"),
        ("colour[0]=red", "colour"),
    ] {
        let refused = asked(query).await;
        assert_eq!(refused.body["code"], "rest_invalid_param", "{query}");
        assert!(refused.body["data"]["params"][field].is_string(), "{query}: {}", refused.body);
    }
}
