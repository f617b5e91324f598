//! What a checkout page shows, as texts.

use std::collections::BTreeMap;

use kernel::contracts::shop::CartSnapshot;
use kernel::{Amount, Currency, Fault};
use serde::Serialize;
use web::{Call, Reply, context};

use super::model::{Checkout, CheckoutState, Details};
use super::rules::{self, COUNTRIES};
use crate::bumps::model::EligibleBump;
use crate::funnels::model::{CheckoutLayout, Funnel};

/// A page of the checkout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Contact and address; with one step everything.
    Details,
    /// A look at the order.
    Review,
    /// Payment.
    Payment,
}

impl Stage {
    /// The stages of a layout, in order.
    pub(crate) const fn of(layout: CheckoutLayout) -> &'static [Self] {
        match layout {
            CheckoutLayout::OneStep => &[Self::Details],
            CheckoutLayout::TwoStep => &[Self::Details, Self::Payment],
            CheckoutLayout::ThreeStep => &[Self::Details, Self::Review, Self::Payment],
        }
    }

    pub(crate) fn address(self, slug: &str) -> String {
        match self {
            Self::Details => format!("/checkout/{slug}"),
            Self::Review => format!("/checkout/{slug}/review"),
            Self::Payment => format!("/checkout/{slug}/payment"),
        }
    }

    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Details => "details",
            Self::Review => "review",
            Self::Payment => "payment",
        }
    }

    /// The stage that follows; the last one follows itself.
    pub(crate) fn after(self, layout: CheckoutLayout) -> Self {
        let stages = Self::of(layout);
        let place = stages.iter().position(|stage| *stage == self).unwrap_or_default();
        stages.get(place + 1).or(stages.last()).copied().unwrap_or(self)
    }

    const fn label(self) -> &'static str {
        match self {
            Self::Details => "Your details",
            Self::Review => "Your order",
            Self::Payment => "Payment",
        }
    }
}

/// Everything a page is made of.
pub(crate) struct View<'a> {
    pub(crate) funnel: &'a Funnel,
    pub(crate) stage: Stage,
    pub(crate) cart: &'a CartSnapshot,
    pub(crate) details: &'a Details,
    pub(crate) problems: BTreeMap<&'static str, String>,
    pub(crate) bumps: &'a [EligibleBump],
    pub(crate) checkout: Option<&'a Checkout>,
    pub(crate) message: Option<String>,
    pub(crate) chosen_gateway: String,
    pub(crate) debounce: i64,
    pub(crate) consent_text: String,
    pub(crate) keeps_card: bool,
}

#[derive(Serialize)]
struct StepLine {
    label: &'static str,
    href: String,
    is_done: bool,
    is_current: bool,
}

#[derive(Serialize)]
struct Field {
    name: &'static str,
    label: &'static str,
    kind: &'static str,
    autocomplete: &'static str,
    value: String,
    problem: String,
    required: bool,
    /// Stands beside the next one.
    half: bool,
}

#[derive(Serialize)]
struct Line {
    name: String,
    quantity: String,
    total: String,
    is_offer: bool,
}

#[derive(Serialize)]
struct BumpBox {
    id: String,
    number: i64,
    headline: String,
    description: String,
    label: String,
    product_name: String,
    image: String,
    price: String,
    regular: Option<String>,
    accepted: bool,
    position: &'static str,
}

#[derive(Serialize)]
struct GatewayLine {
    id: String,
    title: String,
    checked: bool,
    is_test: bool,
}

#[derive(Serialize)]
struct CountryLine {
    code: &'static str,
    name: &'static str,
    selected: bool,
}

fn shown(amount: Amount, currency: Currency) -> Result<String, Fault> {
    Ok(amount.decimal().to_money(currency)?.display())
}

impl View<'_> {
    pub(crate) fn reply(&self, call: &Call) -> Result<Reply, Fault> {
        let Self { funnel, stage, cart, .. } = self;
        let next = stage.after(funnel.settings.layout);
        let is_last = next == *stage;
        let headline =
            if funnel.settings.headline.is_empty() { "Checkout" } else { &funnel.settings.headline };
        Ok(Reply::page(
            "funnels/checkout.html",
            context! {
                slug => funnel.slug, headline => headline, stage => stage.word(), is_last => is_last,
                address => stage.address(&funnel.slug), steps => self.steps(), fields => self.fields(),
                countries => self.countries(), country_problem => self.problem("country"),
                email => self.details.billing.email, email_problem => self.problem("email"),
                note => self.details.note, consent => self.details.consent, debounce => self.debounce,
                consent_text => self.consent_text, keeps_card => self.keeps_card,
                has_problems => !self.problems.is_empty(), address_line => self.address_line(),
                lines => self.lines()?, totals => self.totals(), total => cart.total.display(),
                coupons => cart.coupon_codes, bumps => self.bumps()?, gateways => self.gateways(call),
                attempt => self.checkout.map_or(1, |checkout| checkout.attempt + 1),
                expected_total => cart.total.major(), quote => rules::quote(cart), message => self.message,
                notices => cart.notices, is_free => cart.total.minor() == 0, challenge => self.challenge(),
            },
        ))
    }

    /// Where the bank still asks about the last payment, or empty.
    fn challenge(&self) -> &str {
        let asked = self.checkout.filter(|checkout| checkout.state == CheckoutState::RequiresAction);
        asked.map_or("", |checkout| checkout.challenge.as_str())
    }

    fn problem(&self, field: &str) -> String {
        self.problems.get(field).cloned().unwrap_or_default()
    }

    fn steps(&self) -> Vec<StepLine> {
        let stages = Stage::of(self.funnel.settings.layout);
        if stages.len() < 2 {
            return Vec::new();
        }
        let current = stages.iter().position(|stage| *stage == self.stage).unwrap_or_default();
        let line = |(place, stage): (usize, &Stage)| StepLine {
            label: stage.label(),
            href: stage.address(&self.funnel.slug),
            is_done: place < current,
            is_current: place == current,
        };
        stages.iter().enumerate().map(line).collect()
    }

    fn fields(&self) -> Vec<Field> {
        let billing = &self.details.billing;
        let field = |name: &'static str, label, autocomplete, value: &str, required, half| Field {
            name,
            label,
            kind: if name == "phone" { "tel" } else { "text" },
            autocomplete,
            value: value.to_owned(),
            problem: self.problem(name),
            required,
            half,
        };
        vec![
            field("first_name", "First name", "given-name", &billing.first_name, true, true),
            field("last_name", "Last name", "family-name", &billing.last_name, true, true),
            field("company", "Company", "organization", &billing.company, false, false),
            field("address_1", "Street and number", "address-line1", &billing.address_1, true, false),
            field("address_2", "Flat, floor", "address-line2", &billing.address_2, false, false),
            field("postcode", "Postcode", "postal-code", &billing.postcode, false, true),
            field("city", "City", "address-level2", &billing.city, true, true),
            field("state", "State or province", "address-level1", &billing.state, false, true),
            field("phone", "Telephone", "tel", &billing.phone, false, true),
        ]
    }

    fn countries(&self) -> Vec<CountryLine> {
        let chosen = self.details.billing.country.as_str();
        COUNTRIES.iter().map(|(code, name)| CountryLine { code, name, selected: *code == chosen }).collect()
    }

    fn address_line(&self) -> String {
        let billing = &self.details.billing;
        let name = format!("{} {}", billing.first_name, billing.last_name);
        let parts = [
            name.trim(),
            &billing.address_1,
            &billing.address_2,
            &billing.postcode,
            &billing.city,
            &billing.state,
            &billing.country,
        ];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
    }

    fn lines(&self) -> Result<Vec<Line>, Fault> {
        let line = |line: &kernel::contracts::shop::CartLine| {
            Ok(Line {
                name: line.name.clone(),
                quantity: line.quantity.to_string(),
                total: line.unit_price.times(line.quantity).to_money(self.cart.currency)?.display(),
                is_offer: line.offer_id.is_some(),
            })
        };
        self.cart.lines.iter().map(line).collect()
    }

    fn totals(&self) -> Vec<(&'static str, String, bool)> {
        let cart = self.cart;
        let mut rows = vec![("Subtotal", cart.subtotal.display(), false)];
        if cart.discount_total.minor() > 0 {
            rows.push(("Discount", format!("−{}", cart.discount_total.display()), true));
        }
        if cart.needs_shipping {
            let free = cart.shipping_total.minor() == 0;
            rows.push((
                "Shipping",
                if free { "Free".to_owned() } else { cart.shipping_total.display() },
                false,
            ));
        }
        if cart.total_tax.minor() > 0 {
            rows.push(("Tax", cart.total_tax.display(), false));
        }
        rows
    }

    fn bumps(&self) -> Result<Vec<BumpBox>, Fault> {
        let own = |bump: &EligibleBump| {
            let saves = bump.regular_price.decimal() > bump.price.decimal();
            Ok(BumpBox {
                id: bump.id.to_string(),
                number: bump.product_id.0,
                headline: bump.headline.clone(),
                description: bump.description.clone(),
                label: bump.accept_label.clone(),
                product_name: bump.product_name.clone(),
                image: bump.image.clone(),
                price: if bump.price.decimal().is_zero() {
                    "Free".to_owned()
                } else {
                    shown(bump.price, bump.currency)?
                },
                regular: saves.then(|| shown(bump.regular_price, bump.currency)).transpose()?,
                accepted: bump.accepted,
                position: bump.position.word(),
            })
        };
        self.bumps.iter().map(own).collect()
    }

    fn gateways(&self, call: &Call) -> Vec<GatewayLine> {
        let known = call.engine.gateways().any(|gateway| gateway.id() == self.chosen_gateway);
        call.engine
            .gateways()
            .enumerate()
            .map(|(place, gateway)| GatewayLine {
                id: gateway.id().to_owned(),
                title: gateway.title().to_owned(),
                checked: if known { gateway.id() == self.chosen_gateway } else { place == 0 },
                is_test: gateway.id() == "test",
            })
            .collect()
    }
}
