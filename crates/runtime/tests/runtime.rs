//! Events, jobs, schedules, replay, settings and the audit log through their public faces, on every engine there is.
#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that is not as it should be")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use db::testing::databases;
use kernel::{Event, Fault};
use runtime::audit::AuditLog;
use runtime::replay::{self, Answer, ReplayKey};
use runtime::settings::ocart;
use runtime::testing::{engine, ports};
use runtime::{
    Actor, Emit, Engine, Enqueue, Envelope, Job, JobKind, Migration, Module, Schedule, Settings, Sql, Step,
    Subscriber, Tx, params,
};
use serde::{Deserialize, Serialize};

kernel::event! {
    /// For these tests.
    Rang = "test/rang", |event| format!("bell:{}", event.bell);
    {
        /// Which bell.
        bell: i64,
        /// Which ring.
        ring: i64,
    }
}

const MIGRATIONS: &[Migration] = &[Migration {
    id: "90_test",
    steps: &[Step::Table {
        name: "heard",
        columns: "id {ID}, bell {BIGINT} NOT NULL, ring {BIGINT} NOT NULL",
    }],
}];
const HEAR: Sql = Sql::new("INSERT INTO {p}heard (bell, ring) VALUES (?, ?)");
const HEARD: Sql = Sql::new("SELECT ring FROM {p}heard WHERE bell = ? ORDER BY id");
const AUDITED: Sql = Sql::new("SELECT diff FROM {p}ocart_audit_log ORDER BY id");

fn hear(tx: &mut Tx, envelope: &Envelope) -> Result<(), Fault> {
    let rang: Rang = envelope.read()?;
    tx.execute(&HEAR, params![rang.bell, rang.ring])?;
    Ok(())
}

fn listening() -> Module {
    let mut module = Module::default();
    module.migrations = vec![MIGRATIONS];
    module.subscribers = vec![Subscriber::unit("test.hear", Rang::NAME, hear)];
    module
}

async fn ring(engine: &Engine, bell: i64, ring: i64) {
    engine.write(Actor::system(), move |tx| tx.emit(&Rang { bell, ring })).await.unwrap();
}

async fn heard(engine: &Engine, bell: i64) -> Vec<i64> {
    engine.read(move |tx| Ok(tx.rows(&HEARD, params![bell], |row| row.get("ring"))?)).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_commits_with_its_cause_or_not_at_all() {
    for database in databases() {
        let engine = engine(&database, vec![listening()], ports()).unwrap();
        ring(&engine, 1, 1).await;
        let refused = engine
            .write(Actor::system(), |tx| {
                tx.emit(&Rang { bell: 1, ring: 2 })?;
                Err::<(), _>(Fault::refused("no", "no"))
            })
            .await;
        assert!(refused.is_err());
        assert_eq!(engine.undelivered().await.unwrap(), 1, "{}", database.name);
        engine.run_due().await.unwrap();
        assert_eq!(heard(&engine, 1).await, [1], "{}", database.name);
        assert_eq!(engine.undelivered().await.unwrap(), 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn several_servers_deliver_once_and_in_order() {
    for database in databases() {
        let one = engine(&database, vec![listening()], ports()).unwrap();
        for number in 0..40 {
            ring(&one, number % 4, number / 4).await;
        }
        let (left, right) = (one.clone(), one.clone());
        let both = tokio::join!(
            tokio::spawn(async move { left.run_due().await }),
            tokio::spawn(async move { right.run_due().await })
        );
        both.0.unwrap().unwrap();
        both.1.unwrap().unwrap();
        one.run_due().await.unwrap();
        for bell in 0..4 {
            assert_eq!(heard(&one, bell).await, (0..10).collect::<Vec<_>>(), "{}", database.name);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscriber_that_fails_is_asked_again_and_holds_up_only_its_aggregate() {
    for database in databases() {
        let failures = Arc::new(AtomicUsize::new(2));
        let counted = Arc::clone(&failures);
        let mut module = listening();
        module.subscribers.push(Subscriber::flow(
            "test.outside",
            Rang::NAME,
            move |engine: Engine, envelope: Envelope| {
                let counted = Arc::clone(&counted);
                async move {
                    let rang: Rang = envelope.read()?;
                    if rang.bell == 1 && counted.load(Ordering::SeqCst) > 0 {
                        counted.fetch_sub(1, Ordering::SeqCst);
                        return Err(Fault::unavailable("not now"));
                    }
                    engine
                        .write(Actor::system(), move |tx| {
                            tx.execute(&HEAR, params![rang.bell + 100, rang.ring])?;
                            Ok(())
                        })
                        .await
                }
            },
        ));
        let engine = engine(&database, vec![module], ports()).unwrap();
        ring(&engine, 1, 1).await;
        ring(&engine, 1, 2).await;
        ring(&engine, 2, 1).await;
        engine.run_due().await.unwrap();
        assert_eq!(heard(&engine, 101).await, Vec::<i64>::new(), "{}", database.name);
        assert_eq!(heard(&engine, 102).await, [1], "another aggregate goes on");
        assert_eq!(heard(&engine, 1).await, [1, 2], "another subscriber goes on");
        for _ in 0..3 {
            database.clock.advance(3600);
            engine.run_due().await.unwrap();
        }
        assert_eq!(heard(&engine, 101).await, [1, 2], "{}: in order once it answers", database.name);
    }
}

#[derive(Serialize, Deserialize)]
struct Strike {
    bell: i64,
}

impl Job for Strike {
    const KIND: &'static str = "test.strike";
}

fn striking(times: &Arc<AtomicUsize>) -> Module {
    let mut module = listening();
    let (of_job, of_schedule) = (Arc::clone(times), Arc::clone(times));
    module.job_kinds = vec![JobKind::new::<Strike, _, _>(move |_, job| {
        let times = Arc::clone(&of_job);
        async move {
            times.fetch_add(usize::try_from(job.bell).unwrap_or(0), Ordering::SeqCst);
            Ok(())
        }
    })];
    module.schedules = vec![Schedule::new("test/hourly", 3600, "Strikes every hour", move |_| {
        let times = Arc::clone(&of_schedule);
        async move {
            times.fetch_add(100, Ordering::SeqCst);
            Ok(())
        }
    })];
    module
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_runs_once_at_its_time_and_a_second_of_its_key_is_dropped() {
    for database in databases() {
        let times = Arc::new(AtomicUsize::new(0));
        let engine = engine(&database, vec![striking(&times)], ports()).unwrap();
        for _ in 0..3 {
            engine
                .write(Actor::system(), |tx| {
                    let due = tx.now().plus_minutes(10);
                    tx.enqueue(&Strike { bell: 1 }, "one", due)
                })
                .await
                .unwrap();
        }
        engine.run_due().await.unwrap();
        assert_eq!(times.load(Ordering::SeqCst), 0);
        database.clock.advance(601);
        let (left, right) = (engine.clone(), engine.clone());
        let both = tokio::join!(left.run_jobs(), right.run_jobs());
        assert_eq!(both.0.unwrap() + both.1.unwrap(), 1, "{}", database.name);
        assert_eq!(times.load(Ordering::SeqCst), 1, "{}", database.name);
        engine.write(Actor::system(), |tx| tx.enqueue(&Strike { bell: 5 }, "two", tx.now())).await.unwrap();
        engine.write(Actor::system(), |tx| tx.cancel_job::<Strike>("two")).await.unwrap();
        engine.run_due().await.unwrap();
        assert_eq!(times.load(Ordering::SeqCst), 1, "a cancelled job does not run");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_steadfast_job_waits_for_what_is_away_and_gives_up_on_its_own_trouble() {
    let away = || Fault::new(kernel::FaultKind::Upstream, "away", "It is away.");
    let failing =
        |fault: fn() -> Fault| JobKind::new::<Strike, _, _>(move |_, _| async move { Err(fault()) });
    for (kind, waits) in [
        (failing(away), false),
        (failing(away).steadfast(), true),
        (failing(|| Fault::invalid("bell", "Use another.")).steadfast(), false),
    ] {
        for database in databases() {
            let mut module = Module::default();
            module.job_kinds = vec![kind.clone()];
            let engine = engine(&database, vec![module], ports()).unwrap();
            engine
                .write(Actor::system(), |tx| tx.enqueue(&Strike { bell: 1 }, "one", tx.now()))
                .await
                .unwrap();
            for _ in 0..20 {
                engine.run_due().await.unwrap();
                database.clock.advance(86_400);
            }
            assert_eq!(engine.job_rows().await.unwrap().len(), usize::from(waits), "{}", database.name);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn waiting_for_what_is_away_uses_up_no_try_for_other_troubles() {
    let away = || Fault::new(kernel::FaultKind::Upstream, "away", "It is away.");
    let own = || Fault::invalid("bell", "Use another.");
    // Away 20 times, one other fault that passes, and well; or a fault of its own that stays, tried twelve times.
    for (stays, tries) in [(false, 22), (true, 32)] {
        for database in databases() {
            let times = Arc::new(AtomicUsize::new(0));
            let counted = times.clone();
            let kind = JobKind::new::<Strike, _, _>(move |_, _| {
                let time = counted.fetch_add(1, Ordering::SeqCst);
                async move {
                    match time {
                        0..20 => Err(away()),
                        20 => Err(own()),
                        _ if stays => Err(own()),
                        _ => Ok(()),
                    }
                }
            });
            let mut module = Module::default();
            module.job_kinds = vec![kind.steadfast()];
            let engine = engine(&database, vec![module], ports()).unwrap();
            engine
                .write(Actor::system(), |tx| tx.enqueue(&Strike { bell: 1 }, "one", tx.now()))
                .await
                .unwrap();
            for _ in 0..40 {
                engine.run_due().await.unwrap();
                database.clock.advance(86_400);
            }
            assert_eq!(times.load(Ordering::SeqCst), tries, "{}", database.name);
            assert!(engine.job_rows().await.unwrap().is_empty(), "{}", database.name);
            assert_eq!(engine.retry_given_up().await.unwrap(), u64::from(stays), "{}", database.name);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_that_is_away_is_left_alone_for_a_while() {
    for database in databases() {
        let engine = engine(&database, vec![], ports()).unwrap();
        let asked = AtomicUsize::new(0);
        let ask = async |answer: Result<(), Fault>| {
            let asking = async {
                asked.fetch_add(1, Ordering::SeqCst);
                answer
            };
            engine.unless_away(asking).await.map_err(|fault| fault.status())
        };
        let away = || Err(Fault::new(kernel::FaultKind::Upstream, "away", "It is away."));
        assert_eq!(ask(Err(Fault::invalid("bell", "Use another."))).await, Err(400));
        assert_eq!(ask(away()).await, Err(502), "what the shop refuses is an answer");
        assert_eq!(ask(Ok(())).await, Err(503));
        database.clock.advance(19);
        assert_eq!(ask(Ok(())).await, Err(503));
        database.clock.advance(1);
        assert_eq!(ask(Ok(())).await, Ok(()));
        assert_eq!(asked.load(Ordering::SeqCst), 3, "{}", database.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_drains_leaves_what_is_due_to_the_others() {
    for database in databases() {
        let times = Arc::new(AtomicUsize::new(0));
        let ends = engine(&database, vec![striking(&times)], ports()).unwrap();
        ends.install_schedules().await.unwrap();
        ends.write(Actor::system(), |tx| tx.enqueue(&Strike { bell: 1 }, "one", tx.now())).await.unwrap();
        ends.drain();
        assert!(ends.is_draining());
        assert_eq!(ends.run_due().await.unwrap(), 0, "{}", database.name);
        assert_eq!(times.load(Ordering::SeqCst), 0, "{}", database.name);
        let stays = engine(&database, vec![striking(&times)], ports()).unwrap();
        stays.run_due().await.unwrap();
        assert_eq!(times.load(Ordering::SeqCst), 101, "{}", database.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schedule_runs_on_one_server_and_waits_for_its_next_time() {
    for database in databases() {
        let times = Arc::new(AtomicUsize::new(0));
        let engine = engine(&database, vec![striking(&times)], ports()).unwrap();
        engine.install_schedules().await.unwrap();
        engine.install_schedules().await.unwrap();
        let both = tokio::join!(engine.run_schedules(), engine.run_schedules());
        assert_eq!(both.0.unwrap().len() + both.1.unwrap().len(), 1, "{}", database.name);
        assert!(engine.run_schedules().await.unwrap().is_empty());
        database.clock.advance(3601);
        assert_eq!(engine.run_schedules().await.unwrap(), ["test/hourly"]);
        assert_eq!(times.load(Ordering::SeqCst), 200, "{}", database.name);
        engine.run_hook("test/hourly").await.unwrap();
        assert_eq!(engine.run_hook("test/none").await.unwrap_err().status(), 404);
    }
}

fn key(body: &str) -> ReplayKey {
    ReplayKey { scope: "scope".to_owned(), key: "key".to_owned(), body_hash: kernel::hash::sha256(body) }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_gives_the_first_answer_and_another_body_a_conflict() {
    for database in databases() {
        let engine = engine(&database, vec![], ports()).unwrap();
        let headers = vec![("cart-token".to_owned(), "abc".to_owned())];
        let answer = Answer { status: 201, body: "{\"id\":1}".to_owned(), headers };
        let stored = answer.clone();
        engine.write(Actor::system(), move |tx| replay::store(tx, &key("a"), &stored)).await.unwrap();
        let found = engine.read(|tx| replay::find(tx, &key("a"))).await.unwrap().unwrap();
        assert_eq!(
            (found.status, found.body, found.headers),
            (answer.status, answer.body, answer.headers),
            "{}",
            database.name
        );
        let fault = engine.read(|tx| replay::find(tx, &key("b"))).await.unwrap_err();
        assert_eq!((fault.status(), fault.code), (409, "idempotency_key_reused"));
    }
}

const LEFT: [Sql; 3] = [
    Sql::new("SELECT COUNT(*) FROM {p}cartwright_replays"),
    Sql::new("SELECT COUNT(*) FROM {p}cartwright_outbox"),
    Sql::new("SELECT COUNT(*) FROM {p}cartwright_deliveries"),
];

#[tokio::test(flavor = "multi_thread")]
async fn what_has_stood_long_enough_is_taken_out_and_nothing_else() {
    for database in databases() {
        let mut module = listening();
        module.schedules = vec![runtime::housekeeping::schedule()];
        let engine = engine(&database, vec![module], ports()).unwrap();
        let left = async || {
            let counts =
                engine.read(|tx| LEFT.iter().map(|sql| Ok(tx.count(sql, params![])?)).collect()).await;
            let counts: Vec<i64> = counts.unwrap();
            counts
        };
        let answer = Answer { status: 200, body: "1".to_owned(), headers: Vec::new() };
        engine.write(Actor::system(), move |tx| replay::store(tx, &key("a"), &answer)).await.unwrap();
        engine.write(Actor::system(), |tx| tx.emit(&Rang { bell: 1, ring: 1 })).await.unwrap();
        let clean = async || engine.run_hook("cartwright/housekeeping").await.unwrap();
        database.clock.advance(31 * 86_400);
        clean().await;
        let before = left().await;
        assert_eq!(before[0], 0, "{}: answers for repeats", database.name);
        assert!(before[1] == 1 && before[2] > 0, "{}: what was not delivered stays", database.name);
        engine.run_due().await.unwrap();
        database.clock.advance(86_400);
        clean().await;
        assert_eq!(left().await, [0, 0, 0], "{}: what was delivered goes", database.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flow_claims_its_key_until_it_answers_or_its_time_runs_out() {
    for database in databases() {
        let engine = engine(&database, vec![], ports()).unwrap();
        let claim = || engine.write(Actor::system(), |tx| replay::claim(tx, &key("a")));
        assert!(claim().await.unwrap().is_none());
        assert_eq!(claim().await.unwrap_err().code, "idempotency_in_progress", "{}", database.name);
        database.clock.advance(61);
        assert!(claim().await.unwrap().is_none(), "taken over after its time");
        let answer = Answer { status: 200, body: "1".to_owned(), headers: Vec::new() };
        engine.write(Actor::system(), move |tx| replay::finish(tx, &key("a"), &answer)).await.unwrap();
        assert_eq!(claim().await.unwrap().unwrap().body, "1");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_have_defaults_are_checked_and_audited() {
    for database in databases() {
        let engine = engine(&database, vec![], ports()).unwrap();
        let before = engine.read(|tx| Settings::load(tx, ocart::OPTION)).await.unwrap();
        assert!(before.boolean(&ocart::GENERAL_ENABLED));
        assert_eq!(before.integer(&ocart::RECOVERY_CAPTURE_EMAIL_DEBOUNCE_MS), 800);
        assert_eq!(before.decimal(&ocart::TESTS_SIGNIFICANCE).to_string(), "0.95");
        let change = |key: &'static str, value: serde_json::Value| {
            engine.write(Actor::cli(), move |tx| {
                let mut settings = Settings::load(tx, ocart::OPTION)?;
                settings.change(tx, AuditLog::OCart, &[(key.to_owned(), value.clone())])
            })
        };
        change("upsells.one_click_token_ttl_min", "45".into()).await.unwrap();
        assert_eq!(change("upsells.one_click_token_ttl_min", "0".into()).await.unwrap_err().status(), 400);
        assert_eq!(change("no.such", true.into()).await.unwrap_err().status(), 400);
        let after = engine.read(|tx| Settings::load(tx, ocart::OPTION)).await.unwrap();
        assert_eq!(after.integer(&ocart::UPSELLS_ONE_CLICK_TOKEN_TTL_MIN), 45, "{}", database.name);
        let diffs = engine
            .read(|tx| Ok(tx.rows(&AUDITED, params![], |row| row.get::<String>("diff"))?))
            .await
            .unwrap();
        assert_eq!(diffs.len(), 1);
        assert!(diffs[0].contains("\"before\":{\"one_click_token_ttl_min\":30"), "{}", diffs[0]);
    }
}

#[test]
fn a_token_is_good_for_its_purpose_and_time_only() {
    let secret = runtime::SecretKey::parse("0123456789abcdef0123456789abcdef").unwrap();
    let now = kernel::Moment::from_unix(1_000_000);
    let token = secret.token("upsell", "17:3", now.plus_minutes(30));
    assert_eq!(secret.open("upsell", &token, now).unwrap(), "17:3");
    assert_eq!(secret.open("restore", &token, now).unwrap_err().code, "invalid_token");
    assert_eq!(secret.open("upsell", &token, now.plus_minutes(31)).unwrap_err().code, "expired_token");
    assert_eq!(secret.open("upsell", &token.replace("17", "18"), now).unwrap_err().code, "invalid_token");
    assert_eq!(secret.open("upsell", "rubbish", now).unwrap_err().code, "invalid_token");
}
