//! What every feature stands on: units and flows, ports, events with their outbox, filters, requests, jobs,
//! settings, idempotency replay and the audit log.
//!
//! Invariants: a [`Unit`] never reaches a port; an event commits with the change that caused it; a job or a
//! schedule runs on one server at a time.

pub mod actor;
pub mod audit;
pub mod builder;
mod cause;
mod deliveries;
pub mod engine;
pub mod events;
pub mod figures;
pub mod filters;
mod health;
mod held;
mod hold;
pub mod housekeeping;
pub mod jobs;
pub mod module;
pub mod outside;
pub mod ports;
pub mod replay;
pub mod requests;
mod runner;
pub mod schedules;
pub mod schema;
pub mod settings;
pub mod signing;
#[cfg(feature = "testing")]
pub mod testing;
pub mod verify;

pub use actor::Actor;
pub use audit::Audit;
pub use builder::{Builder, Configuration};
pub use db::{Db, Migration, Row, Sql, Step, Tx, params};
pub use engine::{Engine, Unit};
pub use events::{Emit, Envelope, Subscriber};
pub use figures::Gauges;
pub use filters::{ApplyFilter, Filters};
pub use held::{held_since, hold_outgoing};
pub use hold::Pace;
pub use jobs::{Enqueue, Job, JobKind, Urgency};
pub use module::Module;
pub use requests::Requests;
pub use runner::{UNTRIED_SECONDS, Untried, untried};
pub use schedules::Schedule;
pub use settings::Settings;
pub use signing::SecretKey;
pub use telemetry::{Exposition, Kind};
pub use verify::{Verifier, Violation};

/// Does `work` in a task of its own, still on behalf of the request that is being worked for: it goes on when whoever
/// waits goes away.
pub fn spawn<F>(work: F) -> tokio::task::JoinHandle<F::Output>
where
    F: Future<Output: Send + 'static> + Send + 'static,
{
    tokio::spawn(telemetry::within(telemetry::current(), work))
}
