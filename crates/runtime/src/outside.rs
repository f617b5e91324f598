//! Filters that something outside of the program is hooked into, such as a function in a WordPress.
//!
//! 1. A unit that comes to such a filter ends there; nothing it wrote is kept.
//! 2. The outside is asked, with no transaction open, and the unit is run again with the answer in hand. However often it
//!    is run, an answer is asked for once: the same question has the same answer for the whole of the unit.
//! 3. An answer that is late, of the wrong kind or none leaves the value as it was; after one that failed, nothing more is
//!    asked for this unit.
//! 4. A filter that nothing is hooked into costs a look at the names, and an installation without an outside nothing.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use db::Tx;
use kernel::{Fault, Filter};
use serde_json::Value;

use crate::engine::Engine;

/// Questions that one unit may ask; what comes after them stands as it is.
const MOST: usize = 32;
/// Name of the answers within a transaction.
const ANSWERS: &str = "runtime.outside";

/// A filter's value on its way out.
#[derive(Debug, Clone)]
pub struct Question {
    /// The hook's name.
    pub name: &'static str,
    /// The value so far.
    pub value: Value,
    /// What the filter may look at.
    pub context: Value,
}

type Ask = Arc<dyn Fn(Engine, Question) -> Pin<Box<dyn Future<Output = Option<Value>> + Send>> + Send + Sync>;

/// Reads the names that something outside is hooked into.
pub type Hooked = fn(&mut Tx) -> Result<Vec<String>, Fault>;

/// Where filters are asked outside of the program.
#[derive(Clone)]
pub struct Outside {
    hooked: Hooked,
    ask: Ask,
}

impl Outside {
    /// `hooked` reads the names that something is hooked into; `ask` gives the answer, or nothing when there is none in time.
    pub fn new<F, Fut>(hooked: Hooked, ask: F) -> Self
    where
        F: Fn(Engine, Question) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Option<Value>> + Send + 'static,
    {
        Self { hooked, ask: Arc::new(move |engine, question| Box::pin(ask(engine, question))) }
    }

    /// All of it that is within reach of a unit: the other half calls out.
    pub(crate) const fn hooked(&self) -> Hooked {
        self.hooked
    }
}

impl std::fmt::Debug for Outside {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Outside")
    }
}

#[derive(Default)]
struct State {
    hooked: Option<Vec<String>>,
    known: BTreeMap<String, Option<Value>>,
    wanted: Option<(String, Question)>,
    given_up: bool,
}

/// What one unit has asked so far, over all of its runs.
#[derive(Default)]
struct Answers(Mutex<State>);

impl Answers {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The value as the outside wants it: from the answers in hand, or by ending this run with a question.
pub(crate) fn filtered<F: Filter>(
    tx: &mut Tx,
    hooked: Hooked,
    value: F::Value,
    context: &F::Context,
) -> Result<F::Value, Fault> {
    let Some(answers) = tx.remembered::<Answers>(ANSWERS) else { return Ok(value) };
    if answers.state().hooked.is_none() {
        let names = hooked(tx)?;
        answers.state().hooked = Some(names);
    }
    let mut state = answers.state();
    if !state.hooked.as_ref().is_some_and(|names| names.iter().any(|name| name == F::NAME)) {
        return Ok(value);
    }
    let shown = serde_json::to_value(&value)?;
    let key = format!("{} {} {shown}", F::NAME, F::about(context));
    match state.known.get(&key) {
        Some(Some(answer)) => Ok(read::<F>(answer).unwrap_or(value)),
        Some(None) => Ok(value),
        None if state.given_up || state.known.len() >= MOST => Ok(value),
        None => {
            let context = serde_json::to_value(context)?;
            state.wanted = Some((key, Question { name: F::NAME, value: shown, context }));
            Err(Fault::unavailable("Somebody else is asked first. Try again."))
        }
    }
}

fn read<F: Filter>(answer: &Value) -> Option<F::Value> {
    match serde_json::from_value::<F::Value>(answer.clone()) {
        Ok(value) => Some(F::clamped(value)),
        Err(_) => {
            tracing::warn!(filter = F::NAME, "the answer is of the wrong kind; the value stays as it was");
            None
        }
    }
}

impl Engine {
    /// Runs a unit that may come to filters which are asked outside: see [`crate::outside`]. Each run sets its own actor.
    pub async fn attempt<T, F>(&self, unit: F) -> Result<T, Fault>
    where
        T: Send + 'static,
        F: Fn(&mut Tx) -> Result<T, Fault> + Send + 'static,
    {
        let Some(outside) = self.0.outside.clone() else {
            let answer = self.db().write(unit).await;
            self.0.health.see(&answer);
            return answer;
        };
        let answers = Arc::new(Answers::default());
        // Only one run is under way at a time; the lock makes the unit something that several may hold.
        let unit = Arc::new(Mutex::new(unit));
        loop {
            let (inner, again) = (Arc::clone(&answers), Arc::clone(&unit));
            let result = self
                .db()
                .write(move |tx| {
                    inner.state().wanted = None;
                    tx.remember(ANSWERS, Arc::clone(&inner));
                    again.lock().unwrap_or_else(PoisonError::into_inner)(tx)
                })
                .await;
            let wanted = answers.state().wanted.take();
            let (Some((key, question)), true) = (wanted, result.is_err()) else { return result };
            let answer = (outside.ask)(self.clone(), question).await;
            let mut state = answers.state();
            state.given_up |= answer.is_none();
            state.known.insert(key, answer);
        }
    }
}
