//! Time that goes where the world says; afterwards it may follow the machine's clock.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, OnceLock};

use kernel::{Clock, Moment};

/// A clock that is set, until it is handed over to another.
#[derive(Default)]
pub struct SimulatedClock {
    seconds: AtomicI64,
    after: OnceLock<Arc<dyn Clock>>,
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
        Arc::new(Self { seconds: AtomicI64::new(moment.unix()), after: OnceLock::new() })
    }

    /// Goes to `moment`; never back.
    pub fn go_to(&self, moment: Moment) {
        self.seconds.fetch_max(moment.unix(), Ordering::SeqCst);
    }

    /// From here on the time is the other clock's.
    pub fn hand_over(&self, clock: Arc<dyn Clock>) {
        // A second hand-over changes nothing: the first clock goes on.
        let _ = self.after.set(clock);
    }
}

impl Clock for SimulatedClock {
    fn now(&self) -> Moment {
        match self.after.get() {
            Some(clock) => clock.now(),
            None => Moment::from_unix(self.seconds.load(Ordering::SeqCst)),
        }
    }
}
