//! An engine on a fresh database with fake ports, for the tests of every crate.

mod host;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use db::testing::TestDatabase;
use kernel::Fault;

use crate::builder::{Builder, Configuration};
use crate::engine::{Engine, Ports};
use crate::module::Module;
use crate::ports::{Mail, MailError, Mailer};
use crate::signing::SecretKey;

pub use host::{EmptyHost, TestHost};

/// Keeps what is sent; fails first, when told so.
#[derive(Debug, Default)]
pub struct MemoryMailer {
    sent: Mutex<Vec<Mail>>,
    failures: Mutex<Vec<MailError>>,
}

impl MemoryMailer {
    /// What has been sent so far.
    #[must_use]
    pub fn sent(&self) -> Vec<Mail> {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The next message fails like this.
    pub fn fail_next(&self, error: MailError) {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner).push(error);
    }
}

#[async_trait]
impl Mailer for MemoryMailer {
    fn name(&self) -> &'static str {
        "memory"
    }
    async fn send(&self, mail: &Mail) -> Result<(), MailError> {
        if let Some(error) = self.failures.lock().unwrap_or_else(PoisonError::into_inner).pop() {
            return Err(error);
        }
        self.sent.lock().unwrap_or_else(PoisonError::into_inner).push(mail.clone());
        Ok(())
    }
}

/// Ports that do nothing but keep mail.
#[must_use]
pub fn ports() -> Ports {
    Ports { host: Arc::new(EmptyHost), mailer: Arc::new(MemoryMailer::default()), gateways: BTreeMap::new() }
}

/// The usual test installation: `http://shop.test`, UTC.
pub fn configuration() -> Result<Configuration, Fault> {
    Ok(Configuration {
        secret: SecretKey::parse("0123456789abcdef0123456789abcdef")?,
        public_url: "http://shop.test".to_owned(),
        zone: "UTC".to_owned(),
    })
}

/// An engine with these modules and ports on a test database, migrated.
pub fn engine(database: &TestDatabase, modules: Vec<Module>, ports: Ports) -> Result<Engine, Fault> {
    let builder = Builder::new(database.db.clone(), database.clock.clone(), database.entropy.clone());
    let builder = modules.into_iter().fold(builder, Builder::module);
    let migrations = builder.migrations();
    database.db.migrate(&migrations)?;
    builder.build(configuration()?, ports)
}
