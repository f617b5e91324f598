//! What the engine tells of itself: deliveries, jobs, schedules, gateway calls, mail. Counters live in the process and
//! cost an atomic; what waits in the database is asked for when somebody looks.

use std::collections::BTreeMap;
use std::time::Duration;

use db::{Sql, Tx, params};
use kernel::{Fault, Moment};
use telemetry::{Counter, Exposition, Histogram, Kind};

use crate::engine::Engine;

/// Figures that a feature reads from its own tables when somebody looks; keep them cheap and their labels few.
pub type Gauges = fn(&mut Tx, &mut Exposition) -> Result<(), Fault>;

const DELIVERIES: Sql = Sql::new(
    "SELECT subscriber, state, COUNT(*) AS number, MIN(outbox_id) AS oldest FROM {p}cartwright_deliveries \
     WHERE state IN ('pending', 'failed') GROUP BY subscriber, state ORDER BY subscriber, state",
);
const EMITTED_AT: Sql = Sql::new("SELECT created_at FROM {p}cartwright_outbox WHERE id = ?");
const JOBS: Sql = Sql::new(
    "SELECT kind, COUNT(CASE WHEN state = 'pending' THEN 1 END) AS waiting, \
     COUNT(CASE WHEN state = 'pending' AND due_at <= ? AND (held_until IS NULL OR held_until < ?) THEN 1 END) AS due, \
     COUNT(CASE WHEN state = 'pending' AND held_until >= ? THEN 1 END) AS running, \
     COUNT(CASE WHEN state = 'failed' THEN 1 END) AS failed FROM {p}cartwright_jobs GROUP BY kind ORDER BY kind",
);
const SCHEDULES: Sql = Sql::new("SELECT hook, next_at FROM {p}cartwright_schedules ORDER BY hook");

/// How often something was done, how often it failed, how long it took.
#[derive(Debug)]
pub(crate) struct Runs {
    done: Counter,
    failed: Counter,
    duration: Histogram,
}

impl Default for Runs {
    fn default() -> Self {
        Self { done: Counter::default(), failed: Counter::default(), duration: Histogram::of_durations() }
    }
}

/// One [`Runs`] per known name: the set is fixed at start.
#[derive(Debug, Default)]
pub(crate) struct RunsByName(BTreeMap<&'static str, Runs>);

impl RunsByName {
    pub(crate) fn new(names: impl Iterator<Item = &'static str>) -> Self {
        Self(names.map(|name| (name, Runs::default())).collect())
    }

    pub(crate) fn ended(&self, name: &str, well: bool, took: Duration) {
        if let Some(runs) = self.0.get(name) {
            if well { &runs.done } else { &runs.failed }.increment();
            runs.duration.observe(took);
        }
    }

    fn expose(&self, page: &mut Exposition, label: &str, names: [&'static str; 2], what: &str) {
        page.family(names[0], Kind::Counter, &format!("{what} by how they ended."));
        for (name, runs) in &self.0 {
            for (outcome, counter) in [("done", &runs.done), ("failed", &runs.failed)] {
                page.sample(&[(label, name), ("outcome", outcome)], counter.value());
            }
        }
        page.family(names[1], Kind::Histogram, &format!("How long they took: {}.", what.to_lowercase()));
        for (name, runs) in self.0.iter().filter(|(_, runs)| runs.duration.count() > 0) {
            page.histogram(&[(label, name)], &runs.duration);
        }
    }
}

/// How calls of one kind ended, by a fixed list of outcomes.
#[derive(Debug)]
pub(crate) struct Calls {
    outcomes: Vec<(&'static str, Counter)>,
    duration: Histogram,
}

impl Calls {
    pub(crate) fn new(outcomes: &[&'static str]) -> Self {
        let outcomes = outcomes.iter().map(|outcome| (*outcome, Counter::default())).collect();
        Self { outcomes, duration: Histogram::of_durations() }
    }

    pub(crate) fn ended(&self, outcome: &str, took: Duration) {
        if let Some((_, counter)) = self.outcomes.iter().find(|(known, _)| *known == outcome) {
            counter.increment();
        }
        self.duration.observe(took);
    }
}

/// What a gateway is asked for.
pub(crate) const OPERATIONS: [&str; 4] = ["charge", "look_up", "refund", "answer_challenge"];
/// How it may answer; `dropped` when nobody waited for the answer any more.
pub(crate) const ANSWERS: [&str; 8] =
    ["succeeded", "requires_action", "none", "declined", "unknown", "refused", "down", "dropped"];
/// What may become of a mail.
pub(crate) const FATES: [&str; 7] =
    ["sent", "refused", "no_mailbox", "misconfigured", "down", "unknown", "dropped"];

/// The engine's own.
#[derive(Debug)]
pub(crate) struct Figures {
    pub(crate) deliveries: RunsByName,
    pub(crate) jobs: RunsByName,
    pub(crate) schedules: RunsByName,
    pub(crate) gateways: BTreeMap<String, std::sync::Arc<BTreeMap<&'static str, Calls>>>,
    pub(crate) mails: std::sync::Arc<Calls>,
}

impl Figures {
    fn expose(&self, page: &mut Exposition) {
        let names = ["cartwright_deliveries_total", "cartwright_delivery_duration_seconds"];
        self.deliveries.expose(page, "subscriber", names, "Deliveries of events");
        let names = ["cartwright_job_runs_total", "cartwright_job_duration_seconds"];
        self.jobs.expose(page, "kind", names, "Runs of jobs");
        let names = ["cartwright_schedule_runs_total", "cartwright_schedule_duration_seconds"];
        self.schedules.expose(page, "hook", names, "Runs of schedules");
        let calls = || {
            self.gateways.iter().flat_map(|(gateway, operations)| {
                operations.iter().map(move |(operation, calls)| (gateway.as_str(), *operation, calls))
            })
        };
        page.family(
            "cartwright_gateway_calls_total",
            Kind::Counter,
            "Calls of payment gateways by their answer.",
        );
        for (gateway, operation, calls) in calls() {
            for (outcome, counter) in &calls.outcomes {
                let labels = [("gateway", gateway), ("operation", operation), ("outcome", *outcome)];
                page.sample(&labels, counter.value());
            }
        }
        page.family(
            "cartwright_gateway_call_duration_seconds",
            Kind::Histogram,
            "How long payment gateways took to answer.",
        );
        for (gateway, operation, calls) in calls() {
            page.histogram(&[("gateway", gateway), ("operation", operation)], &calls.duration);
        }
        page.family(
            "cartwright_mails_total",
            Kind::Counter,
            "Mails handed to the mailer by what became of them.",
        );
        for (outcome, counter) in &self.mails.outcomes {
            page.sample(&[("outcome", outcome)], counter.value());
        }
        page.family("cartwright_mail_duration_seconds", Kind::Histogram, "How long the mailer took.");
        page.histogram(&[], &self.mails.duration);
    }
}

fn whole(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
}

/// What waits for delivery.
fn outbox(tx: &mut Tx, page: &mut Exposition) -> Result<(), Fault> {
    let rows = tx.rows(&DELIVERIES, params![], |row| {
        let of = (row.get::<String>("subscriber")?, row.get::<String>("state")?);
        Ok((of, row.get::<i64>("number")?, row.get::<i64>("oldest")?))
    })?;
    page.family("cartwright_outbox_deliveries", Kind::Gauge, "Deliveries that wait, or were given up.");
    for ((subscriber, state), number, _) in &rows {
        page.sample(&[("subscriber", subscriber), ("state", state)], whole(*number));
    }
    page.family(
        "cartwright_outbox_oldest_seconds",
        Kind::Gauge,
        "Age of the oldest event that waits for a subscriber.",
    );
    for ((subscriber, _), _, oldest) in rows.iter().filter(|((_, state), ..)| state == "pending") {
        let emitted = tx.one(&EMITTED_AT, params![*oldest], |row| row.get::<Moment>("created_at"))?;
        let age = emitted.map_or(0, |emitted| tx.now().unix() - emitted.unix());
        page.sample(&[("subscriber", subscriber)], whole(age));
    }
    Ok(())
}

/// What waits among the jobs, and how late the schedules are.
fn jobs(tx: &mut Tx, page: &mut Exposition) -> Result<(), Fault> {
    let now = tx.now();
    let rows = tx.rows(&JOBS, params![now, now, now], |row| {
        let states: [(&'static str, i64); 4] = [
            ("waiting", row.get("waiting")?),
            ("due", row.get("due")?),
            ("running", row.get("running")?),
            ("failed", row.get("failed")?),
        ];
        Ok((row.get::<String>("kind")?, states))
    })?;
    page.family(
        "cartwright_jobs",
        Kind::Gauge,
        "Jobs by kind: all that wait, those due now, those running, those given up.",
    );
    for (kind, states) in &rows {
        for (state, number) in states {
            page.sample(&[("kind", kind), ("state", state)], whole(*number));
        }
    }
    let rows = tx
        .rows(&SCHEDULES, params![], |row| Ok((row.get::<String>("hook")?, row.get::<Moment>("next_at")?)))?;
    page.family("cartwright_schedule_late_seconds", Kind::Gauge, "How long ago a schedule should have run.");
    for (hook, next_at) in &rows {
        page.sample(&[("hook", hook)], whole(now.unix() - next_at.unix()));
    }
    Ok(())
}

impl Engine {
    /// Writes the figures of the engine, of its database and of the features.
    pub async fn expose(&self, mut page: Exposition) -> Result<Exposition, Fault> {
        self.db().expose(&mut page);
        self.0.figures.expose(&mut page);
        let gauges = self.0.gauges.clone();
        self.read(move |tx| {
            outbox(tx, &mut page)?;
            jobs(tx, &mut page)?;
            for read in &gauges {
                read(tx, &mut page)?;
            }
            Ok(page)
        })
        .await
    }
}
