//! Jobs, done once, at a time: rows that servers take by compare-and-swap leases, so that any number of servers may run
//! and none runs one twice at a time.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use db::{Row, Sql, Tx, params};
use kernel::{Fault, FaultKind, Moment};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::actor::Actor;
use crate::cause::Cause;
use crate::engine::Engine;
use crate::events::WORK;
use crate::held::held_since;
use crate::hold::Hold;

/// Jobs taken in one round as long as all that are due fit into it.
const BATCH: i64 = 100;
/// Jobs of one kind in one round when they do not: none fills the window of all.
const SHARE: i64 = 25;
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
const DUE_OF_KIND: Sql = Sql::new(
    "SELECT id, kind, unique_key, payload, attempts, COALESCE(waits, 0) AS waits, origin FROM {p}cartwright_jobs \
     WHERE kind = ? AND state = 'pending' AND due_at <= ? AND (held_until IS NULL OR held_until < ?) \
     ORDER BY due_at, id LIMIT ?",
);
const DONE: Sql = Sql::new("DELETE FROM {p}cartwright_jobs WHERE id = ? AND owner = ? AND fence = ?");
const FAIL: Sql = Sql::new(
    "UPDATE {p}cartwright_jobs SET attempts = attempts + 1, waits = COALESCE(waits, 0) + ?, due_at = ?, held_until = NULL, \
     last_error = ?, state = ? WHERE id = ? AND owner = ? AND fence = ?",
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

pub(crate) type Work =
    Arc<dyn Fn(Engine, String) -> Pin<Box<dyn Future<Output = Result<(), Fault>> + Send>> + Send + Sync>;

/// How one kind of job is done.
#[derive(Clone)]
pub struct JobKind {
    pub(crate) name: &'static str,
    work: Work,
    steadfast: bool,
    pub(crate) urgency: Urgency,
    deadline: Option<Duration>,
}

/// What goes first where not everything can go at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// Charges, refunds, points.
    Money,
    /// Everything else.
    Ordinary,
    /// Mail, whose server may let everybody wait.
    Mail,
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
        Self { name: J::KIND, work, steadfast: false, urgency: Urgency::Ordinary, deadline: None }
    }

    /// Is tried for as long as something outside is away, however long that is: such tries do not count. Other jobs end
    /// after so many tries, and these do as well where the trouble is their own. What asks the shop of record asks it within
    /// [`Engine::unless_away`].
    #[must_use]
    pub fn steadfast(mut self) -> Self {
        self.steadfast = true;
        self
    }

    /// When it goes, unless everything goes at once.
    #[must_use]
    pub fn urgency(mut self, urgency: Urgency) -> Self {
        self.urgency = urgency;
        self
    }

    /// Takes so long at most; then it is dropped and counts as failed.
    #[must_use]
    pub fn within(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Did the job end because it waits for something outside?
    fn waits(&self, fault: &Fault) -> bool {
        self.steadfast && matches!(fault.kind, FaultKind::Upstream | FaultKind::Unavailable)
    }
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

#[derive(Clone)]
pub(crate) struct DueJob {
    pub(crate) id: i64,
    pub(crate) kind: String,
    payload: String,
    attempts: i64,
    /// Tries that ended because something outside was away, of a job that waits for it.
    waits: i64,
    origin: Option<String>,
}

fn read(row: &Row) -> Result<DueJob, db::DbError> {
    Ok(DueJob {
        id: row.get("id")?,
        kind: row.get("kind")?,
        payload: row.get("payload")?,
        attempts: row.get("attempts")?,
        waits: row.get("waits")?,
        origin: row.get("origin").ok().flatten(),
    })
}

fn due(tx: &mut Tx, kinds: &[&'static str]) -> Result<Vec<DueJob>, Fault> {
    let now = tx.now();
    let mut found = tx.rows(&DUE, params![now, now, BATCH], read)?;
    if i64::try_from(found.len()).unwrap_or(i64::MAX) >= BATCH {
        // More than one round takes: each kind gets its share.
        found.retain(|job| !kinds.contains(&job.kind.as_str()));
        for kind in kinds {
            found.extend(tx.rows(&DUE_OF_KIND, params![*kind, now, now, SHARE], read)?);
        }
    }
    Ok(found)
}

impl Engine {
    /// The jobs that are due, the most urgent first.
    pub(crate) async fn due_jobs(&self) -> Result<Vec<DueJob>, Fault> {
        let kinds: Vec<&'static str> = self.0.job_kinds.iter().map(|kind| kind.name).collect();
        let (mut found, held) =
            self.read(move |tx| Ok((due(tx, &kinds)?, held_since(tx)?.is_some()))).await?;
        found.retain(|job| !held || self.urgency_of(&job.kind) == Urgency::Ordinary);
        found.sort_by_key(|job| self.urgency_of(&job.kind));
        Ok(found)
    }

    pub(crate) fn urgency_of(&self, kind: &str) -> Urgency {
        let known = self.0.job_kinds.iter().find(|known| known.name == kind);
        known.map_or(Urgency::Ordinary, |known| known.urgency)
    }

    /// Runs the jobs that are due, one after the other, once through. Gives how many ran.
    pub async fn run_jobs(&self) -> Result<usize, Fault> {
        self.run_jobs_of(|_| true).await
    }

    pub(crate) async fn run_jobs_of(&self, wanted: fn(Urgency) -> bool) -> Result<usize, Fault> {
        let mut ran = 0;
        for job in self.due_jobs().await? {
            if self.is_draining() {
                break;
            }
            if wanted(self.urgency_of(&job.kind)) {
                ran += usize::from(self.run_job(job).await);
            }
        }
        Ok(ran)
    }

    /// Runs one job. True when it ran, well or not; what goes wrong is written down with it, or in the log.
    pub(crate) async fn run_job(&self, job: DueJob) -> bool {
        let cause = Cause::of(job.origin.as_deref());
        let span = cause.span(&job.kind);
        let kind = job.kind.clone();
        cause.around(&span, self.run_held(job)).await.unwrap_or_else(|fault| {
            let (code, detail) = (fault.code, fault.message);
            tracing::error!(kind, code, detail, "a job's end could not be written down");
            false
        })
    }

    async fn run_held(&self, job: DueJob) -> Result<bool, Fault> {
        let (id, engine, lease) = (job.id, self.clone(), self.0.pace.lease_seconds);
        let hold =
            self.write(Actor::system(), move |tx| Hold::job(tx, id, engine.server_id(), lease)).await?;
        let Some(hold) = hold else { return Ok(false) };
        let started = Instant::now();
        let kind = self.0.job_kinds.iter().find(|kind| kind.name == job.kind);
        let outcome = match kind {
            Some(kind) => {
                let deadline = kind.deadline.unwrap_or(self.0.pace.deadline);
                self.perform(&hold, deadline, (kind.work)(self.clone(), job.payload.clone())).await
            }
            None => Err(Fault::bug("no such kind of job")),
        };
        self.0.figures.jobs.ended(&job.kind, outcome.is_ok(), started.elapsed());
        match outcome {
            // A job that took its own row back has run as well, and may have left work behind.
            Ok(()) => {
                tracing::info!(kind = job.kind, id, "a job was done");
                self.write(Actor::system(), move |tx| {
                    let (id, owner, fence) = hold.row();
                    tx.execute(&DONE, params![id, owner, fence])?;
                    Ok(())
                })
                .await?;
            }
            Err(fault) => self.fail_job(&job, kind, hold, fault).await?,
        }
        Ok(true)
    }

    async fn fail_job(
        &self,
        job: &DueJob,
        kind: Option<&JobKind>,
        hold: Hold,
        fault: Fault,
    ) -> Result<(), Fault> {
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
            let (id, owner, fence) = hold.row();
            tx.execute(&FAIL, params![i64::from(waits), due_at, error, state, id, owner, fence])?;
            Ok(())
        })
        .await
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
}
