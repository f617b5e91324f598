//! Puts the engine together from modules and ports, and migrates the database.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64};

use db::{Db, Migration};
use kernel::{Clock, Entropy, Fault};

use crate::engine::{Engine, Parts, Ports, Within};
use crate::events::Subscriber;
use crate::figures::{ANSWERS, Calls, FATES, Figures, Gauges, OPERATIONS, RunsByName};
use crate::filters::Filters;
use crate::health::Health;
use crate::hold::Pace;
use crate::jobs::JobKind;
use crate::module::Module;
use crate::outside::Outside;
use crate::ports::observed::{ObservedGateway, ObservedMailer};
use crate::requests::Requests;
use crate::runner::Runner;
use crate::schedules::Schedule;
use crate::signing::SecretKey;
use crate::verify::Verifier;

/// What the engine needs to know of its installation.
#[derive(Debug, Clone)]
pub struct Configuration {
    /// Signs tokens.
    pub secret: SecretKey,
    /// Where shoppers reach this server, without a slash at the end.
    pub public_url: String,
    /// Time zone of the shop.
    pub zone: String,
}

/// Collects modules, then builds the engine.
pub struct Builder {
    db: Db,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    modules: Vec<Module>,
    pace: Pace,
}

impl Builder {
    /// On an open database.
    #[must_use]
    pub fn new(db: Db, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Self {
        Self { db, clock, entropy, modules: Vec::new(), pace: Pace::default() }
    }

    /// Adds a feature's module.
    #[must_use]
    pub fn module(mut self, module: Module) -> Self {
        self.modules.push(module);
        self
    }

    /// How long work is held and may take.
    #[must_use]
    pub fn pace(mut self, pace: Pace) -> Self {
        self.pace = pace;
        self
    }

    /// All migrations in their order: the platform's first, then by feature.
    #[must_use]
    pub fn migrations(&self) -> Vec<Migration> {
        let mut all: Vec<Migration> = Vec::new();
        all.extend_from_slice(crate::schema::MIGRATIONS);
        all.extend_from_slice(crate::audit::MIGRATIONS);
        for list in self.modules.iter().flat_map(|module| &module.migrations) {
            all.extend_from_slice(list);
        }
        all.sort_by_key(|migration| migration.id);
        all
    }

    /// The engine. Two subscribers of one name, or two answers to one request, are faults.
    pub fn build(self, configuration: Configuration, ports: Ports) -> Result<Engine, Fault> {
        let (mut filters, mut requests) = (Filters::default(), Requests::default());
        let (mut subscribers, mut job_kinds, mut schedules) = (Vec::new(), Vec::new(), Vec::new());
        let (mut verifiers, mut gauges): (Vec<Verifier>, Vec<Gauges>) = (Vec::new(), Vec::new());
        let mut outside: Option<Outside> = None;
        for mut module in self.modules {
            outside = module.outside.take().or(outside);
            subscribers.append(&mut module.subscribers);
            job_kinds.append(&mut module.job_kinds);
            schedules.append(&mut module.schedules);
            verifiers.append(&mut module.verifiers);
            gauges.append(&mut module.gauges);
            module.register(&mut filters, &mut requests);
        }
        let mut by_event: BTreeMap<&'static str, Vec<&'static str>> = BTreeMap::new();
        let mut names = BTreeSet::new();
        for subscriber in &subscribers {
            if !names.insert(subscriber.name) {
                return Err(Fault::bug(format!("two subscribers are called {}", subscriber.name)));
            }
            for event in [subscriber.event].iter().chain(subscriber.more) {
                by_event.entry(event).or_default().push(subscriber.name);
            }
        }
        if let Some(name) = requests.claimed_twice().first() {
            return Err(Fault::bug(format!("two features answer {name}")));
        }
        let within = Arc::new(Within {
            filters: Arc::new(filters),
            hooked_outside: outside.as_ref().map(Outside::hooked),
            subscribers: by_event,
            secret: configuration.secret,
            public_url: configuration.public_url,
            zone: configuration.zone,
        });
        self.db.set_extension(Arc::clone(&within));
        let figures = figures(&subscribers, &job_kinds, &schedules, &ports);
        let ports = observed(ports, &figures);
        let server_id = self.entropy.uuid(self.clock.now());
        Ok(Engine(Arc::new(Parts {
            db: self.db,
            clock: self.clock,
            entropy: self.entropy,
            within,
            requests,
            outside,
            subscribers,
            job_kinds,
            schedules,
            verifiers,
            ports,
            server_id,
            draining: AtomicBool::new(false),
            away_until: AtomicI64::new(i64::MIN),
            pace: self.pace,
            runner: Runner::default(),
            health: Health::default(),
            figures,
            gauges,
        })))
    }
}

fn figures(
    subscribers: &[Subscriber],
    job_kinds: &[JobKind],
    schedules: &[Schedule],
    ports: &Ports,
) -> Figures {
    let calls = || OPERATIONS.iter().map(|operation| (*operation, Calls::new(&ANSWERS))).collect();
    Figures {
        deliveries: RunsByName::new(subscribers.iter().map(|subscriber| subscriber.name)),
        jobs: RunsByName::new(job_kinds.iter().map(|kind| kind.name)),
        schedules: RunsByName::new(schedules.iter().map(|schedule| schedule.hook)),
        gateways: ports.gateways.keys().map(|id| (id.clone(), Arc::new(calls()))).collect(),
        mails: Arc::new(Calls::new(&FATES)),
    }
}

/// The ports with somebody beside them who counts.
fn observed(mut ports: Ports, figures: &Figures) -> Ports {
    ports.mailer = Arc::new(ObservedMailer { inner: ports.mailer, calls: Arc::clone(&figures.mails) });
    for (id, gateway) in &mut ports.gateways {
        if let Some(calls) = figures.gateways.get(id) {
            *gateway = Arc::new(ObservedGateway { inner: Arc::clone(gateway), calls: Arc::clone(calls) });
        }
    }
    ports
}

impl std::fmt::Debug for Builder {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Builder").field("modules", &self.modules).finish_non_exhaustive()
    }
}
