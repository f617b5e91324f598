//! WordPress's users beside the accounts of this server, on both databases.
#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that is not as it should be")]

use accounts::users::commands::{CreateUser, create_user};
use accounts::users::commands_mirror::make_room;
use accounts::users::queries;
use db::testing::databases;
use kernel::capability::{OCART_MANAGE, OLOYALTY_MANAGE, READ};
use kernel::contracts::accounts::{FindAccount, MirrorAccount, OpenLogin, RightsChanged};
use kernel::ids::UserId;
use runtime::{Actor, Emit, Engine};
use web::Credentials;

fn own(login: &str) -> CreateUser {
    CreateUser {
        user_login: login.to_owned(),
        user_email: format!("{login}@example.com"),
        role: "administrator".to_owned(),
        password: None,
        display_name: String::new(),
        first_name: String::new(),
        last_name: String::new(),
    }
}

fn user(id: i64, login: &str, capabilities: &[&str]) -> MirrorAccount {
    MirrorAccount {
        id: UserId(id),
        login: login.to_owned(),
        email: format!("{login}@example.com"),
        display_name: String::new(),
        capabilities: capabilities.iter().map(|name| (*name).to_owned()).collect(),
    }
}

fn engines() -> Vec<(db::testing::TestDatabase, Engine)> {
    databases()
        .into_iter()
        .map(|database| {
            let modules = vec![accounts::feature().module];
            let engine = runtime::testing::engine(&database, modules, runtime::testing::ports()).unwrap();
            (database, engine)
        })
        .collect()
}

#[tokio::test]
async fn a_wordpress_user_has_his_own_id_and_what_he_may_do() {
    for (_database, engine) in engines() {
        let admin = create_user(&engine, Actor::cli(), own("admin")).await.unwrap();
        assert_eq!(admin.id, UserId(1));
        // WordPress has an `admin` with the same id and the same address.
        let mirrored = engine.ask(user(1, "admin", &[OCART_MANAGE, "edit_posts"])).await.unwrap();
        assert_eq!((mirrored.id, mirrored.login.as_str()), (UserId(1), "wordpress:1"));
        let found = engine.read(|tx| queries::get(tx, UserId(1))).await.unwrap();
        assert_eq!(found.capabilities, Some(vec![OCART_MANAGE.to_owned(), READ.to_owned()]));
        let kept = engine.ask(FindAccount::Email("admin@example.com".to_owned())).await.unwrap().unwrap();
        assert!(kept.id > UserId(1_000_000_000_000), "{kept:?} is out of the way");
        assert_eq!((kept.login.as_str(), kept.roles), ("admin", vec!["administrator".to_owned()]));
        // He is told of again, with another name and fewer rights.
        engine.ask(user(1, "owner", &[])).await.unwrap();
        let found = engine.read(|tx| queries::get(tx, UserId(1))).await.unwrap();
        assert_eq!((found.user_login.as_str(), found.capabilities), ("owner", Some(vec![READ.to_owned()])));
        assert_eq!(engine.ask(user(0, "nobody", &[])).await.unwrap_err().status(), 400);
    }
}

#[tokio::test]
async fn this_servers_accounts_leave_wordpresss_ids_free() {
    for (_database, engine) in engines() {
        for login in ["admin", "second"] {
            create_user(&engine, Actor::cli(), own(login)).await.unwrap();
        }
        engine.ask(user(7, "ada", &[])).await.unwrap();
        assert_eq!(engine.write(Actor::system(), make_room).await.unwrap(), 2);
        assert_eq!(engine.write(Actor::system(), make_room).await.unwrap(), 0, "once is enough");
        for (login, low) in [("admin", false), ("second", false), ("ada", true)] {
            let found = engine.read(move |tx| queries::find(tx, login)).await.unwrap();
            assert_eq!(found.id.0 < 1_000_000_000_000, low, "{login}");
        }
    }
}

async fn log_in(engine: &Engine, user_id: UserId) -> String {
    let login = OpenLogin { user_id, days: 1, user_agent: String::new(), ip: String::new() };
    engine.ask(login).await.unwrap()
}

/// Who is behind a login's cookie, and may he manage?
async fn behind(engine: &Engine, cookie: &str) -> Option<bool> {
    let credentials = Credentials { session_cookie: Some(cookie.to_owned()), ..Credentials::default() };
    let found =
        engine.read(move |tx| accounts::login::queries::authenticate(tx, &credentials)).await.unwrap();
    found.map(|(user, _)| user.capabilities.contains(OCART_MANAGE))
}

async fn rights(engine: &Engine, user: i64, capabilities: &[&str]) {
    let capabilities = capabilities.iter().map(|name| (*name).to_owned()).collect();
    let event = RightsChanged { user_id: UserId(user), capabilities };
    engine.write(Actor::system(), move |tx| tx.emit(&event)).await.unwrap();
    while engine.deliver().await.unwrap() > 0 {}
}

#[tokio::test]
async fn who_loses_a_right_is_out_at_once() {
    for (_database, engine) in engines() {
        create_user(&engine, Actor::cli(), own("admin")).await.unwrap();
        engine.write(Actor::system(), make_room).await.unwrap();
        let own = engine.read(|tx| queries::find(tx, "admin")).await.unwrap().id;
        engine.ask(user(7, "ada", &[OCART_MANAGE])).await.unwrap();
        engine.ask(user(8, "grace", &[OCART_MANAGE])).await.unwrap();
        let (ada, grace, admin) =
            (log_in(&engine, UserId(7)).await, log_in(&engine, UserId(8)).await, log_in(&engine, own).await);
        rights(&engine, 7, &[OCART_MANAGE, OLOYALTY_MANAGE]).await;
        assert_eq!(behind(&engine, &ada).await, Some(true), "who gains one goes on");
        rights(&engine, 7, &[OLOYALTY_MANAGE]).await;
        assert_eq!(behind(&engine, &ada).await, None);
        let again = log_in(&engine, UserId(7)).await;
        assert_eq!(behind(&engine, &again).await, Some(false), "nor does another login give it back");
        assert_eq!(behind(&engine, &grace).await, Some(true));
        // One who was never here, and one who is of this server: nothing happens.
        rights(&engine, 99, &[]).await;
        rights(&engine, own.0, &[]).await;
        assert_eq!(behind(&engine, &admin).await, Some(true));
        // A role may do other things.
        rights(&engine, 0, &[]).await;
        assert_eq!(behind(&engine, &grace).await, None);
        assert_eq!(behind(&engine, &admin).await, Some(true));
        let grace = log_in(&engine, UserId(8)).await;
        assert_eq!(behind(&engine, &grace).await, Some(false), "WordPress has not said so again");
        engine.ask(user(8, "grace", &[OCART_MANAGE])).await.unwrap();
        assert_eq!(behind(&engine, &grace).await, Some(true));
    }
}
