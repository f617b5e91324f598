//! Holding a piece of due work while it is done: who holds it, under which token, until when.
//!
//! 1. Whoever swaps a row's lease in also raises its fence: owner and fence together name one hold and no other.
//! 2. While the work goes on its lease is renewed, so that nobody else begins it however long it takes.
//! 3. Every last word on the row names owner and fence: whoever has lost the lease changes nothing any more.
//! 4. No work goes on for ever: at its deadline it is dropped and counts as failed.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use db::{Sql, Tx};
use futures_util::FutureExt as _;
use kernel::{Fault, Moment};

use crate::actor::Actor;
use crate::engine::Engine;

/// How long work is held and may take. The defaults are for a server; tests set others.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// Seconds for which work is held unless the hold is renewed.
    pub lease_seconds: i64,
    /// From one renewal to the next; several must fit into the lease.
    pub heartbeat: Duration,
    /// Longest time for a job or a delivery to something outside, unless its kind says otherwise.
    pub deadline: Duration,
    /// Longest time for a schedule.
    pub schedule_deadline: Duration,
    /// How long a server that ends waits for the work it has begun.
    pub drain: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            lease_seconds: 120,
            heartbeat: Duration::from_secs(40),
            deadline: Duration::from_mins(5),
            schedule_deadline: Duration::from_mins(30),
            drain: Duration::from_secs(20),
        }
    }
}

struct Texts {
    take: Sql,
    fence: Sql,
    renew: Sql,
}

const DELIVERY: Texts = Texts {
    take: Sql::new(
        "UPDATE {p}cartwright_deliveries SET owner = ?, held_until = ?, fence = COALESCE(fence, 0) + 1 \
         WHERE id = ? AND state = 'pending' AND due_at <= ? AND (held_until IS NULL OR held_until < ?)",
    ),
    fence: Sql::new("SELECT fence FROM {p}cartwright_deliveries WHERE id = ?"),
    renew: Sql::new(
        "UPDATE {p}cartwright_deliveries SET held_until = ? WHERE id = ? AND owner = ? AND fence = ? AND state = 'pending'",
    ),
};
const JOB: Texts = Texts {
    take: Sql::new(
        "UPDATE {p}cartwright_jobs SET owner = ?, held_until = ?, fence = COALESCE(fence, 0) + 1 \
         WHERE id = ? AND state = 'pending' AND due_at <= ? AND (held_until IS NULL OR held_until < ?)",
    ),
    fence: Sql::new("SELECT fence FROM {p}cartwright_jobs WHERE id = ?"),
    renew: Sql::new(
        "UPDATE {p}cartwright_jobs SET held_until = ? WHERE id = ? AND owner = ? AND fence = ? AND state = 'pending'",
    ),
};
const SCHEDULE: Texts = Texts {
    take: Sql::new(
        "UPDATE {p}cartwright_schedules SET owner = ?, held_until = ?, fence = COALESCE(fence, 0) + 1 \
         WHERE hook = ? AND next_at <= ? AND (held_until IS NULL OR held_until < ?)",
    ),
    fence: Sql::new("SELECT fence FROM {p}cartwright_schedules WHERE hook = ?"),
    renew: Sql::new(
        "UPDATE {p}cartwright_schedules SET held_until = ? WHERE hook = ? AND owner = ? AND fence = ?",
    ),
};

#[derive(Clone, Copy)]
enum Place {
    Delivery(i64),
    Job(i64),
    Schedule(&'static str),
}

impl Place {
    const fn texts(self) -> &'static Texts {
        match self {
            Self::Delivery(_) => &DELIVERY,
            Self::Job(_) => &JOB,
            Self::Schedule(_) => &SCHEDULE,
        }
    }

    fn key(self) -> db::Param<'static> {
        match self {
            Self::Delivery(id) | Self::Job(id) => id.into(),
            Self::Schedule(hook) => hook.into(),
        }
    }
}

/// A piece of work in hand.
#[derive(Clone)]
pub(crate) struct Hold {
    place: Place,
    owner: String,
    fence: i64,
}

/// What became of a hold that was to be renewed.
enum Renewal {
    Held,
    /// The work took its own row away; nobody else can begin it.
    Gone,
    /// Somebody else has it.
    Lost,
}

impl Hold {
    pub(crate) fn delivery(tx: &mut Tx, id: i64, owner: &str, seconds: i64) -> Result<Option<Self>, Fault> {
        Self::take(tx, Place::Delivery(id), owner, seconds)
    }

    pub(crate) fn job(tx: &mut Tx, id: i64, owner: &str, seconds: i64) -> Result<Option<Self>, Fault> {
        Self::take(tx, Place::Job(id), owner, seconds)
    }

    pub(crate) fn schedule(
        tx: &mut Tx,
        hook: &'static str,
        owner: &str,
        seconds: i64,
    ) -> Result<Option<Self>, Fault> {
        Self::take(tx, Place::Schedule(hook), owner, seconds)
    }

    fn take(tx: &mut Tx, place: Place, owner: &str, seconds: i64) -> Result<Option<Self>, Fault> {
        let now = tx.now();
        let until = now.plus_seconds(seconds);
        if tx.execute(
            &place.texts().take,
            &[owner.into(), until.into(), place.key(), now.into(), now.into()],
        )? != 1
        {
            return Ok(None);
        }
        let fence = tx.count(&place.texts().fence, &[place.key()])?;
        Ok(Some(Self { place, owner: owner.to_owned(), fence }))
    }

    /// Row, owner and fence, for the last word on it. A schedule has its hook for a row.
    pub(crate) fn row(&self) -> (db::Param<'static>, &str, i64) {
        (self.place.key(), &self.owner, self.fence)
    }

    fn renew(&self, tx: &mut Tx, until: Moment) -> Result<Renewal, Fault> {
        let (key, owner, fence) = self.row();
        if tx.execute(&self.place.texts().renew, &[until.into(), key.clone(), owner.into(), fence.into()])?
            == 1
        {
            return Ok(Renewal::Held);
        }
        let there = tx.one(&self.place.texts().fence, &[key], |row| row.get::<Option<i64>>("fence"))?;
        Ok(if there.is_some() { Renewal::Lost } else { Renewal::Gone })
    }
}

impl Engine {
    /// Does the work of a hold: renews it meanwhile, and ends it at its deadline, when it panics, or when the hold has gone
    /// to somebody else.
    pub(crate) async fn perform(
        &self,
        hold: &Hold,
        deadline: Duration,
        work: impl Future<Output = Result<(), Fault>>,
    ) -> Result<(), Fault> {
        let guarded = async {
            tokio::select! {
                biased;
                outcome = AssertUnwindSafe(work).catch_unwind() => {
                    outcome.unwrap_or_else(|_| Err(Fault::bug("the work panicked")))
                }
                () = self.renewed(hold) => Err(Fault::unavailable("Another server has taken this over.")),
            }
        };
        tokio::time::timeout(deadline, guarded).await.unwrap_or_else(|_| {
            Err(Fault::unavailable(format!("It did not end within {} seconds.", deadline.as_secs())))
        })
    }

    /// Resolves once the hold has gone to somebody else. A database that does not answer now is asked again.
    async fn renewed(&self, hold: &Hold) {
        let lease = self.0.pace.lease_seconds;
        loop {
            tokio::time::sleep(self.0.pace.heartbeat).await;
            let held = hold.clone();
            let renewal =
                self.write(Actor::system(), move |tx| held.renew(tx, tx.now().plus_seconds(lease))).await;
            match renewal {
                Ok(Renewal::Lost) => return,
                Ok(Renewal::Gone) => std::future::pending::<()>().await,
                Ok(Renewal::Held) | Err(_) => {}
            }
        }
    }
}
