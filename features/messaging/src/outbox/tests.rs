//! The outbox as a mailer, on both databases.

use kernel::Paging;
use runtime::ports::{Mail, MailError, Mailer as _};

use super::commands::OutboxMailer;
use super::store;

fn mail(key: &str, to: &str) -> Mail {
    Mail {
        key: key.to_owned(),
        from: "shop@example.com".to_owned(),
        from_name: "Shop".to_owned(),
        to: to.to_owned(),
        subject: "Your cart".to_owned(),
        text: "Words".to_owned(),
        html: "<head></head><p>Words</p>".to_owned(),
        headers: vec![("List-Unsubscribe".to_owned(), "<http://shop.test/u>".to_owned())],
    }
}

#[tokio::test]
async fn a_key_is_kept_once() {
    for database in db::testing::databases() {
        let engine =
            runtime::testing::engine(&database, vec![crate::feature().module], runtime::testing::ports())
                .unwrap();
        let outbox = OutboxMailer::new(engine.db().clone());
        outbox.send(&mail("a", "ann@example.org")).await.unwrap();
        outbox.send(&mail("a", "ann@example.org")).await.unwrap();
        outbox.send(&mail("b", "Bob@example.org")).await.unwrap();
        let all = engine.read(|tx| store::list(tx, &Paging::first(10))).await.unwrap();
        assert_eq!((all.total, all.rows.len()), (2, 2));
        let mut search = Paging::first(10);
        search.search = "bob@".to_owned();
        let found = engine.read(move |tx| store::list(tx, &search)).await.unwrap();
        assert_eq!(
            found.rows.iter().map(|mail| mail.recipient.as_str()).collect::<Vec<_>>(),
            ["Bob@example.org"]
        );
        let id = all.rows[1].id;
        let kept = engine.read(move |tx| store::get(tx, id)).await.unwrap();
        assert_eq!(kept.headers, mail("a", "").headers);
        assert_eq!(kept.text, "Words");
        let broken = outbox.send(&mail("c", "ann@example.org\nBcc: all@example.org")).await;
        assert!(matches!(broken, Err(MailError::Refused(_))), "{broken:?}");

        database.clock.advance(31 * 86_400);
        engine.run_hook("cartwright_prune_outbox").await.unwrap();
        assert_eq!(engine.read(|tx| store::list(tx, &Paging::first(10))).await.unwrap().total, 0);
    }
}
