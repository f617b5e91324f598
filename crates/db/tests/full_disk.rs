//! A disk that is full: the engine takes a whole group of units back, and nobody of it is told that it was kept.

use std::sync::{Arc, Barrier};

use db::testing::{SeededEntropy, TestClock};
use db::{Db, Migration, Options, Sql, Step, params};
use kernel::Fault;

const MIGRATIONS: &[Migration] = &[Migration {
    id: "01",
    steps: &[Step::Table {
        name: "things",
        columns: "id {ID}, code {ASCII:40} NOT NULL, raw {BLOB} NOT NULL",
    }],
}];
const INSERT: Sql = Sql::new("INSERT INTO {p}things (code, raw) VALUES (?, ?)");
const THERE: Sql = Sql::new("SELECT COUNT(*) FROM {p}things WHERE code = ?");
const FULL: Sql = Sql::new("PRAGMA max_page_count = 40");
const MEBIBYTE: usize = 1_048_576;

fn add(tx: &mut db::Tx<'_>, code: &str, bytes: usize) -> Result<i64, Fault> {
    Ok(tx.insert(&INSERT, params![code, vec![0_u8; bytes]])?)
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_told_that_it_was_kept_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("full.db").display());
    let clock = TestClock::at("2026-11-21T12:00:00Z");
    let db = Db::open(Options::new(&url, "wp_", clock, SeededEntropy::new(1))).unwrap();
    db.migrate(MIGRATIONS).unwrap();
    db.write_now(|tx| Ok(tx.count(&FULL, params![])?)).unwrap();
    // The first unit holds the writer until the others stand in the queue: they become one group.
    let held = Arc::new(Barrier::new(2));
    let (inside, first) = (Arc::clone(&held), db.clone());
    let first = std::thread::spawn(move || {
        first.write_now(move |tx| {
            inside.wait();
            inside.wait();
            add(tx, "held", 1)
        })
    });
    held.wait();
    let queue = |code: &'static str, bytes| {
        let db = db.clone();
        async move { db.write(move |tx| add(tx, code, bytes)).await.is_ok() }
    };
    let group = async { tokio::join!(queue("before", 1), queue("large", MEBIBYTE), queue("after", 1)) };
    let release = async {
        // Polled after the three have been queued.
        let held = Arc::clone(&held);
        tokio::task::spawn_blocking(move || held.wait()).await.unwrap();
    };
    let ((before, large, after), ()) = tokio::join!(group, release);
    assert!(first.join().unwrap().is_ok());
    for (code, told) in [("before", before), ("large", large), ("after", after)] {
        let there = db.read_now(move |tx| Ok(tx.count(&THERE, params![code])?)).unwrap() == 1;
        assert_eq!(there, told, "{code}");
    }
    assert!(!large, "there is no room for it");
    assert!(after, "who comes after has a transaction of its own");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lone_unit_that_makes_light_of_it_is_told_as_well() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("full.db").display());
    let clock = TestClock::at("2026-11-21T12:00:00Z");
    let db = Db::open(Options::new(&url, "wp_", clock, SeededEntropy::new(1))).unwrap();
    db.migrate(MIGRATIONS).unwrap();
    db.write_now(|tx| Ok(tx.count(&FULL, params![])?)).unwrap();
    let told = db
        .write(|tx| {
            add(tx, "small", 1)?;
            let large = add(tx, "large", MEBIBYTE);
            assert!(large.is_err(), "there is no room for it");
            Ok(())
        })
        .await
        .is_ok();
    let there = db.read_now(|tx| Ok(tx.count(&THERE, params!["small"])?)).unwrap() == 1;
    assert_eq!(told, there);
    assert!(!there, "the engine takes the whole transaction back");
}
