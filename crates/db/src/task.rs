//! A unit in the queue, with whoever waits for its answer.

use std::panic::{AssertUnwindSafe, catch_unwind};

use std::sync::Arc;
use std::time::Instant;

use kernel::Fault;
use telemetry::{Here, Role, Span};
use tokio::sync::oneshot;

use crate::figures::{Ending, Verb};
use crate::shared::Shared;
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
    about: About,
}

/// What is told of a unit; told as left when it goes, answered or not.
struct About {
    shared: Arc<Shared>,
    verb: Verb,
    queued_at: Instant,
    here: Option<Here>,
    span: Span,
}

impl Drop for About {
    fn drop(&mut self) {
        self.shared.figures.left(self.verb);
    }
}

impl<T, F> Queued<T, F> {
    pub(crate) fn new(
        unit: F,
        waiting: oneshot::Sender<Result<T, Fault>>,
        shared: &Arc<Shared>,
        verb: Verb,
    ) -> Self {
        shared.figures.queued(verb);
        let name = if verb == Verb::Write { "write" } else { "read" };
        let span = Span::start(name, Role::Internal);
        let here = span.here().or_else(telemetry::current);
        let about = About { shared: Arc::clone(shared), verb, queued_at: Instant::now(), here, span };
        Self { unit, outcome: None, waiting, about }
    }
}

impl<T, F> Task for Queued<T, F>
where
    T: Send + 'static,
    F: FnMut(&mut Tx<'_>) -> Result<T, Fault> + Send,
{
    fn run(&mut self, tx: &mut Tx<'_>) -> bool {
        let unit = &mut self.unit;
        let here = self.about.here.clone();
        let run = AssertUnwindSafe(|| telemetry::within_now(here, || unit(tx)));
        let outcome = catch_unwind(run)
            .unwrap_or_else(|_| Err(Fault::bug("a unit panicked; its changes were rolled back")));
        let keep = outcome.is_ok();
        self.outcome = Some(outcome);
        keep
    }

    fn answer(self: Box<Self>, instead: Option<Fault>) {
        let Self { outcome, waiting, mut about, .. } = *self;
        let ending = match (&instead, &outcome) {
            (None, Some(Ok(_))) => Ending::Done,
            (None, Some(Err(_))) => Ending::Faulted,
            _ => Ending::Refused,
        };
        about.shared.figures.ended(about.verb, ending, about.queued_at.elapsed());
        about.span.tell("outcome", || format!("{ending:?}").to_lowercase());
        if ending == Ending::Refused {
            about.span.fail();
        }
        // Whoever hears the answer finds the unit counted as gone.
        drop(about);
        let outcome = match instead {
            Some(fault) => Err(fault),
            None => outcome.unwrap_or_else(|| Err(Fault::unavailable("The database did not run this."))),
        };
        // Whoever waited may have gone; the work is done all the same.
        let _ = waiting.send(outcome);
    }
}

/// Work for a thread of the database.
pub(crate) enum Work {
    /// A unit.
    Task(Box<dyn Task>),
    /// Other writing durability from here on.
    Durability(crate::Durability),
    /// Send every statement, its parameters in place, to whoever listens; nothing any more without one.
    #[cfg(feature = "testing")]
    Record(Option<crossbeam_channel::Sender<String>>),
    /// Finish and end.
    Stop,
}
