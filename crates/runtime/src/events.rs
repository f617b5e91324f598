//! Events: written to the outbox in the transaction that causes them, then delivered to each subscriber.
//!
//! 1. `tx.emit(&event)` writes the outbox row and one delivery row per subscriber of that name.
//! 2. `deliveries` takes the heads: of each subscriber and aggregate the earliest delivery that has not been made.
//! 3. A unit subscriber's work and the mark on its delivery commit together: the effect happens exactly once.
//! 4. A flow subscriber (something outside) is called under a lease and marked after: at least once.
//! 5. What fails is tried again with growing pauses; it holds up only its own aggregate and subscriber.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use db::{Sql, Tx, params};
use kernel::{Event, Fault, Moment};

use crate::engine::{Engine, Within};

/// Topic that is signalled when a commit leaves work for the dispatcher or the job runner.
pub const WORK: &str = "work";
const INSERT: Sql = Sql::new(
    "INSERT INTO {p}cartwright_outbox (event_id, name, aggregate, payload, created_at, origin) VALUES (?, ?, ?, ?, ?, ?)",
);
const INSERT_DELIVERY: Sql = Sql::new(
    "INSERT INTO {p}cartwright_deliveries (outbox_id, subscriber, aggregate, state, attempts, due_at) \
     VALUES (?, ?, ?, 'pending', 0, ?)",
);
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

pub(crate) type FlowHandler =
    Arc<dyn Fn(Engine, Envelope) -> Pin<Box<dyn Future<Output = Result<(), Fault>> + Send>> + Send + Sync>;

#[derive(Clone)]
pub(crate) enum Handler {
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
    pub(crate) handler: Handler,
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
