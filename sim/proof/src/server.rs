//! One server: the whole program on a runtime of its own, so that a crash takes all of it and nothing else.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;

use app::{Application, Configuration};
use axum::Router;
use db::oversight::{Overseer, Verdict};
use db::{Db, Durability, Options};
use kernel::{Clock, Fault, Moment};
use runtime::Engine;
use runtime::engine::Ports;
use sim::{SeededEntropy, SimulatedClock};
use tokio::runtime::Runtime;

use crate::bank::{Bank, Line};
use crate::board::{Board, Gate, Word};
use crate::plants::{ASIDE, Plant};
use crate::post::{Counter, Post};

/// A server's own clock: the world's, a few seconds off.
#[derive(Debug)]
pub struct ServerClock {
    world: Arc<SimulatedClock>,
    /// Seconds before the world's time, or behind it when below zero.
    pub ahead: AtomicI64,
}

impl Clock for ServerClock {
    fn now(&self) -> Moment {
        self.world.now().plus_seconds(self.ahead.load(Ordering::SeqCst))
    }
}

/// What every server of a world shares.
pub struct Ground {
    /// Configuration, with the database's address.
    pub configuration: Configuration,
    /// Time.
    pub clock: Arc<SimulatedClock>,
    /// The bank.
    pub bank: Arc<Bank>,
    /// The post.
    pub post: Arc<Post>,
    /// Where everything waits.
    pub board: Arc<Board>,
    /// The planted fault.
    pub plant: Option<Plant>,
    /// The auditor's own way into the database.
    pub audit: Db,
    /// Everything is drawn from it.
    pub seed: u64,
}

impl std::fmt::Debug for Ground {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Ground({})", self.seed)
    }
}

/// Stands between a server and its database.
struct Watch {
    number: usize,
    board: Arc<Board>,
    cut_off: Arc<AtomicBool>,
    plant: Option<Plant>,
    audit: Db,
}

impl Overseer for Watch {
    fn before(&self, writes: bool) -> Pin<Box<dyn Future<Output = Verdict> + Send>> {
        if self.cut_off.load(Ordering::SeqCst) {
            return Box::pin(std::future::ready(Verdict::Refuse));
        }
        if !writes {
            return Box::pin(std::future::ready(Verdict::Run));
        }
        let word = self.board.park(self.number, Gate::Unit);
        Box::pin(async move {
            match word.await {
                Word::Go => Verdict::Run,
                Word::Twice => Verdict::RunTwice,
                Word::Refuse | Word::Lose | Word::Bounce | Word::Hang => Verdict::Refuse,
            }
        })
    }

    fn after(&self) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let word = self.board.park(self.number, Gate::Answer);
        let aside = (self.plant == Some(Plant::OutboxOutsideTransaction)).then(|| self.audit.clone());
        Box::pin(async move {
            word.await;
            if let Some(audit) = aside {
                let _ = hand_on(&audit);
            }
        })
    }

    fn altered(&self, text: &str) -> Option<String> {
        self.plant?.altered(text)
    }
}

/// What the planted outbox does after a commit.
fn hand_on(audit: &Db) -> Result<(), Fault> {
    audit.write_now(|tx| {
        let columns = "outbox_id, subscriber, aggregate, state, attempts, due_at";
        tx.execute_text(
            &format!("INSERT INTO {{p}}cartwright_deliveries ({columns}) SELECT {columns} FROM {{p}}{ASIDE} ORDER BY id"),
            &[],
        )?;
        tx.execute_text(&format!("DELETE FROM {{p}}{ASIDE}"), &[])?;
        Ok(())
    })
}

/// What the planted outbox loses with a crash.
pub fn lose_aside(audit: &Db) -> Result<(), Fault> {
    audit.write_now(|tx| Ok(tx.execute_text(&format!("DELETE FROM {{p}}{ASIDE}"), &[]).map(|_| ())?))
}

/// The table of the planted outbox.
pub fn make_aside(audit: &Db) -> Result<(), Fault> {
    audit.write_now(|tx| {
        tx.execute_text(
            &format!(
                "CREATE TABLE {{p}}{ASIDE} (id INTEGER PRIMARY KEY, outbox_id, subscriber, aggregate, state, attempts, due_at)"
            ),
            &[],
        )?;
        Ok(())
    })
}

/// A server that is up.
pub struct Server {
    runtime: Runtime,
    /// Its engine.
    pub engine: Engine,
    /// Every face of the program.
    pub router: Router,
    /// Its clock.
    pub clock: Arc<ServerClock>,
    /// It has lost its database.
    pub cut_off: Arc<AtomicBool>,
    /// Its scheduler is at work.
    pub at_work: Arc<AtomicBool>,
}

impl std::fmt::Debug for Server {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Server({:?})", self.engine)
    }
}

/// A runtime whose timers follow nothing but the world's steps.
pub fn stage() -> Result<Runtime, Fault> {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .map_err(|error| Fault::bug(format!("no runtime: {error}")))
}

impl Server {
    /// Starts the `number`th server for the `start`th time.
    pub fn start(ground: &Ground, number: usize, start: u64, ahead: i64) -> Result<Self, Fault> {
        let runtime = stage()?;
        let clock = Arc::new(ServerClock { world: Arc::clone(&ground.clock), ahead: AtomicI64::new(ahead) });
        let place = u64::try_from(number).unwrap_or_default();
        let entropy = SeededEntropy::new(ground.seed.wrapping_mul(7_919) ^ (place << 48) ^ (start << 32));
        let db = open(&ground.configuration, clock.clone(), entropy.clone())?;
        let cut_off = Arc::new(AtomicBool::new(false));
        db.set_overseer(Arc::new(Watch {
            number,
            board: Arc::clone(&ground.board),
            cut_off: Arc::clone(&cut_off),
            plant: ground.plant,
            audit: ground.audit.clone(),
        }));
        let line = Line { server: number, bank: Arc::clone(&ground.bank), board: Arc::clone(&ground.board) };
        let counter =
            Counter { server: number, post: Arc::clone(&ground.post), board: Arc::clone(&ground.board) };
        let exchange = move |ports: Ports| Ports {
            host: ports.host,
            mailer: Arc::new(counter),
            gateways: [("test".to_owned(), Arc::new(line) as Arc<_>)].into(),
        };
        let application = {
            let _within = runtime.enter();
            Application::assemble_on(db, ground.configuration.clone(), clock.clone(), entropy, exchange)?
        };
        let router = application.router()?;
        let at_work = Arc::new(AtomicBool::new(false));
        Ok(Self { runtime, engine: application.engine, router, clock, cut_off, at_work })
    }

    /// Lets everything on this server go on until it waits.
    pub fn drive(&self, time: Duration) {
        self.runtime.block_on(async move { tokio::time::sleep(time).await });
    }

    /// Where its tasks are started.
    #[must_use]
    pub fn handle(&self) -> tokio::runtime::Handle {
        self.runtime.handle().clone()
    }

    /// What the scheduler of a running server does: everything that is due.
    pub fn look_for_work(&self, board: &Arc<Board>) {
        if self.at_work.swap(true, Ordering::SeqCst) {
            return;
        }
        let (engine, at_work, board) = (self.engine.clone(), Arc::clone(&self.at_work), Arc::clone(board));
        self.runtime.spawn(async move {
            let _ = engine.run_due().await;
            at_work.store(false, Ordering::SeqCst);
            board.moved(5);
        });
    }
}

/// Opens the database of a world.
pub fn open(
    configuration: &Configuration,
    clock: Arc<dyn Clock>,
    entropy: Arc<SeededEntropy>,
) -> Result<Db, Fault> {
    let options = Options {
        durability: Durability::Relaxed,
        readers: 1,
        connections: 3,
        ..Options::new(&configuration.database_url, &configuration.table_prefix, clock, entropy)
    };
    Ok(Db::open(options)?)
}
