//! What the people of the world know for certain, held against the program's own account in the end.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

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
    /// Orders whose page said thank you.
    pub bought: Vec<i64>,
    /// Orders made by another program, by key, with the id that was answered.
    pub ordered: BTreeMap<String, Option<i64>>,
    /// Corrections by their reason, which is unique.
    pub corrections: BTreeMap<String, Correction>,
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
#[derive(Debug, Default)]
pub struct Model(Mutex<Known>);

impl Model {
    /// What is known.
    pub fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
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
