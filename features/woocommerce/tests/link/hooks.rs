//! The server in WordPress: actions, filters, signing in, commands.

use axum::body::{Body, to_bytes};
use axum::http::{Request, Response};
use kernel::Fault;
use kernel::contracts::oloyalty::{EarnContext, EarnPoints, MemberEnrolled, TierChanged};
use kernel::contracts::shop::CustomerCreated;
use kernel::ids::{MemberId, OrderId, TierId, UserId};
use kernel::{Event, Moment};
use runtime::{Actor, ApplyFilter, Emit, Envelope, Module, Subscriber, Tx};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::world::{Server, answer, code, servers, servers_with, unpaired_servers};

/// The store is known: it has called once.
async fn greeted(server: &Server, hooked: &[&str]) {
    let hello = json!({ "wordpress": "7.1", "address": "http://store.test/wp", "hooked": hooked });
    let (status, told) = server.hears("hello", &hello).await;
    assert_eq!((status, &told["pages"]), (200, &json!(["ocart", "oloyalty"])), "{told}");
}

async fn emits<E: Event + Clone>(server: &Server, event: E) {
    server.engine.write(Actor::system(), move |tx| tx.emit(&event)).await.unwrap();
}

fn enrolled(member: i64) -> MemberEnrolled {
    MemberEnrolled { member_id: MemberId(member), user_id: UserId(40 + member) }
}

fn changed(member: i64, to: i64) -> TierChanged {
    TierChanged {
        member_id: MemberId(member),
        user_id: UserId(40 + member),
        from: Some(TierId(1)),
        to: TierId(to),
        at: Moment::parse("2026-11-21T12:00:00Z").unwrap(),
    }
}

/// Ids, names and arguments of all actions that were told, call by call.
fn actions(server: &Server) -> Vec<Vec<Value>> {
    let told = server.store.asked().into_iter().filter(|(route, _)| route == "actions");
    told.map(|(_, body)| body["actions"].as_array().unwrap().clone()).collect()
}

fn takes_all(server: &Server) {
    server.store.answers(|_, body| {
        let done: Vec<&Value> =
            body["actions"].as_array().unwrap().iter().map(|action| &action["id"]).collect();
        Ok(answer(200, &json!({ "done": done }).to_string()))
    });
}

/// An hour goes by, and the round comes.
async fn an_hour_later(server: &Server) {
    server.database.clock.advance(3_600);
    // A store that cannot be asked is the round's trouble.
    let _ = server.engine.run_hook("cartwright/wordpress/actions").await;
}

async fn waiting(server: &Server) -> i64 {
    server.engine.read(woocommerce::actions::queries::waiting).await.unwrap()
}

#[tokio::test]
async fn events_are_actions_in_their_order() {
    for server in servers() {
        greeted(&server, &[]).await;
        takes_all(&server);
        emits(&server, enrolled(1)).await;
        emits(&server, changed(1, 2)).await;
        emits(&server, changed(1, 3)).await;
        server.engine.run_due().await.unwrap();
        let told: Vec<Value> = actions(&server).concat();
        let names: Vec<&str> = told.iter().map(|action| action["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["oloyalty/member/enrolled", "oloyalty/tier/changed", "oloyalty/tier/changed"]);
        assert_eq!(told[0]["arguments"], json!([{ "id": 1, "user_id": 41 }]));
        assert_eq!(told[2]["arguments"], json!([{ "id": 1, "user_id": 41 }, 1, 3]));
        assert_eq!(waiting(&server).await, 0, "{}", server.database.name);
    }
}

#[tokio::test]
async fn without_a_store_nothing_is_kept() {
    for server in unpaired_servers() {
        emits(&server, enrolled(1)).await;
        server.engine.run_due().await.unwrap();
        assert_eq!((server.store.asked().len(), waiting(&server).await), (0, 0));
    }
}

#[tokio::test]
async fn nothing_is_lost_while_the_store_is_down_and_nothing_is_told_twice() {
    for server in servers() {
        greeted(&server, &[]).await;
        server.store.answers(|_, _| Err("connection refused".to_owned()));
        emits(&server, enrolled(1)).await;
        server.engine.run_due().await.unwrap();
        for number in 2..70 {
            emits(&server, enrolled(number)).await;
        }
        server.engine.run_due().await.unwrap();
        assert_eq!(actions(&server).len(), 1, "the others wait with the first");
        assert_eq!(waiting(&server).await, 69);
        for _ in 0..40 {
            an_hour_later(&server).await;
        }
        assert_eq!(waiting(&server).await, 69, "a day and a half later all is there still");
        takes_all(&server);
        let before = actions(&server).len();
        an_hour_later(&server).await;
        assert_eq!(waiting(&server).await, 0, "{}", server.database.name);
        let told: Vec<i64> = actions(&server)[before..]
            .concat()
            .iter()
            .map(|action| action["arguments"][0]["id"].as_i64().unwrap())
            .collect();
        assert_eq!(told, (1..70).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn what_the_store_left_undone_is_told_again_first() {
    for server in servers() {
        greeted(&server, &[]).await;
        server.store.answers(|_, body| {
            let first = &body["actions"][0]["id"];
            Ok(answer(200, &json!({ "done": [first] }).to_string()))
        });
        for number in 1..4 {
            emits(&server, enrolled(number)).await;
        }
        server.engine.run_due().await.unwrap();
        assert_eq!(waiting(&server).await, 2);
        takes_all(&server);
        an_hour_later(&server).await;
        let last = actions(&server).pop().unwrap();
        let told: Vec<&Value> = last.iter().map(|action| &action["arguments"][0]["id"]).collect();
        assert_eq!(told, [2, 3]);
    }
}

/// A unit subscriber that needs a filter, as the award does.
fn award(tx: &mut Tx, envelope: &Envelope) -> Result<(), Fault> {
    let event: CustomerCreated = envelope.read()?;
    let context = EarnContext {
        member_id: MemberId(1),
        user_id: event.user_id,
        action: "account.created".to_owned(),
        order_id: OrderId(0),
    };
    let points = tx.filter::<EarnPoints>(50, &context)?;
    tx.emit(&enrolled(points))
}

fn awarding() -> Module {
    let mut module = Module::default();
    module.subscribers = vec![Subscriber::unit("test.award", CustomerCreated::NAME, award)];
    module
}

async fn awarded(server: &Server) -> Vec<i64> {
    let at = server.engine.now();
    emits(server, CustomerCreated { user_id: UserId(7), email: "a@example.com".to_owned(), at }).await;
    server.engine.run_due().await.unwrap();
    let told: Vec<Value> = actions(server).concat();
    told.iter().map(|action| action["arguments"][0]["id"].as_i64().unwrap()).collect()
}

/// Takes actions, and filters like this.
fn filters(server: &Server, filtered: Result<&'static str, &'static str>) {
    server.store.answers(move |route, body| match route {
        "filters" => filtered.map(|text| answer(200, text)).map_err(str::to_owned),
        _ => {
            let actions = body["actions"].as_array().unwrap();
            let done: Vec<&Value> = actions.iter().map(|action| &action["id"]).collect();
            Ok(answer(200, &json!({ "done": done }).to_string()))
        }
    });
}

fn asked_filters(server: &Server) -> Vec<Value> {
    let asked = server.store.asked().into_iter().filter(|(route, _)| route == "filters");
    asked.map(|(_, body)| body).collect()
}

#[tokio::test]
async fn a_filter_hooked_in_php_changes_the_value() {
    for server in servers_with(awarding) {
        greeted(&server, &["oloyalty/earn/points"]).await;
        filters(&server, Ok(r#"{"value": 75}"#));
        assert_eq!(awarded(&server).await, [75], "{}", server.database.name);
        let asked = asked_filters(&server);
        assert_eq!(asked.len(), 1);
        assert_eq!(asked[0]["name"], "oloyalty/earn/points");
        assert_eq!((&asked[0]["value"], &asked[0]["context"]["user_id"]), (&json!(50), &json!(7)));
    }
}

#[tokio::test]
async fn an_unhooked_filter_costs_no_call() {
    for server in servers_with(awarding) {
        greeted(&server, &["oloyalty/earn/points"]).await;
        // The next delivery tells that nothing is hooked any more.
        let (status, _) = server.hears("events", &json!({ "hooked": [], "events": [] })).await;
        assert_eq!(status, 200);
        filters(&server, Ok(r#"{"value": 75}"#));
        assert_eq!(awarded(&server).await, [50]);
        assert_eq!(asked_filters(&server), [Value::Null; 0]);
    }
}

#[tokio::test]
async fn a_store_that_cannot_filter_leaves_the_value() {
    let wrong = [
        Ok("<html>"),
        Ok("{}"),
        Ok(r#"{"value": "many"}"#),
        Ok(r#"{"value": null}"#),
        Ok(r#"{"value": 7.5}"#),
        Err("connection refused"),
    ];
    for filtered in wrong {
        for server in servers_with(awarding) {
            greeted(&server, &["oloyalty/earn/points"]).await;
            filters(&server, filtered);
            assert_eq!(awarded(&server).await, [50], "{filtered:?}");
        }
    }
}

fn user(id: i64, capabilities: &[&str]) -> Value {
    json!({ "id": id, "login": "ada", "email": "ada@example.com", "display_name": "Ada", "capabilities": capabilities })
}

async fn opens(server: &Server, url: &str) -> Response<Body> {
    let path = url.strip_prefix("http://shop.test").unwrap();
    server.router.clone().oneshot(Request::get(path).body(Body::empty()).unwrap()).await.unwrap()
}

fn header<'a>(answer: &'a Response<Body>, name: &str) -> &'a str {
    answer.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

#[tokio::test]
async fn a_wordpress_user_is_signed_in_once() {
    for server in servers() {
        greeted(&server, &[]).await;
        let request = json!({ "user": user(5, &["ocart_manage"]), "path": "/admin/ocart" });
        let (status, told) = server.hears("sign-in", &request).await;
        assert_eq!(status, 200, "{told}");
        let url = told["url"].as_str().unwrap();
        let entered = opens(&server, url).await;
        assert_eq!((entered.status().as_u16(), header(&entered, "location")), (303, "/admin/ocart"));
        assert!(header(&entered, "set-cookie").starts_with("cartwright_session=login-of-5;"));
        let again = opens(&server, url).await;
        assert_eq!((again.status().as_u16(), header(&again, "set-cookie")), (403, ""), "once");
        let body = to_bytes(again.into_body(), 1 << 20).await.unwrap();
        assert!(String::from_utf8_lossy(&body).contains("Open the page in WordPress again"));
        let (_, told) = server.hears("sign-in", &request).await;
        server.database.clock.advance(61);
        assert_eq!(
            opens(&server, told["url"].as_str().unwrap()).await.status().as_u16(),
            403,
            "for a minute"
        );
        assert_eq!(opens(&server, "http://shop.test/admin-sign-in/guessed").await.status().as_u16(), 403);
    }
}

#[tokio::test]
async fn nobody_is_signed_in_without_a_signature_or_led_elsewhere() {
    for server in servers() {
        let request = json!({ "user": user(5, &["ocart_manage"]), "path": "/admin/ocart" });
        assert_eq!(server.unsigned("sign-in", &request).await.0, 401);
        for path in ["", "/shop", "//evil.example", "/admin/../shop", "https://evil.example"] {
            let request = json!({ "user": user(5, &[]), "path": path });
            assert_eq!(code(&server.hears("sign-in", &request).await), (400, "rest_invalid_param"), "{path}");
        }
        let request = json!({ "user": user(0, &["ocart_manage"]), "path": "/admin/ocart" });
        assert_eq!(server.hears("sign-in", &request).await.0, 403);
    }
}

#[tokio::test]
async fn only_the_paired_store_may_show_the_admin_in_a_frame() {
    let policy = |answer: &Response<Body>| {
        let policy = header(answer, "content-security-policy").to_owned();
        policy.split("frame-ancestors ").nth(1).unwrap_or_default().to_owned()
    };
    for server in servers() {
        let page = async |path: &str| {
            let request = Request::get(path).header("authorization", "Manager").body(Body::empty()).unwrap();
            server.router.clone().oneshot(request).await.unwrap()
        };
        let before = page("/admin/cartwright-wordpress").await;
        assert_eq!((policy(&before).as_str(), header(&before, "x-frame-options")), ("'self'", "SAMEORIGIN"));
        greeted(&server, &[]).await;
        let shown = page("/admin/cartwright-wordpress").await;
        assert_eq!(policy(&shown), "'self' http://store.test", "{}", shown.status());
        assert_eq!(header(&shown, "x-frame-options"), "");
        let elsewhere = page("/wp-json/cartwright/v1/pair").await;
        assert_eq!(
            (policy(&elsewhere).as_str(), header(&elsewhere, "x-frame-options")),
            ("'self'", "SAMEORIGIN")
        );
    }
}

#[tokio::test]
async fn a_command_is_run_for_whoever_typed_it() {
    for server in servers() {
        let run = async |words: &[&str], user: Value| {
            server.hears("command", &json!({ "arguments": words, "user": user })).await
        };
        let (status, printed) = run(&["ocart", "cart", "list"], user(0, &[])).await;
        let expected = json!({ "stdout": "ocart cart list by cli 0\n", "stderr": "told\n", "exit_code": 3 });
        assert_eq!((status, &printed), (200, &expected));
        let (_, printed) = run(&["oloyalty", "member", "list"], user(5, &["oloyalty_manage"])).await;
        assert_eq!(printed["stdout"], "oloyalty member list by cli 5\n");
        let (status, printed) = run(&["oloyalty", "member", "list"], user(5, &["ocart_manage"])).await;
        let refused = "Error: The user ada lacks the capability oloyalty_manage.\n";
        assert_eq!((status, &printed["stderr"], &printed["exit_code"]), (200, &json!(refused), &json!(1)));
        let (_, printed) = run(&["db", "restore", "/etc/passwd"], user(0, &[])).await;
        assert_eq!((&printed["stdout"], &printed["exit_code"]), (&json!(""), &json!(1)));
        let typed = json!({ "arguments": ["ocart"], "user": user(0, &[]) });
        assert_eq!(server.unsigned("command", &typed).await.0, 401);
    }
}
