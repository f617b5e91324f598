//! Rate limits: so many calls in so many seconds, per route and address, in a sliding window.

use std::collections::HashMap;
use std::sync::Mutex;

use kernel::{Fault, Moment};

/// So many calls in so many seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// Name of the counter; routes with one name share it.
    pub bucket: &'static str,
    /// Calls.
    pub calls: usize,
    /// Seconds.
    pub seconds: i64,
}

/// Counters of this server. They start empty after a restart; what must not be guessable is counted in the database
/// by its feature as well.
#[derive(Debug, Default)]
pub struct Limits {
    hits: Mutex<HashMap<(&'static str, String), Vec<Moment>>>,
}

/// Addresses remembered before the idle ones are forgotten.
const MOST_ADDRESSES: usize = 100_000;

impl Limits {
    /// Counts a call, or refuses it with 429 and the seconds to wait. Refused calls do not count.
    pub fn check(&self, limit: Limit, address: &str, now: Moment) -> Result<(), Fault> {
        let mut hits = self.hits.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if hits.len() > MOST_ADDRESSES {
            hits.retain(|_, moments| moments.last().is_some_and(|last| now.seconds_since(*last) < 3600));
        }
        let moments = hits.entry((limit.bucket, address.to_owned())).or_default();
        moments.retain(|moment| now.seconds_since(*moment) < limit.seconds);
        if moments.len() >= limit.calls {
            let oldest = moments.first().copied().unwrap_or(now);
            return Err(Fault::too_many((limit.seconds - now.seconds_since(oldest)).max(1)));
        }
        moments.push(now);
        Ok(())
    }
}
