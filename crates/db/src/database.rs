//! The database as the rest of the program holds it.

use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use crossbeam_channel::Sender;
use kernel::{Clock, Entropy, Fault, Moment};
use tokio::sync::{Notify, oneshot};

use crate::error::DbError;
use crate::figures::Verb;
use crate::migration::{self, Migration};
use crate::shared::Shared;
use crate::task::{Queued, Work};
use crate::tx::{Engine, Tx};
use crate::{backup, mariadb, sqlite};

/// How much a commit waits for, on SQLite.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Durability {
    /// `synchronous=FULL`: what was answered survives a power cut.
    #[default]
    Full,
    /// `synchronous=OFF`: for filling a fresh file that can be made again.
    Relaxed,
}

/// Where and how to open.
pub struct Options {
    /// `sqlite:PATH`, `sqlite::memory:` or `mysql://user:password@host:port/name`.
    pub url: String,
    /// Stands in front of every table name.
    pub prefix: String,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub entropy: Arc<dyn Entropy>,
    /// SQLite's durability.
    pub durability: Durability,
    /// Threads that read, on SQLite.
    pub readers: usize,
    /// Connections at most, on MariaDB.
    pub connections: usize,
}

impl Options {
    /// The usual ones for an address.
    #[must_use]
    pub fn new(url: &str, prefix: &str, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Self {
        Self {
            url: url.to_owned(),
            prefix: prefix.to_owned(),
            clock,
            entropy,
            durability: Durability::Full,
            readers: 4,
            connections: 32,
        }
    }
}

impl std::fmt::Debug for Options {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Options").field("prefix", &self.prefix).finish_non_exhaustive()
    }
}

struct Parts {
    shared: Arc<Shared>,
    write: Sender<Work>,
    read: Sender<Work>,
    writers: usize,
    readers: usize,
    threads: Mutex<Vec<JoinHandle<()>>>,
    sqlite_path: Option<PathBuf>,
}

/// A database. Cheap to clone.
#[derive(Clone)]
pub struct Db(Arc<Parts>);

impl std::fmt::Debug for Db {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Db({:?})", self.0.shared.engine)
    }
}

impl Db {
    /// Opens it, making the SQLite file when there is none.
    pub fn open(options: Options) -> Result<Self, DbError> {
        if !options.prefix.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
            || options.prefix.len() > 20
        {
            return Err(DbError::Address(
                "the table prefix takes letters, digits and _, at most 20".to_owned(),
            ));
        }
        let shared = |engine| {
            Arc::new(Shared::new(
                engine,
                options.prefix.clone(),
                options.clock.clone(),
                options.entropy.clone(),
            ))
        };
        if let Some(path) = options.url.strip_prefix("sqlite:") {
            let shared = shared(Engine::Sqlite);
            let path = (path != ":memory:").then(|| PathBuf::from(path));
            let pool = sqlite::open(path.clone(), &shared, options.durability, options.readers)?;
            return Ok(Self(Arc::new(Parts {
                shared,
                write: pool.write,
                read: pool.read,
                writers: 1,
                readers: pool.readers,
                threads: Mutex::new(pool.threads),
                sqlite_path: path,
            })));
        }
        if !options.url.starts_with("mysql://") {
            return Err(DbError::Address(
                "use sqlite:PATH or mysql://user:password@host:port/name".to_owned(),
            ));
        }
        let shared = shared(Engine::MySql);
        let pool = mariadb::open(&mariadb::options(&options.url)?, &shared, options.connections)?;
        let db = Self(Arc::new(Parts {
            shared,
            write: pool.write,
            read: pool.read,
            writers: pool.writers,
            readers: pool.readers,
            threads: Mutex::new(pool.threads),
            sqlite_path: None,
        }));
        Ok(db)
    }

    /// Runs a unit and answers once its changes are safe. It may be run more than once before it is kept.
    pub async fn write<T, F>(&self, unit: F) -> Result<T, Fault>
    where
        T: Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T, Fault> + Send + 'static,
    {
        #[cfg(feature = "testing")]
        if let Some(overseer) = self.0.shared.overseer.get() {
            return crate::oversight::write(self, Arc::clone(overseer), unit).await;
        }
        self.queue(Verb::Write, unit)?.await.map_err(|_| DbError::Closed)?
    }

    /// Runs a query. Changing rows in it is a fault.
    pub async fn read<T, F>(&self, query: F) -> Result<T, Fault>
    where
        T: Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<T, Fault> + Send + 'static,
    {
        #[cfg(feature = "testing")]
        if let Some(overseer) = self.0.shared.overseer.get() {
            return crate::oversight::read(self, Arc::clone(overseer), query).await;
        }
        self.queue(Verb::Read, once(query))?.await.map_err(|_| DbError::Closed)?
    }

    /// From here on a simulation decides about every unit, once for all. Before the first statement.
    #[cfg(feature = "testing")]
    pub fn set_overseer(&self, overseer: Arc<dyn crate::oversight::Overseer>) {
        if self.0.shared.overseer.set(overseer).is_err() {
            tracing::error!("a database was given two overseers");
        }
    }

    #[cfg(feature = "testing")]
    pub(crate) fn queue_write<T, F>(&self, unit: F) -> Result<oneshot::Receiver<Result<T, Fault>>, DbError>
    where
        T: Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T, Fault> + Send + 'static,
    {
        self.queue(Verb::Write, unit)
    }

    /// As [`Db::write`], blocking: for start, tests and threads of their own.
    pub fn write_now<T, F>(&self, unit: F) -> Result<T, Fault>
    where
        T: Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T, Fault> + Send + 'static,
    {
        waited(self.queue(Verb::Write, unit)?)
    }

    /// As [`Db::read`], blocking.
    pub fn read_now<T, F>(&self, query: F) -> Result<T, Fault>
    where
        T: Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<T, Fault> + Send + 'static,
    {
        waited(self.queue(Verb::Read, once(query))?)
    }

    fn queue<T, F>(&self, verb: Verb, unit: F) -> Result<oneshot::Receiver<Result<T, Fault>>, DbError>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<T, Fault> + Send + 'static,
    {
        if self.0.shared.closed.load(Ordering::Acquire) {
            return Err(DbError::Closed);
        }
        let (sender, receiver) = oneshot::channel();
        let queue = if verb == Verb::Write { &self.0.write } else { &self.0.read };
        let task = Queued::new(unit, sender, &self.0.shared, verb);
        queue.send(Work::Task(Box::new(task))).map_err(|_| DbError::Closed)?;
        Ok(receiver)
    }

    /// Puts something pure around every transaction, once.
    pub fn set_extension<T: Send + Sync + 'static>(&self, value: Arc<T>) {
        if self.0.shared.extension.set(value).is_err() {
            tracing::error!("the surroundings of transactions were set twice");
        }
    }

    /// Wakes after every commit that signalled `topic`.
    #[must_use]
    pub fn subscribe(&self, topic: &'static str) -> Arc<Notify> {
        self.0.shared.topic(topic)
    }

    /// Changes SQLite's durability from the next commit on.
    pub fn set_durability(&self, durability: Durability) {
        if self.0.shared.engine == Engine::Sqlite {
            let _ = self.0.write.send(Work::Durability(durability));
        }
    }

    /// Writes its figures: units by verb and outcome, their duration, how many wait, how many shared a commit.
    pub fn expose(&self, page: &mut telemetry::Exposition) {
        self.0.shared.figures.expose(page);
    }

    /// Sends the text of every statement that units run from here on, its parameters in place, to the end that comes
    /// back; on SQLite. [`Db::stop_recording`] ends it.
    #[cfg(feature = "testing")]
    #[must_use]
    pub fn record(&self) -> crossbeam_channel::Receiver<String> {
        let (sender, receiver) = crossbeam_channel::unbounded();
        let _ = self.0.write.send(Work::Record(Some(sender)));
        receiver
    }

    /// Ends what [`Db::record`] began.
    #[cfg(feature = "testing")]
    pub fn stop_recording(&self) {
        let _ = self.0.write.send(Work::Record(None));
    }

    /// The table prefix.
    #[must_use]
    pub fn prefix(&self) -> &str {
        &self.0.shared.prefix
    }

    /// Which engine.
    #[must_use]
    pub fn engine(&self) -> Engine {
        self.0.shared.engine
    }

    /// Path of the SQLite file.
    #[must_use]
    pub fn sqlite_path(&self) -> Option<&Path> {
        self.0.sqlite_path.as_deref()
    }

    /// Now, by the clock given at opening.
    #[must_use]
    pub fn now(&self) -> Moment {
        self.0.shared.clock.now()
    }

    pub(crate) fn owner(&self) -> String {
        self.0.shared.entropy.uuid(self.now())
    }

    /// Makes and changes tables. Any number of servers may start at once: one works, the others wait for it.
    /// Blocking; gives how many migrations were applied here.
    pub fn migrate(&self, migrations: &[Migration]) -> Result<usize, DbError> {
        migration::migrate(self, migrations)
    }

    /// Ids of the migrations that were begun here, by whichever version of the program. Blocking.
    pub fn applied_migrations(&self) -> Result<Vec<String>, DbError> {
        migration::applied(self)
    }

    /// Each migration and when it was applied. Blocking.
    pub fn migration_status(
        &self,
        migrations: &[Migration],
    ) -> Result<Vec<(String, Option<Moment>)>, DbError> {
        migration::status(self, migrations)
    }

    /// Drops every table that the migrations made, and the platform's own. Blocking; gives their names.
    pub fn drop_all(&self, migrations: &[Migration]) -> Result<Vec<String>, DbError> {
        migration::drop_all(self, migrations)
    }

    /// Writes everything into a file that can be restored on either engine. Blocking; gives the rows written.
    pub fn backup(&self, migrations: &[Migration], path: &Path) -> Result<u64, DbError> {
        backup::backup(self, migrations, path)
    }

    /// Fills the tables from a backup. A file that is cut short or altered is refused before anything is written, and
    /// so is a database that already has rows unless `replace`. Blocking; gives the rows written.
    pub fn restore(&self, migrations: &[Migration], path: &Path, replace: bool) -> Result<u64, DbError> {
        backup::restore(self, migrations, path, replace)
    }

    /// Takes no more work, finishes what is queued, and ends its threads.
    pub async fn close(&self) {
        if self.0.shared.closed.swap(true, Ordering::AcqRel) {
            return;
        }
        for _ in 0..self.0.writers {
            let _ = self.0.write.send(Work::Stop);
        }
        for _ in 0..self.0.readers {
            let _ = self.0.read.send(Work::Stop);
        }
        let threads = std::mem::take(&mut *self.0.threads.lock().unwrap_or_else(PoisonError::into_inner));
        let ended =
            tokio::task::spawn_blocking(move || threads.into_iter().for_each(|thread| drop(thread.join())));
        let _ = ended.await;
    }
}

struct Unpark(std::thread::Thread);

impl std::task::Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Waits on this thread. Works within a runtime too (tests do so), where it holds up the thread: there it must stand
/// outside the task's budget, which a thread that waits never gets back.
pub(crate) fn waited<T>(answer: oneshot::Receiver<Result<T, Fault>>) -> Result<T, Fault> {
    let mut answer = tokio::task::unconstrained(answer);
    let waker = std::task::Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut context = std::task::Context::from_waker(&waker);
    loop {
        match std::pin::Pin::new(&mut answer).poll(&mut context) {
            std::task::Poll::Ready(outcome) => return outcome.map_err(|_| DbError::Closed)?,
            std::task::Poll::Pending => std::thread::park(),
        }
    }
}

/// A query may be moved into its one run.
fn once<T, F>(query: F) -> impl FnMut(&mut Tx<'_>) -> Result<T, Fault> + Send
where
    F: FnOnce(&mut Tx<'_>) -> Result<T, Fault> + Send,
{
    let mut query = Some(query);
    move |tx| match query.take() {
        Some(query) => query(tx),
        None => Err(Fault::unavailable("The database is busy. Please try again.")),
    }
}
