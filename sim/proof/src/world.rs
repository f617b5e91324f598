//! A world: people, servers, bank and post on one database, one step at a time.
//!
//! 1. Everything that is under way runs until it waits at a gate of the board.
//! 2. The world draws who goes on, and what befalls him there; now and then time passes or a server starts work.
//! 3. After some rounds nothing goes wrong any more, everything is given time to come to rest, and the auditor looks.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use kernel::{Fault, Moment};
use sim::people::Person;
use sim::{Chance, SeededEntropy, SimulatedClock};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::audit;
use crate::bank::{self, Bank};
use crate::board::{Board, Gate, Word};
use crate::client::Client;
use crate::desk::{Desk, Errand};
use crate::model::Model;
use crate::network::Network;
use crate::plan::{Faults, Kind, Plan};
use crate::plants::Plant;
use crate::post::Post;
use crate::server::{self, Ground, Server};
use crate::shopping::{self, Shopper};
use crate::template::{BEGINNING, Template};

/// Servers on one database.
const SERVERS: usize = 2;
/// Steps after which a world that has not come to rest never will.
const MOST_STEPS: u64 = 40_000;
/// One look at what moves.
const MOMENT: Duration = Duration::from_millis(1);
/// Long enough for whoever looks again after a pause.
const WHILE: Duration = Duration::from_millis(300);
/// Minutes from one look to the next while the world comes to rest: past every lease, hold, retry and sequence.
const REST: [i64; 14] = [1, 2, 3, 5, 16, 61, 61, 120, 360, 1_440, 1_440, 2_880, 61, 61];

/// What came of a plan.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// What was played.
    pub plan: Plan,
    /// What must be true and is not.
    pub violations: Vec<String>,
    /// Faults that struck.
    pub struck: Vec<(u32, Kind)>,
    /// A hash of everything that happened.
    pub digest: u64,
    /// Requests to servers.
    pub requests: usize,
    /// Charges at the bank that moved money.
    pub charges: usize,
    /// Letters that the post took.
    pub letters: usize,
    /// Visits that were given up.
    pub given_up: usize,
    /// Times that the bank called by itself.
    pub webhooks: usize,
    /// What else there was.
    pub tally: Vec<(&'static str, i64)>,
}

/// Everything there is.
pub struct World<'a> {
    /// The shop as it began.
    pub template: &'a Template,
    plan: Plan,
    /// What servers share.
    pub ground: Ground,
    /// Servers, those that are up.
    pub servers: Vec<Option<Server>>,
    back_at: Vec<u64>,
    starts: u64,
    /// Between people and servers.
    pub network: Arc<Network>,
    /// What people know.
    pub model: Arc<Model>,
    people: Runtime,
    out: Arc<AtomicUsize>,
    chance: Chance,
    news: Chance,
    webhooks: usize,
    faults: Faults,
    steps: u64,
    visitors: u64,
    letters_read: usize,
    /// What went wrong on the way.
    pub complaints: Vec<String>,
    _folder: Option<TempDir>,
}

/// Plays a plan.
pub fn play(template: &Template, plan: &Plan, plant: Option<Plant>) -> Result<Outcome, Fault> {
    let mut world = World::new(template, plan, plant)?;
    for _ in 0..plan.rounds {
        world.round()?;
    }
    world.come_to_rest()?;
    let violations = audit::violations(&world)?;
    let charges = world.ground.bank.charges();
    Ok(Outcome {
        plan: plan.clone(),
        violations,
        struck: world.faults.struck().to_vec(),
        digest: world.ground.board.digest(),
        requests: world.network.requests(),
        charges: charges.values().filter(|charge| charge.verdict == bank::Verdict::Paid).count(),
        letters: world.ground.post.taken().len(),
        given_up: world.model.known().given_up,
        tally: audit::tally(&world)?,
        webhooks: world.webhooks,
    })
}

impl<'a> World<'a> {
    fn new(template: &'a Template, plan: &Plan, plant: Option<Plant>) -> Result<Self, Fault> {
        let (folder, configuration) = template.place()?;
        let clock = SimulatedClock::at(Moment::parse(BEGINNING).unwrap_or_default().plus_minutes(5));
        let audit = server::open(&configuration, clock.clone(), SeededEntropy::new(plan.seed))?;
        if plant == Some(Plant::OutboxOutsideTransaction) {
            server::make_aside(&audit)?;
        }
        let board = Arc::new(Board::default());
        let ground = Ground {
            bank: Bank::new(clock.clone(), audit.clone(), plant),
            post: Arc::new(Post::default()),
            configuration,
            clock,
            board: Arc::clone(&board),
            plant,
            audit,
            seed: plan.seed,
        };
        let model = Model::new(Arc::clone(&ground.clock));
        let mut world = Self {
            template,
            plan: plan.clone(),
            ground,
            servers: (0..SERVERS).map(|_| None).collect(),
            back_at: vec![0; SERVERS],
            starts: 0,
            network: Network::new(board, SERVERS, plan.seed),
            model,
            people: server::stage()?,
            out: Arc::default(),
            chance: Chance::new(plan.seed ^ 0x776f_726c_6473),
            news: Chance::new(plan.seed ^ 0x6e65_7773),
            webhooks: 0,
            faults: Faults::new(plan),
            steps: 0,
            visitors: 0,
            letters_read: 0,
            complaints: Vec::new(),
            _folder: folder,
        };
        world.start_servers(true)?;
        Ok(world)
    }

    /// Starts what is down and may come back.
    fn start_servers(&mut self, all: bool) -> Result<(), Fault> {
        for number in 0..SERVERS {
            let down = self.servers.get(number).is_none_or(Option::is_none);
            if down && (all || self.back_at.get(number).is_some_and(|back_at| self.steps >= *back_at)) {
                self.starts += 1;
                let ahead = if all { 0 } else { self.faults.between(-3, 3) };
                let server = Server::start(&self.ground, number, self.starts, ahead)?;
                self.network.connect(number, Some((server.handle(), server.router.clone())));
                if let Some(place) = self.servers.get_mut(number) {
                    *place = Some(server);
                }
            }
        }
        Ok(())
    }

    /// A server stops where it stands.
    fn crash(&mut self, number: usize) -> Result<(), Fault> {
        self.network.connect(number, None);
        let stopped = self.servers.get_mut(number).and_then(Option::take);
        drop(stopped);
        if self.ground.plant == Some(Plant::OutboxOutsideTransaction) {
            server::lose_aside(&self.ground.audit)?;
        }
        let pause = u64::try_from(self.faults.between(5, 80)).unwrap_or_default();
        if let Some(back_at) = self.back_at.get_mut(number) {
            *back_at = self.steps + pause;
        }
        Ok(())
    }

    /// Lets everything go on until it waits.
    fn drive(&self, time: Duration) {
        loop {
            let before = self.ground.board.moves();
            for server in self.servers.iter().flatten() {
                server.drive(time);
            }
            self.people.block_on(async move { tokio::time::sleep(time).await });
            if self.ground.board.moves() == before {
                return;
            }
        }
    }

    /// One step; false when nobody waits for anything.
    fn step(&mut self) -> Result<bool, Fault> {
        self.steps += 1;
        self.start_servers(false)?;
        self.drive(MOMENT);
        self.weather();
        let waiting = self.ground.board.waiting();
        let is_person = |gate: Gate| matches!(gate, Gate::Patience | Gate::Absence);
        let busy: Vec<_> = waiting.iter().filter(|(.., gate)| !is_person(*gate)).copied().collect();
        let near: Vec<_> = waiting.iter().filter(|(.., gate)| *gate != Gate::Absence).copied().collect();
        let choice = match self.chance.below(100) {
            0..=3 if !near.is_empty() => &near,
            4 => &waiting,
            _ if !busy.is_empty() => &busy,
            _ if !near.is_empty() => &near,
            _ => &waiting,
        };
        let Some((number, server, gate)) = self.chance.pick(choice).copied() else { return Ok(false) };
        if is_person(gate) {
            let away = if gate == Gate::Absence {
                self.chance.between(300, 5_400)
            } else {
                self.chance.between(2, 15)
            };
            self.pass(away);
            self.ground.board.call(number, Word::Go);
            return Ok(true);
        }
        if self.chance.percent(10) {
            self.pass(1);
        }
        if self.faults.strikes(Kind::Crash, 7) {
            self.crash(server)?;
            return Ok(true);
        }
        let word = self.word(gate);
        self.ground.board.call(number, word);
        Ok(true)
    }

    fn word(&mut self, gate: Gate) -> Word {
        let faults = &mut self.faults;
        match gate {
            Gate::Unit if faults.strikes(Kind::Refused, 8) => Word::Refuse,
            Gate::Unit if faults.strikes(Kind::RunTwice, 40) => Word::Twice,
            Gate::Bank if faults.strikes(Kind::Hang, 15) => Word::Hang,
            Gate::Bank | Gate::Post if faults.strikes(Kind::Down, 50) => Word::Refuse,
            Gate::Bank | Gate::Post if faults.strikes(Kind::AnswerLost, 70) => Word::Lose,
            Gate::Post if faults.strikes(Kind::Bounced, 50) => Word::Bounce,
            Gate::BankAnswer | Gate::PostAnswer if faults.strikes(Kind::AnswerLost, 40) => Word::Lose,
            _ => Word::Go,
        }
    }

    /// What befalls the world as a whole, and the work that servers look for by themselves.
    fn weather(&mut self) {
        if self.chance.percent(4) {
            let number = usize::try_from(self.chance.below(SERVERS as u64)).unwrap_or_default();
            if let Some(server) = self.servers.get(number).and_then(Option::as_ref) {
                server.look_for_work(&self.ground.board);
            }
        }
        if self.faults.strikes(Kind::ClockJump, 3) {
            let jump = self.faults.between(60, 4 * 3_600);
            self.pass(jump);
        }
        let number = usize::try_from(self.faults.between(0, 1)).unwrap_or_default();
        let set = self.faults.strikes(Kind::ClockSet, 3).then(|| self.faults.between(-3, 3));
        let cut_off = self.faults.strikes(Kind::CutOff, 2);
        if let Some(server) = self.servers.get(number).and_then(Option::as_ref) {
            if let Some(ahead) = set {
                server.clock.ahead.store(ahead, Ordering::SeqCst);
            }
            // Back again with the next fault of the kind, or when the world comes to rest.
            if cut_off || (server.cut_off.load(Ordering::SeqCst) && self.chance.percent(5)) {
                server.cut_off.fetch_xor(true, Ordering::SeqCst);
            }
        }
        if self.faults.strikes(Kind::Repeat, 10) {
            self.network.repeat();
        }
        if self.news.percent(1) {
            self.webhook();
        }
    }

    /// The bank calls about one of its charges, new or long ago, whatever it has told before.
    fn webhook(&mut self) {
        let keys: Vec<String> = self.ground.bank.charges().into_keys().collect();
        if let Some(key) = self.news.pick(&keys).cloned() {
            let client = self.someone("198.51.100.200");
            self.webhooks += 1;
            self.send_out(bank::calls_the_shop(client, key));
        }
    }

    fn pass(&self, seconds: i64) {
        self.ground.clock.go_to(self.ground.clock_now().plus_seconds(seconds));
    }

    fn someone(&mut self, address: &str) -> Client {
        self.visitors += 1;
        let seed = self.plan.seed.wrapping_mul(1_000_003) ^ (self.visitors << 20);
        Client::new(&self.network.router(), address, seed, &self.model, &self.ground.board)
    }

    fn send_out(&self, going: impl Future<Output = ()> + Send + 'static) {
        self.out.fetch_add(1, Ordering::SeqCst);
        let (out, board) = (Arc::clone(&self.out), Arc::clone(&self.ground.board));
        self.people.spawn(async move {
            going.await;
            out.fetch_sub(1, Ordering::SeqCst);
            board.moved(3);
        });
    }

    fn shopper(&mut self) -> Shopper {
        let number = usize::try_from(self.visitors).unwrap_or_default();
        let person = Person::new(number, &mut self.chance);
        let leaves = self.chance.percent(25);
        let client = self.someone(&person.ip);
        let consents = self.chance.percent(60);
        Shopper { person, client, products: self.template.products.clone(), leaves, consents }
    }

    fn clerk(&mut self) -> (Desk, Errand) {
        let mut client = self.someone("192.0.2.10");
        client.browser = client.browser.clone().with_basic(&self.template.login, &self.template.password);
        let desk = Desk {
            client,
            members: self.template.members.clone(),
            purses: self.template.purses.clone(),
            reward: self.template.reward,
            product: self.template.product,
            name: format!("clerk{}", self.visitors),
        };
        let errand = match self.chance.below(10) {
            0..=2 => Errand::Parcels,
            3..=4 => Errand::GiveBack,
            5 => Errand::Cancel,
            6..=7 => Errand::Correct,
            8 => Errand::Sell,
            _ => Errand::Redeem,
        };
        (desk, errand)
    }

    /// People come, everything goes its way, some time passes.
    fn round(&mut self) -> Result<(), Fault> {
        for _ in 0..self.chance.between(1, 3) {
            let shopper = self.shopper();
            self.send_out(shopper.tour());
        }
        for _ in 0..self.chance.between(1, 2) {
            let (desk, errand) = self.clerk();
            self.send_out(desk.run(errand));
        }
        self.read_letters();
        self.until_quiet()?;
        let minutes = self.chance.between(2, 50);
        self.pass(minutes * 60);
        self.look_for_work();
        self.until_quiet()
    }

    /// Some of those who got a letter come back through it.
    fn read_letters(&mut self) {
        let letters = self.ground.post.taken();
        for letter in letters.into_iter().skip(self.letters_read) {
            self.letters_read += 1;
            let link = |part: &str| {
                let word = letter.text.split_whitespace().find(|word| word.contains(part));
                word.map(sim::browser::inside)
            };
            let (restore, unsubscribe) = (link("/restore/"), link("/unsubscribe/"));
            match (self.chance.below(10), restore, unsubscribe) {
                (0..=4, Some(path), _) => {
                    let mut shopper = self.shopper();
                    shopper.leaves = false;
                    letter.to.clone_into(&mut shopper.person.email);
                    self.send_out(async move {
                        let _ = shopper.check_out(&path).await;
                    });
                }
                (5..=6, _, Some(path)) => {
                    let client = self.someone("203.0.113.9");
                    self.send_out(shopping::unsubscribe(client, letter.to, path));
                }
                _ => {}
            }
        }
    }

    fn look_for_work(&self) {
        for server in self.servers.iter().flatten() {
            server.look_for_work(&self.ground.board);
        }
    }

    fn is_quiet(&self) -> bool {
        let working = self.servers.iter().flatten().any(|server| server.at_work.load(Ordering::SeqCst));
        !working && self.out.load(Ordering::SeqCst) == 0 && self.network.under_way() == 0
    }

    /// Until everybody is home and no server is at work.
    fn until_quiet(&mut self) -> Result<(), Fault> {
        let mut still = 0_u32;
        loop {
            if self.steps > MOST_STEPS {
                return Err(Fault::bug("the world does not come to rest"));
            }
            if self.step()? {
                still = 0;
                continue;
            }
            if self.is_quiet() {
                return Ok(());
            }
            // Whoever waits for nothing that can be called up waits for time.
            self.drive(WHILE);
            self.pass(i64::from(still.is_multiple_of(3)));
            still += 1;
            if still > 400 {
                return Err(Fault::bug("something waits for what never comes"));
            }
        }
    }

    /// Nothing goes wrong any more; leases run out, retries come due, sequences end.
    fn come_to_rest(&mut self) -> Result<(), Fault> {
        self.faults.calm();
        self.network.calm();
        self.start_servers(true)?;
        for server in self.servers.iter().flatten() {
            server.cut_off.store(false, Ordering::SeqCst);
            server.clock.ahead.store(0, Ordering::SeqCst);
        }
        self.until_quiet()?;
        for minutes in REST {
            self.pass(minutes * 60);
            self.look_for_work();
            self.until_quiet()?;
        }
        Ok(())
    }
}

impl Ground {
    /// The world's time.
    #[must_use]
    pub fn clock_now(&self) -> Moment {
        kernel::Clock::now(self.clock.as_ref())
    }
}
