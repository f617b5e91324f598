//! The journal under repetition, in parallel and after a planted fault, on both databases.
#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that is not as it should be")]

mod common;

use std::collections::BTreeSet;

use common::{USER, sites};
use kernel::ids::UserId;
use loyalty::ledger::commands::{Adjust, adjust};
use loyalty::members::commands::enrol;
use runtime::{Actor, Sql, params};

fn by(points: i64) -> Adjust {
    Adjust { points, reason: "Customer service credit".to_owned(), force: false }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_corrects_once() {
    for site in sites().await {
        let member = site.join(USER).await.id;
        let again = |points: i64| site.write(move |tx| adjust(tx, member, &by(points), "key-1"));
        let first = again(500).await.unwrap();
        assert_eq!((first.balance_before, first.balance_after, first.entry.seq), (100, 600, 2));
        assert_eq!(again(500).await.unwrap().entry.id, first.entry.id);
        let other = again(501).await.unwrap_err();
        assert_eq!((other.status(), other.code), (409, "idempotency_conflict"));
        assert_eq!(site.member(USER).await.lifetime_earned, 100, "corrections do not count for tiers");
        assert_eq!(site.changes().await, [100, 500]);
        site.assert_sound().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn corrections_are_checked() {
    for site in sites().await {
        let member = site.join(USER).await.id;
        let with = |adjustment: Adjust| site.write(move |tx| adjust(tx, member, &adjustment, "k"));
        assert_eq!(with(by(0)).await.unwrap_err().status(), 400);
        assert_eq!(with(by(i64::MIN)).await.unwrap_err().status(), 400);
        assert_eq!(with(Adjust { reason: " ".to_owned(), ..by(1) }).await.unwrap_err().status(), 400);
        let below = with(by(-101)).await.unwrap_err();
        assert_eq!((below.status(), below.code), (422, "balance_below_zero"));
        with(Adjust { force: true, ..by(-101) }).await.unwrap();
        assert_eq!(site.balance().await, -1);
        site.assert_sound().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sixty_four_at_once_leave_no_gap() {
    for site in sites().await {
        let member = site.join(USER).await.id;
        let tasks = (0..64_i64).map(|number| {
            let engine = site.engine.clone();
            tokio::spawn(async move {
                let key = format!("key-{number}");
                engine.write(Actor::system(), move |tx| adjust(tx, member, &by(number + 1), &key)).await
            })
        });
        for task in tasks.collect::<Vec<_>>() {
            task.await.unwrap().unwrap();
        }
        let entries = site.ledger(member).await;
        assert_eq!(entries.iter().map(|entry| entry.seq).collect::<Vec<_>>(), (1..=65).collect::<Vec<_>>());
        assert_eq!(site.balance().await, 100 + 64 * 65 / 2, "{}", site.database.name);
        site.assert_sound().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn enrolments_of_one_account_at_once_make_one_member() {
    for site in sites().await {
        let tasks = (0..16).map(|_| {
            let engine = site.engine.clone();
            tokio::spawn(async move {
                engine.write(Actor::system(), |tx| enrol(tx, UserId(9), "ada@example.com")).await
            })
        });
        let mut ids = BTreeSet::new();
        for task in tasks.collect::<Vec<_>>() {
            ids.insert(task.await.unwrap().unwrap().id);
        }
        assert_eq!(ids.len(), 1, "{}", site.database.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn verify_names_what_was_tampered_with() {
    const PLANTED: [(Sql, &str); 4] = [
        (
            Sql::new("UPDATE {p}oloyalty_members SET points_balance = points_balance + 5"),
            "member.balance: member 1: points_balance is 605, the ledger says 600",
        ),
        (
            Sql::new("UPDATE {p}oloyalty_ledger SET points = 501 WHERE seq = 2"),
            "ledger.balance_after: member 1 entry 2: is 600, expected 601",
        ),
        (
            Sql::new("UPDATE {p}oloyalty_ledger SET seq = 3 WHERE seq = 2"),
            "ledger.seq: member 1 entry 3: the entry after 1 is 3, expected 2",
        ),
        (
            Sql::new("UPDATE {p}oloyalty_members SET lifetime_earned = 0"),
            "member.lifetime_earned: member 1: lifetime_earned is 0, the ledger says 100",
        ),
    ];
    for (fault, finding) in PLANTED {
        for site in sites().await {
            let member = site.join(USER).await.id;
            site.write(move |tx| adjust(tx, member, &by(500), "k")).await.unwrap();
            site.assert_sound().await;
            site.write(move |tx| Ok(tx.execute(&fault, params![])?)).await.unwrap();
            let found = site.violations().await;
            assert!(found.iter().any(|line| line == finding), "{}: {found:?}", site.database.name);
        }
    }
}
