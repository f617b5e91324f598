//! Schedules: work that comes again and again, on one server at a time.

use std::sync::Arc;
use std::time::Instant;

use db::{Sql, params};
use kernel::{Fault, Moment};

use crate::actor::Actor;
use crate::engine::Engine;
use crate::held::held_since;
use crate::hold::Hold;
use crate::jobs::{Urgency, Work};

const SCHEDULES: Sql =
    Sql::new("SELECT hook, next_at, last_at, last_error FROM {p}cartwright_schedules ORDER BY next_at, hook");
const ADD_SCHEDULE: Sql = Sql::pair(
    "INSERT OR IGNORE INTO {p}cartwright_schedules (hook, next_at) VALUES (?, ?)",
    "INSERT IGNORE INTO {p}cartwright_schedules (hook, next_at) VALUES (?, ?)",
);
const NEXT_SCHEDULE: Sql = Sql::new(
    "UPDATE {p}cartwright_schedules SET next_at = ?, last_at = ?, held_until = NULL, last_error = ? \
     WHERE hook = ? AND owner = ? AND fence = ?",
);

/// Work that comes again every so often.
#[derive(Clone)]
pub struct Schedule {
    /// Hook name in WordPress's manner, such as `ocart/recovery/sweep`; `cron event run HOOK` takes it.
    pub hook: &'static str,
    /// Seconds from one run's due time to the next.
    pub every_seconds: i64,
    /// One line for `cron event list`.
    pub description: &'static str,
    /// When it goes, unless everything goes at once.
    pub urgency: Urgency,
    work: Work,
}

impl Schedule {
    /// A schedule whose flow may be run twice without harm.
    pub fn new<F, Fut>(hook: &'static str, every_seconds: i64, description: &'static str, work: F) -> Self
    where
        F: Fn(Engine) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), Fault>> + Send + 'static,
    {
        let work: Work = Arc::new(move |engine, _| Box::pin(work(engine)));
        Self { hook, every_seconds, description, urgency: Urgency::Ordinary, work }
    }

    /// Goes at this place where not everything can go at once.
    #[must_use]
    pub fn urgency(mut self, urgency: Urgency) -> Self {
        self.urgency = urgency;
        self
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

impl Engine {
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

    /// The schedules that are due, the most urgent first.
    pub(crate) async fn due_schedules(&self) -> Result<Vec<Schedule>, Fault> {
        let (rows, now) = (self.schedule_rows().await?, self.now());
        let known = |row: &ScheduleRow| self.schedules().iter().find(|known| known.hook == row.hook).cloned();
        let held = self.read(held_since).await?.is_some();
        let mut due: Vec<Schedule> = rows.iter().filter(|row| row.next_at <= now).filter_map(known).collect();
        due.retain(|schedule| !held || schedule.urgency == Urgency::Ordinary);
        due.sort_by_key(|schedule| schedule.urgency);
        Ok(due)
    }

    /// Runs the schedules that are due, one after the other. Gives the hooks that ran.
    pub async fn run_schedules(&self) -> Result<Vec<&'static str>, Fault> {
        let mut ran = Vec::new();
        for schedule in self.due_schedules().await? {
            if !self.is_draining() && self.run_schedule(&schedule).await {
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

    /// Runs one schedule. True when it ran, well or not; what goes wrong is written down with it, or in the log.
    pub(crate) async fn run_schedule(&self, schedule: &Schedule) -> bool {
        self.run_schedule_held(schedule).await.unwrap_or_else(|fault| {
            let (hook, code, detail) = (schedule.hook, fault.code, fault.message);
            tracing::error!(hook, code, detail, "a schedule's end could not be written down");
            false
        })
    }

    async fn run_schedule_held(&self, schedule: &Schedule) -> Result<bool, Fault> {
        let (hook, engine, lease) = (schedule.hook, self.clone(), self.0.pace.lease_seconds);
        let now = self.now();
        let hold = self
            .write(Actor::system(), move |tx| Hold::schedule(tx, hook, engine.server_id(), lease))
            .await?;
        let Some(hold) = hold else { return Ok(false) };
        let cause = self.cause_of_its_own();
        let (started, span) = (Instant::now(), cause.span(hook));
        let work = (schedule.work)(self.clone(), String::new());
        let outcome = cause.around(&span, self.perform(&hold, self.0.pace.schedule_deadline, work)).await;
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
            let (hook, owner, fence) = hold.row();
            tx.execute(&NEXT_SCHEDULE, params![next, now, error.clone(), hook, owner, fence])?;
            Ok(())
        })
        .await?;
        Ok(true)
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
}
