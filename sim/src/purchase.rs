//! A shopper at the checkout: details, bumps, card, the bank's question, offers after the payment.

use kernel::Fault;
use serde_json::json;

use crate::browser::Visit;
use crate::forms::{PageForm, forms};
use crate::shopper::{Scene, Shopper, page};

/// Pays.
const GOOD: &str = "4242 4242 4242 4242";
/// Is declined.
const DECLINED: &str = "4000 0000 0000 0002";
/// The bank asks.
const ASKS: &str = "4000 0025 0000 3155";
/// Pays while the shopper is there, has no money for what comes after.
const EMPTY: &str = "4000 0000 0000 9995";

/// Pages from the payment to the thanks before something must be wrong.
const MOST_PAGES: usize = 12;

/// How far somebody means to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Intent {
    /// Looks at the checkout and leaves without a word.
    Leave,
    /// Leaves an address, allows to be reminded, and leaves.
    LeaveAddress,
    /// Buys.
    Buy,
}

impl Shopper {
    /// Through the checkout. True when something was bought.
    pub(crate) async fn check_out(&mut self, scene: &mut Scene<'_>, intent: Intent) -> Result<bool, Fault> {
        let first = self.open(scene, "/checkout").await?;
        if !first.path.starts_with("/checkout/") {
            return Ok(false);
        }
        scene.tally.checkouts += 1;
        if intent == Intent::Leave {
            return Ok(false);
        }
        let consents = intent == Intent::LeaveAddress || scene.chance.percent(55);
        if consents {
            self.leave_address(scene, &first.path).await?;
        }
        if intent == Intent::LeaveAddress {
            return Ok(false);
        }
        let Some(payment) = self.walk_to_payment(scene, first, consents).await? else { return Ok(false) };
        self.pay(scene, payment, consents).await
    }

    /// What the page's script does when an address has been typed and the box is ticked.
    async fn leave_address(&mut self, scene: &mut Scene<'_>, path: &str) -> Result<(), Fault> {
        scene.world.look(scene.chance);
        let funnel = path.trim_start_matches("/checkout/");
        let body = json!({ "email": self.person.email, "consent": true, "funnel": funnel });
        page(self.browser.call("POST", "/wp-json/ocart/v1/checkout/capture", &body, "").await?)?;
        scene.tally.captured += 1;
        Ok(())
    }

    /// Takes bumps and fills in the details, until there is a page that takes a card.
    async fn walk_to_payment(
        &mut self,
        scene: &mut Scene<'_>,
        first: Visit,
        consents: bool,
    ) -> Result<Option<Visit>, Fault> {
        let mut at = first;
        let mut bumped = false;
        for _ in 0..MOST_PAGES {
            if !bumped && let Some(bump) = at.form("take") {
                bumped = true;
                if scene.chance.percent(34) {
                    at = self.send(scene, &at, &bump).await?;
                    continue;
                }
            }
            if at.form("card_number").is_some() {
                return Ok(Some(at));
            }
            at = match at.form("email") {
                Some(mut form) => {
                    self.fill_in(&mut form, consents);
                    self.send(scene, &at, &form).await?
                }
                None => match at.link("/payment") {
                    Some(path) => self.open(scene, &path).await?,
                    None => return Ok(None),
                },
            };
        }
        Ok(None)
    }

    fn fill_in(&self, form: &mut PageForm, consents: bool) {
        let names: Vec<String> = form.choices.iter().map(|(name, _)| name.clone()).collect();
        for name in &names {
            if let Some(text) = self.person.types(name) {
                form.set(name, text);
            }
        }
        if consents {
            form.choose("consent");
        }
    }

    /// Pays, and follows where it leads.
    async fn pay(&mut self, scene: &mut Scene<'_>, payment: Visit, consents: bool) -> Result<bool, Fault> {
        let mut card = match scene.chance.below(100) {
            0..=6 => DECLINED,
            7..=13 => ASKS,
            14..=15 => EMPTY,
            _ => GOOD,
        };
        let bumped = payment.text.contains("Take it out again");
        let mut at = self.send_card(scene, &payment, card, consents).await?;
        for _ in 0..MOST_PAGES {
            if at.path.starts_with("/order/") {
                scene.tally.orders += 1;
                scene.tally.bumped += usize::from(bumped);
                return Ok(true);
            }
            if let Some(mut form) = at.form("answer") {
                scene.tally.challenges += 1;
                let approves = scene.chance.percent(85);
                scene.tally.refused += usize::from(!approves);
                form.set("answer", if approves { "approve" } else { "refuse" });
                at = self.send(scene, &at, &form).await?;
            } else if at.form_to("/decline").is_some() {
                at = self.answer_offer(scene, &at).await?;
            } else if at.form("card_number").is_some() {
                // Declined, refused, or the total has changed: some try once more, with a card that pays.
                scene.tally.declined += usize::from(card == DECLINED);
                let again = card != GOOD && scene.chance.percent(70);
                if !again {
                    return Ok(false);
                }
                card = GOOD;
                at = self.send_card(scene, &at, card, consents).await?;
            } else {
                return Err(Fault::bug(format!("a payment led to {} and no further", at.path)));
            }
        }
        Err(Fault::bug("a payment went in circles"))
    }

    async fn send_card(
        &mut self,
        scene: &mut Scene<'_>,
        at: &Visit,
        card: &str,
        consents: bool,
    ) -> Result<Visit, Fault> {
        let mut form = at.form("card_number").unwrap_or_default();
        self.fill_in(&mut form, consents);
        form.choose("payment_method");
        form.set("card_number", card);
        self.send(scene, at, &form).await
    }

    async fn answer_offer(&mut self, scene: &mut Scene<'_>, at: &Visit) -> Result<Visit, Fault> {
        scene.tally.offers += 1;
        let all = forms(&at.text);
        let find =
            |end: &str| all.iter().find(|form| form.action.ends_with(end)).cloned().unwrap_or_default();
        // A card without money is tried once; after that the shopper goes on.
        let failed = at.text.contains("could not be charged");
        if failed || scene.chance.percent(78) {
            return self.send(scene, at, &find("/decline")).await;
        }
        let answered = self.send(scene, at, &find("/accept")).await?;
        scene.tally.accepted += usize::from(!answered.text.contains("could not be charged"));
        Ok(answered)
    }
}
