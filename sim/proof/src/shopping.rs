//! Shoppers: they fill a cart, leave their address, pay, answer the bank, take offers; some click twice, some leave.

use kernel::Fault;
use serde_json::json;
use sim::browser::Visit;
use sim::forms::{PageForm, forms};
use sim::people::Person;

use crate::client::{Client, Done};

const CARDS: [&str; 8] = [
    "4242 4242 4242 4242",
    "4242 4242 4242 4242",
    "4242 4242 4242 4242",
    "4242 4242 4242 4242",
    "4000 0025 0000 3155",
    "4000 0025 0000 3155",
    "4000 0000 0000 0002",
    "4000 0000 0000 9995",
];
const GOOD: &str = CARDS[0];
/// Pages from the payment to the thanks before something must be wrong.
const MOST_PAGES: usize = 14;

/// Somebody on a shopping tour.
pub struct Shopper {
    /// Who.
    pub person: Person,
    /// With what.
    pub client: Client,
    /// Pages of products that may be wanted.
    pub products: Vec<String>,
    /// Leaves before paying.
    pub leaves: bool,
    /// Allows to be written to.
    pub consents: bool,
}

impl Shopper {
    /// The whole tour.
    pub async fn tour(mut self) {
        // Whoever has lost patience goes home; what he left behind is the program's to settle.
        let _ = self.shop().await;
    }

    async fn shop(&mut self) -> Result<(), Done> {
        let many = 1 + self.client.chance.below(2);
        for _ in 0..many {
            self.add().await?;
        }
        self.check_out("/checkout").await
    }

    async fn add(&mut self) -> Result<(), Done> {
        let Some(path) = self.client.chance.pick(&self.products).cloned() else { return Err(Done) };
        let product = self.client.open(&path).await?;
        if let Some(mut form) = product.form_to("/cart/add") {
            let quantity = if self.client.chance.percent(25) { "2" } else { "1" };
            form.set("quantity", quantity);
            self.client.send(&product, &form).await?;
        }
        Ok(())
    }

    /// From the first page of the checkout to the last.
    pub async fn check_out(&mut self, path: &str) -> Result<(), Done> {
        let first = self.client.open(path).await?;
        let Some(funnel) = first.path.strip_prefix("/checkout/").map(str::to_owned) else { return Ok(()) };
        self.consents |= self.leaves;
        if self.consents {
            let funnel = funnel.split(['/', '?']).next().unwrap_or_default();
            let body = json!({ "email": self.person.email, "consent": true, "funnel": funnel });
            self.client.call("POST", "ocart/v1/checkout/capture", &body, "").await?;
        }
        if self.leaves {
            return Ok(());
        }
        let Some(payment) = self.walk_to_payment(first).await? else { return Ok(()) };
        self.think().await?;
        self.pay(payment).await
    }

    async fn walk_to_payment(&mut self, first: Visit) -> Result<Option<Visit>, Done> {
        let mut at = first;
        let mut bumped = false;
        for _ in 0..MOST_PAGES {
            if !bumped && let Some(bump) = at.form("take") {
                bumped = true;
                if self.client.chance.percent(40) {
                    at = self.client.send(&at, &bump).await?;
                    continue;
                }
            }
            if at.form("card_number").is_some() {
                return Ok(Some(at));
            }
            at = match at.form("email") {
                Some(mut form) => {
                    self.fill_in(&mut form);
                    self.client.send(&at, &form).await?
                }
                None => match at.link("/payment") {
                    Some(path) => self.client.open(&path).await?,
                    None => return Ok(None),
                },
            };
        }
        Ok(None)
    }

    fn fill_in(&self, form: &mut PageForm) {
        let names: Vec<String> = form.choices.iter().map(|(name, _)| name.clone()).collect();
        for name in &names {
            if let Some(text) = self.person.types(name) {
                form.set(name, text);
            }
        }
        if self.consents {
            form.choose("consent");
        } else {
            // Whoever does not allow it takes back what was allowed before.
            self.client.model.known().withdrawn.insert(self.person.email.clone());
        }
    }

    /// Some think it over for long, some change the cart in another window meanwhile.
    async fn think(&mut self) -> Result<(), Done> {
        if self.client.chance.percent(8) {
            self.client.stay_away().await;
        }
        if self.client.chance.percent(6) {
            self.add().await?;
        }
        Ok(())
    }

    async fn pay(&mut self, payment: Visit) -> Result<(), Done> {
        let mut card = self.client.chance.pick(&CARDS).copied().unwrap_or(GOOD);
        let mut at = self.send_card(&payment, card).await?;
        for _ in 0..MOST_PAGES {
            if at.path.starts_with("/order/") && at.status.is_success() {
                self.thanked(&at);
                return Ok(());
            }
            if let Some(mut form) = at.form("answer") {
                self.think().await?;
                let approves = self.client.chance.percent(80);
                form.set("answer", if approves { "approve" } else { "refuse" });
                at = self.client.send(&at, &form).await?;
            } else if at.form_to("/decline").is_some() {
                self.think().await?;
                at = self.answer_offer(&at).await?;
            } else if at.form("card_number").is_some() {
                if card == GOOD && self.client.chance.percent(60) {
                    return Ok(());
                }
                card = GOOD;
                at = self.send_card(&at, card).await?;
            } else {
                // Being settled, or over: looks again a little later.
                self.client.wait().await;
                let again = at.path.clone();
                let next = self.client.open(&again).await?;
                if next.path == at.path && self.client.chance.percent(30) {
                    return Ok(());
                }
                at = next;
            }
        }
        Ok(())
    }

    async fn send_card(&mut self, at: &Visit, card: &str) -> Result<Visit, Done> {
        let mut form = at.form("card_number").unwrap_or_default();
        self.fill_in(&mut form);
        form.choose("payment_method");
        form.set("card_number", card);
        self.clicked(at, &form).await
    }

    /// Sends a form; some click twice.
    async fn clicked(&mut self, at: &Visit, form: &PageForm) -> Result<Visit, Done> {
        if !self.client.chance.percent(20) {
            return self.client.send(at, form).await;
        }
        let mut second = self.client.clone();
        let (first, _) = tokio::join!(self.client.send(at, form), second.send(at, form));
        first
    }

    async fn answer_offer(&mut self, at: &Visit) -> Result<Visit, Done> {
        let all = forms(&at.text);
        let find =
            |end: &str| all.iter().find(|form| form.action.ends_with(end)).cloned().unwrap_or_default();
        let failed = at.text.contains("could not be charged");
        let end = if failed || self.client.chance.percent(45) { "/decline" } else { "/accept" };
        self.clicked(at, &find(end)).await
    }

    fn thanked(&self, at: &Visit) {
        let id = at.path.split('/').nth(2).and_then(|id| id.parse().ok());
        if let Some(id) = id {
            let now = self.client.model.now();
            self.client.model.known().bought.push((id, self.person.email.clone(), now));
        }
    }
}

/// Somebody wants no more letters.
pub async fn unsubscribe(mut client: Client, email: String, path: String) {
    let Ok(page) = client.open(&path).await else { return };
    let Some(form) = page.form_to(&path) else { return };
    if client.send(&page, &form).await.is_ok_and(|answer| answer.status.is_success()) {
        let now = client.model.now();
        client.model.known().silenced.push((email, now));
    }
}

/// Pages of what the shop sells that needs no choice, in the catalogue's order.
pub async fn products(browser: &mut sim::browser::Browser) -> Result<Vec<String>, Fault> {
    let mut found = Vec::new();
    let shop = browser.open("/shop").await?;
    let links = shop.text.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    for link in links.filter(|link| link.starts_with("/product/")) {
        let page = browser.open(link).await?;
        let simple = page.form_to("/cart/add").is_some_and(|form| !form.has("variation_id"));
        if simple && !found.iter().any(|known| known == link) {
            found.push(link.to_owned());
        }
    }
    if found.is_empty() { Err(Fault::bug("the catalogue sells nothing")) } else { Ok(found) }
}
