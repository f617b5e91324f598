//! The database through its public face, on every engine there is.
#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that is not as it should be")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use db::testing::{TestDatabase, databases};
use db::{Migration, Sql, Step, lease, params};
use kernel::{Decimal, Fault, Moment};

const MIGRATIONS: &[Migration] = &[
    Migration {
        id: "01_first",
        steps: &[
            Step::Table {
                name: "things",
                columns: "id {ID}, code {ASCII:40} NOT NULL, title {TEXT:100}, amount {DECIMAL}, made_at {TIME}, \
                          raw {BLOB}, counter {BIGINT} NOT NULL, UNIQUE (code)",
            },
            Step::Index { table: "things", name: "things_title", columns: "title", unique: false },
        ],
    },
    Migration {
        id: "02_second",
        steps: &[Step::Column { table: "things", name: "extra", definition: "{INT} NOT NULL DEFAULT 7" }],
    },
];

const INSERT: Sql =
    Sql::new("INSERT INTO {p}things (code, title, amount, made_at, raw, counter) VALUES (?, ?, ?, ?, ?, ?)");
const COUNT: Sql = Sql::new("SELECT COUNT(*) FROM {p}things");
const BUMP: Sql = Sql::new("UPDATE {p}things SET counter = counter + 1 WHERE code = ?");
const SET: Sql = Sql::new("UPDATE {p}things SET counter = ? WHERE code = ?");
const COUNTER: Sql = Sql::new("SELECT counter FROM {p}things WHERE code = ?");

fn migrated() -> Vec<TestDatabase> {
    let all = databases();
    for database in &all {
        assert_eq!(database.db.migrate(MIGRATIONS).unwrap(), 2, "{}", database.name);
    }
    all
}

fn insert(tx: &mut db::Tx<'_>, code: &str) -> Result<i64, Fault> {
    let now = tx.now();
    Ok(tx
        .insert(&INSERT, params![code, "Straße 🛒", Decimal::parse("12.345"), now, vec![0_u8, 255], 0_i64])?)
}

/// What a client looks for may be anything, also where we only write ASCII.
#[test]
fn any_text_may_be_compared_with_a_column_of_ascii() {
    for TestDatabase { db, name, .. } in &migrated() {
        db.write_now(|tx| insert(tx, "a")).unwrap();
        let like = Sql::new("SELECT COUNT(*) FROM {p}things WHERE code LIKE ? OR title LIKE ?");
        let found = db
            .read_now(move |tx| {
                Ok((tx.count(&COUNTER, params!["é"]), tx.count(&like, params!["%🛒%", "%🛒%"])?))
            })
            .unwrap();
        assert!(found.0.is_ok_and(|number| number == 0), "{name}");
        assert_eq!(found.1, 1, "{name}");
    }
}

#[test]
fn values_come_back_as_they_went_in() {
    for TestDatabase { db, name, clock, .. } in &migrated() {
        db.write_now(|tx| insert(tx, "a")).unwrap();
        let sql = Sql::new("SELECT code, title, amount, made_at, raw, counter, extra FROM {p}things");
        let row = db
            .read_now(move |tx| {
                Ok(tx.one(&sql, params![], |row| {
                    Ok((
                        row.get::<String>("code")?,
                        row.get::<Option<String>>("title")?,
                        row.get::<Decimal>("amount")?,
                        row.get::<Moment>("made_at")?,
                        row.get::<Vec<u8>>("raw")?,
                        row.get::<i64>("extra")?,
                    ))
                })?)
            })
            .unwrap()
            .unwrap();
        assert_eq!(row.0, "a", "{name}");
        assert_eq!(row.1.as_deref(), Some("Straße 🛒"), "{name}");
        assert_eq!(row.2.to_string(), "12.345", "{name}");
        assert_eq!(row.3, kernel::Clock::now(clock.as_ref()), "{name}");
        assert_eq!((row.4, row.5), (vec![0, 255], 7), "{name}");
    }
}

#[test]
fn a_wrong_type_names_the_column() {
    for TestDatabase { db, .. } in &migrated() {
        db.write_now(|tx| insert(tx, "a")).unwrap();
        let sql = Sql::new("SELECT title FROM {p}things");
        let fault =
            db.read_now(move |tx| Ok(tx.one(&sql, params![], |row| row.get::<i64>("title"))?)).unwrap_err();
        assert!(fault.message.contains("title"), "{fault}");
    }
}

#[test]
fn a_duplicate_is_known_as_one_and_the_unit_goes_on() {
    for TestDatabase { db, name, .. } in &migrated() {
        let total = db
            .write_now(|tx| {
                insert(tx, "a")?;
                let again = tx.insert(
                    &INSERT,
                    params!["a", None::<String>, None::<Decimal>, None::<Moment>, None::<Vec<u8>>, 0_i64],
                );
                assert!(again.unwrap_err().is_duplicate());
                insert(tx, "b")?;
                Ok(tx.count(&COUNT, params![])?)
            })
            .unwrap();
        assert_eq!(total, 2, "{name}");
    }
}

#[test]
fn matched_rows_count_even_when_nothing_differs() {
    for TestDatabase { db, name, .. } in &migrated() {
        db.write_now(|tx| insert(tx, "a")).unwrap();
        let matched = db.write_now(|tx| Ok(tx.execute(&SET, params![0_i64, "a"])?)).unwrap();
        assert_eq!(matched, 1, "{name}");
        assert_eq!(db.write_now(|tx| Ok(tx.execute(&SET, params![0_i64, "none"])?)).unwrap(), 0, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unit_that_fails_takes_nothing_of_its_group_with_it() {
    for TestDatabase { db, name, .. } in &migrated() {
        let units = (0..200).map(|number| {
            let db = db.clone();
            tokio::spawn(async move {
                db.write(move |tx| {
                    insert(tx, &format!("code-{number}"))?;
                    match number % 10 {
                        3 => Err(Fault::refused("no", "no")),
                        7 => panic!("a unit that panics"),
                        _ => Ok(()),
                    }
                })
                .await
            })
        });
        let mut kept = 0;
        for unit in units.collect::<Vec<_>>() {
            kept += i64::from(unit.await.unwrap().is_ok());
        }
        assert_eq!(kept, 160, "{name}");
        assert_eq!(db.read(|tx| Ok(tx.count(&COUNT, params![])?)).await.unwrap(), kept, "{name}");
        db.close().await;
        assert_eq!(db.write(|_| Ok(())).await.unwrap_err().code, "service_unavailable");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn parallel_increments_are_none_lost() {
    for TestDatabase { db, name, .. } in &migrated() {
        db.write(|tx| insert(tx, "a")).await.unwrap();
        let tasks: Vec<_> = (0..100)
            .map(|_| {
                let db = db.clone();
                tokio::spawn(async move { db.write(|tx| Ok(tx.execute(&BUMP, params!["a"])?)).await })
            })
            .collect();
        for task in tasks {
            task.await.unwrap().unwrap();
        }
        assert_eq!(db.read(|tx| Ok(tx.count(&COUNTER, params!["a"])?)).await.unwrap(), 100, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn units_that_lock_each_other_are_run_again() {
    for TestDatabase { db, name, .. } in &migrated() {
        db.write(|tx| insert(tx, "a").and(insert(tx, "b"))).await.unwrap();
        let runs = Arc::new(AtomicUsize::new(0));
        let tasks: Vec<_> = (0..40)
            .map(|number| {
                let (db, runs) = (db.clone(), Arc::clone(&runs));
                let order = if number % 2 == 0 { ["a", "b"] } else { ["b", "a"] };
                tokio::spawn(async move {
                    db.write(move |tx| {
                        runs.fetch_add(1, Ordering::SeqCst);
                        tx.execute(&BUMP, params![order[0]])?;
                        tx.execute(&BUMP, params![order[1]])?;
                        Ok(())
                    })
                    .await
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap().unwrap();
        }
        assert!(runs.load(Ordering::SeqCst) >= 40);
        for code in ["a", "b"] {
            assert_eq!(
                db.read(move |tx| Ok(tx.count(&COUNTER, params![code])?)).await.unwrap(),
                40,
                "{name}"
            );
        }
    }
}

#[test]
fn a_read_may_not_write() {
    for TestDatabase { db, .. } in &migrated() {
        assert!(db.read_now(|tx| insert(tx, "a")).is_err());
        assert_eq!(db.read_now(|tx| Ok(tx.count(&COUNT, params![])?)).unwrap(), 0);
    }
}

/// Verifiers and backups ask more than one question, and compare or keep the answers together.
#[test]
fn a_read_sees_one_moment_however_many_questions_it_asks() {
    for TestDatabase { db, name, .. } in &migrated() {
        db.write_now(|tx| insert(tx, "a")).unwrap();
        let other = db.clone();
        let seen = db
            .read_now(move |tx| {
                let before = tx.count(&COUNTER, params!["a"])?;
                other.write_now(|tx| {
                    tx.execute(&BUMP, params!["a"])?;
                    insert(tx, "b")
                })?;
                Ok((before, tx.count(&COUNTER, params!["a"])?, tx.count(&COUNT, params![])?))
            })
            .unwrap();
        assert_eq!(seen, (0, 0, 1), "{name}");
        let now = db.read_now(|tx| Ok((tx.count(&COUNTER, params!["a"])?, tx.count(&COUNT, params![])?)));
        assert_eq!(now.unwrap(), (1, 2), "{name}: the next one sees what was kept meanwhile");
    }
}

#[test]
fn several_servers_may_migrate_at_once() {
    for database in databases() {
        let others: Vec<_> = (0..3).map(|_| database.again().unwrap()).collect();
        let threads: Vec<_> = others
            .into_iter()
            .map(|db| std::thread::spawn(move || db.migrate(MIGRATIONS).unwrap()))
            .collect();
        let applied: usize = threads.into_iter().map(|thread| thread.join().unwrap()).sum();
        assert_eq!(applied, 2, "{}: each migration is applied once", database.name);
        assert!(
            database.db.migration_status(MIGRATIONS).unwrap().iter().all(|(_, applied)| applied.is_some())
        );
    }
}

#[test]
fn a_migration_that_stopped_half_way_is_finished() {
    const HALF: &[Migration] = &[Migration {
        id: "01_first",
        steps: &[MIGRATIONS[0].steps[0], Step::Statement(Sql::new("THIS IS NO STATEMENT"))],
    }];
    for database in databases() {
        assert!(database.db.migrate(HALF).is_err());
        assert_eq!(database.db.migrate(MIGRATIONS).unwrap(), 2, "{}", database.name);
        database.db.write_now(|tx| insert(tx, "a")).unwrap();
    }
}

#[test]
fn everything_can_be_dropped() {
    for TestDatabase { db, name, .. } in &migrated() {
        let dropped = db.drop_all(MIGRATIONS).unwrap();
        assert_eq!(dropped.len(), 4, "{name}: {dropped:?}");
        assert!(db.migration_status(MIGRATIONS).unwrap().iter().all(|(_, applied)| applied.is_none()));
    }
}

#[test]
fn a_lease_has_one_holder_until_its_time() {
    for TestDatabase { db, clock, name, .. } in &migrated() {
        let take =
            |owner: &'static str| db.write_now(move |tx| Ok(lease::acquire(tx, "work", owner, 30)?)).unwrap();
        assert!(take("one"), "{name}");
        assert!(!take("two"), "{name}");
        clock.advance(31);
        assert!(take("two"), "{name}");
        assert!(!db.write_now(|tx| Ok(lease::renew(tx, "work", "one", 30)?)).unwrap(), "{name}");
        db.write_now(|tx| Ok(lease::release(tx, "work", "two")?)).unwrap();
        assert!(take("one"), "{name}");
    }
}

#[test]
fn a_backup_of_either_engine_restores_on_either() {
    let sources = migrated();
    let folder = tempfile::tempdir().unwrap();
    for source in &sources {
        source
            .db
            .write_now(|tx| (0..1_200).try_for_each(|number| insert(tx, &format!("c{number}")).map(drop)))
            .unwrap();
        let file = folder.path().join(source.name);
        assert_eq!(source.db.backup(MIGRATIONS, &file).unwrap(), 1_200);
        for target in databases() {
            assert_eq!(
                target.db.restore(MIGRATIONS, &file, false).unwrap(),
                1_200,
                "{} → {}",
                source.name,
                target.name
            );
            assert_eq!(target.db.read_now(|tx| Ok(tx.count(&COUNT, params![])?)).unwrap(), 1_200);
            assert!(target.db.restore(MIGRATIONS, &file, false).is_err(), "a filled database is left alone");
        }
        let whole = std::fs::read_to_string(&file).unwrap();
        let cut = folder.path().join("cut");
        std::fs::write(&cut, &whole[..whole.len() / 2]).unwrap();
        for target in databases() {
            assert!(
                target.db.restore(MIGRATIONS, &cut, false).unwrap_err().to_string().contains("cut short")
            );
        }
    }
}

#[test]
fn a_killed_connection_costs_no_unit() {
    for TestDatabase { db, name, .. } in &migrated() {
        if *name == "sqlite" {
            continue;
        }
        db.write_now(|tx| insert(tx, "a")).unwrap();
        let killed = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&killed);
        db.write_now(move |tx| {
            tx.execute(&BUMP, params!["a"])?;
            if count.fetch_add(1, Ordering::SeqCst) == 0 {
                let _ = tx.execute_text("KILL CONNECTION CONNECTION_ID()", &[]);
                tx.count(&COUNT, params![])?;
            }
            Ok(())
        })
        .unwrap();
        assert_eq!(killed.load(Ordering::SeqCst), 2, "run again once");
        assert_eq!(db.read_now(|tx| Ok(tx.count(&COUNTER, params!["a"])?)).unwrap(), 1);
    }
}
