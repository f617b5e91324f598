//! Jobs (once, at a time) and schedules (again and again): rows that servers take by compare-and-swap leases, so that
//! any number of servers may run and none runs one twice at a time.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Instant;

use db::{Sql, Tx, params};
use kernel::{Fault, FaultKind, Moment};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::actor::Actor;
use crate::cause::Cause;
use crate::engine::Engine;
use crate::events::WORK;

/// Seconds for which a job or a schedule is held by the server that runs it.
const LEASE_SECONDS: i64 = 120;
const BATCH: i64 = 100;
const ATTEMPTS: i64 = 12;

const ENQUEUE: Sql = Sql::pair(
    "INSERT OR IGNORE INTO {p}cartwright_jobs (kind, unique_key, payload, state, attempts, due_at, created_at, origin) \
     VALUES (?, ?, ?, 'pending', 0, ?, ?, ?)",
    "INSERT IGNORE INTO {p}cartwright_jobs (kind, unique_key, payload, state, attempts, due_at, created_at, origin) \
     VALUES (?, ?, ?, 'pending', 0, ?, ?, ?)",
);
const CANCEL: Sql =
    Sql::new("DELETE FROM {p}cartwright_jobs WHERE kind = ? AND unique_key = ? AND state = 'pending'");
const DUE: Sql = Sql::new(
    "SELECT id, kind, unique_key, payload, attempts, COALESCE(waits, 0) AS waits, origin FROM {p}cartwright_jobs \
     WHERE state = 'pending' AND due_at <= ? AND (held_until IS NULL OR held_until < ?) ORDER BY due_at, id LIMIT ?",
);
const HOLD: Sql = Sql::new(
    "UPDATE {p}cartwright_jobs SET owner = ?, held_until = ? WHERE id = ? AND state = 'pending' \
     AND (held_until IS NULL OR held_until < ?)",
);
const DONE: Sql = Sql::new("DELETE FROM {p}cartwright_jobs WHERE id = ?");
const FAIL: Sql = Sql::new(
    "UPDATE {p}cartwright_jobs SET attempts = attempts + 1, waits = COALESCE(waits, 0) + ?, due_at = ?, held_until = NULL, \
     last_error = ?, state = ? WHERE id = ?",
);
const SCHEDULES: Sql =
    Sql::new("SELECT hook, next_at, last_at, last_error FROM {p}cartwright_schedules ORDER BY next_at, hook");
const ADD_SCHEDULE: Sql = Sql::pair(
    "INSERT OR IGNORE INTO {p}cartwright_schedules (hook, next_at) VALUES (?, ?)",
    "INSERT IGNORE INTO {p}cartwright_schedules (hook, next_at) VALUES (?, ?)",
);
const HOLD_SCHEDULE: Sql = Sql::new(
    "UPDATE {p}cartwright_schedules SET owner = ?, held_until = ? WHERE hook = ? AND next_at <= ? \
     AND (held_until IS NULL OR held_until < ?)",
);
const NEXT_SCHEDULE: Sql = Sql::new(
    "UPDATE {p}cartwright_schedules SET next_at = ?, last_at = ?, held_until = NULL, last_error = ? WHERE hook = ?",
);
const PENDING: Sql = Sql::new(
    "SELECT kind, unique_key, due_at, attempts, last_error FROM {p}cartwright_jobs WHERE state = 'pending' ORDER BY due_at LIMIT 1000",
);

const RETRY: Sql = Sql::new(
    "UPDATE {p}cartwright_jobs SET state = 'pending', attempts = 0, waits = 0, due_at = ?, held_until = NULL \
     WHERE state = 'failed'",
);

/// A job's payload: what the runner hands to its kind.
pub trait Job: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// Stored name, such as `recovery.send_step`. Never rename it.
    const KIND: &'static str;
}

type Work =
    Arc<dyn Fn(Engine, String) -> Pin<Box<dyn Future<Output = Result<(), Fault>> + Send>> + Send + Sync>;

/// How one kind of job is done.
#[derive(Clone)]
pub struct JobKind {
    pub(crate) name: &'static str,
    work: Work,
    steadfast: bool,
}

impl JobKind {
    /// The flow that does `J`. It may be run again after a crash: its writes must be keyed.
    pub fn new<J: Job, F, Fut>(work: F) -> Self
    where
        F: Fn(Engine, J) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), Fault>> + Send + 'static,
    {
        let work: Work = Arc::new(move |engine, payload| match kernel::json::from_text::<J>(&payload) {
            Ok(job) => Box::pin(work(engine, job)),
            Err(fault) => Box::pin(async move { Err(fault) }),
        });
        Self { name: J::KIND, work, steadfast: false }
    }

    /// Is tried for as long as something outside is away, however long that is: such tries do not count. Other jobs end
    /// after so many tries, and these do as well where the trouble is their own. What asks the shop of record asks it within
    /// [`Engine::unless_away`].
    #[must_use]
    pub fn steadfast(mut self) -> Self {
        self.steadfast = true;
        self
    }

    /// Did the job end because it waits for something outside?
    fn waits(&self, fault: &Fault) -> bool {
        self.steadfast && matches!(fault.kind, FaultKind::Upstream | FaultKind::Unavailable)
    }
}

/// Work that comes again every so often.
#[derive(Clone)]
pub struct Schedule {
    /// Hook name in WordPress's manner, such as `ocart/recovery/sweep`; `cron event run HOOK` takes it.
    pub hook: &'static str,
    /// Seconds from one run's due time to the next.
    pub every_seconds: i64,
    /// One line for `cron event list`.
    pub description: &'static str,
    work: Work,
}

impl Schedule {
    /// A schedule whose flow may be run twice without harm.
    pub fn new<F, Fut>(hook: &'static str, every_seconds: i64, description: &'static str, work: F) -> Self
    where
        F: Fn(Engine) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), Fault>> + Send + 'static,
    {
        Self { hook, every_seconds, description, work: Arc::new(move |engine, _| Box::pin(work(engine))) }
    }
}

impl std::fmt::Debug for Schedule {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.hook)
    }
}

/// A schedule's row.
#[derive(Debug, Clone)]
pub struct ScheduleRow {
    /// Hook.
    pub hook: String,
    /// Due next.
    pub next_at: Moment,
    /// Ran last.
    pub last_at: Option<Moment>,
    /// What went wrong last time, or empty.
    pub last_error: String,
}

/// A waiting job's row.
#[derive(Debug, Clone)]
pub struct JobRow {
    /// Kind.
    pub kind: String,
    /// Unique key within the kind.
    pub unique_key: String,
    /// Due at.
    pub due_at: Moment,
    /// Tries so far.
    pub attempts: i64,
    /// What went wrong last time, or empty.
    pub last_error: String,
}

/// Enqueuing within a unit.
pub trait Enqueue {
    /// Runs `job` at `due_at` or soon after. A second job of the same kind and key while the first waits is dropped.
    fn enqueue<J: Job>(&mut self, job: &J, unique_key: &str, due_at: Moment) -> Result<(), Fault>;
    /// Takes back a job that has not started.
    fn cancel_job<J: Job>(&mut self, unique_key: &str) -> Result<(), Fault>;
}

impl Enqueue for Tx<'_> {
    fn enqueue<J: Job>(&mut self, job: &J, unique_key: &str, due_at: Moment) -> Result<(), Fault> {
        let payload = serde_json::to_string(job)?;
        let now = self.now();
        let origin = telemetry::current().map(|here| here.origin.column());
        self.execute(&ENQUEUE, params![J::KIND, unique_key, payload, due_at, now, origin])?;
        if due_at <= now {
            self.signal(WORK);
        }
        Ok(())
    }

    fn cancel_job<J: Job>(&mut self, unique_key: &str) -> Result<(), Fault> {
        self.execute(&CANCEL, params![J::KIND, unique_key])?;
        Ok(())
    }
}

struct DueJob {
    id: i64,
    kind: String,
    payload: String,
    attempts: i64,
    /// Tries that ended because something outside was away, of a job that waits for it.
    waits: i64,
    origin: Option<String>,
}

impl Engine {
    /// Runs the jobs that are due, once through. Gives how many ran.
    pub async fn run_jobs(&self) -> Result<usize, Fault> {
        let due = self
            .read(|tx| {
                let now = tx.now();
                Ok(tx.rows(&DUE, params![now, now, BATCH], |row| {
                    Ok(DueJob {
                        id: row.get("id")?,
                        kind: row.get("kind")?,
                        payload: row.get("payload")?,
                        attempts: row.get("attempts")?,
                        waits: row.get("waits")?,
                        origin: row.get("origin")?,
                    })
                })?)
            })
            .await?;
        let mut ran = 0;
        for job in due {
            if self.is_draining() {
                break;
            }
            let cause = Cause::of(job.origin.as_deref());
            let span = cause.span(&job.kind);
            ran += usize::from(cause.around(&span, self.run_job(job)).await?);
        }
        Ok(ran)
    }

    async fn run_job(&self, job: DueJob) -> Result<bool, Fault> {
        let (id, owner) = (job.id, self.server_id().to_owned());
        let held = self
            .write(Actor::system(), move |tx| {
                let now = tx.now();
                Ok(tx.execute(&HOLD, params![&owner, now.plus_seconds(LEASE_SECONDS), id, now])? == 1)
            })
            .await?;
        if !held {
            return Ok(false);
        }
        let started = Instant::now();
        let kind = self.0.job_kinds.iter().find(|kind| kind.name == job.kind);
        let outcome = match kind {
            Some(kind) => (kind.work)(self.clone(), job.payload).await,
            None => Err(Fault::bug("no such kind of job")),
        };
        self.0.figures.jobs.ended(&job.kind, outcome.is_ok(), started.elapsed());
        match outcome {
            // A job that took its own row back has run as well, and may have left work behind.
            Ok(()) => {
                tracing::info!(kind = job.kind, id, "a job was done");
                self.write(Actor::system(), move |tx| {
                    tx.execute(&DONE, params![id])?;
                    Ok(true)
                })
                .await
            }
            Err(fault) => {
                tracing::warn!(
                    kind = job.kind,
                    code = fault.code,
                    detail = fault.message,
                    "a job failed; it will be tried again"
                );
                let attempts = job.attempts + 1;
                let waits = kind.is_some_and(|kind| kind.waits(&fault));
                let ends = !waits && attempts - job.waits >= ATTEMPTS;
                self.write(Actor::system(), move |tx| {
                    let pause = 10_i64.saturating_mul(1 << attempts.clamp(0, 9));
                    let state = if ends { "failed" } else { "pending" };
                    let error: String = fault.message.chars().take(400).collect();
                    let due_at = tx.now().plus_seconds(pause);
                    tx.execute(&FAIL, params![i64::from(waits), due_at, error, state, id])?;
                    Ok(())
                })
                .await?;
                Ok(true)
            }
        }
    }

    /// Writes the rows of schedules that have none yet: at start.
    pub async fn install_schedules(&self) -> Result<(), Fault> {
        let hooks: Vec<&'static str> = self.schedules().iter().map(|schedule| schedule.hook).collect();
        self.write(Actor::system(), move |tx| {
            let now = tx.now();
            for hook in &hooks {
                tx.execute(&ADD_SCHEDULE, params![*hook, now])?;
            }
            Ok(())
        })
        .await
    }

    /// Runs the schedules that are due. Gives the hooks that ran.
    pub async fn run_schedules(&self) -> Result<Vec<&'static str>, Fault> {
        let rows = self.schedule_rows().await?;
        let now = self.now();
        let mut ran = Vec::new();
        for row in rows.into_iter().filter(|row| row.next_at <= now) {
            if let Some(schedule) = self.schedules().iter().find(|known| known.hook == row.hook).cloned()
                && !self.is_draining()
                && self.run_schedule(&schedule, now).await?
            {
                ran.push(schedule.hook);
            }
        }
        Ok(ran)
    }

    /// Runs one schedule now, due or not, as `cron event run HOOK` does.
    pub async fn run_hook(&self, hook: &str) -> Result<(), Fault> {
        let schedule = self
            .schedules()
            .iter()
            .find(|known| known.hook == hook)
            .cloned()
            .ok_or_else(|| Fault::not_found("cron event"))?;
        (schedule.work)(self.clone(), String::new()).await
    }

    async fn run_schedule(&self, schedule: &Schedule, now: Moment) -> Result<bool, Fault> {
        let (hook, owner) = (schedule.hook, self.server_id().to_owned());
        let held = self
            .write(Actor::system(), move |tx| {
                Ok(tx.execute(
                    &HOLD_SCHEDULE,
                    params![&owner, now.plus_seconds(LEASE_SECONDS), hook, now, now],
                )? == 1)
            })
            .await?;
        if !held {
            return Ok(false);
        }
        let cause = self.cause_of_its_own();
        let (started, span) = (Instant::now(), cause.span(hook));
        let outcome = cause.around(&span, (schedule.work)(self.clone(), String::new())).await;
        self.0.figures.schedules.ended(hook, outcome.is_ok(), started.elapsed());
        let error = outcome.as_ref().err().map(|fault| fault.message.chars().take(400).collect::<String>());
        if let Err(fault) = &outcome {
            tracing::warn!(
                hook,
                code = fault.code,
                detail = fault.message,
                "a schedule failed; it runs again at its next time"
            );
        }
        let next = now.plus_seconds(schedule.every_seconds);
        self.write(Actor::system(), move |tx| {
            tx.execute(&NEXT_SCHEDULE, params![next, now, error.clone(), hook])?;
            Ok(())
        })
        .await?;
        Ok(true)
    }

    /// Gives the jobs and deliveries that were given up another round of tries, from now on. Gives how many.
    pub async fn retry_given_up(&self) -> Result<u64, Fault> {
        self.write(Actor::system(), |tx| {
            let now = tx.now();
            let jobs = tx.execute(&RETRY, params![now])?;
            let deliveries = tx.execute(&crate::events::RETRY, params![now])?;
            tx.signal(WORK);
            Ok(jobs + deliveries)
        })
        .await
    }

    /// All schedule rows, soonest first.
    pub async fn schedule_rows(&self) -> Result<Vec<ScheduleRow>, Fault> {
        self.read(|tx| {
            Ok(tx.rows(&SCHEDULES, params![], |row| {
                Ok(ScheduleRow {
                    hook: row.get("hook")?,
                    next_at: row.get("next_at")?,
                    last_at: row.get("last_at")?,
                    last_error: row.get::<Option<String>>("last_error")?.unwrap_or_default(),
                })
            })?)
        })
        .await
    }

    /// Jobs that wait, soonest first, at most 1,000.
    pub async fn job_rows(&self) -> Result<Vec<JobRow>, Fault> {
        self.read(|tx| {
            Ok(tx.rows(&PENDING, params![], |row| {
                Ok(JobRow {
                    kind: row.get("kind")?,
                    unique_key: row.get("unique_key")?,
                    due_at: row.get("due_at")?,
                    attempts: row.get("attempts")?,
                    last_error: row.get::<Option<String>>("last_error")?.unwrap_or_default(),
                })
            })?)
        })
        .await
    }

    /// Deliveries, jobs and schedules until nothing is due any more. Gives how many things were done.
    pub async fn run_due(&self) -> Result<usize, Fault> {
        let mut total = self.run_schedules().await?.len();
        loop {
            let done = self.deliver().await? + self.run_jobs().await?;
            if done == 0 {
                return Ok(total);
            }
            total += done;
        }
    }

    /// Runs what is due, again and again, until `stop` resolves: woken by commits that leave work, and at least every
    /// `pause`.
    pub async fn run_forever(&self, pause: std::time::Duration, stop: impl Future<Output = ()>) {
        let woken = self.db().subscribe(WORK);
        tokio::pin!(stop);
        loop {
            if let Err(fault) = self.run_due().await {
                tracing::error!(
                    code = fault.code,
                    detail = fault.message,
                    "the scheduler could not run what is due"
                );
            }
            tokio::select! {
                () = &mut stop => return,
                () = woken.notified() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
    }
}
