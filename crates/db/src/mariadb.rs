//! MariaDB, MySQL, Galera, TiDB: a bounded pool of connections, each unit its own transaction.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, unbounded};
use kernel::Fault;
use mysql::consts::CapabilityFlags;
use mysql::prelude::Queryable;
use mysql::{Conn, Opts, OptsBuilder};

use crate::error::DbError;
use crate::shared::Shared;
use crate::sqlite::spawn;
use crate::task::{Task, Work};
use crate::tx::{Connection, Tx};

/// Times a refused transaction is run before its caller hears of it.
const TRIES: u32 = 10;
/// Times the outcome of a commit is asked for: about ten seconds, in which a database that fell comes back.
const OUTCOME_TRIES: u32 = 45;
const CONNECT: Duration = Duration::from_secs(5);
/// What a read asks is answered as of its beginning, as on SQLite. A snapshot is promised at this level only: under
/// READ COMMITTED `WITH CONSISTENT SNAPSHOT` is accepted and means nothing.
const ONE_MOMENT: &str = "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ";

pub(crate) struct Pool {
    pub(crate) write: Sender<Work>,
    pub(crate) read: Sender<Work>,
    pub(crate) threads: Vec<JoinHandle<()>>,
    pub(crate) writers: usize,
    pub(crate) readers: usize,
}

/// Options of a connection: matched rows are counted as SQLite counts them, times are UTC, errors are strict.
pub(crate) fn options(url: &str) -> Result<Opts, DbError> {
    let parsed = Opts::from_url(url).map_err(|_| {
        DbError::Address(
            "write it as mysql://user:password@host:port/name, with special characters %-encoded".to_owned(),
        )
    })?;
    if parsed.get_db_name().is_none() {
        return Err(DbError::Address("name the database after the last slash".to_owned()));
    }
    Ok(OptsBuilder::from_opts(parsed)
        .additional_capabilities(CapabilityFlags::CLIENT_FOUND_ROWS)
        .prefer_socket(false)
        .tcp_nodelay(true)
        .tcp_connect_timeout(Some(CONNECT))
        .stmt_cache_size(512)
        .init(vec![
            "SET NAMES utf8mb4",
            "SET time_zone = '+00:00'",
            "SET sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION'",
            "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
            "SET innodb_lock_wait_timeout = 10",
            // A unit's first statement begins its transaction: one question less to the server.
            "SET autocommit = 0",
        ])
        .into())
}

pub(crate) fn open(options: &Opts, shared: &Arc<Shared>, connections: usize) -> Result<Pool, DbError> {
    drop(Conn::new(options.clone())?);
    let readers = (connections / 3).max(1);
    let writers = connections.saturating_sub(readers).max(1);
    let (write, write_queue) = unbounded();
    let (read, read_queue) = unbounded();
    let mut threads = Vec::new();
    for (count, queue, reading) in [(writers, &write_queue, false), (readers, &read_queue, true)] {
        for _ in 0..count {
            let mut worker =
                Worker { options: options.clone(), shared: Arc::clone(shared), connection: None };
            let queue: Receiver<Work> = queue.clone();
            threads.push(spawn("mariadb", move || worker.serve(&queue, reading))?);
        }
    }
    Ok(Pool { write, read, threads, writers, readers })
}

struct Worker {
    options: Opts,
    shared: Arc<Shared>,
    connection: Option<Conn>,
}

/// How one run of a unit ended.
enum Ended {
    /// Answer with what the unit said.
    Settled,
    /// Run it again.
    Again(DbError),
    /// It may have been kept or not, and nobody can say which: to run it again could do it twice.
    Doubtful,
}

impl Worker {
    fn serve(&mut self, queue: &Receiver<Work>, reading: bool) {
        while let Ok(work) = queue.recv() {
            match work {
                Work::Task(mut task) => {
                    let instead = self.settle(task.as_mut(), reading);
                    task.answer(instead);
                }
                Work::Durability(_) => {}
                #[cfg(feature = "testing")]
                Work::Record(_) => {}
                Work::Stop => return,
            }
        }
    }

    /// Runs the unit until the database keeps it or refuses it for good.
    fn settle(&mut self, task: &mut dyn Task, reading: bool) -> Option<Fault> {
        let mut last = DbError::Closed;
        for attempt in 0..TRIES {
            match self.attempt(task, reading) {
                Ok(Ended::Settled) => return None,
                Ok(Ended::Doubtful) => {
                    tracing::warn!("the database went away during a commit and did not come back");
                    return Some(Fault::unavailable(
                        "The database went away while it was keeping this. Look whether it was done, or ask again \
                         with the same Idempotency-Key.",
                    ));
                }
                Ok(Ended::Again(error)) | Err(error) => {
                    if matches!(error, DbError::Lost(_)) {
                        self.connection = None;
                    }
                    last = error;
                    self.shared.figures.reruns.increment();
                    self.pause(attempt);
                }
            }
        }
        tracing::warn!(error = %last, "a unit was refused for good");
        Some(last.into())
    }

    /// A growing pause with a jitter, so that two refused units do not meet again.
    fn pause(&self, attempt: u32) {
        let mut byte = [0_u8; 1];
        self.shared.entropy.fill(&mut byte);
        let millis = (1_u64 << attempt.min(8)) + u64::from(byte[0] % 16);
        let (never, wait) = unbounded::<()>();
        let _ = wait.recv_timeout(Duration::from_millis(millis));
        drop(never);
    }

    fn attempt(&mut self, task: &mut dyn Task, reading: bool) -> Result<Ended, DbError> {
        if self.connection.is_none() {
            let mut connection = Conn::new(self.options.clone())?;
            if reading {
                connection.query_drop(ONE_MOMENT)?;
            }
            self.connection = Some(connection);
        }
        let Some(connection) = self.connection.as_mut() else { return Err(DbError::Closed) };
        if reading {
            connection.query_drop("START TRANSACTION WITH CONSISTENT SNAPSHOT")?;
        }
        let mut tx = Tx::new(Connection::MySql(connection), &self.shared, reading);
        let keep = task.run(&mut tx);
        let (refused, wrote, signals) = (tx.refused, tx.wrote, std::mem::take(&mut tx.signals));
        if refused {
            let rolled_back = connection.query_drop("ROLLBACK").map_err(DbError::from);
            return Ok(Ended::Again(
                rolled_back.err().unwrap_or(DbError::Refused("by the engine".to_owned())),
            ));
        }
        if !keep || !wrote {
            connection.query_drop("ROLLBACK")?;
            return Ok(Ended::Settled);
        }
        self.commit(&signals)
    }

    /// Commits with a marker, so that a lost connection leaves no doubt about the outcome.
    fn commit(&mut self, signals: &[&'static str]) -> Result<Ended, DbError> {
        let marker = self.shared.entropy.hex(16);
        let table = format!("{}cartwright_commits", self.shared.prefix);
        let Some(connection) = self.connection.as_mut() else { return Err(DbError::Closed) };
        let now = self.shared.clock.now().column();
        // Both in one question: a server that refuses the first does not come to the second.
        let text = format!("INSERT INTO {table} (marker, created_at) VALUES ('{marker}', '{now}'); COMMIT");
        let Err(error) = both(connection, &text) else {
            self.wake(signals);
            return Ok(Ended::Settled);
        };
        if !matches!(error, DbError::Lost(_)) {
            let _ = connection.query_drop("ROLLBACK");
            return Ok(Ended::Again(error));
        }
        self.connection = None;
        for attempt in 0..OUTCOME_TRIES {
            match self.was_committed(&table, &marker) {
                Ok(true) => {
                    self.wake(signals);
                    return Ok(Ended::Settled);
                }
                Ok(false) => return Ok(Ended::Again(error)),
                Err(_) => self.pause(attempt),
            }
        }
        Ok(Ended::Doubtful)
    }

    /// A locking read: it waits for a commit that the server is still carrying out.
    fn was_committed(&mut self, table: &str, marker: &str) -> Result<bool, DbError> {
        let mut connection = Conn::new(self.options.clone())?;
        let found: Option<i64> =
            connection.exec_first(format!("SELECT 1 FROM {table} WHERE marker = ? FOR UPDATE"), (marker,))?;
        connection.query_drop("ROLLBACK")?;
        self.connection = Some(connection);
        Ok(found.is_some())
    }

    fn wake(&self, signals: &[&'static str]) {
        for topic in signals {
            let notify = self.shared.topic(topic);
            notify.notify_waiters();
            notify.notify_one();
        }
    }
}

/// Sends several statements at once. The answer to each is looked at: the driver drops what nobody asks for.
fn both(connection: &mut Conn, text: &str) -> Result<(), DbError> {
    let mut answers = connection.query_iter(text)?;
    while let Some(answer) = answers.iter() {
        for row in answer {
            row?;
        }
    }
    Ok(())
}
