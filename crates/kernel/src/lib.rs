//! The pure ring. What every other crate speaks in: money, points, ids, time, faults and text, and the
//! contracts that features share (events, filters, requests, capability names).
//!
//! Invariant: nothing here reads a clock, draws chance, or touches a file, a socket or a database.

pub mod capability;
pub mod coerce;
pub mod contracts;
pub mod decimal;
pub mod fault;
pub mod hash;
pub mod ids;
pub mod json;
pub mod money;
pub mod page;
pub mod places;
pub mod ports;
pub mod text;
pub mod time;

pub use contracts::{Event, Filter, Request};
pub use decimal::Decimal;
pub use fault::{Fault, FaultKind};
pub use money::{Amount, Currency, Money};
pub use page::{Page, Paging};
pub use ports::{Clock, Entropy};
pub use time::Moment;
