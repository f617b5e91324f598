//! Orders as recovery sees them: who has ordered is not written to, and what recovery brought is told.
//!
//! 1. Each announcement of an order updates its facts; an older one than is known is left out.
//! 2. The first time an order counts (paid, or on hold), its cart is converted and its session closed.
//! 3. The session is recovered when it had been abandoned and recovery had a part: a click on a restore link, or a
//!    mail in the days before. Each order is attributed once, to one session.
//! 4. Refunds and cancellations take back what was attributed, exactly.

pub(crate) mod commands;
pub(crate) mod on_order;
pub(crate) mod rules;
pub(crate) mod store;
pub(crate) mod verify;
