//! What every ring may tell of itself: figures for `/metrics`, the request that is being worked for, and spans.
//!
//! - [`Counter`] and [`Histogram`] are atomics that their owner keeps in a field; there is no registry and no lock.
//!   [`Exposition`] writes them in Prometheus's text format.
//! - [`Origin`] is the request that caused the work at hand. It follows the task ([`within`], [`within_now`]) into
//!   units, and with events and jobs through the database.
//! - [`Span`] is a stretch of work for a trace. Without a [`Recorder`] it is one load of an atomic and nothing else.

mod exposition;
mod figures;
mod origin;
mod span;

pub use exposition::{Exposition, Kind};
pub use figures::{Counter, Histogram, MICROSECONDS, WHOLE};
pub use origin::{Here, Origin, current, within, within_now};
pub use span::{Recorder, Role, Span, SpanRecord, install};
