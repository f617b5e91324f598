//! The shop that is played, and what happened in it.

use std::sync::Arc;

use axum::Router;
use kernel::{Fault, Moment};
use runtime::Engine;
use serde_json::Value;

use crate::browser::{Browser, Visit};
use crate::chance::Chance;
use crate::clock::SimulatedClock;
use crate::mailbox::Mailbox;

/// The shop that is played: the program put together on a simulated clock, with an administrator.
pub struct World {
    /// The engine: its deliveries, jobs and schedules are run as time goes by.
    pub engine: Engine,
    /// Every face of the program.
    pub router: Router,
    /// Time.
    pub clock: Arc<SimulatedClock>,
    /// Mail on its way to the shoppers.
    pub mailbox: Arc<Mailbox>,
    /// Login name of the administrator.
    pub staff_login: String,
    /// An application password of the administrator.
    pub staff_password: String,
}

impl std::fmt::Debug for World {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "World({:?})", self.clock)
    }
}

impl World {
    /// The administrator's program.
    #[must_use]
    pub fn staff(&self) -> Browser {
        Browser::new(&self.router, "192.0.2.10").with_basic(&self.staff_login, &self.staff_password)
    }

    /// Now.
    #[must_use]
    pub fn now(&self) -> Moment {
        self.engine.now()
    }

    /// Lets so many seconds go by.
    pub fn pass(&self, seconds: i64) {
        self.clock.go_to(self.now().plus_seconds(seconds));
    }

    /// Lets the time pass in which a person looks at a page.
    pub fn look(&self, chance: &mut Chance) {
        self.pass(chance.between(6, 45));
    }
}

/// Calls a route as staff; whatever is refused is a defect of the world or of the program.
pub async fn staff_call(
    staff: &mut Browser,
    method: &str,
    path: &str,
    body: &Value,
    key: &str,
) -> Result<Visit, Fault> {
    let answer = staff.call(method, &format!("/wp-json/{path}"), body, key).await?;
    if answer.status.is_success() {
        return Ok(answer);
    }
    let text: String = answer.text.chars().take(300).collect();
    Err(Fault::bug(format!("{method} {path} gave {}: {text}", answer.status)))
}

/// What the people of the world did, counted where they did it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// People.
    pub shoppers: usize,
    /// Times somebody came.
    pub visits: usize,
    /// Pages asked for.
    pub pages: usize,
    /// Visits that put something into the cart.
    pub filled: usize,
    /// Visits that came to the checkout.
    pub checkouts: usize,
    /// Addresses left with consent.
    pub captured: usize,
    /// Orders paid at a checkout.
    pub orders: usize,
    /// Of these, orders with a bump.
    pub bumped: usize,
    /// Offers shown after the payment.
    pub offers: usize,
    /// Offers accepted after the payment.
    pub accepted: usize,
    /// Cards that were declined.
    pub declined: usize,
    /// Payments the bank asked about.
    pub challenges: usize,
    /// Payments the shopper refused when asked.
    pub refused: usize,
    /// Recovery mails opened through their link.
    pub returned: usize,
    /// Orders after such a return.
    pub regained: usize,
    /// People who wanted no more mail.
    pub unsubscribed: usize,
    /// Accounts made.
    pub members: usize,
    /// Orders completed by staff.
    pub completed: usize,
    /// Orders refunded, in part or in full.
    pub refunds: usize,
    /// Things that a shopper wanted and could not have, such as what was sold out.
    pub disappointed: usize,
}
