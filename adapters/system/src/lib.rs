//! The machine's own clock and entropy: the only place that reads either.

use kernel::{Clock, Entropy, Moment};

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the adapter that the ban points to")]
    fn now(&self) -> Moment {
        let elapsed = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Moment::from_unix(i64::try_from(elapsed.as_secs()).unwrap_or(i64::MAX))
    }
}

/// Nanoseconds since 1970 by the machine's clock, for what leaves the program with exact times (spans).
#[must_use]
#[expect(clippy::disallowed_methods, reason = "this is the adapter that the ban points to")]
pub fn unix_nanoseconds() -> u128 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default().as_nanos()
}

/// The machine's source of chance.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    #[expect(
        clippy::disallowed_methods,
        clippy::panic,
        reason = "this is the adapter that the ban points to; without chance no secret may be made"
    )]
    fn fill(&self, buffer: &mut [u8]) {
        if getrandom::fill(buffer).is_err() {
            panic!("the machine gives no random bytes");
        }
    }
}
