//! A few days of the demo's shop, through its pages, mails and routes: one seed is one history, and the books hold.
#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that is not as it should be")]

use app::{Configuration, demo};
use db::testing::{TestDatabase, databases};
use kernel::Moment;
use sim::{Play, Summary};

fn configuration(database: &TestDatabase) -> Configuration {
    Configuration {
        public_url: "http://shop.test".to_owned(),
        secret_key: Some("5".repeat(64)),
        admin_password: Some("correct horse battery".to_owned()),
        ..Configuration::usual(&database.url, database.db.prefix())
    }
}

async fn played(database: &TestDatabase, seed: u64) -> (Summary, u32) {
    let end = Moment::parse("2026-11-20T18:00:00Z").unwrap();
    let play = Play { seed, days: 4, shoppers: 60, end };
    let stage = demo::open(configuration(database), end.plus_days(-4), seed).await.unwrap();
    let mut days = 0;
    let summary = sim::play(&stage.world, play, &mut |progress| days = progress.day).await.unwrap();
    stage.close().await.unwrap();
    (summary, days)
}

#[tokio::test(flavor = "multi_thread")]
async fn one_seed_is_one_history_and_the_books_hold() {
    let mut histories = Vec::new();
    for database in databases().into_iter().chain(db::testing::sqlite()) {
        let (summary, days) = played(&database, 1).await;
        let name = database.name;
        assert_eq!(days, 3, "{name}: the last day ends with the play");
        assert_eq!(summary.violations, [], "{name}");
        assert!(summary.invariants > 10, "{name}: {}", summary.invariants);
        let tally = &summary.tally;
        assert_eq!(tally.shoppers, 60);
        assert!(tally.visits >= 60 && tally.pages > 4 * tally.visits, "{name}: {tally:?}");
        assert!(tally.orders > 5 && tally.bumped > 0 && tally.accepted > 0, "{name}: {tally:?}");
        assert!(tally.captured > 0 && summary.abandoned > 0 && summary.mails > 0, "{name}: {summary:?}");
        assert!(tally.completed > 0 && summary.members > 0 && summary.points > 0, "{name}: {summary:?}");
        let own_orders = summary.paid_orders - summary.offer_orders;
        assert_eq!(own_orders, i64::try_from(tally.orders).unwrap(), "{name}: every purchase is an order");
        let accepted = i64::try_from(tally.accepted).unwrap();
        assert_eq!(summary.offer_orders, accepted, "{name}: every accepted offer is one");
        // Its token is drawn while servers of MariaDB write side by side; everything else is the seed's.
        assert!(summary.saved_cart.is_some(), "{name}: a cart was saved");
        histories.push(Summary { saved_cart: None, ..summary });
    }
    let first = histories.first().unwrap();
    assert!(histories.iter().all(|history| history == first), "whatever the database: {histories:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_seed_is_another_history() {
    let (Some(one), Some(other)) = (db::testing::sqlite(), db::testing::sqlite()) else { return };
    assert_ne!(played(&one, 1).await.0, played(&other, 2).await.0);
}
