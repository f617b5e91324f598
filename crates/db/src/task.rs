//! A unit in the queue, with whoever waits for its answer.

use std::panic::{AssertUnwindSafe, catch_unwind};

use kernel::Fault;
use tokio::sync::oneshot;

use crate::tx::Tx;

/// What a thread of the database does with a queued unit.
pub(crate) trait Task: Send {
    /// Runs the unit; true when its changes are to be kept. A panic counts as a fault.
    fn run(&mut self, tx: &mut Tx<'_>) -> bool;
    /// Sends the last run's answer, or `instead` when the database could not keep the changes.
    fn answer(self: Box<Self>, instead: Option<Fault>);
}

pub(crate) struct Queued<T, F> {
    unit: F,
    outcome: Option<Result<T, Fault>>,
    waiting: oneshot::Sender<Result<T, Fault>>,
}

impl<T, F> Queued<T, F> {
    pub(crate) const fn new(unit: F, waiting: oneshot::Sender<Result<T, Fault>>) -> Self {
        Self { unit, outcome: None, waiting }
    }
}

impl<T, F> Task for Queued<T, F>
where
    T: Send + 'static,
    F: FnMut(&mut Tx<'_>) -> Result<T, Fault> + Send,
{
    fn run(&mut self, tx: &mut Tx<'_>) -> bool {
        let unit = &mut self.unit;
        let outcome = catch_unwind(AssertUnwindSafe(|| unit(tx)))
            .unwrap_or_else(|_| Err(Fault::bug("a unit panicked; its changes were rolled back")));
        let keep = outcome.is_ok();
        self.outcome = Some(outcome);
        keep
    }

    fn answer(self: Box<Self>, instead: Option<Fault>) {
        let outcome = match instead {
            Some(fault) => Err(fault),
            None => self.outcome.unwrap_or_else(|| Err(Fault::unavailable("The database did not run this."))),
        };
        // Whoever waited may have gone; the work is done all the same.
        let _ = self.waiting.send(outcome);
    }
}

/// Work for a thread of the database.
pub(crate) enum Work {
    /// A unit.
    Task(Box<dyn Task>),
    /// Other writing durability from here on.
    Durability(crate::Durability),
    /// Finish and end.
    Stop,
}
