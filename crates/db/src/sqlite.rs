//! SQLite: one writer that commits in groups, a pool of readers.

use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, unbounded};
use kernel::Fault;
use rusqlite::config::DbConfig;
use rusqlite::{Connection as Sqlite, OpenFlags};

use crate::database::Durability;
use crate::error::DbError;
use crate::shared::Shared;
use crate::task::{Task, Work};
use crate::tx::{Connection, Tx};

/// Units committed together at most. At 64 a commit's wait for the disk costs each caller little (see the measured
/// table behind ADR 2).
const GROUP: usize = 64;
/// Another process (the command line) may hold the file for as long before a statement gives up.
const BUSY: Duration = Duration::from_secs(10);

pub(crate) struct Pool {
    pub(crate) write: Sender<Work>,
    pub(crate) read: Sender<Work>,
    pub(crate) threads: Vec<JoinHandle<()>>,
    pub(crate) readers: usize,
}

/// A path, or `None` for a database in memory.
pub(crate) fn open(
    path: Option<PathBuf>,
    shared: &Arc<Shared>,
    durability: Durability,
    readers: usize,
) -> Result<Pool, DbError> {
    let mut writer = match &path {
        Some(path) => {
            make_private(path);
            Sqlite::open(path)?
        }
        None => Sqlite::open_in_memory()?,
    };
    prepare(&writer, durability)?;
    let (write, write_queue) = unbounded();
    let mut threads = vec![spawn("sqlite-writer", {
        let shared = Arc::clone(shared);
        move || write_loop(&mut writer, &shared, &write_queue)
    })?];
    let Some(path) = path else {
        return Ok(Pool { read: write.clone(), write, threads, readers: 0 });
    };
    let (read, read_queue) = unbounded();
    for _ in 0..readers.max(1) {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let reader = Sqlite::open_with_flags(&path, flags)?;
        reader.busy_timeout(BUSY)?;
        keep_plans(&reader)?;
        let (shared, queue) = (Arc::clone(shared), read_queue.clone());
        threads.push(spawn("sqlite-reader", move || read_loop(&reader, &shared, &queue))?);
    }
    Ok(Pool { write, read, threads, readers: readers.max(1) })
}

/// A new file is its owner's alone, and so are the log and the index that SQLite puts beside it. One that is there is
/// left as it is; what cannot be made here SQLite will complain of.
fn make_private(path: &std::path::Path) {
    use std::os::unix::fs::OpenOptionsExt as _;
    drop(std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path));
}

pub(crate) fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, DbError> {
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(work)
        .map_err(|error| DbError::Sql(error.to_string()))
}

fn prepare(connection: &Sqlite, durability: Durability) -> Result<(), DbError> {
    connection.busy_timeout(BUSY)?;
    keep_plans(connection)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "foreign_keys", "OFF")?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.pragma_update(None, "cache_size", -16_000)?;
    set_durability(connection, durability)
}

/// A statement is planned once. Without the guarantee SQLite plans again whenever another value is bound to a LIMIT or a
/// LIKE, which cost a seventh of a page's time.
fn keep_plans(connection: &Sqlite) -> Result<(), DbError> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.set_prepared_statement_cache_capacity(1_024);
    Ok(())
}

fn set_durability(connection: &Sqlite, durability: Durability) -> Result<(), DbError> {
    let word = match durability {
        Durability::Full => "FULL",
        Durability::Relaxed => "OFF",
    };
    connection.pragma_update(None, "synchronous", word)?;
    Ok(())
}

fn write_loop(connection: &mut Sqlite, shared: &Shared, queue: &Receiver<Work>) {
    while let Ok(first) = queue.recv() {
        let mut group: Vec<Box<dyn Task>> = Vec::with_capacity(GROUP);
        let mut after = None;
        match first {
            Work::Task(task) => group.push(task),
            other => after = Some(other),
        }
        while after.is_none() && group.len() < GROUP {
            match queue.try_recv() {
                Ok(Work::Task(task)) => group.push(task),
                Ok(other) => after = Some(other),
                Err(_) => break,
            }
        }
        if !group.is_empty() {
            commit_group(connection, shared, group);
        }
        match after {
            Some(Work::Durability(durability)) => {
                if let Err(error) = set_durability(connection, durability) {
                    tracing::error!(%error, "the durability could not be changed");
                }
            }
            #[cfg(feature = "testing")]
            Some(Work::Record(listener)) => record(connection, listener),
            Some(Work::Stop) => break,
            _ => {}
        }
    }
    if let Err(error) = connection.pragma_update(None, "wal_checkpoint", "TRUNCATE") {
        tracing::debug!(%error, "no checkpoint at the end");
    }
}

#[cfg(feature = "testing")]
fn record(connection: &mut Sqlite, listener: Option<Sender<String>>) {
    use rusqlite::trace::{TraceEvent, TraceEventCodes};
    let hear = listener.map(|listener| {
        move |event: TraceEvent<'_>| {
            if let TraceEvent::Stmt(statement, text) = event {
                let _ = listener.send(statement.expanded_sql().unwrap_or_else(|| text.to_owned()));
            }
        }
    });
    if let Err(error) = connection.trace_v2(TraceEventCodes::SQLITE_TRACE_STMT, hear) {
        tracing::error!(%error, "statements cannot be recorded");
    }
}

/// Runs the group in one transaction, each unit in its savepoint, and answers all after the commit.
fn commit_group(connection: &Sqlite, shared: &Shared, mut group: Vec<Box<dyn Task>>) {
    shared.figures.group.observe_number(group.len());
    if let Err(error) = run(connection, "BEGIN IMMEDIATE") {
        tracing::warn!(%error, "a group of units could not begin");
        group.into_iter().for_each(|task| task.answer(unavailable()));
        return;
    }
    let mut signals: Vec<&'static str> = Vec::new();
    let alone = group.len() == 1;
    let mut refused = Vec::with_capacity(group.len());
    for task in &mut group {
        let outcome = if alone {
            in_transaction(connection, shared, task.as_mut(), &mut signals)
        } else {
            in_savepoint(connection, shared, task.as_mut(), &mut signals)
        };
        refused.push(outcome.is_err());
        if !alone && connection.is_autocommit() {
            // The disk is full or broken and the engine took the whole transaction back: of the group so far nothing is
            // kept. Those who follow have a transaction of their own.
            refused.fill(true);
            signals.clear();
            if let Err(error) = run(connection, "BEGIN IMMEDIATE") {
                tracing::warn!(%error, "the rest of a group of units could not begin");
            }
        }
    }
    if !connection.is_autocommit()
        && let Err(error) = run(connection, "COMMIT")
    {
        tracing::error!(%error, "a group of units could not commit");
        let _ = run(connection, "ROLLBACK");
        group.into_iter().for_each(|task| task.answer(unavailable()));
        return;
    }
    signals.into_iter().for_each(|topic| shared.topic(topic).notify_waiters_and_next());
    for (task, refused) in group.into_iter().zip(refused) {
        task.answer(if refused { unavailable() } else { None });
    }
}

/// What a unit is told that the database did not keep.
fn unavailable() -> Option<Fault> {
    Some(Fault::unavailable("The database cannot take this now. Please try again."))
}

/// Alone in its transaction a unit needs no savepoint: what it does not keep is the whole of it.
fn in_transaction(
    connection: &Sqlite,
    shared: &Shared,
    task: &mut dyn Task,
    signals: &mut Vec<&'static str>,
) -> Result<(), DbError> {
    let mut tx = Tx::new(Connection::Sqlite(connection), shared, false);
    if task.run(&mut tx) {
        if connection.is_autocommit() {
            return Err(DbError::Refused("the engine took the transaction back".to_owned()));
        }
        signals.append(&mut tx.signals);
        return Ok(());
    }
    if connection.is_autocommit() { Ok(()) } else { run(connection, "ROLLBACK") }
}

fn in_savepoint(
    connection: &Sqlite,
    shared: &Shared,
    task: &mut dyn Task,
    signals: &mut Vec<&'static str>,
) -> Result<(), DbError> {
    run(connection, "SAVEPOINT unit")?;
    let mut tx = Tx::new(Connection::Sqlite(connection), shared, false);
    let keep = task.run(&mut tx);
    if keep {
        signals.append(&mut tx.signals);
    } else {
        run(connection, "ROLLBACK TO unit")?;
    }
    run(connection, "RELEASE unit")
}

fn read_loop(connection: &Sqlite, shared: &Shared, queue: &Receiver<Work>) {
    while let Ok(Work::Task(mut task)) = queue.recv() {
        let begun = run(connection, "BEGIN");
        let mut tx = Tx::new(Connection::Sqlite(connection), shared, true);
        task.run(&mut tx);
        let refused = begun.is_err() || tx.refused;
        let _ = run(connection, "ROLLBACK");
        task.answer(refused.then(|| Fault::unavailable("The database is busy. Please try again.")));
    }
}

fn run(connection: &Sqlite, text: &str) -> Result<(), DbError> {
    connection.prepare_cached(text)?.execute([])?;
    Ok(())
}

/// Waking whoever waits now, and whoever comes to wait next.
trait Wake {
    fn notify_waiters_and_next(&self);
}

impl Wake for tokio::sync::Notify {
    fn notify_waiters_and_next(&self) {
        self.notify_waiters();
        self.notify_one();
    }
}
