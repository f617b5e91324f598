//! The offer's form, read and filled.

use kernel::ids::ProductId;
use kernel::{Amount, Decimal, Fault};
use serde::Serialize;
use web::Form;

use super::commands::{NewOffer, OfferChange};
use super::model::{Basis, BumpPosition, DisplayConfig, Offer, OfferType, PricingRule, TargetingRules};

/// The form's fields as texts.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Fields {
    pub(crate) product: String,
    pub(crate) rule: String,
    value: String,
    quantity: String,
    name: String,
    status: String,
    headline: String,
    description: String,
    accept_label: String,
    decline_label: String,
    position: String,
    cart_min_total: String,
    product_in_cart: String,
    category_in_cart: String,
}

fn joined<T: ToString>(ids: &[T]) -> String {
    ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

impl Fields {
    pub(crate) fn fresh(kind: OfferType) -> Self {
        let rule = if kind == OfferType::Bump { "fixed_addon" } else { "discount_pct" };
        Self {
            rule: rule.to_owned(),
            quantity: "1".to_owned(),
            status: "active".to_owned(),
            position: BumpPosition::default().word().to_owned(),
            ..Self::default()
        }
    }

    pub(crate) fn of(offer: &Offer) -> Self {
        let (rule, value) = match &offer.pricing_rule {
            PricingRule::FixedAddon { amount } => ("fixed_addon", amount.decimal().to_string()),
            PricingRule::PercentAddon { value } => ("percent_addon", value.decimal().to_string()),
            PricingRule::FreeGift { .. } => ("free_gift", String::new()),
            PricingRule::DiscountPct { value, .. } => ("discount_pct", value.decimal().to_string()),
            PricingRule::AmountOff { amount, .. } => ("amount_off", amount.decimal().to_string()),
            PricingRule::FixedPrice { amount } => ("fixed_price", amount.decimal().to_string()),
            PricingRule::ListPrice {} => ("list_price", String::new()),
        };
        let (display, targets) = (&offer.display_config, &offer.targeting_rules);
        let least = targets.cart_min_total.map(|amount| amount.decimal().to_string());
        Self {
            product: format!("{}:{}", offer.product_id, offer.variation_id),
            rule: rule.to_owned(),
            value,
            quantity: offer.quantity.to_string(),
            name: offer.name.clone(),
            status: offer.status.clone(),
            headline: display.headline.clone(),
            description: display.description.clone(),
            accept_label: display.accept_label.clone(),
            decline_label: display.decline_label.clone(),
            position: display.position.word().to_owned(),
            cart_min_total: least.unwrap_or_default(),
            product_in_cart: joined(&targets.product_in_cart),
            category_in_cart: joined(&targets.category_in_cart),
        }
    }

    /// As it was sent, to be shown again.
    pub(crate) fn sent(form: &Form) -> Self {
        let text = |name: &str| form.text(name).to_owned();
        Self {
            product: text("product"),
            rule: text("rule"),
            value: text("value"),
            quantity: text("quantity"),
            name: text("name"),
            status: text("status"),
            headline: text("headline"),
            description: text("description"),
            accept_label: text("accept_label"),
            decline_label: text("decline_label"),
            position: text("position"),
            cart_min_total: text("cart_min_total"),
            product_in_cart: text("product_in_cart"),
            category_in_cart: text("category_in_cart"),
        }
    }
}

fn decimal(form: &Form, field: &str) -> Result<Decimal, Fault> {
    Decimal::parse(form.text(field)).ok_or_else(|| Fault::invalid(field, "Enter a number such as 12.50."))
}

/// The rule of the form; what the form does not show of an offer's own rule (its basis, its gift) stays.
fn pricing(form: &Form, before: Option<&PricingRule>) -> Result<PricingRule, Fault> {
    let basis = match before {
        Some(PricingRule::DiscountPct { basis, .. } | PricingRule::AmountOff { basis, .. }) => *basis,
        _ => Basis::default(),
    };
    let amount = || decimal(form, "value").map(Amount::from);
    Ok(match form.text("rule") {
        "fixed_addon" => PricingRule::FixedAddon { amount: amount()? },
        "percent_addon" => PricingRule::PercentAddon { value: amount()? },
        "free_gift" => match before {
            Some(gift @ PricingRule::FreeGift { .. }) => gift.clone(),
            _ => PricingRule::FreeGift { product_id: None },
        },
        "discount_pct" => PricingRule::DiscountPct { value: amount()?, basis },
        "amount_off" => PricingRule::AmountOff { amount: amount()?, basis },
        "fixed_price" => PricingRule::FixedPrice { amount: amount()? },
        "list_price" => PricingRule::ListPrice {},
        _ => return Err(Fault::invalid("rule", "Choose how the price comes about.")),
    })
}

fn ids(form: &Form, field: &str) -> Result<Vec<i64>, Fault> {
    form.text(field)
        .split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(|part| part.parse().map_err(|_| Fault::invalid(field, "Use ids with commas between them.")))
        .collect()
}

fn targeting(form: &Form) -> Result<TargetingRules, Fault> {
    let least = match form.text("cart_min_total") {
        "" => None,
        _ => Some(Amount::from(decimal(form, "cart_min_total")?)),
    };
    Ok(TargetingRules {
        cart_min_total: least,
        product_in_cart: ids(form, "product_in_cart")?.into_iter().map(ProductId).collect(),
        category_in_cart: ids(form, "category_in_cart")?,
    })
}

fn display(form: &Form) -> DisplayConfig {
    let text = |name: &str| form.text(name).to_owned();
    let positions = [BumpPosition::AbovePayment, BumpPosition::InShipping, BumpPosition::InSummary];
    let position = positions.into_iter().find(|position| position.word() == form.text("position"));
    DisplayConfig {
        headline: text("headline"),
        description: text("description"),
        accept_label: text("accept_label"),
        decline_label: text("decline_label"),
        position: position.unwrap_or_default(),
    }
}

/// A fresh offer.
pub(crate) fn read(form: &Form) -> Result<NewOffer, Fault> {
    let wrong = || Fault::invalid("product", "Choose a product.");
    let (product, variation) = form.text("product").split_once(':').ok_or_else(wrong)?;
    let id = |text: &str| text.parse().map(ProductId).map_err(|_| wrong());
    Ok(NewOffer {
        name: Some(form.text("name").to_owned()),
        status: None,
        product_id: id(product)?,
        variation_id: Some(id(variation)?),
        quantity: Some(form.integer("quantity", 1, 1000)?),
        pricing_rule: pricing(form, None)?,
        targeting_rules: targeting(form)?,
        display_config: display(form),
        funnel_id: None,
        kind: None,
    })
}

/// What the form changes; the product stays.
pub(crate) fn offer_change(form: &Form, before: &Offer) -> Result<OfferChange, Fault> {
    Ok(OfferChange {
        name: Some(form.text("name").to_owned()),
        status: Some(form.text("status").to_owned()),
        product_id: None,
        variation_id: None,
        quantity: Some(form.integer("quantity", 1, 1000)?),
        pricing_rule: Some(pricing(form, Some(&before.pricing_rule))?),
        targeting_rules: Some(targeting(form)?),
        display_config: Some(display(form)),
    })
}
