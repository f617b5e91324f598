//! The engine: what a flow holds in its hand, and the door to the database.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use db::{Db, Tx};
use kernel::{Clock, Entropy, Event, Fault, FaultKind, Filter, Moment, Request};

use crate::actor::Actor;
use crate::events::Subscriber;
use crate::figures::{Figures, Gauges};
use crate::filters::Filters;
use crate::health::Health;
use crate::hold::Pace;
use crate::jobs::JobKind;
use crate::outside::Outside;
use crate::ports::{Gateway, Host, Mailer};
use crate::requests::Requests;
use crate::runner::Runner;
use crate::schedules::Schedule;
use crate::signing::SecretKey;
use crate::verify::Verifier;

/// Seconds for which a shop that is away is left alone: one that lets everybody wait would hold up every other job.
const PAUSE: i64 = 20;

/// One transaction's work as a value: a plain function on `&mut Tx` that the database may run again.
pub trait Unit: Send + Sync + 'static {
    /// What it answers.
    type Out: Send + 'static;

    /// Does the work. Everything it changes commits together or not at all.
    fn run(&self, tx: &mut Tx) -> Result<Self::Out, Fault>;
}

/// What is reachable from within a unit besides the database: pure things only.
pub struct Within {
    pub(crate) filters: Arc<Filters>,
    pub(crate) hooked_outside: Option<crate::outside::Hooked>,
    pub(crate) subscribers: BTreeMap<&'static str, Vec<&'static str>>,
    pub(crate) secret: SecretKey,
    pub(crate) public_url: String,
    pub(crate) zone: String,
}

/// The ports, set once at start.
pub struct Ports {
    /// The shop of record: the embedded one or a WooCommerce.
    pub host: Arc<dyn Host>,
    /// Where mail goes.
    pub mailer: Arc<dyn Mailer>,
    /// Payment gateways that are on, by id.
    pub gateways: BTreeMap<String, Arc<dyn Gateway>>,
}

pub(crate) struct Parts {
    pub(crate) db: Db,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) within: Arc<Within>,
    pub(crate) requests: Requests,
    pub(crate) outside: Option<Outside>,
    pub(crate) subscribers: Vec<Subscriber>,
    pub(crate) job_kinds: Vec<JobKind>,
    pub(crate) schedules: Vec<Schedule>,
    pub(crate) verifiers: Vec<Verifier>,
    pub(crate) ports: Ports,
    pub(crate) server_id: String,
    pub(crate) draining: AtomicBool,
    /// Until when the shop of record is left alone, in seconds since 1970.
    pub(crate) away_until: AtomicI64,
    pub(crate) pace: Pace,
    pub(crate) runner: Runner,
    pub(crate) health: Health,
    pub(crate) figures: Figures,
    pub(crate) gauges: Vec<Gauges>,
}

/// Cheap to clone; every face, job and subscriber holds one.
#[derive(Clone)]
pub struct Engine(pub(crate) Arc<Parts>);

impl Engine {
    /// This server is about to end: it is not ready any more, and begins no further piece of due work. What it has begun
    /// it finishes.
    pub fn drain(&self) {
        self.0.draining.store(true, Ordering::Release);
    }

    /// Is this server about to end?
    #[must_use]
    pub fn is_draining(&self) -> bool {
        self.0.draining.load(Ordering::Acquire)
    }

    /// The database.
    #[must_use]
    pub fn db(&self) -> &Db {
        &self.0.db
    }

    /// Runs a unit on behalf of `actor`.
    pub async fn run<U: Unit>(&self, actor: Actor, unit: U) -> Result<U::Out, Fault> {
        self.write(actor, move |tx| unit.run(tx)).await
    }

    /// Runs a closure as a unit on behalf of `actor`.
    pub async fn write<T, F>(&self, actor: Actor, unit: F) -> Result<T, Fault>
    where
        T: Send + 'static,
        F: Fn(&mut Tx) -> Result<T, Fault> + Send + 'static,
    {
        self.attempt(move |tx| {
            tx.set_actor(actor.clone());
            unit(tx)
        })
        .await
    }

    /// Reads.
    pub async fn read<T, F>(&self, query: F) -> Result<T, Fault>
    where
        T: Send + 'static,
        F: FnOnce(&mut Tx) -> Result<T, Fault> + Send + 'static,
    {
        let answer = self.0.db.read(query).await;
        self.0.health.see(&answer);
        answer
    }

    /// Asks the one feature that answers `R`.
    pub async fn ask<R: Request>(&self, request: R) -> Result<R::Reply, Fault> {
        self.0.requests.ask(self.clone(), request).await
    }

    /// The value after every hooked step of `F`.
    pub fn filter<F: Filter>(&self, value: F::Value, context: &F::Context) -> F::Value {
        self.0.within.filters.apply::<F>(value, context)
    }

    /// Now, by the port.
    #[must_use]
    pub fn now(&self) -> Moment {
        self.0.clock.now()
    }

    /// The clock itself.
    #[must_use]
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.0.clock
    }

    /// Chance, by the port.
    #[must_use]
    pub fn entropy(&self) -> &dyn Entropy {
        self.0.entropy.as_ref()
    }

    /// The shop of record.
    #[must_use]
    pub fn host(&self) -> &dyn Host {
        self.0.ports.host.as_ref()
    }

    /// Asks the shop of record, unless it did not answer a moment ago: then the fault is one that a steadfast job waits out,
    /// and `asking` is not begun. For jobs: a shop that lets everybody wait would hold up all that come after.
    pub async fn unless_away<T>(&self, asking: impl Future<Output = Result<T, Fault>>) -> Result<T, Fault> {
        if self.now().unix() < self.0.away_until.load(Ordering::Relaxed) {
            return Err(Fault::unavailable("The shop was away a moment ago."));
        }
        let outcome = asking.await;
        if outcome.as_ref().is_err_and(|fault| fault.kind == FaultKind::Upstream) {
            self.0.away_until.store(self.now().unix() + PAUSE, Ordering::Relaxed);
        }
        outcome
    }

    /// Where mail goes.
    #[must_use]
    pub fn mailer(&self) -> &dyn Mailer {
        self.0.ports.mailer.as_ref()
    }

    /// A gateway that is on.
    pub fn gateway(&self, id: &str) -> Result<&dyn Gateway, Fault> {
        self.0.ports.gateways.get(id).map(AsRef::as_ref).ok_or_else(|| {
            Fault::invalid("payment_method", "This payment method is not available. Choose another.")
        })
    }

    /// Gateways that are on.
    pub fn gateways(&self) -> impl Iterator<Item = &dyn Gateway> {
        self.0.ports.gateways.values().map(AsRef::as_ref)
    }

    /// The secret key.
    #[must_use]
    pub fn secret(&self) -> &SecretKey {
        &self.0.within.secret
    }

    /// `http://…` without a slash at the end: where shoppers reach this server.
    #[must_use]
    pub fn public_url(&self) -> &str {
        &self.0.within.public_url
    }

    /// Time zone of the shop, such as `Europe/Berlin`.
    #[must_use]
    pub fn zone(&self) -> &str {
        &self.0.within.zone
    }

    /// Job kinds, for the scheduler and the command line.
    #[must_use]
    pub fn schedules(&self) -> &[Schedule] {
        &self.0.schedules
    }

    /// Invariants that `db verify` recomputes.
    #[must_use]
    pub fn verifiers(&self) -> &[Verifier] {
        &self.0.verifiers
    }

    /// This server among several on one database.
    #[must_use]
    pub fn server_id(&self) -> &str {
        &self.0.server_id
    }
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Engine({})", self.0.server_id)
    }
}

/// Pure surroundings within a unit.
pub trait Surroundings {
    /// The secret key.
    fn secret(&self) -> Result<&SecretKey, Fault>;
    /// Where shoppers reach this server, without a slash at the end.
    fn public_url(&self) -> &str;
    /// Time zone of the shop.
    fn zone(&self) -> &str;
}

impl Surroundings for Tx<'_> {
    fn secret(&self) -> Result<&SecretKey, Fault> {
        self.extension::<Within>()
            .map(|within| &within.secret)
            .ok_or_else(|| Fault::bug("no engine around the unit"))
    }
    fn public_url(&self) -> &str {
        self.extension::<Within>().map_or("", |within| within.public_url.as_str())
    }
    fn zone(&self) -> &str {
        self.extension::<Within>().map_or("UTC", |within| within.zone.as_str())
    }
}

/// Checks that an event type is well named; used by tests that walk the manifest.
#[must_use]
pub fn event_name<E: Event>() -> &'static str {
    E::NAME
}
