//! From configuration to a running engine: database, ports, features.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use db::{Db, Migration, Options};
use kernel::{Clock, Entropy, Fault};
use runtime::engine::Ports;
use runtime::ports::{Gateway, Host, Mailer};
use runtime::{Builder, Engine, Module};
use system::{SystemClock, SystemEntropy};
use web::{Feature, ServerOptions};
use woocommerce::{HttpTransport, Link, Patience, WooCommerceHost};

use crate::configuration::Configuration;

/// The program put together.
pub struct Application {
    /// The engine.
    pub engine: Engine,
    /// Faces of the features; their modules are in the engine.
    pub features: Vec<Feature>,
    /// All migrations in order.
    pub migrations: Vec<Migration>,
    /// What it was told.
    pub configuration: Configuration,
}

impl std::fmt::Debug for Application {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Application").finish_non_exhaustive()
    }
}

impl Application {
    /// On the machine's clock and chance.
    pub fn open(configuration: Configuration) -> Result<Self, Fault> {
        Self::assemble(configuration, Arc::new(SystemClock), Arc::new(SystemEntropy))
    }

    /// On a given clock and chance.
    pub fn assemble(
        configuration: Configuration,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, Fault> {
        Self::assemble_with(configuration, clock, entropy, |mailer| mailer)
    }

    /// The same with something between the program and its mailer, as the demo and the tests read mail.
    pub fn assemble_with(
        configuration: Configuration,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        before_mailer: impl FnOnce(Arc<dyn Mailer>) -> Arc<dyn Mailer>,
    ) -> Result<Self, Fault> {
        let db = open_database(&configuration, &clock, &entropy)?;
        Self::assemble_on(db, configuration, clock, entropy, |mut ports| {
            ports.mailer = before_mailer(ports.mailer);
            ports
        })
    }

    /// On an open database, with other ports where a simulation has its own.
    pub fn assemble_on(
        db: Db,
        configuration: Configuration,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        exchange: impl FnOnce(Ports) -> Ports,
    ) -> Result<Self, Fault> {
        let secret = crate::first_start::secret_key(&configuration, entropy.as_ref())?;
        let book = gateway_book(&configuration, &db, &clock, &entropy)?;
        let link = link(&configuration, &db)?;
        let ports = exchange(ports(&configuration, &db, book, link.clone())?);
        let mut features = crate::features::of(&configuration);
        let mut builder = Builder::new(db, clock, entropy);
        builder = builder.module(adapters());
        if let Some(link) = link {
            builder = builder.module(woocommerce::linked(link)).module(crate::forwarded::answers(&features));
        }
        for feature in &mut features {
            builder = builder.module(std::mem::take(&mut feature.module));
        }
        let migrations = builder.migrations();
        let settings = runtime::Configuration {
            secret,
            public_url: configuration.public_url.clone(),
            zone: configuration.time_zone.clone(),
        };
        let engine = builder.build(settings, ports)?;
        Ok(Self { engine, features, migrations, configuration })
    }

    /// Makes and changes the tables, off the runtime's threads.
    pub async fn migrate(&self) -> Result<usize, Fault> {
        let (db, migrations) = (self.engine.db().clone(), self.migrations.clone());
        let newer = self.newer().await?;
        if let Some(id) = newer.last() {
            return Err(Fault::refused(
                "newer_database",
                format!(
                    "The database was changed by a newer version of the program ({id}). Install that version, or restore \
                     a backup from before."
                ),
            ));
        }
        tokio::task::spawn_blocking(move || db.migrate(&migrations))
            .await
            .map_err(|_| Fault::bug("the migrating thread stopped"))?
            .map_err(|error| Fault::unavailable(format!("The database could not be prepared: {error}")))
    }

    /// Migrations of the database that this program does not know, of whichever kind of installation.
    pub async fn newer(&self) -> Result<Vec<String>, Fault> {
        let db = self.engine.db().clone();
        let applied = tokio::task::spawn_blocking(move || db.applied_migrations())
            .await
            .map_err(|_| Fault::bug("the migrating thread stopped"))?
            .map_err(|error| Fault::unavailable(format!("The database cannot be read: {error}")))?;
        let mut known = crate::features::every_migration();
        known.extend(self.migrations.iter().map(|migration| migration.id));
        Ok(applied.into_iter().filter(|id| !known.contains(&id.as_str())).collect())
    }

    /// The router of every face.
    pub fn router(&self) -> Result<axum::Router, Fault> {
        let options = ServerOptions {
            trust_forwarded: self.configuration.trust_forwarded,
            metrics_token: self.configuration.observation.metrics_token.clone(),
            body_time: self.configuration.bounds.body,
        };
        web::router(self.engine.clone(), &self.features, options)
    }
}

fn open_database(
    configuration: &Configuration,
    clock: &Arc<dyn Clock>,
    entropy: &Arc<dyn Entropy>,
) -> Result<Db, Fault> {
    open_at(&configuration.database_url, configuration, clock, entropy)
}

fn open_at(
    url: &str,
    configuration: &Configuration,
    clock: &Arc<dyn Clock>,
    entropy: &Arc<dyn Entropy>,
) -> Result<Db, Fault> {
    Db::open(Options::new(url, &configuration.table_prefix, Arc::clone(clock), Arc::clone(entropy)))
        .map_err(|error| Fault::unavailable(format!("The database cannot be opened: {error}")))
}

/// Where the test gateway keeps its record: beside the shop's tables, or, as a company outside would, in a database of
/// its own that a crash of the shop's leaves alone.
fn gateway_book(
    configuration: &Configuration,
    db: &Db,
    clock: &Arc<dyn Clock>,
    entropy: &Arc<dyn Entropy>,
) -> Result<Db, Fault> {
    let Some(url) = &configuration.test_gateway_url else { return Ok(db.clone()) };
    let book = open_at(url, configuration, clock, entropy)?;
    book.migrate(testpay::MIGRATIONS).map_err(|error| {
        Fault::unavailable(format!("The gateway's record could not be prepared: {error}"))
    })?;
    Ok(book)
}

/// What the adapters bring into the database, and what the platform takes out of it.
fn adapters() -> Module {
    let mut module = Module::default();
    module.migrations = vec![testpay::MIGRATIONS];
    module.schedules = vec![runtime::housekeeping::schedule()];
    module
}

/// The link with the WooCommerce that is the shop of record, where one is named.
fn link(configuration: &Configuration, db: &Db) -> Result<Option<Link>, Fault> {
    let Some(store) = &configuration.wordpress else { return Ok(None) };
    let transport = Arc::new(HttpTransport::new()?);
    Link::new(db.clone(), &store.url, store.key.as_deref(), transport, Patience::default()).map(Some)
}

fn ports(
    configuration: &Configuration,
    db: &Db,
    gateway_book: Db,
    link: Option<Link>,
) -> Result<Ports, Fault> {
    let mailer: Arc<dyn Mailer> = match &configuration.smtp_url {
        Some(url) => Arc::new(smtp::SmtpMailer::from_url(url)?),
        None => Arc::new(messaging::OutboxMailer::new(db.clone())),
    };
    let mut gateways: BTreeMap<String, Arc<dyn Gateway>> = BTreeMap::new();
    if configuration.test_gateway {
        let hold = Duration::from_millis(configuration.test_gateway_hold_ms);
        let secret = configuration.test_gateway_webhook_secret.clone();
        let gateway = testpay::TestGateway::new(gateway_book, hold).with_webhooks(secret);
        gateways.insert("test".to_owned(), Arc::new(gateway));
    }
    let host: Arc<dyn Host> = match link {
        Some(link) => Arc::new(WooCommerceHost::new(link)),
        None => Arc::new(shop::ShopHost::new(db.clone())),
    };
    Ok(Ports { host, mailer, gateways })
}
