//! Events: written to the outbox in the transaction that causes them, then delivered to each subscriber.
//!
//! 1. `tx.emit(&event)` writes the outbox row and one delivery row per subscriber of that name.
//! 2. The dispatcher takes due deliveries in outbox order; one of an aggregate waits for the earlier ones.
//! 3. A unit subscriber's work and the mark on its delivery commit together: the effect happens exactly once.
//! 4. A flow subscriber (something outside) is called under a lease and marked after: at least once.
//! 5. What fails is tried again with growing pauses; it holds up only its own aggregate and subscriber.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Instant;

use db::{Sql, Tx, params};
use kernel::{Event, Fault, Moment};

use crate::actor::Actor;
use crate::cause::Cause;
use crate::engine::{Engine, Within};

/// Topic that is signalled when a commit leaves work for the dispatcher or the job runner.
pub const WORK: &str = "work";
/// Deliveries taken in one round.
const BATCH: i64 = 200;
/// Seconds for which a flow delivery is held.
const LEASE_SECONDS: i64 = 60;
/// Tries before a delivery is set aside as `failed`, where `doctor` and the admin find it.
const ATTEMPTS: i64 = 20;

const INSERT: Sql = Sql::new(
    "INSERT INTO {p}cartwright_outbox (event_id, name, aggregate, payload, created_at, origin) VALUES (?, ?, ?, ?, ?, ?)",
);
const INSERT_DELIVERY: Sql = Sql::new(
    "INSERT INTO {p}cartwright_deliveries (outbox_id, subscriber, aggregate, state, attempts, due_at) \
     VALUES (?, ?, ?, 'pending', 0, ?)",
);
const DUE: Sql = Sql::new(
    "SELECT d.id, d.outbox_id, d.subscriber, d.aggregate, d.attempts, o.event_id, o.name, o.payload, o.created_at, o.origin \
     FROM {p}cartwright_deliveries d JOIN {p}cartwright_outbox o ON o.id = d.outbox_id \
     WHERE d.state = 'pending' AND d.due_at <= ? AND (d.held_until IS NULL OR d.held_until < ?) \
     ORDER BY d.id LIMIT ?",
);
const EARLIER: Sql = Sql::new(
    "SELECT COUNT(*) FROM {p}cartwright_deliveries WHERE subscriber = ? AND aggregate = ? AND state = 'pending' AND id < ?",
);
const DONE: Sql = Sql::new(
    "UPDATE {p}cartwright_deliveries SET state = 'done', held_until = NULL WHERE id = ? AND state = 'pending'",
);
const HOLD: Sql = Sql::new(
    "UPDATE {p}cartwright_deliveries SET owner = ?, held_until = ? WHERE id = ? AND state = 'pending' \
     AND (held_until IS NULL OR held_until < ?)",
);
const FAIL: Sql = Sql::new(
    "UPDATE {p}cartwright_deliveries SET attempts = attempts + 1, due_at = ?, held_until = NULL, last_error = ?, state = ? \
     WHERE id = ? AND state = 'pending'",
);
const PENDING: Sql = Sql::new("SELECT COUNT(*) FROM {p}cartwright_deliveries WHERE state = 'pending'");
pub(crate) const RETRY: Sql = Sql::new(
    "UPDATE {p}cartwright_deliveries SET state = 'pending', attempts = 0, due_at = ?, held_until = NULL \
     WHERE state = 'failed'",
);
/// Deletes delivered rows older than a moment.
pub const PRUNE_DELIVERIES: Sql =
    Sql::new("DELETE FROM {p}cartwright_deliveries WHERE state = 'done' AND due_at < ?");
/// Deletes outbox rows older than a moment that nobody waits for.
pub const PRUNE_OUTBOX: Sql = Sql::new(
    "DELETE FROM {p}cartwright_outbox WHERE created_at < ? AND id NOT IN (SELECT outbox_id FROM {p}cartwright_deliveries)",
);

/// An event on its way to a subscriber.
#[derive(Debug, Clone)]
pub struct Envelope {
    /// Unique id, for receivers that drop repeats.
    pub event_id: String,
    /// The hook's name.
    pub name: String,
    /// JSON of the event's struct.
    pub payload: String,
    /// When it was emitted.
    pub created_at: Moment,
}

impl Envelope {
    /// The event as its struct.
    pub fn read<E: Event>(&self) -> Result<E, Fault> {
        kernel::json::from_text(&self.payload)
    }
}

type FlowHandler =
    Arc<dyn Fn(Engine, Envelope) -> Pin<Box<dyn Future<Output = Result<(), Fault>> + Send>> + Send + Sync>;

#[derive(Clone)]
enum Handler {
    Unit(fn(&mut Tx, &Envelope) -> Result<(), Fault>),
    Flow(FlowHandler),
}

/// Someone who wants to know of an event.
#[derive(Clone)]
pub struct Subscriber {
    /// Unique name, such as `loyalty.award_points`. It is stored: never rename it.
    pub name: &'static str,
    /// The event's name.
    pub event: &'static str,
    /// Further events; what is of one aggregate reaches it in order, whichever of them it is.
    pub more: &'static [&'static str],
    handler: Handler,
}

impl Subscriber {
    /// Works within the database: exactly once.
    #[must_use]
    pub const fn unit(
        name: &'static str,
        event: &'static str,
        handler: fn(&mut Tx, &Envelope) -> Result<(), Fault>,
    ) -> Self {
        Self { name, event, more: &[], handler: Handler::Unit(handler) }
    }

    /// The same subscriber for further events.
    #[must_use]
    pub const fn and(mut self, more: &'static [&'static str]) -> Self {
        self.more = more;
        self
    }

    /// Works with the outside: at least once, so the work must be keyed by the envelope's id or the event's own key.
    pub fn flow<F, Fut>(name: &'static str, event: &'static str, handler: F) -> Self
    where
        F: Fn(Engine, Envelope) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), Fault>> + Send + 'static,
    {
        Self {
            name,
            event,
            more: &[],
            handler: Handler::Flow(Arc::new(move |engine, envelope| Box::pin(handler(engine, envelope)))),
        }
    }
}

impl std::fmt::Debug for Subscriber {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} on {}", self.name, self.event)
    }
}

/// Emitting within a unit.
pub trait Emit {
    /// Writes the event to the outbox; it goes out after the commit, or not at all.
    fn emit<E: Event>(&mut self, event: &E) -> Result<(), Fault>;
}

impl Emit for Tx<'_> {
    fn emit<E: Event>(&mut self, event: &E) -> Result<(), Fault> {
        let now = self.now();
        let aggregate = event.aggregate();
        let payload = serde_json::to_string(event)?;
        let event_id = self.entropy().uuid(now);
        let origin = telemetry::current().map(|here| here.origin.column());
        let outbox_id = self.insert(&INSERT, params![event_id, E::NAME, &aggregate, payload, now, origin])?;
        let names = self
            .extension::<Within>()
            .and_then(|within| within.subscribers.get(E::NAME))
            .cloned()
            .unwrap_or_default();
        if names.is_empty() {
            return Ok(());
        }
        let rows: Vec<_> =
            names.iter().map(|name| params![outbox_id, *name, &aggregate, now].to_vec()).collect();
        self.insert_rows(&INSERT_DELIVERY, &rows)?;
        self.signal(WORK);
        Ok(())
    }
}

#[derive(Clone)]
struct Delivery {
    id: i64,
    subscriber: String,
    aggregate: String,
    attempts: i64,
    origin: Option<String>,
    envelope: Envelope,
}

fn due(tx: &mut Tx) -> Result<Vec<Delivery>, Fault> {
    let now = tx.now();
    Ok(tx.rows(&DUE, params![now, now, BATCH], |row| {
        Ok(Delivery {
            id: row.get("id")?,
            subscriber: row.get("subscriber")?,
            aggregate: row.get("aggregate")?,
            attempts: row.get("attempts")?,
            origin: row.get("origin")?,
            envelope: Envelope {
                event_id: row.get("event_id")?,
                name: row.get("name")?,
                payload: row.get("payload")?,
                created_at: row.get("created_at")?,
            },
        })
    })?)
}

impl Engine {
    /// Delivers what is due, once through. Gives how many deliveries were made.
    pub async fn deliver(&self) -> Result<usize, Fault> {
        let mut delivered = 0;
        for delivery in self.read(due).await? {
            if self.is_draining() {
                break;
            }
            let cause = Cause::of(delivery.origin.as_deref());
            let span = cause.span(&delivery.subscriber);
            if cause.around(&span, self.deliver_one(&delivery)).await? {
                delivered += 1;
            }
        }
        Ok(delivered)
    }

    /// Deliveries that are still to be made, due or not.
    pub async fn undelivered(&self) -> Result<i64, Fault> {
        self.read(|tx| Ok(tx.count(&PENDING, params![])?)).await
    }

    async fn deliver_one(&self, delivery: &Delivery) -> Result<bool, Fault> {
        let Some(subscriber) =
            self.0.subscribers.iter().find(|known| known.name == delivery.subscriber).cloned()
        else {
            return self.fail(delivery, &Fault::bug("no such subscriber")).await.map(|()| false);
        };
        let started = Instant::now();
        let outcome = match &subscriber.handler {
            Handler::Unit(handler) => self.deliver_unit(delivery.clone(), *handler).await,
            Handler::Flow(handler) => self.deliver_flow(delivery.clone(), handler).await,
        };
        if !matches!(outcome, Ok(false)) {
            self.0.figures.deliveries.ended(subscriber.name, outcome.is_ok(), started.elapsed());
        }
        match outcome {
            Ok(done) => {
                tracing::debug!(
                    subscriber = delivery.subscriber,
                    event = delivery.envelope.name,
                    done,
                    "an event was delivered"
                );
                Ok(done)
            }
            Err(fault) => {
                tracing::warn!(
                    subscriber = delivery.subscriber,
                    event = delivery.envelope.name,
                    code = fault.code,
                    detail = fault.message,
                    "an event could not be delivered; it will be tried again"
                );
                self.fail(delivery, &fault).await?;
                Ok(false)
            }
        }
    }

    async fn deliver_unit(
        &self,
        delivery: Delivery,
        handler: fn(&mut Tx, &Envelope) -> Result<(), Fault>,
    ) -> Result<bool, Fault> {
        self.write(Actor::system(), move |tx| {
            if waits(tx, &delivery)? || tx.execute(&DONE, params![delivery.id])? == 0 {
                return Ok(false);
            }
            handler(tx, &delivery.envelope)?;
            Ok(true)
        })
        .await
    }

    async fn deliver_flow(&self, delivery: Delivery, handler: &FlowHandler) -> Result<bool, Fault> {
        let owner = self.server_id().to_owned();
        let (id, envelope) = (delivery.id, delivery.envelope.clone());
        let held = self
            .write(Actor::system(), move |tx| {
                let now = tx.now();
                let until = now.plus_seconds(LEASE_SECONDS);
                Ok(!waits(tx, &delivery)?
                    && tx.execute(&HOLD, params![&owner, until, delivery.id, now])? == 1)
            })
            .await?;
        if !held {
            return Ok(false);
        }
        handler(self.clone(), envelope).await?;
        self.write(Actor::system(), move |tx| Ok(tx.execute(&DONE, params![id])? == 1)).await
    }

    async fn fail(&self, delivery: &Delivery, fault: &Fault) -> Result<(), Fault> {
        let (id, attempts) = (delivery.id, delivery.attempts + 1);
        let error: String = fault.message.chars().take(400).collect();
        self.write(Actor::system(), move |tx| {
            let pause = 5_i64.saturating_mul(1 << attempts.clamp(0, 10));
            let state = if attempts >= ATTEMPTS { "failed" } else { "pending" };
            let due_at = tx.now().plus_seconds(pause);
            tx.execute(&FAIL, params![due_at, &error, state, id])?;
            Ok(())
        })
        .await
    }
}

/// True while an earlier event of the same aggregate has not reached the same subscriber.
fn waits(tx: &mut Tx, delivery: &Delivery) -> Result<bool, Fault> {
    Ok(tx.count(&EARLIER, params![&delivery.subscriber, &delivery.aggregate, delivery.id])? > 0)
}
