//! Guessing passwords: many at once, and from many addresses.

use db::testing::databases;
use sim::browser::Browser;
use tokio::task::JoinSet;

use super::site::{Site, site};

const EMAIL: &str = "ada@example.com";
const PASSWORD: &str = "correct horse battery";

async fn register(site: &Site) {
    let mut browser = Browser::new(&site.router, "203.0.113.5");
    let page = browser.open("/my-account").await.unwrap();
    let mut form = page.form("first_name").unwrap();
    [("email", EMAIL), ("password", PASSWORD), ("first_name", "Ada")]
        .iter()
        .for_each(|(field, value)| form.set(field, value));
    let page = browser.send(&page, &form).await.unwrap();
    assert!(page.text.contains("My orders"), "{}", page.text);
}

/// Whether the password was looked at, and whether it was right.
async fn log_in(router: axum::Router, address: String, password: &'static str) -> (bool, bool) {
    let mut browser = Browser::new(&router, &address);
    let page = browser.open("/my-account").await.unwrap();
    let mut form = page.form("username").unwrap();
    [("username", EMAIL), ("password", password)].iter().for_each(|(field, value)| form.set(field, value));
    let page = browser.send(&page, &form).await.unwrap();
    (page.status != 429, page.text.contains("My orders"))
}

#[tokio::test(flavor = "multi_thread")]
async fn guesses_beside_each_other_count_each() {
    for database in databases() {
        let site = site(database).await;
        register(&site).await;
        let mut all = JoinSet::new();
        for _ in 0..24 {
            all.spawn(log_in(site.router.clone(), "203.0.113.7".to_owned(), "a wrong guess"));
        }
        let answers = all.join_all().await;
        let looked_at = answers.iter().filter(|(looked_at, _)| *looked_at).count();
        assert!(looked_at <= 5, "{}: {looked_at} were looked at", site.database.name);
        // The right password does not help that address any more, and another one is not held up.
        assert!(!log_in(site.router.clone(), "203.0.113.7".to_owned(), PASSWORD).await.1);
        assert!(log_in(site.router.clone(), "203.0.113.8".to_owned(), PASSWORD).await.1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn guesses_from_many_addresses_end_and_lock_no_owner_out() {
    for database in databases() {
        let site = site(database).await;
        register(&site).await;
        let home = "203.0.113.20".to_owned();
        assert!(log_in(site.router.clone(), home.clone(), PASSWORD).await.1);
        let mut looked_at = 0;
        for number in 0..60 {
            let (seen, _) =
                log_in(site.router.clone(), format!("198.51.100.{number}"), "a wrong guess").await;
            looked_at += usize::from(seen);
        }
        assert_eq!(looked_at, 50, "{}", site.database.name);
        assert!(!log_in(site.router.clone(), "198.51.100.99".to_owned(), PASSWORD).await.1);
        assert!(log_in(site.router.clone(), home, PASSWORD).await.1, "the owner is not locked out");
    }
}
