//! Changing and resetting a password, logging out everywhere, and names that mail addresses may have.

use db::testing::databases;
use sim::browser::{Browser, Visit};

use super::site::{Site, ok, send, site};

const FIRST: &str = "correct horse battery";
const SECOND: &str = "staple of the horse";

async fn register(site: &Site, email: &str) -> Browser {
    let mut browser = Browser::new(&site.router, "203.0.113.5");
    let page = browser.open("/my-account").await.unwrap();
    let typed = [("email", email), ("password", FIRST), ("first_name", "Ada")];
    let mut form = page.form("first_name").unwrap();
    typed.iter().for_each(|(field, value)| form.set(field, value));
    let page = browser.send(&page, &form).await.unwrap();
    assert!(page.text.contains("My orders"), "{email}: {}", page.text);
    browser
}

async fn log_in(site: &Site, email: &str, password: &str) -> (Browser, Visit) {
    let mut browser = Browser::new(&site.router, "203.0.113.9");
    let page = browser.open("/my-account").await.unwrap();
    let page = send(&mut browser, &page, "username", &[("username", email), ("password", password)]).await;
    (browser, page)
}

fn is_in(page: &Visit) -> bool {
    page.text.contains("My orders")
}

#[tokio::test]
async fn every_mail_address_may_register() {
    for database in databases() {
        let site = site(database).await;
        let long = format!("{}@{}.example.com", "a".repeat(60), "b".repeat(40));
        let similar = format!("{}@{}.example.org", "a".repeat(60), "b".repeat(40));
        for email in ["me+shop@example.com", "me.shop@example.com", "o'brien@example.com", &long, &similar] {
            register(&site, email).await;
            assert!(is_in(&log_in(&site, email, FIRST).await.1), "{email}");
        }
    }
}

#[tokio::test]
async fn a_password_is_changed_by_whoever_knows_it_and_ends_other_logins() {
    for database in databases() {
        let site = site(database).await;
        let mut browser = register(&site, "ada@example.com").await;
        let (mut other, page) = log_in(&site, "ada@example.com", FIRST).await;
        assert!(is_in(&page));
        let page = browser.open("/my-account").await.unwrap();
        for (current, new, said) in [
            ("something else", SECOND, "current password is not right"),
            (FIRST, "short", "Use 8 to 200 characters"),
            (FIRST, SECOND, "password is changed"),
        ] {
            let typed = [("current_password", current), ("new_password", new)];
            let page = send(&mut browser, &page, "current_password", &typed).await;
            assert!(page.text.contains(said) && is_in(&page), "{said}: {}", page.text);
        }
        assert!(!is_in(&other.open("/my-account").await.unwrap()), "the other browser is logged out");
        assert!(!is_in(&log_in(&site, "ada@example.com", FIRST).await.1));
        let (mut other, page) = log_in(&site, "ada@example.com", SECOND).await;
        assert!(is_in(&page));

        let page = browser.open("/my-account").await.unwrap();
        let form = page.form_to("/my-account/logout-everywhere").unwrap();
        ok(&browser.send(&page, &form).await.unwrap());
        for browser in [&mut browser, &mut other] {
            assert!(!is_in(&browser.open("/my-account").await.unwrap()));
        }
    }
}

/// Asks for a link; the page says the same for any name.
async fn ask(site: &Site, name: &str) {
    let mut browser = Browser::new(&site.router, "203.0.113.9");
    let page = browser.open("/my-account/lost-password").await.unwrap();
    let page = send(&mut browser, &page, "username", &[("username", name)]).await;
    assert!(page.text.contains("If there is an account with that name"), "{}", page.text);
    site.settle().await;
}

#[tokio::test]
async fn a_forgotten_password_is_reset_by_a_link_that_works_once() {
    for database in databases() {
        let mut site = site(database).await;
        let mut browser = register(&site, "ada@example.com").await;
        ask(&site, "nobody@example.com").await;
        assert_eq!(super::letters(&mut site).await.len(), 0);
        ask(&site, "Ada@Example.com").await;
        let emails = super::letters(&mut site).await;
        assert_eq!(emails.len(), 1);
        let link =
            emails[0].split("http://shop.test").find(|part| part.starts_with("/my-account/reset-")).unwrap();
        let link = link.split('"').next().unwrap().to_owned();

        let mut anywhere = Browser::new(&site.router, "203.0.113.77");
        let page = anywhere.open(&link).await.unwrap();
        let mut form = page.form("password").unwrap();
        form.set("password", "short");
        let refused = anywhere.send(&page, &form).await.unwrap();
        assert_eq!(refused.status, 400);
        assert!(refused.text.contains("Use 8 to 200 characters"), "{}", refused.text);
        let page = send(&mut anywhere, &refused, "password", &[("password", SECOND)]).await;
        assert!(page.text.contains("new password is set"), "{}", page.text);
        assert!(!is_in(&browser.open("/my-account").await.unwrap()), "logins from before have ended");
        assert!(!is_in(&log_in(&site, "ada@example.com", FIRST).await.1));
        assert!(is_in(&log_in(&site, "ada@example.com", SECOND).await.1));
        for used in [&link, "/my-account/reset-password/forged"] {
            let page = anywhere.open(used).await.unwrap();
            assert_eq!(page.status, 404, "{}", page.text);
            assert!(page.text.contains("Ask for a new"), "{}", page.text);
        }
        // One that nobody uses ends by itself, and nobody's mailbox is filled.
        for _ in 0..6 {
            ask(&site, "ada@example.com").await;
        }
        assert_eq!(super::letters(&mut site).await.len(), 3);
    }
}
