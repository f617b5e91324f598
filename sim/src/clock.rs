//! Time that goes where the world says.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use kernel::{Clock, Moment};

/// A clock that is set.
#[derive(Default)]
pub struct SimulatedClock {
    seconds: AtomicI64,
}

impl std::fmt::Debug for SimulatedClock {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "SimulatedClock({})", self.now())
    }
}

impl SimulatedClock {
    /// At a moment.
    #[must_use]
    pub fn at(moment: Moment) -> Arc<Self> {
        Arc::new(Self { seconds: AtomicI64::new(moment.unix()) })
    }

    /// Goes to `moment`; never back.
    pub fn go_to(&self, moment: Moment) {
        self.seconds.fetch_max(moment.unix(), Ordering::SeqCst);
    }
}

impl Clock for SimulatedClock {
    fn now(&self) -> Moment {
        Moment::from_unix(self.seconds.load(Ordering::SeqCst))
    }
}
