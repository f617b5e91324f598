//! What the people of the world know for certain, held against the program's own account in the end.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use kernel::{Clock, Moment};
use sim::SimulatedClock;

/// A correction of points that was asked for under a key.
#[derive(Debug, Clone)]
pub struct Correction {
    /// The member.
    pub member: i64,
    /// Points.
    pub points: i64,
    /// The program said that it was done.
    pub done: bool,
}

/// A refund that was asked for under a key.
#[derive(Debug, Clone)]
pub struct GivenBack {
    /// The order.
    pub order: i64,
    /// Minor units.
    pub minor: i64,
    /// The program said that it was done.
    pub done: bool,
}

/// Everything that was said.
#[derive(Debug, Default)]
pub struct Known {
    /// Orders whose page said thank you, with the buyer's address and the moment.
    pub bought: Vec<(i64, String, Moment)>,
    /// Addresses whose owners were told that they get no more letters, and when.
    pub silenced: Vec<(String, Moment)>,
    /// Orders that staff asked to cancel.
    pub cancelled: BTreeSet<i64>,
    /// Addresses whose owners did not allow to be written to, or no longer.
    pub withdrawn: BTreeSet<String>,
    /// Orders made by another program, by key, with the id that was answered.
    pub ordered: BTreeMap<String, Option<i64>>,
    /// Corrections by their reason, which is unique.
    pub corrections: BTreeMap<String, Correction>,
    /// Rewards asked for by key, with the code that was answered.
    pub redeemed: BTreeMap<String, Option<String>>,
    /// Refunds by key.
    pub refunds: BTreeMap<String, GivenBack>,
    /// The answer that each key has had.
    pub answers: BTreeMap<String, String>,
    /// What was said and cannot be.
    pub complaints: Vec<String>,
    /// Visits that ended because the shop did not answer sensibly often enough.
    pub given_up: usize,
}

/// Shared by all people.
#[derive(Debug)]
pub struct Model {
    known: Mutex<Known>,
    clock: Arc<SimulatedClock>,
}

impl Model {
    /// At the world's time.
    #[must_use]
    pub fn new(clock: Arc<SimulatedClock>) -> Arc<Self> {
        Arc::new(Self { known: Mutex::default(), clock })
    }

    /// What is known.
    pub fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Now.
    #[must_use]
    pub fn now(&self) -> Moment {
        self.clock.now()
    }

    /// A key has been answered with success: the same key must always be answered in the same way.
    pub fn answered(&self, key: &str, text: &str) {
        let mut known = self.known();
        match known.answers.get(key) {
            Some(before) if before != text => {
                let complaint = format!("the key {key} was answered with {before} and later with {text}");
                known.complaints.push(complaint);
            }
            Some(_) => {}
            None => {
                known.answers.insert(key.to_owned(), text.to_owned());
            }
        }
    }
}
