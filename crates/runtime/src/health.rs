//! Whether the database keeps what it is given.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use kernel::{Fault, FaultKind};

use crate::engine::Engine;

/// Seconds for which the probe's row stands.
const PROBE_SECONDS: i64 = 60;

/// What has been seen of the database.
pub(crate) struct Health {
    damaged: AtomicBool,
    /// When a write last went well, in seconds since 1970.
    wrote_at: AtomicI64,
}

impl Default for Health {
    fn default() -> Self {
        Self { damaged: AtomicBool::new(false), wrote_at: AtomicI64::new(i64::MIN) }
    }
}

impl Health {
    /// Looks at an answer of the database: one that says that its file is damaged is remembered until the next start,
    /// since other pages may still read well.
    pub(crate) fn see<T>(&self, answer: &Result<T, Fault>) {
        let damaged = |fault: &Fault| {
            fault.kind == FaultKind::Bug
                && ["malformed", "not a database", "disk I/O error", "marked as crashed", "corrupt"]
                    .iter()
                    .any(|sign| fault.message.contains(sign))
        };
        if answer.as_ref().is_err_and(damaged) {
            self.damaged.store(true, Ordering::Relaxed);
        }
    }
}

impl Engine {
    /// Writes a row, at most once a second: a full disk reads well. A fault says that it could not, or that the database
    /// was seen to be damaged.
    pub async fn is_writable(&self) -> Result<(), Fault> {
        let (health, now) = (&self.0.health, self.now().unix());
        if health.wrote_at.load(Ordering::Relaxed) != now {
            let name = format!("ready:{}", self.server_id());
            let owner = self.server_id().to_owned();
            self.write(crate::Actor::system(), move |tx| {
                Ok(db::lease::acquire(tx, &name, &owner, PROBE_SECONDS)?)
            })
            .await?;
            health.wrote_at.store(now, Ordering::Relaxed);
        }
        if health.damaged.load(Ordering::Relaxed) {
            return Err(Fault::unavailable("The database is damaged: bring it back from a backup."));
        }
        Ok(())
    }
}
