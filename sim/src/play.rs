//! The play: errands in the order of their time, until the period is over.
//!
//! 1. Everybody's visits are drawn beforehand; what follows from a visit (mail to read, money to ask back) joins the
//!    queue as it comes up.
//! 2. Every simulated hour the program does what is due: deliveries, jobs, schedules.
//! 3. Errands never overlap, so one seed is one history.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use kernel::{Fault, Moment};

use crate::browser::Browser;
use crate::calendar::Calendar;
use crate::chance::Chance;
use crate::letters::{self, Reading};
use crate::people::Person;
use crate::purchase::Intent;
use crate::shopper::{Scene, Shopper};
use crate::staff::{self, Complaint};
use crate::summary::{self, Summary};
use crate::world::{Tally, World};

/// What to play.
#[derive(Debug, Clone, Copy)]
pub struct Play {
    /// Everything is drawn from it.
    pub seed: u64,
    /// Days.
    pub days: u32,
    /// People.
    pub shoppers: usize,
    /// The last moment.
    pub end: Moment,
}

/// How far the play has come.
#[derive(Debug, Clone, Copy)]
pub struct Progress {
    /// Days gone by.
    pub day: u32,
    /// Days in all.
    pub days: u32,
    /// Visits so far.
    pub visits: usize,
    /// Orders so far.
    pub orders: usize,
}

/// Of a hundred people so many have an account.
const MEMBERS: u64 = 5;
/// Seconds from one round of the program's own work to the next.
const ROUND: i64 = 3_600;
/// Hour at which staff begin.
const MORNING: i64 = 8;

/// Something that happens at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Errand {
    /// The program does what is due.
    Round,
    /// Staff send parcels.
    Parcels,
    /// Staff give money back.
    GiveBack(Complaint),
    /// Somebody comes to the shop.
    Visit(usize),
    /// Somebody reads mail.
    Mail(usize),
}

struct Stage<'a> {
    world: &'a World,
    chance: Chance,
    tally: Tally,
    calendar: Calendar,
    shoppers: Vec<Shopper>,
    by_email: BTreeMap<String, usize>,
    queue: BinaryHeap<Reverse<(Moment, u64, Errand)>>,
    number: u64,
    staff: Browser,
    saved_cart: Option<String>,
}

/// Plays the whole period and asks for the figures. `told` hears of every day.
pub async fn play(
    world: &World,
    play: Play,
    told: &mut (dyn FnMut(Progress) + Send),
) -> Result<Summary, Fault> {
    let mut stage = Stage::new(world, play);
    let mut day = 0;
    while let Some(Reverse((at, _, errand))) = stage.queue.pop() {
        world.clock.go_to(at);
        stage.run(errand).await?;
        let gone = at.seconds_since(stage.calendar.start()) / 86_400;
        let gone = u32::try_from(gone).unwrap_or(0).min(play.days);
        if gone > day {
            day = gone;
            let (visits, orders) = (stage.tally.visits, stage.tally.orders);
            told(Progress { day, days: play.days, visits, orders });
        }
    }
    world.clock.go_to(play.end);
    world.engine.run_due().await?;
    summary::of(world, stage.tally, stage.saved_cart).await
}

impl<'a> Stage<'a> {
    fn new(world: &'a World, play: Play) -> Self {
        let calendar = Calendar::new(play.days, play.end);
        let mut stage = Self {
            world,
            chance: Chance::new(play.seed),
            tally: Tally { shoppers: play.shoppers, ..Tally::default() },
            shoppers: Vec::with_capacity(play.shoppers),
            by_email: BTreeMap::new(),
            queue: BinaryHeap::new(),
            number: 0,
            staff: world.staff(),
            saved_cart: None,
            calendar,
        };
        for number in 0..play.shoppers {
            stage.invite(number);
        }
        let (start, end) = (stage.calendar.start(), stage.calendar.end());
        let mut at = start.plus_seconds(ROUND);
        while at < end {
            stage.later(at, Errand::Round);
            at = at.plus_seconds(ROUND);
        }
        let midnight = start.unix().div_euclid(86_400) * 86_400;
        for day in 1..=i64::from(play.days) {
            let morning = Moment::from_unix(midnight + day * 86_400 + MORNING * 3_600);
            if morning < end {
                stage.later(morning, Errand::Parcels);
            }
        }
        stage
    }

    /// Somebody with the times at which he or she will come.
    fn invite(&mut self, number: usize) {
        let mut person = Person::new(number, &mut self.chance);
        person.member = self.chance.percent(MEMBERS);
        let visits = if person.member { 2 + self.chance.below(4) } else { 1 + self.chance.below(100) / 88 };
        for _ in 0..visits {
            let at = self.calendar.moment(&mut self.chance);
            self.later(at, Errand::Visit(number));
        }
        self.by_email.insert(kernel::text::normal_email(&person.email), number);
        let browser = Browser::new(&self.world.router, &person.ip);
        self.shoppers.push(Shopper { person, browser, logged_in_at: None, opened: Vec::new() });
    }

    /// What would happen after the period does not happen.
    fn later(&mut self, at: Moment, errand: Errand) {
        if at < self.calendar.end() {
            self.number += 1;
            self.queue.push(Reverse((at, self.number, errand)));
        }
    }

    async fn run(&mut self, errand: Errand) -> Result<(), Fault> {
        match errand {
            Errand::Round => self.round().await,
            Errand::Parcels => {
                let complaints =
                    staff::send_parcels(self.world, &mut self.staff, &mut self.chance, &mut self.tally)
                        .await?;
                for complaint in complaints {
                    let at = self.world.now().plus_minutes(self.chance.between(2 * 1_440, 9 * 1_440));
                    self.later(at, Errand::GiveBack(complaint));
                }
                Ok(())
            }
            Errand::GiveBack(complaint) => {
                staff::give_back(&mut self.staff, complaint, &mut self.tally).await
            }
            Errand::Visit(number) => self.visit(number).await,
            Errand::Mail(number) => self.mail(number).await,
        }
    }

    /// Deliveries, jobs, schedules; and whoever got mail will look at it some time.
    async fn round(&mut self) -> Result<(), Fault> {
        self.world.engine.run_due().await?;
        for address in self.world.mailbox.addressees() {
            let mails = self.world.mailbox.read(&address);
            let Some(number) = self.by_email.get(&address).copied() else { continue };
            // One of three opens such mail, within hours.
            if self.chance.percent(35) {
                let at = self.world.now().plus_minutes(self.chance.between(5, 600));
                self.later(at, Errand::Mail(number));
                if let Some(shopper) = self.shoppers.get_mut(number) {
                    shopper.opened.extend(mails);
                }
            } else {
                let link = mails.last().and_then(|mail| letters::address(&mail.text, "/restore/"));
                self.saved_cart = link.or(self.saved_cart.take());
            }
        }
        Ok(())
    }

    async fn visit(&mut self, number: usize) -> Result<(), Fault> {
        let Some(shopper) = self.shoppers.get_mut(number) else { return Ok(()) };
        let mut scene = Scene { world: self.world, chance: &mut self.chance, tally: &mut self.tally };
        if visit(shopper, &mut scene).await? {
            self.world.engine.deliver().await?;
        }
        Ok(())
    }

    async fn mail(&mut self, number: usize) -> Result<(), Fault> {
        let Some(shopper) = self.shoppers.get_mut(number) else { return Ok(()) };
        let mut scene = Scene { world: self.world, chance: &mut self.chance, tally: &mut self.tally };
        if shopper.read_mail(&mut scene).await? == Reading::Bought {
            self.world.engine.deliver().await?;
        }
        Ok(())
    }
}

/// One visit from the first page to the last. True when something was bought.
async fn visit(shopper: &mut Shopper, scene: &mut Scene<'_>) -> Result<bool, Fault> {
    scene.tally.visits += 1;
    let member = shopper.person.member;
    if member {
        shopper.log_in(scene).await?;
    }
    let pleasing = shopper.browse(scene).await?;
    let mut cart = None;
    for product in &pleasing {
        if scene.chance.percent(if member { 80 } else { 62 })
            && let Some(filled) = shopper.add(scene, product).await?
        {
            cart = Some(filled);
        }
    }
    let Some(cart) = cart else { return Ok(false) };
    scene.tally.filled += 1;
    if scene.chance.percent(14) {
        shopper.apply_coupon(scene, &cart).await?;
    }
    let draw = scene.chance.below(100);
    let intent = match draw {
        0..=24 if !member => return Ok(false),
        25..=33 if !member => Intent::Leave,
        34..=60 if !member => Intent::LeaveAddress,
        0..=11 => Intent::LeaveAddress,
        _ => Intent::Buy,
    };
    shopper.check_out(scene, intent).await
}
