//! Is the work done that nobody asks for: schedules, deliveries, jobs; and does the clock they go by tell the time?

use db::{Engine, Sql, params};
use kernel::{Fault, Moment};

use super::Outcome;
use crate::wiring::Application;

const SERVER_TIME: Sql = Sql::new("SELECT UNIX_TIMESTAMP() AS number");
const LAST_RUN: Sql = Sql::new("SELECT MAX(last_at) AS moment FROM {p}cartwright_schedules");
const LAST_EVENT: Sql = Sql::new("SELECT MAX(created_at) AS moment FROM {p}cartwright_outbox");
const WAITING: Sql = Sql::new(
    "SELECT COUNT(*) AS number, MIN(outbox_id) AS oldest FROM {p}cartwright_deliveries WHERE state = 'pending'",
);
const EMITTED_AT: Sql = Sql::new("SELECT created_at FROM {p}cartwright_outbox WHERE id = ?");
const GIVEN_UP_DELIVERIES: Sql = Sql::new(
    "SELECT subscriber AS name, last_error FROM {p}cartwright_deliveries WHERE state = 'failed' ORDER BY id DESC LIMIT 1000",
);
const GIVEN_UP_JOBS: Sql = Sql::new(
    "SELECT kind AS name, last_error FROM {p}cartwright_jobs WHERE state = 'failed' ORDER BY id DESC LIMIT 1000",
);

/// Seconds that clocks may differ by.
const SKEW: i64 = 60;
/// Seconds that a schedule may be late beyond the time between its runs.
const LATE: i64 = 900;
/// Seconds that an event may wait.
const WAIT: i64 = 3_600;

fn unread(fault: &Fault) -> String {
    format!("{fault} See the database's own log.")
}

/// This machine's clock against the database's, and against what was written with it before.
pub(super) async fn clock(application: &Application) -> Outcome {
    let now = application.engine.now();
    let (server, written) = application
        .engine
        .read(|tx| {
            let server = match tx.engine() {
                Engine::Sqlite => None,
                Engine::MySql => tx.one(&SERVER_TIME, params![], |row| row.get::<i64>("number"))?,
            };
            let mut written: Option<Moment> = None;
            for sql in [&LAST_RUN, &LAST_EVENT] {
                let moment = tx.one(sql, params![], |row| row.get::<Option<Moment>>("moment"))?.flatten();
                written = written.max(moment);
            }
            Ok((server, written))
        })
        .await
        .map_err(|fault| unread(&fault))?;
    let remedy = "set this machine's clock, and let it be kept right (NTP)";
    if let Some(skew) = server.map(|server| server - now.unix()).filter(|skew| skew.abs() > SKEW) {
        let (seconds, way) = (skew.abs(), if skew > 0 { "behind" } else { "ahead of" });
        return Err(format!(
            "this machine's clock is {seconds} seconds {way} the database's; {remedy} on both"
        ));
    }
    if let Some(written) = written.filter(|written| written.seconds_since(now) > SKEW) {
        let seconds = written.seconds_since(now);
        return Err(format!(
            "this machine's clock is {seconds} seconds behind what has been written already: jobs wait for it; {remedy}"
        ));
    }
    Ok(now.to_string())
}

/// Does anybody run the schedules?
pub(super) async fn schedules(application: &Application) -> Outcome {
    let engine = &application.engine;
    let (rows, now) = (engine.schedule_rows().await.map_err(|fault| unread(&fault))?, engine.now());
    let every = |hook: &str| {
        engine.schedules().iter().find(|known| known.hook == hook).map(|known| known.every_seconds)
    };
    let late = rows
        .iter()
        .filter_map(|row| Some((row, now.seconds_since(row.next_at) - every(&row.hook)?)))
        .filter(|(_, late)| *late > LATE)
        .max_by_key(|(_, late)| *late);
    match late {
        Some((row, _)) => Err(format!(
            "{} should have run at {}: nothing runs the schedules; start cartwright serve without --no-jobs, or run \
             cartwright cron event run --due-now every minute",
            row.hook, row.next_at
        )),
        None => Ok(format!("{} are on time", rows.len())),
    }
}

async fn given_up(application: &Application, sql: &'static Sql) -> Result<Option<String>, String> {
    let rows = application
        .engine
        .read(|tx| {
            Ok(tx.rows(sql, params![], |row| {
                Ok((row.get::<String>("name")?, row.get::<Option<String>>("last_error")?.unwrap_or_default()))
            })?)
        })
        .await
        .map_err(|fault| unread(&fault))?;
    Ok(rows.first().map(|(name, error)| {
        format!(
            "{} were given up, last {name} ({error}); mend the cause and run: cartwright cron event retry",
            rows.len()
        )
    }))
}

/// Do events reach their subscribers?
pub(super) async fn events(application: &Application) -> Outcome {
    if let Some(problem) = given_up(application, &GIVEN_UP_DELIVERIES).await? {
        return Err(problem);
    }
    let (number, since) = application
        .engine
        .read(|tx| {
            let found = tx.one(&WAITING, params![], |row| {
                Ok((row.get::<i64>("number")?, row.get::<Option<i64>>("oldest")?))
            })?;
            let (number, oldest) = found.unwrap_or_default();
            let since = tx.one(&EMITTED_AT, params![oldest], |row| row.get::<Moment>("created_at"))?;
            Ok((number, since))
        })
        .await
        .map_err(|fault| unread(&fault))?;
    let now = application.engine.now();
    match since.filter(|since| now.seconds_since(*since) > WAIT) {
        Some(since) => Err(format!(
            "{number} wait to be delivered, the oldest since {since}; start cartwright serve without --no-jobs, and see its log"
        )),
        None => Ok(format!("{number} wait to be delivered")),
    }
}

/// Are jobs done?
pub(super) async fn jobs(application: &Application) -> Outcome {
    let held = application.engine.read(runtime::held_since).await.map_err(|fault| unread(&fault))?;
    if let Some(since) = held {
        return Err(format!(
            "sending and charging wait since the restore at {since}; when this installation is the one that goes on, run: \
             cartwright cron event resume"
        ));
    }
    if let Some(problem) = given_up(application, &GIVEN_UP_JOBS).await? {
        return Err(problem);
    }
    let untried = application
        .engine
        .read(|tx| runtime::untried(tx, runtime::UNTRIED_SECONDS))
        .await
        .map_err(|fault| unread(&fault))?;
    match untried {
        Some(untried) => Err(format!(
            "{} has been due since {}, and nobody has tried it; start cartwright serve without --no-jobs, and see its log",
            untried.name, untried.due_at
        )),
        None => Ok("none was given up, none lies about".to_owned()),
    }
}
