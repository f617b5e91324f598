//! Where a simulation takes part: it says when a unit runs and whether the database takes it, and may alter a statement's
//! text to plant a fault. Only in builds for tests; a shipped program has none of it.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use kernel::Fault;

use crate::database::{Db, waited};
use crate::error::DbError;
use crate::tx::Tx;

/// What becomes of a unit that is about to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It runs.
    Run,
    /// It runs, is rolled back as if the engine had refused it, and runs again.
    RunTwice,
    /// The database refuses it for good.
    Refuse,
}

/// Decides about the units of one server.
pub trait Overseer: Send + Sync + 'static {
    /// Before a unit or a query is run. A future that is dropped here is a server that stopped before the commit.
    fn before(&self, writes: bool) -> Pin<Box<dyn Future<Output = Verdict> + Send>>;
    /// After a unit's commit, before its answer. A future that is dropped here is an answer that was lost.
    fn after(&self) -> Pin<Box<dyn Future<Output = ()> + Send>>;
    /// Another text in place of a statement's, before the prefix is put in.
    fn altered(&self, text: &str) -> Option<String>;
}

/// Runs a unit as the overseer says. The database is waited for on this thread, so that nothing else moves meanwhile.
pub(crate) async fn write<T, F>(db: &Db, overseer: Arc<dyn Overseer>, unit: F) -> Result<T, Fault>
where
    T: Send + 'static,
    F: Fn(&mut Tx<'_>) -> Result<T, Fault> + Send + 'static,
{
    let verdict = overseer.before(true).await;
    if verdict == Verdict::Refuse {
        return Err(DbError::Refused("by the simulation".to_owned()).into());
    }
    let unit = Arc::new(Mutex::new(unit));
    if verdict == Verdict::RunTwice {
        let rehearsed = Arc::clone(&unit);
        let _ = waited::<()>(db.queue_write(move |tx: &mut Tx<'_>| {
            let _ = (*rehearsed.lock().unwrap_or_else(PoisonError::into_inner))(tx);
            Err(Fault::unavailable("Refused by the simulation; it runs again."))
        })?);
    }
    let outcome =
        waited(db.queue_write(move |tx: &mut Tx<'_>| {
            (*unit.lock().unwrap_or_else(PoisonError::into_inner))(tx)
        })?);
    overseer.after().await;
    outcome
}

/// Runs a query, unless the server has lost its database.
pub(crate) async fn read<T, F>(db: &Db, overseer: Arc<dyn Overseer>, query: F) -> Result<T, Fault>
where
    T: Send + 'static,
    F: FnOnce(&mut Tx<'_>) -> Result<T, Fault> + Send + 'static,
{
    if overseer.before(false).await == Verdict::Refuse {
        return Err(DbError::Lost("by the simulation".to_owned()).into());
    }
    db.read_now(query)
}
