//! Deliveries of events: which are due, and making one.
//!
//! Only heads are taken, the earliest delivery of each subscriber and aggregate, and of each subscriber so many at a
//! time: however much of one subscriber waits or fails, the others get theirs.

use std::time::{Duration, Instant};

use db::{Row, Sql, Tx, params};
use kernel::Fault;

use crate::actor::Actor;
use crate::engine::Engine;
use crate::events::{Envelope, FlowHandler, Handler};
use crate::held::held_since;
use crate::hold::Hold;

/// Heads taken in one round as long as all that are due fit into it.
const BATCH: i64 = 200;
/// Heads of one subscriber in one round when they do not.
const SHARE: i64 = 50;
/// Tries before a delivery is set aside as `failed`, where `doctor` and the admin find it.
const ATTEMPTS: i64 = 20;

const DUE: Sql = Sql::new(
    "SELECT d.id, d.outbox_id, d.subscriber, d.aggregate, d.attempts, o.event_id, o.name, o.payload, o.created_at, o.origin \
     FROM {p}cartwright_deliveries d LEFT JOIN {p}cartwright_outbox o ON o.id = d.outbox_id \
     WHERE d.state = 'pending' AND d.due_at <= ? AND (d.held_until IS NULL OR d.held_until < ?) \
     AND NOT EXISTS (SELECT 1 FROM {p}cartwright_deliveries e WHERE e.subscriber = d.subscriber \
     AND e.aggregate = d.aggregate AND e.state = 'pending' AND e.id < d.id) \
     ORDER BY d.due_at, d.id LIMIT ?",
);
const DUE_OF_SUBSCRIBER: Sql = Sql::new(
    "SELECT d.id, d.outbox_id, d.subscriber, d.aggregate, d.attempts, o.event_id, o.name, o.payload, o.created_at, o.origin \
     FROM {p}cartwright_deliveries d LEFT JOIN {p}cartwright_outbox o ON o.id = d.outbox_id \
     WHERE d.subscriber = ? AND d.state = 'pending' AND d.due_at <= ? AND (d.held_until IS NULL OR d.held_until < ?) \
     AND NOT EXISTS (SELECT 1 FROM {p}cartwright_deliveries e WHERE e.subscriber = d.subscriber \
     AND e.aggregate = d.aggregate AND e.state = 'pending' AND e.id < d.id) \
     ORDER BY d.due_at, d.id LIMIT ?",
);
const EARLIER: Sql = Sql::new(
    "SELECT COUNT(*) FROM {p}cartwright_deliveries WHERE subscriber = ? AND aggregate = ? AND state = 'pending' AND id < ?",
);
const DONE: Sql = Sql::new(
    "UPDATE {p}cartwright_deliveries SET state = 'done', held_until = NULL WHERE id = ? AND state = 'pending'",
);
const DONE_UNDER: Sql = Sql::new(
    "UPDATE {p}cartwright_deliveries SET state = 'done', held_until = NULL \
     WHERE id = ? AND state = 'pending' AND owner = ? AND fence = ?",
);
const FAIL: Sql = Sql::new(
    "UPDATE {p}cartwright_deliveries SET attempts = attempts + 1, due_at = ?, held_until = NULL, last_error = ?, state = ? \
     WHERE id = ? AND state = 'pending' AND attempts = ?",
);
const FAIL_UNDER: Sql = Sql::new(
    "UPDATE {p}cartwright_deliveries SET attempts = attempts + 1, due_at = ?, held_until = NULL, last_error = ?, state = ? \
     WHERE id = ? AND state = 'pending' AND attempts = ? AND owner = ? AND fence = ?",
);
/// What waits behind a head that failed is not looked at before the head is.
const PUT_OFF: Sql = Sql::new(
    "UPDATE {p}cartwright_deliveries SET due_at = ? \
     WHERE subscriber = ? AND aggregate = ? AND state = 'pending' AND id > ? AND due_at < ?",
);
const PENDING: Sql = Sql::new("SELECT COUNT(*) FROM {p}cartwright_deliveries WHERE state = 'pending'");

#[derive(Clone)]
pub(crate) struct Delivery {
    pub(crate) id: i64,
    pub(crate) subscriber: String,
    pub(crate) origin: Option<String>,
    aggregate: String,
    attempts: i64,
    /// A row that cannot be read is its own trouble, not that of the round.
    envelope: Result<Envelope, Fault>,
}

fn read(row: &Row) -> Result<Delivery, db::DbError> {
    let envelope = || -> Result<Envelope, db::DbError> {
        Ok(Envelope {
            event_id: row.get("event_id")?,
            name: row.get("name")?,
            payload: row.get("payload")?,
            created_at: row.get("created_at")?,
        })
    };
    Ok(Delivery {
        id: row.get("id")?,
        subscriber: row.get("subscriber")?,
        aggregate: row.get("aggregate")?,
        attempts: row.get("attempts")?,
        origin: row.get("origin").ok().flatten(),
        envelope: envelope().map_err(Fault::from),
    })
}

/// The heads that are due, in outbox order. `subscribers` are all that are known.
pub(crate) fn due(tx: &mut Tx, subscribers: &[&'static str]) -> Result<Vec<Delivery>, Fault> {
    let now = tx.now();
    let mut found = tx.rows(&DUE, params![now, now, BATCH], read)?;
    if i64::try_from(found.len()).unwrap_or(i64::MAX) >= BATCH {
        // More than one round takes: each subscriber gets its share.
        found.retain(|delivery| !subscribers.contains(&delivery.subscriber.as_str()));
        for subscriber in subscribers {
            found.extend(tx.rows(&DUE_OF_SUBSCRIBER, params![*subscriber, now, now, SHARE], read)?);
        }
    }
    found.sort_by_key(|delivery| delivery.id);
    Ok(found)
}

impl Engine {
    /// Makes the deliveries that are due, one after the other, once through. Gives how many were made.
    pub async fn deliver(&self) -> Result<usize, Fault> {
        let mut delivered = 0;
        for delivery in self.due_deliveries().await? {
            if self.is_draining() {
                break;
            }
            delivered += usize::from(self.deliver_one(delivery).await);
        }
        Ok(delivered)
    }

    pub(crate) async fn due_deliveries(&self) -> Result<Vec<Delivery>, Fault> {
        let subscribers: Vec<&'static str> =
            self.0.subscribers.iter().map(|subscriber| subscriber.name).collect();
        let (mut found, held) =
            self.read(move |tx| Ok((due(tx, &subscribers)?, held_since(tx)?.is_some()))).await?;
        // What goes outside may charge.
        let outside = |name: &str| {
            let known = self.0.subscribers.iter().find(|known| known.name == name);
            known.is_some_and(|known| matches!(known.handler, Handler::Flow(_)))
        };
        found.retain(|delivery| !held || !outside(&delivery.subscriber));
        Ok(found)
    }

    /// Deliveries that are still to be made, due or not.
    pub async fn undelivered(&self) -> Result<i64, Fault> {
        self.read(|tx| Ok(tx.count(&PENDING, params![])?)).await
    }

    /// Makes one delivery. True when it was made; what goes wrong is written down with it, or in the log.
    pub(crate) async fn deliver_one(&self, delivery: Delivery) -> bool {
        let cause = crate::cause::Cause::of(delivery.origin.as_deref());
        let span = cause.span(&delivery.subscriber);
        cause.around(&span, self.deliver_within(&delivery)).await
    }

    async fn deliver_within(&self, delivery: &Delivery) -> bool {
        let started = Instant::now();
        let mut hold = None;
        let outcome = self.handed_over(delivery, &mut hold).await;
        if !matches!(outcome, Ok(false)) {
            let took = started.elapsed();
            self.0.figures.deliveries.ended(&delivery.subscriber, outcome.is_ok(), took);
        }
        let fault = match outcome {
            Ok(done) => {
                tracing::debug!(subscriber = delivery.subscriber, done, "an event was delivered");
                return done;
            }
            Err(fault) => fault,
        };
        tracing::warn!(
            subscriber = delivery.subscriber,
            code = fault.code,
            detail = fault.message,
            "an event could not be delivered; it will be tried again"
        );
        if let Err(fault) = self.fail_delivery(delivery, hold, &fault).await {
            tracing::error!(
                subscriber = delivery.subscriber,
                code = fault.code,
                detail = fault.message,
                "a delivery's failure could not be written down"
            );
        }
        false
    }

    async fn handed_over(&self, delivery: &Delivery, hold: &mut Option<Hold>) -> Result<bool, Fault> {
        let envelope = delivery.envelope.clone()?;
        let Some(subscriber) = self.0.subscribers.iter().find(|known| known.name == delivery.subscriber)
        else {
            return Err(Fault::bug("no such subscriber"));
        };
        match &subscriber.handler {
            Handler::Unit(handler) => self.deliver_unit(delivery.clone(), envelope, *handler).await,
            Handler::Flow(handler) => {
                let deadline = self.0.pace.deadline;
                self.deliver_flow(delivery.clone(), envelope, handler, hold, deadline).await
            }
        }
    }

    async fn deliver_unit(
        &self,
        delivery: Delivery,
        envelope: Envelope,
        handler: fn(&mut Tx, &Envelope) -> Result<(), Fault>,
    ) -> Result<bool, Fault> {
        self.write(Actor::system(), move |tx| {
            if waits(tx, &delivery)? || tx.execute(&DONE, params![delivery.id])? == 0 {
                return Ok(false);
            }
            handler(tx, &envelope)?;
            Ok(true)
        })
        .await
    }

    async fn deliver_flow(
        &self,
        delivery: Delivery,
        envelope: Envelope,
        handler: &FlowHandler,
        hold: &mut Option<Hold>,
        deadline: Duration,
    ) -> Result<bool, Fault> {
        let (engine, lease) = (self.clone(), self.0.pace.lease_seconds);
        let taken = self
            .write(Actor::system(), move |tx| {
                if waits(tx, &delivery)? {
                    return Ok(None);
                }
                Hold::delivery(tx, delivery.id, engine.server_id(), lease)
            })
            .await?;
        let Some(taken) = taken else { return Ok(false) };
        *hold = Some(taken.clone());
        self.perform(&taken, deadline, handler(self.clone(), envelope)).await?;
        self.write(Actor::system(), move |tx| {
            let (id, owner, fence) = taken.row();
            Ok(tx.execute(&DONE_UNDER, params![id, owner, fence])? == 1)
        })
        .await
    }

    async fn fail_delivery(
        &self,
        delivery: &Delivery,
        hold: Option<Hold>,
        fault: &Fault,
    ) -> Result<(), Fault> {
        let delivery = delivery.clone();
        let error: String = fault.message.chars().take(400).collect();
        self.write(Actor::system(), move |tx| {
            let (id, before) = (delivery.id, delivery.attempts);
            let attempts = before + 1;
            let pause = 5_i64.saturating_mul(1 << attempts.clamp(0, 10));
            let gives_up = attempts >= ATTEMPTS;
            let state = if gives_up { "failed" } else { "pending" };
            let due_at = tx.now().plus_seconds(pause);
            let failed = match &hold {
                Some(hold) => {
                    let (_, owner, fence) = hold.row();
                    tx.execute(&FAIL_UNDER, params![due_at, &error, state, id, before, owner, fence])?
                }
                None => tx.execute(&FAIL, params![due_at, &error, state, id, before])?,
            };
            if failed == 1 && !gives_up {
                let (subscriber, aggregate) = (&delivery.subscriber, &delivery.aggregate);
                tx.execute(&PUT_OFF, params![due_at, subscriber, aggregate, id, due_at])?;
            }
            Ok(())
        })
        .await
    }
}

/// True while an earlier event of the same aggregate has not reached the same subscriber.
fn waits(tx: &mut Tx, delivery: &Delivery) -> Result<bool, Fault> {
    Ok(tx.count(&EARLIER, params![&delivery.subscriber, &delivery.aggregate, delivery.id])? > 0)
}
