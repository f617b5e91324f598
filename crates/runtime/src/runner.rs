//! The runner of due work: schedules, deliveries, jobs.
//!
//! - [`Engine::run_due`] does one thing after the other, mail last: for tests, simulations and the command line, where the
//!   order must be the same each time.
//! - [`Engine::run_forever`] does them beside each other. Each schedule, subscriber and kind of job is a lane of its own
//!   with a bound, so that one whose work hangs fills its own lane and no other.
//! - [`Engine::standstill`] says whether nobody does what is due.

use std::collections::{BTreeMap, VecDeque};
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use db::{Sql, Tx, params};
use futures_util::FutureExt as _;
use kernel::{Fault, Moment};
use tokio::task::JoinSet;

use crate::deliveries::Delivery;
use crate::engine::Engine;
use crate::events::{Handler, WORK};
use crate::held::held_since;
use crate::jobs::{DueJob, Urgency};
use crate::schedules::Schedule;

/// Pieces of work of one subscriber or kind under way at a time.
const AT_ONCE: usize = 4;
/// Deliveries within the database under way at a time, of all subscribers together.
const UNITS_AT_ONCE: usize = 8;
/// Seconds without a round after which the runner counts as standing still.
const ROUND_SECONDS: i64 = 120;
/// Seconds for which due work may wait for its first try.
pub const UNTRIED_SECONDS: i64 = 900;

const UNTRIED_JOBS: Sql = Sql::new(
    "SELECT kind AS name, due_at FROM {p}cartwright_jobs WHERE state = 'pending' AND due_at < ? AND attempts = 0 \
     AND (held_until IS NULL OR held_until < ?) ORDER BY due_at, id LIMIT 1",
);
const UNTRIED_DELIVERIES: Sql = Sql::new(
    "SELECT d.subscriber AS name, d.due_at AS due_at FROM {p}cartwright_deliveries d WHERE d.state = 'pending' \
     AND d.due_at < ? AND d.attempts = 0 AND (d.held_until IS NULL OR d.held_until < ?) \
     AND NOT EXISTS (SELECT 1 FROM {p}cartwright_deliveries e WHERE e.subscriber = d.subscriber \
     AND e.aggregate = d.aggregate AND e.state = 'pending' AND e.id < d.id) ORDER BY d.due_at, d.id LIMIT 1",
);

/// What the runner of this process was last seen doing, in seconds since 1970; the least number for never.
pub(crate) struct Runner {
    began: AtomicI64,
    came_round: AtomicI64,
    took_up: AtomicI64,
}

impl Default for Runner {
    fn default() -> Self {
        let never = || AtomicI64::new(i64::MIN);
        Self { began: never(), came_round: never(), took_up: never() }
    }
}

/// Due work that nobody has tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Untried {
    /// Kind of job, or subscriber.
    pub name: String,
    /// Due since.
    pub due_at: Moment,
}

/// The oldest due job and delivery that nobody has tried for so many seconds.
pub fn untried(tx: &mut Tx, seconds: i64) -> Result<Option<Untried>, Fault> {
    if held_since(tx)?.is_some() {
        return Ok(None);
    }
    let now = tx.now();
    let before = now.plus_seconds(-seconds);
    let mut oldest: Option<Untried> = None;
    for sql in [&UNTRIED_JOBS, &UNTRIED_DELIVERIES] {
        let found = tx.one(sql, params![before, now], |row| {
            Ok(Untried { name: row.get("name")?, due_at: row.get("due_at")? })
        })?;
        if let Some(found) = found
            && oldest.as_ref().is_none_or(|oldest| found.due_at < oldest.due_at)
        {
            oldest = Some(found);
        }
    }
    Ok(oldest)
}

#[derive(Clone)]
enum Item {
    Schedule(Schedule),
    Delivery(Delivery),
    Job(DueJob),
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Schedule(&'static str),
    Delivery(i64),
    Job(i64),
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Lane {
    Schedule(&'static str),
    Subscriber(String),
    Kind(String),
}

impl Item {
    fn key(&self) -> Key {
        match self {
            Self::Schedule(schedule) => Key::Schedule(schedule.hook),
            Self::Delivery(delivery) => Key::Delivery(delivery.id),
            Self::Job(job) => Key::Job(job.id),
        }
    }

    fn lane(&self) -> Lane {
        match self {
            Self::Schedule(schedule) => Lane::Schedule(schedule.hook),
            Self::Delivery(delivery) => Lane::Subscriber(delivery.subscriber.clone()),
            Self::Job(job) => Lane::Kind(job.kind.clone()),
        }
    }
}

/// What is under way.
#[derive(Default)]
struct Lanes {
    running: BTreeMap<Key, (Lane, bool)>,
    load: BTreeMap<Lane, usize>,
    units: usize,
}

impl Lanes {
    /// True when there is room for it; then it counts as running.
    fn admit(&mut self, item: &Item, unit: bool) -> bool {
        let (key, lane) = (item.key(), item.lane());
        let load = self.load.get(&lane).copied().unwrap_or_default();
        if self.running.contains_key(&key) || load >= AT_ONCE || (unit && self.units >= UNITS_AT_ONCE) {
            return false;
        }
        self.units += usize::from(unit);
        self.load.insert(lane.clone(), load + 1);
        self.running.insert(key, (lane, unit));
        true
    }

    fn release(&mut self, key: &Key) {
        let Some((lane, unit)) = self.running.remove(key) else { return };
        self.units -= usize::from(unit);
        if let Some(load) = self.load.get_mut(&lane) {
            *load -= 1;
            if *load == 0 {
                self.load.remove(&lane);
            }
        }
    }
}

impl Engine {
    /// Deliveries, jobs and schedules, one after the other, until nothing is due any more. Gives how many things were done.
    pub async fn run_due(&self) -> Result<usize, Fault> {
        let mut total = self.run_schedules().await?.len();
        loop {
            let mut done =
                self.deliver().await? + self.run_jobs_of(|urgency| urgency < Urgency::Mail).await?;
            if done == 0 {
                done = self.run_jobs_of(|urgency| urgency == Urgency::Mail).await?;
            }
            if done == 0 {
                return Ok(total);
            }
            total += done;
        }
    }

    /// Runs what is due, again and again, until `stop` resolves: woken by commits that leave work, and at least every
    /// `pause`. Then what is under way has a while to end and is dropped.
    pub async fn run_forever(&self, pause: Duration, stop: impl Future<Output = ()>) {
        let woken = self.db().subscribe(WORK);
        let (mut lanes, mut tasks) = (Lanes::default(), JoinSet::new());
        let mut waiting: VecDeque<Item> = VecDeque::new();
        let mut looked: Option<Instant> = None;
        self.0.runner.began.store(self.now().unix(), Ordering::Relaxed);
        tokio::pin!(stop);
        loop {
            if looked.is_none_or(|looked| looked.elapsed() >= pause) {
                self.look(&mut waiting).await;
                looked = Some(Instant::now());
            }
            self.admit(&mut waiting, &mut lanes, &mut tasks);
            tokio::select! {
                () = &mut stop => break,
                () = woken.notified() => looked = None,
                Some(ended) = tasks.join_next() => {
                    let mut progress = settle(ended, &mut lanes);
                    while let Some(ended) = tasks.try_join_next() {
                        progress |= settle(ended, &mut lanes);
                    }
                    // What was done may have let something else become due.
                    if progress && self.admit(&mut waiting, &mut lanes, &mut tasks) == 0 {
                        looked = None;
                    }
                }
                () = tokio::time::sleep(pause) => {}
            }
        }
        self.0.runner.began.store(i64::MIN, Ordering::Relaxed);
        let ended = async { while tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(self.0.pace.drain, ended).await.is_err() {
            tracing::warn!("work that did not end was dropped; it is taken up again when its hold runs out");
        }
    }

    /// Starts what there is room for. Gives how much that was.
    fn admit(
        &self,
        waiting: &mut VecDeque<Item>,
        lanes: &mut Lanes,
        tasks: &mut JoinSet<(Key, bool)>,
    ) -> usize {
        if self.is_draining() {
            waiting.clear();
        }
        let before = tasks.len();
        waiting.retain(|item| {
            if !lanes.admit(item, self.is_unit(item)) {
                return true;
            }
            self.0.runner.took_up.store(self.now().unix(), Ordering::Relaxed);
            let (engine, item) = (self.clone(), item.clone());
            tasks.spawn(async move {
                let key = item.key();
                let done = AssertUnwindSafe(engine.carry_out(item)).catch_unwind().await;
                (key, done.unwrap_or(false))
            });
            false
        });
        tasks.len() - before
    }

    async fn look(&self, waiting: &mut VecDeque<Item>) {
        match self.due_items().await {
            Ok(items) => *waiting = items,
            Err(fault) => tracing::error!(
                code = fault.code,
                detail = fault.message,
                "the scheduler could not see what is due"
            ),
        }
        self.0.runner.came_round.store(self.now().unix(), Ordering::Relaxed);
    }

    async fn due_items(&self) -> Result<VecDeque<Item>, Fault> {
        let mut items: Vec<Item> = self.due_schedules().await?.into_iter().map(Item::Schedule).collect();
        items.extend(self.due_deliveries().await?.into_iter().map(Item::Delivery));
        items.extend(self.due_jobs().await?.into_iter().map(Item::Job));
        items.sort_by_key(|item| match item {
            Item::Schedule(schedule) => schedule.urgency,
            Item::Delivery(_) => Urgency::Money,
            Item::Job(job) => self.urgency_of(&job.kind),
        });
        Ok(items.into())
    }

    fn is_unit(&self, item: &Item) -> bool {
        let Item::Delivery(delivery) = item else { return false };
        let known = self.0.subscribers.iter().find(|known| known.name == delivery.subscriber);
        known.is_some_and(|known| matches!(known.handler, Handler::Unit(_)))
    }

    async fn carry_out(&self, item: Item) -> bool {
        match item {
            Item::Schedule(schedule) => self.run_schedule(&schedule).await,
            Item::Delivery(delivery) => self.deliver_one(delivery).await,
            Item::Job(job) => self.run_job(job).await,
        }
    }

    /// Why this server counts as standing still; none while what is due is done. It asks the database two cheap questions.
    pub async fn standstill(&self) -> Result<Option<String>, Fault> {
        let untried = self.read(|tx| untried(tx, UNTRIED_SECONDS)).await?;
        let (now, runner) = (self.now().unix(), &self.0.runner);
        let began = runner.began.load(Ordering::Relaxed);
        if began == i64::MIN {
            // Nothing runs here: that is another server's part, and doctor's to notice.
            return Ok(None);
        }
        let round = now - runner.came_round.load(Ordering::Relaxed).max(began);
        if round > ROUND_SECONDS {
            return Ok(Some(format!(
                "The runner of background work has not come round for {round} seconds."
            )));
        }
        let idle = now - runner.took_up.load(Ordering::Relaxed).max(began);
        Ok(untried.filter(|_| idle > UNTRIED_SECONDS).map(|untried| {
            format!("{} has been due since {}, and nobody has tried it.", untried.name, untried.due_at)
        }))
    }
}

fn settle(ended: Result<(Key, bool), tokio::task::JoinError>, lanes: &mut Lanes) -> bool {
    let Ok((key, done)) = ended else { return false };
    lanes.release(&key);
    done
}
