//! Fresh databases, a clock that is set, and seeded chance, for the tests of every crate.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use kernel::{Clock, Entropy, Moment};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use crate::database::{Db, Options};

/// Stands still until it is set.
#[derive(Debug)]
pub struct TestClock(AtomicI64);

impl TestClock {
    /// At a moment such as `2026-11-21T12:00:00Z`.
    #[must_use]
    pub fn at(text: &str) -> Arc<Self> {
        Arc::new(Self(AtomicI64::new(Moment::parse(text).unwrap_or_default().unix())))
    }

    /// Goes on by so many seconds.
    pub fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }

    /// Goes to a moment.
    pub fn set(&self, moment: Moment) {
        self.0.store(moment.unix(), Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Moment {
        Moment::from_unix(self.0.load(Ordering::SeqCst))
    }
}

/// The same chance for the same seed.
#[derive(Debug)]
pub struct SeededEntropy(Mutex<ChaCha20Rng>);

impl SeededEntropy {
    /// From a seed.
    #[must_use]
    pub fn new(seed: u64) -> Arc<Self> {
        Arc::new(Self(Mutex::new(ChaCha20Rng::seed_from_u64(seed))))
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, buffer: &mut [u8]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(buffer);
    }
}

/// A fresh database; its tables go with it.
#[derive(Debug)]
pub struct TestDatabase {
    /// `sqlite` or `mariadb`.
    pub name: &'static str,
    /// The database.
    pub db: Db,
    /// Its clock.
    pub clock: Arc<TestClock>,
    /// Its chance.
    pub entropy: Arc<SeededEntropy>,
    /// Address, to open it a second time.
    pub url: String,
    folder: Option<tempfile::TempDir>,
}

impl TestDatabase {
    /// Opens the same database once more, as another server would.
    pub fn again(&self) -> Result<Db, crate::DbError> {
        Db::open(Options {
            connections: 12,
            readers: 2,
            ..Options::new(&self.url, self.db.prefix(), self.clock.clone(), self.entropy.clone())
        })
    }

    /// Folder of the SQLite file, for tests that look at files.
    #[must_use]
    pub fn folder(&self) -> Option<&std::path::Path> {
        self.folder.as_ref().map(tempfile::TempDir::path)
    }
}

static NEXT: AtomicU64 = AtomicU64::new(0);

/// Name of the variable that holds the address of a MariaDB for tests.
pub const MARIADB: &str = "CARTWRIGHT_TEST_MYSQL_URL";

/// A fresh SQLite file and, when [`MARIADB`] is set, a fresh prefix on that server. Says so when it is not.
#[must_use]
#[expect(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "the tests' own configuration, said where a test is read"
)]
pub fn databases() -> Vec<TestDatabase> {
    let mut all: Vec<TestDatabase> = sqlite().into_iter().collect();
    match std::env::var(MARIADB) {
        Ok(url) => all.extend(mariadb(&url)),
        Err(_) => eprintln!("skipped on MariaDB: {MARIADB} is not set"),
    }
    all
}

/// A fresh SQLite file.
#[must_use]
pub fn sqlite() -> Option<TestDatabase> {
    let folder = tempfile::tempdir().ok()?;
    let url = format!("sqlite:{}", folder.path().join("test.db").display());
    open("sqlite", url, "wp_".to_owned(), Some(folder))
}

fn mariadb(url: &str) -> Option<TestDatabase> {
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let prefix = format!("t{}_{number}_", std::process::id());
    open("mariadb", url.to_owned(), prefix, None)
}

fn open(
    name: &'static str,
    url: String,
    prefix: String,
    folder: Option<tempfile::TempDir>,
) -> Option<TestDatabase> {
    let clock = TestClock::at("2026-11-21T12:00:00Z");
    let entropy =
        SeededEntropy::new(NEXT.fetch_add(1, Ordering::Relaxed) + 7_919 * u64::from(std::process::id()));
    let options = Options {
        connections: 12,
        readers: 2,
        ..Options::new(&url, &prefix, clock.clone(), entropy.clone())
    };
    let db = Db::open(options).ok()?;
    Some(TestDatabase { name, db, clock, entropy, url, folder })
}
