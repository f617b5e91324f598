//! Counters and histograms: atomics, added to without a lock.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Upper bounds for durations, in microseconds: half a millisecond to ten seconds.
pub const MICROSECONDS: &[u64] = &[
    500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000,
    10_000_000,
];
/// Upper bounds for small numbers of things.
pub const WHOLE: &[u64] = &[1, 2, 4, 8, 16, 32, 64];

/// Most bounds that a histogram may have.
const BUCKETS: usize = 16;

/// Only goes up.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// One more.
    pub fn increment(&self) {
        self.add(1);
    }

    /// So many more.
    pub fn add(&self, amount: u64) {
        self.0.fetch_add(amount, Ordering::Relaxed);
    }

    /// How many so far.
    #[must_use]
    pub fn value(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// How often a value fell below which bound.
#[derive(Debug)]
pub struct Histogram {
    pub(crate) bounds: &'static [u64],
    /// One per bound, and one for what lies above all of them.
    buckets: [Counter; BUCKETS],
    sum: Counter,
}

impl Histogram {
    /// Of durations.
    #[must_use]
    pub fn of_durations() -> Self {
        Self::with_bounds(MICROSECONDS)
    }

    /// Of small whole numbers.
    #[must_use]
    pub fn of_numbers() -> Self {
        Self::with_bounds(WHOLE)
    }

    fn with_bounds(bounds: &'static [u64]) -> Self {
        Self { bounds, buckets: Default::default(), sum: Counter::default() }
    }

    /// Enters a duration.
    pub fn observe(&self, duration: Duration) {
        self.enter(u64::try_from(duration.as_micros()).unwrap_or(u64::MAX));
    }

    /// Enters a number.
    pub fn observe_number(&self, number: usize) {
        self.enter(u64::try_from(number).unwrap_or(u64::MAX));
    }

    fn enter(&self, value: u64) {
        let index = self.bounds.iter().position(|bound| value <= *bound).unwrap_or(self.bounds.len());
        self.buckets[index.min(BUCKETS - 1)].increment();
        self.sum.add(value);
    }

    /// How many values were entered up to each bound, and in all: as Prometheus wants them, each holding the ones before.
    #[must_use]
    pub fn cumulative(&self) -> Vec<u64> {
        let mut total = 0_u64;
        self.buckets
            .iter()
            .take(self.bounds.len() + 1)
            .map(|bucket| {
                total = total.saturating_add(bucket.value());
                total
            })
            .collect()
    }

    /// How many values were entered.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.cumulative().last().copied().unwrap_or_default()
    }

    /// Their sum: microseconds for durations.
    #[must_use]
    pub fn sum(&self) -> u64 {
        self.sum.value()
    }
}
