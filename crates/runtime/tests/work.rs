//! Due work beside bad neighbours: what fails, hangs, panics or cannot be read holds up nothing but itself.
#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that is not as it should be")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use db::testing::{TestDatabase, databases};
use kernel::{Event, Fault, Moment};
use runtime::testing::{configuration, ports};
use runtime::{
    Actor, Builder, Emit, Engine, Enqueue, Envelope, Job, JobKind, Module, Pace, Sql, Subscriber, Tx, params,
};
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

kernel::event! {
    /// For these tests.
    Rang = "test/rang", |event| format!("bell:{}", event.bell);
    {
        /// Which bell.
        bell: i64,
    }
}
kernel::event! {
    /// For these tests.
    Tolled = "test/tolled", |event| format!("bell:{}", event.bell);
    {
        /// Which bell.
        bell: i64,
    }
}

#[derive(Serialize, Deserialize)]
struct Strike {
    bell: i64,
}

impl Job for Strike {
    const KIND: &'static str = "test.strike";
}

#[derive(Serialize, Deserialize)]
struct Post {
    bell: i64,
}

impl Job for Post {
    const KIND: &'static str = "test.post";
}

const LEFT: Sql = Sql::new(
    "SELECT COUNT(*) FROM {p}cartwright_deliveries WHERE subscriber = 'test.well' AND state = 'pending'",
);
const TORN: Sql = Sql::new("DELETE FROM {p}cartwright_outbox WHERE name = 'test/rang'");
const JOBS: Sql = Sql::new("SELECT COUNT(*) FROM {p}cartwright_jobs WHERE state = 'pending'");
const TRIED: Sql = Sql::new("SELECT COALESCE(SUM(attempts), 0) FROM {p}cartwright_jobs");
const HELD: Sql = Sql::new("SELECT held_until FROM {p}cartwright_jobs");

fn engine(database: &TestDatabase, module: Module, pace: Pace) -> Engine {
    let builder = Builder::new(database.db.clone(), database.clock.clone(), database.entropy.clone());
    let builder = builder.module(module).pace(pace);
    database.db.migrate(&builder.migrations()).unwrap();
    builder.build(configuration().unwrap(), ports()).unwrap()
}

fn broken(_: &mut Tx, _: &Envelope) -> Result<(), Fault> {
    Err(Fault::bug("it cannot be read"))
}

fn well(_: &mut Tx, _: &Envelope) -> Result<(), Fault> {
    Ok(())
}

fn listening() -> Module {
    let mut module = Module::default();
    module.subscribers = vec![
        Subscriber::unit("test.broken", Rang::NAME, broken),
        Subscriber::unit("test.well", Tolled::NAME, well),
    ];
    module
}

async fn count(engine: &Engine, sql: &'static Sql) -> i64 {
    engine.read(move |tx| Ok(tx.count(sql, params![])?)).await.unwrap()
}

/// Resolves once `there` says so.
async fn until(there: impl AsyncFn() -> bool) {
    while !there().await {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscriber_that_fails_starves_no_other() {
    for database in databases() {
        let engine = engine(&database, listening(), Pace::default());
        engine
            .write(Actor::system(), |tx| {
                for number in 0..440 {
                    tx.emit(&Rang { bell: number % 220 })?;
                }
                (0..60).try_for_each(|bell| tx.emit(&Tolled { bell }))
            })
            .await
            .unwrap();
        engine.run_due().await.unwrap();
        assert_eq!(count(&engine, &LEFT).await, 0, "{}", database.name);
        engine.write(Actor::system(), |tx| tx.emit(&Tolled { bell: 1 })).await.unwrap();
        database.clock.advance(3600);
        assert!(engine.deliver().await.unwrap() > 0, "{}", database.name);
        assert_eq!(count(&engine, &LEFT).await, 0, "{}", database.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_is_gone_is_its_deliverys_trouble_alone() {
    for database in databases() {
        let engine = engine(&database, listening(), Pace::default());
        engine
            .write(Actor::system(), |tx| {
                tx.emit(&Rang { bell: 1 })?;
                tx.emit(&Tolled { bell: 1 })?;
                tx.execute(&TORN, params![])?;
                Ok(())
            })
            .await
            .unwrap();
        assert_eq!(engine.deliver().await.unwrap(), 1, "{}", database.name);
        for _ in 0..20 {
            database.clock.advance(86_400);
            engine.run_due().await.unwrap();
        }
        assert_eq!(engine.undelivered().await.unwrap(), 0, "{}: it is set aside in the end", database.name);
        assert_eq!(engine.retry_given_up().await.unwrap(), 1, "{}", database.name);
    }
}

async fn enqueue(engine: &Engine, strikes: i64, posts: i64) {
    engine
        .write(Actor::system(), move |tx| {
            let now = tx.now();
            for bell in 0..posts {
                tx.enqueue(&Post { bell }, &bell.to_string(), now)?;
            }
            (0..strikes)
                .try_for_each(|bell| tx.enqueue(&Strike { bell }, &bell.to_string(), now.plus_seconds(1)))
        })
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kind_of_jobs_does_not_fill_the_window_of_all() {
    for database in databases() {
        let struck = Arc::new(AtomicUsize::new(0));
        let counted = struck.clone();
        let mut module = Module::default();
        module.job_kinds = vec![
            JobKind::new::<Post, _, _>(|_, _| async { Err(Fault::unavailable("not now")) }),
            JobKind::new::<Strike, _, _>(move |_, _| {
                counted.fetch_add(1, Ordering::SeqCst);
                async { Ok(()) }
            }),
        ];
        let engine = engine(&database, module, Pace::default());
        enqueue(&engine, 3, 300).await;
        database.clock.advance(2);
        engine.run_jobs().await.unwrap();
        assert_eq!(struck.load(Ordering::SeqCst), 3, "{}", database.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn work_that_takes_longer_than_its_lease_is_done_once() {
    for database in databases() {
        let (times, go) = (Arc::new(AtomicUsize::new(0)), Arc::new(Notify::new()));
        let module = || {
            let (times, go) = (times.clone(), go.clone());
            let mut module = Module::default();
            module.job_kinds = vec![JobKind::new::<Strike, _, _>(move |_, _| {
                let go = go.clone();
                times.fetch_add(1, Ordering::SeqCst);
                async move {
                    go.notified().await;
                    Ok(())
                }
            })];
            module
        };
        let pace = Pace { heartbeat: Duration::from_millis(1), ..Pace::default() };
        let (one, other) = (engine(&database, module(), pace), engine(&database, module(), pace));
        enqueue(&one, 1, 0).await;
        database.clock.advance(2);
        let slow = one.clone();
        let running = tokio::spawn(async move { slow.run_jobs().await });
        until(async || times.load(Ordering::SeqCst) == 1).await;
        for _ in 0..3 {
            database.clock.advance(100);
            let now = one.now();
            until(async || {
                let held: Option<Option<Moment>> =
                    one.read(|tx| Ok(tx.one(&HELD, params![], |row| row.get("held_until"))?)).await.unwrap();
                held.flatten().is_some_and(|held| held.seconds_since(now) >= 100)
            })
            .await;
            assert_eq!(other.run_jobs().await.unwrap(), 0, "{}", database.name);
        }
        go.notify_one();
        assert_eq!(running.await.unwrap().unwrap(), 1);
        assert_eq!(times.load(Ordering::SeqCst), 1, "{}", database.name);
        assert_eq!(count(&one, &JOBS).await, 0, "{}", database.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_lost_the_lease_changes_nothing_any_more() {
    // The first ends well or badly, long after another has taken its work over.
    for ends_well in [true, false] {
        for database in databases() {
            let (begun, go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
            let (told, waited) = (begun.clone(), go.clone());
            let mut slow = Module::default();
            slow.job_kinds = vec![JobKind::new::<Strike, _, _>(move |_, _| {
                let (told, waited) = (told.clone(), waited.clone());
                async move {
                    told.notify_one();
                    waited.notified().await;
                    if ends_well { Ok(()) } else { Err(Fault::unavailable("not now")) }
                }
            })];
            let (taken, done) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
            let (told, waited) = (taken.clone(), done.clone());
            let mut second = Module::default();
            second.job_kinds = vec![JobKind::new::<Strike, _, _>(move |_, _| {
                let (told, waited) = (told.clone(), waited.clone());
                async move {
                    told.notify_one();
                    waited.notified().await;
                    Ok(())
                }
            })];
            let pace = Pace::default();
            let (one, other) = (engine(&database, slow, pace), engine(&database, second, pace));
            enqueue(&one, 1, 0).await;
            database.clock.advance(2);
            let late = one.clone();
            let late = tokio::spawn(async move { late.run_jobs().await });
            begun.notified().await;
            database.clock.advance(121);
            let takes = other.clone();
            let takes = tokio::spawn(async move { takes.run_jobs().await });
            taken.notified().await;
            go.notify_one();
            late.await.unwrap().unwrap();
            assert_eq!(count(&one, &JOBS).await, 1, "{}: the other's work stays", database.name);
            assert_eq!(count(&one, &TRIED).await, 0, "{}", database.name);
            assert_eq!(one.run_jobs().await.unwrap(), 0, "{}: the other's hold stays", database.name);
            done.notify_one();
            takes.await.unwrap().unwrap();
            assert_eq!(count(&one, &JOBS).await, 0, "{}", database.name);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn work_that_hangs_or_panics_holds_up_nothing_else_and_ends_at_its_deadline() {
    for database in databases() {
        let struck = Arc::new(AtomicUsize::new(0));
        let counted = struck.clone();
        let mut module = Module::default();
        module.job_kinds = vec![
            JobKind::new::<Post, _, _>(|_, post| async move {
                assert!(post.bell > 0, "this one panics");
                std::future::pending::<Result<(), Fault>>().await
            }),
            JobKind::new::<Strike, _, _>(move |_, _| {
                counted.fetch_add(1, Ordering::SeqCst);
                async { Ok(()) }
            }),
        ];
        let (deadline, drain) = (Duration::from_millis(1), Duration::from_millis(1));
        let hangs = engine(&database, Module::default(), Pace::default());
        enqueue(&hangs, 5, 20).await;
        database.clock.advance(2);
        let engine = engine(&database, module, Pace { deadline, drain, ..Pace::default() });
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let runner = engine.clone();
        let runner = tokio::spawn(async move {
            let stopped = async {
                let _ = stopped.await;
            };
            runner.run_forever(Duration::from_millis(1), stopped).await;
        });
        until(async || struck.load(Ordering::SeqCst) == 5).await;
        until(async || count(&engine, &TRIED).await >= 20).await;
        assert_eq!(engine.standstill().await.unwrap(), None, "{}", database.name);
        stop.send(()).unwrap();
        runner.await.unwrap();
        assert_eq!(count(&engine, &JOBS).await, 20, "{}: what failed is tried again", database.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_runner_that_ends_waits_for_no_work_that_hangs() {
    for database in databases() {
        let begun = Arc::new(Notify::new());
        let told = begun.clone();
        let mut module = Module::default();
        module.job_kinds = vec![JobKind::new::<Strike, _, _>(move |_, _| {
            told.notify_one();
            std::future::pending::<Result<(), Fault>>()
        })];
        let engine = engine(&database, module, Pace { drain: Duration::from_millis(1), ..Pace::default() });
        enqueue(&engine, 1, 0).await;
        database.clock.advance(2);
        engine.run_forever(Duration::from_millis(1), begun.notified()).await;
        assert_eq!(count(&engine, &JOBS).await, 1, "{}", database.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_runner_that_stands_still_is_seen() {
    for database in databases() {
        let mut module = Module::default();
        module.job_kinds = vec![JobKind::new::<Strike, _, _>(|_, _| async { Ok(()) })];
        let engine = engine(&database, module, Pace::default());
        enqueue(&engine, 1, 0).await;
        database.clock.advance(3_600);
        assert_eq!(engine.standstill().await.unwrap(), None, "{}: nothing runs here", database.name);
        let runner = engine.clone();
        let runner = tokio::spawn(async move {
            runner.run_forever(Duration::from_secs(3_600), std::future::pending()).await;
        });
        until(async || count(&engine, &JOBS).await == 0).await;
        assert_eq!(engine.standstill().await.unwrap(), None, "{}", database.name);
        runner.abort();
        let _ = runner.await;
        database.clock.advance(121);
        let still = engine.standstill().await.unwrap();
        assert!(still.is_some_and(|still| still.contains("not come round")), "{}", database.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_restore_nothing_is_sent_or_charged_before_somebody_says_so() {
    for database in databases() {
        let (posted, struck) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let (posts, strikes) = (posted.clone(), struck.clone());
        let mut module = Module::default();
        module.job_kinds = vec![
            JobKind::new::<Post, _, _>(move |_, _| {
                posts.fetch_add(1, Ordering::SeqCst);
                async { Ok(()) }
            })
            .urgency(runtime::Urgency::Mail),
            JobKind::new::<Strike, _, _>(move |_, _| {
                strikes.fetch_add(1, Ordering::SeqCst);
                async { Ok(()) }
            }),
        ];
        let engine = engine(&database, module, Pace::default());
        enqueue(&engine, 1, 1).await;
        engine.write(Actor::cli(), runtime::hold_outgoing).await.unwrap();
        database.clock.advance(3_600);
        engine.run_due().await.unwrap();
        let done = || (posted.load(Ordering::SeqCst), struck.load(Ordering::SeqCst));
        assert_eq!(done(), (0, 1), "{}: what stays in the house goes on", database.name);
        assert!(engine.resume(|_, _| Ok(())).await.unwrap().is_some(), "{}", database.name);
        engine.run_due().await.unwrap();
        assert_eq!(done(), (0, 1), "{}: what may have gone is not sent", database.name);
        enqueue(&engine, 0, 2).await;
        engine.run_due().await.unwrap();
        assert_eq!(done(), (2, 1), "{}: what is new is sent", database.name);
        assert!(engine.resume(|_, _| Ok(())).await.unwrap().is_none(), "{}", database.name);
    }
}
