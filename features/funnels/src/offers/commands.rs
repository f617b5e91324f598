//! Making, changing and deleting offers; figures of what became of them.

use kernel::contracts::shop::ProductSnapshot;
use kernel::ids::{FunnelId, OfferId, ProductId};
use kernel::{Currency, Fault, text};
use runtime::audit::AuditLog;
use runtime::settings::shop;
use runtime::{Audit, Engine, Tx};
use schemars::JsonSchema;
use serde::Deserialize;

use super::model::{DisplayConfig, Offer, OfferType, PricingRule, TargetingRules};
use super::{rules, store};

/// An offer to make.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOffer {
    /// For the admin; the product's name when left out.
    #[serde(default)]
    pub name: Option<String>,
    /// `active` (unless said) or `archived`.
    #[serde(default)]
    pub status: Option<String>,
    /// What is offered.
    pub product_id: ProductId,
    /// The variation, for a variable product.
    #[serde(default)]
    pub variation_id: Option<ProductId>,
    /// Units, 1 to 1000; 1 when left out.
    #[serde(default)]
    pub quantity: Option<i64>,
    /// Price.
    pub pricing_rule: PricingRule,
    /// For whom.
    #[serde(default)]
    pub targeting_rules: TargetingRules,
    /// Texts.
    #[serde(default)]
    pub display_config: DisplayConfig,
    /// Also puts a step with the offer at its place in this funnel.
    #[serde(default)]
    pub funnel_id: Option<FunnelId>,
    /// Upsells: `upsell` (unless said) or `downsell`.
    #[serde(default, rename = "type")]
    pub kind: Option<OfferType>,
}

/// What changes of an offer; what is left out stays.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct OfferChange {
    /// For the admin.
    pub name: Option<String>,
    /// `active` or `archived`.
    pub status: Option<String>,
    /// What is offered.
    pub product_id: Option<ProductId>,
    /// The variation, or 0.
    pub variation_id: Option<ProductId>,
    /// Units, 1 to 1000.
    pub quantity: Option<i64>,
    /// Price.
    pub pricing_rule: Option<PricingRule>,
    /// For whom.
    pub targeting_rules: Option<TargetingRules>,
    /// Texts.
    pub display_config: Option<DisplayConfig>,
}

/// Asks the shop for the product of an offer, so that one cannot be made of nothing. A variable product needs one of
/// its variations.
pub async fn product(
    engine: &Engine,
    product_id: ProductId,
    variation_id: ProductId,
) -> Result<ProductSnapshot, Fault> {
    let product = engine
        .host()
        .product(product_id)
        .await?
        .ok_or_else(|| Fault::invalid("product_id", "There is no such product."))?;
    if product.kind == "variation" {
        return Err(Fault::invalid("product_id", "Give the parent here and the variation in variation_id."));
    }
    let is_own = product.variations.iter().any(|(id, _)| *id == variation_id);
    match product.kind.as_str() {
        "variable" if !is_own => {
            Err(Fault::invalid("variation_id", "Choose one of the product's variations."))
        }
        "variable" => Ok(product),
        "simple" if variation_id.0 == 0 => Ok(product),
        "simple" => Err(Fault::invalid("variation_id", "This product has no variations.")),
        _ => Err(Fault::invalid("product_id", "Only simple and variable products can be offered.")),
    }
}

fn check(offer: &Offer, currency: Currency) -> Result<(), Fault> {
    text::line("name", &offer.name, 200)?;
    if !matches!(offer.status.as_str(), "active" | "archived") {
        return Err(Fault::invalid("status", "Use active or archived."));
    }
    if !(1..=1000).contains(&offer.quantity) {
        return Err(Fault::invalid("quantity", "Use a whole number from 1 to 1000."));
    }
    let display = &offer.display_config;
    let fields = [
        ("display_config.headline", &display.headline, 200),
        ("display_config.accept_label", &display.accept_label, 80),
        ("display_config.decline_label", &display.decline_label, 80),
    ];
    for (field, value, longest) in fields {
        text::optional_line(field, value, longest)?;
    }
    if display.description.chars().count() > 2000 {
        return Err(Fault::invalid("display_config.description", "Use at most 2000 characters."));
    }
    rules::check_pricing(offer.kind, &offer.pricing_rule, currency)?;
    rules::check_targeting("targeting_rules", &offer.targeting_rules, currency)
}

/// Makes an offer of `kind`. The product has been looked up by [`product`].
pub fn create(tx: &mut Tx, kind: OfferType, fresh: &NewOffer, product_name: &str) -> Result<Offer, Fault> {
    let now = tx.now();
    let name = fresh.name.as_deref().unwrap_or_default().trim();
    let mut offer = Offer {
        id: OfferId(0),
        kind,
        name: if name.is_empty() { product_name.chars().take(200).collect() } else { name.to_owned() },
        status: fresh.status.clone().unwrap_or_else(|| "active".to_owned()),
        product_id: fresh.product_id,
        variation_id: fresh.variation_id.unwrap_or(ProductId(0)),
        quantity: fresh.quantity.unwrap_or(1),
        pricing_rule: fresh.pricing_rule.clone(),
        targeting_rules: fresh.targeting_rules.clone(),
        display_config: fresh.display_config.clone(),
        created_at: now,
        updated_at: now,
    };
    let currency = shop::currency(tx)?;
    check(&offer, currency)?;
    offer.id = store::insert(tx, &offer)?;
    tx.audit(AuditLog::OCart, "offer.create", ("offer", offer.id.to_string()), None, Some(&offer))?;
    Ok(offer)
}

/// Changes an offer.
pub fn update(tx: &mut Tx, before: &Offer, change: &OfferChange) -> Result<Offer, Fault> {
    let mut offer = before.clone();
    let OfferChange {
        name,
        status,
        product_id,
        variation_id,
        quantity,
        pricing_rule,
        targeting_rules,
        display_config,
    } = change.clone();
    if let Some(name) = name {
        offer.name = name.trim().to_owned();
    }
    offer.status = status.unwrap_or(offer.status);
    offer.product_id = product_id.unwrap_or(offer.product_id);
    offer.variation_id = variation_id.unwrap_or(offer.variation_id);
    offer.quantity = quantity.unwrap_or(offer.quantity);
    offer.pricing_rule = pricing_rule.unwrap_or(offer.pricing_rule);
    offer.targeting_rules = targeting_rules.unwrap_or(offer.targeting_rules);
    offer.display_config = display_config.unwrap_or(offer.display_config);
    offer.updated_at = tx.now();
    let currency = shop::currency(tx)?;
    check(&offer, currency)?;
    store::update(tx, &offer)?;
    tx.audit(AuditLog::OCart, "offer.update", ("offer", offer.id.to_string()), Some(before), Some(&offer))?;
    Ok(offer)
}

/// Deletes an offer that no step shows and no shopper has decided on; any other is archived by `status` instead.
pub fn delete(tx: &mut Tx, offer: &Offer) -> Result<(), Fault> {
    if store::is_used(tx, offer.id)? {
        return Err(Fault::conflict(
            "offer_in_use",
            "A funnel shows this offer, or shoppers have answered it. Set its status to archived instead.",
        ));
    }
    store::delete(tx, offer.id)?;
    tx.audit(AuditLog::OCart, "offer.delete", ("offer", offer.id.to_string()), Some(offer), None)
}
