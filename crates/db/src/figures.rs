//! What the database tells of itself: how many units, how they ended, how long they took, how many shared a commit.

use std::sync::atomic::{AtomicU64, Ordering};

use telemetry::{Counter, Exposition, Histogram, Kind};

/// Reading or writing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verb {
    Read,
    Write,
}

/// How the units of one verb ended.
#[derive(Debug)]
struct Units {
    /// Kept, or read.
    done: Counter,
    /// The unit itself said no; its changes were rolled back.
    faulted: Counter,
    /// The database could not take it.
    refused: Counter,
    /// From the queue to the answer.
    duration: Histogram,
    /// Entered into the queue and not yet answered.
    waiting: AtomicU64,
}

impl Default for Units {
    fn default() -> Self {
        Self {
            done: Counter::default(),
            faulted: Counter::default(),
            refused: Counter::default(),
            duration: Histogram::of_durations(),
            waiting: AtomicU64::new(0),
        }
    }
}

/// The figures of one database.
#[derive(Debug)]
pub(crate) struct Figures {
    reads: Units,
    writes: Units,
    /// Runs that the engine refused and that were made again.
    pub(crate) reruns: Counter,
    /// Units that shared a commit, on SQLite.
    pub(crate) group: Histogram,
}

impl Default for Figures {
    fn default() -> Self {
        Self {
            reads: Units::default(),
            writes: Units::default(),
            reruns: Counter::default(),
            group: Histogram::of_numbers(),
        }
    }
}

/// How a unit ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    Done,
    Faulted,
    Refused,
}

impl Figures {
    const fn of(&self, verb: Verb) -> &Units {
        match verb {
            Verb::Read => &self.reads,
            Verb::Write => &self.writes,
        }
    }

    pub(crate) fn queued(&self, verb: Verb) {
        self.of(verb).waiting.fetch_add(1, Ordering::Relaxed);
    }

    /// A unit has left, answered or not.
    pub(crate) fn left(&self, verb: Verb) {
        self.of(verb).waiting.fetch_sub(1, Ordering::Relaxed);
    }

    pub(crate) fn ended(&self, verb: Verb, ending: Ending, took: std::time::Duration) {
        let units = self.of(verb);
        match ending {
            Ending::Done => &units.done,
            Ending::Faulted => &units.faulted,
            Ending::Refused => &units.refused,
        }
        .increment();
        units.duration.observe(took);
    }

    pub(crate) fn expose(&self, page: &mut Exposition) {
        let verbs = [("read", &self.reads), ("write", &self.writes)];
        page.family("cartwright_units_total", Kind::Counter, "Units by verb and how they ended.");
        for (verb, units) in verbs {
            for (outcome, counter) in
                [("done", &units.done), ("faulted", &units.faulted), ("refused", &units.refused)]
            {
                page.sample(&[("verb", verb), ("outcome", outcome)], counter.value());
            }
        }
        page.family(
            "cartwright_unit_duration_seconds",
            Kind::Histogram,
            "From a unit's place in the queue to its answer.",
        );
        for (verb, units) in verbs {
            page.histogram(&[("verb", verb)], &units.duration);
        }
        page.family("cartwright_unit_queue", Kind::Gauge, "Units that wait or run.");
        for (verb, units) in verbs {
            page.sample(&[("verb", verb)], units.waiting.load(Ordering::Relaxed));
        }
        page.single(
            "cartwright_unit_reruns_total",
            Kind::Counter,
            "Runs that the database refused and that were made again.",
            self.reruns.value(),
        );
        page.family(
            "cartwright_commit_group_units",
            Kind::Histogram,
            "Units that shared a commit on SQLite.",
        );
        page.histogram(&[], &self.group);
    }
}
