//! Making, changing, activating and archiving funnels; a whole funnel in one go.

use kernel::ids::FunnelId;
use kernel::{Fault, text};
use runtime::audit::AuditLog;
use runtime::settings::shop;
use runtime::{Actor, Audit, Engine, Tx};
use schemars::JsonSchema;
use serde::Deserialize;

use super::model::{Funnel, FunnelSettings, PLAIN};
use super::{queries, store};
use crate::offers::commands::{self as offer_commands, NewOffer};
use crate::offers::model::{OfferType, TargetingRules};
use crate::offers::rules;
use crate::steps;
use crate::steps::commands::NewStep;
use crate::steps::model::{StepSettings, StepType};

/// A funnel to make, with its checkout and thank-you steps.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewFunnel {
    /// For the admin.
    pub name: String,
    /// In `/checkout/{slug}`; made of the name when left out.
    #[serde(default)]
    pub slug: Option<String>,
    /// `draft` (unless said) or `active`.
    #[serde(default)]
    pub status: Option<String>,
    /// Which carts `/checkout` leads here.
    #[serde(default)]
    pub trigger_rules: TargetingRules,
    /// Look.
    #[serde(default)]
    pub settings: FunnelSettings,
}

/// What changes of a funnel; what is left out stays.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct FunnelChange {
    /// For the admin.
    pub name: Option<String>,
    /// In `/checkout/{slug}`.
    pub slug: Option<String>,
    /// `draft`, `active` or `archived`.
    pub status: Option<String>,
    /// Which carts `/checkout` leads here.
    pub trigger_rules: Option<TargetingRules>,
    /// Look.
    pub settings: Option<FunnelSettings>,
}

fn check(tx: &mut Tx, funnel: &Funnel) -> Result<(), Fault> {
    text::line("name", &funnel.name, 200)?;
    if funnel.slug.is_empty() || funnel.slug.chars().count() > 191 || text::slug(&funnel.slug) != funnel.slug
    {
        return Err(Fault::invalid("slug", "Use lower-case letters, digits and single dashes, at most 191."));
    }
    if funnel.slug == PLAIN {
        return Err(Fault::invalid("slug", "This is the address of the plain checkout. Choose another."));
    }
    if !matches!(funnel.status.as_str(), "draft" | "active" | "archived") {
        return Err(Fault::invalid("status", "Use draft, active or archived."));
    }
    text::optional_line("settings.headline", &funnel.settings.headline, 200)?;
    let currency = shop::currency(tx)?;
    rules::check_targeting("trigger_rules", &funnel.trigger_rules, currency)
}

/// Makes a funnel with its checkout and thank-you steps.
pub fn create(tx: &mut Tx, fresh: &NewFunnel) -> Result<Funnel, Fault> {
    let now = tx.now();
    let slug = match fresh.slug.as_deref().map(str::trim).filter(|slug| !slug.is_empty()) {
        Some(slug) => slug.to_owned(),
        None => text::slug(&fresh.name),
    };
    let mut funnel = Funnel {
        id: FunnelId(0),
        name: fresh.name.trim().to_owned(),
        slug,
        status: fresh.status.clone().unwrap_or_else(|| "draft".to_owned()),
        trigger_rules: fresh.trigger_rules.clone(),
        settings: fresh.settings.clone(),
        created_at: now,
        updated_at: now,
    };
    check(tx, &funnel)?;
    funnel.id = store::insert(tx, &funnel)?;
    tx.audit(AuditLog::OCart, "funnel.create", ("funnel", funnel.id.to_string()), None, Some(&funnel))?;
    for kind in [StepType::Checkout, StepType::ThankYou] {
        let step =
            NewStep { kind, position: None, branch: None, offer_id: None, settings: StepSettings::default() };
        steps::commands::add(tx, funnel.id, &step)?;
    }
    Ok(funnel)
}

/// Changes a funnel.
pub fn update(tx: &mut Tx, id: FunnelId, change: &FunnelChange) -> Result<Funnel, Fault> {
    let before = queries::get(tx, id)?;
    let change = change.clone();
    let after = Funnel {
        name: change.name.map_or_else(|| before.name.clone(), |name| name.trim().to_owned()),
        slug: change.slug.map_or_else(|| before.slug.clone(), |slug| slug.trim().to_owned()),
        status: change.status.unwrap_or_else(|| before.status.clone()),
        trigger_rules: change.trigger_rules.unwrap_or_else(|| before.trigger_rules.clone()),
        settings: change.settings.unwrap_or_else(|| before.settings.clone()),
        updated_at: tx.now(),
        ..before.clone()
    };
    check(tx, &after)?;
    store::update(tx, &after)?;
    tx.audit(AuditLog::OCart, "funnel.update", ("funnel", id.to_string()), Some(&before), Some(&after))?;
    Ok(after)
}

/// Sets only the status.
pub fn set_status(tx: &mut Tx, id: FunnelId, status: &str) -> Result<Funnel, Fault> {
    update(tx, id, &FunnelChange { status: Some(status.to_owned()), ..FunnelChange::default() })
}

/// Deletes a funnel that no shopper has been through, with its steps; any other is archived instead.
pub fn delete(tx: &mut Tx, id: FunnelId) -> Result<Funnel, Fault> {
    let funnel = queries::get(tx, id)?;
    if store::is_used(tx, id)? {
        return Err(Fault::conflict(
            "funnel_in_use",
            "Shoppers have been through this funnel. Archive it instead.",
        ));
    }
    steps::store::delete_of_funnel(tx, id)?;
    store::delete(tx, id)?;
    tx.audit(AuditLog::OCart, "funnel.delete", ("funnel", id.to_string()), Some(&funnel), None)?;
    Ok(funnel)
}

/// Makes an offer and puts its step at its usual place in the funnel.
pub fn add_offer(
    tx: &mut Tx,
    funnel: FunnelId,
    kind: OfferType,
    offer: &NewOffer,
    product_name: &str,
) -> Result<crate::offers::model::Offer, Fault> {
    let funnel = queries::get(tx, funnel)?;
    let offer = offer_commands::create(tx, kind, offer, product_name)?;
    let kind = match kind {
        OfferType::Bump => StepType::Bump,
        OfferType::Upsell => StepType::Upsell,
        OfferType::Downsell => StepType::Downsell,
    };
    let step = NewStep {
        kind,
        position: None,
        branch: None,
        offer_id: Some(offer.id),
        settings: StepSettings::default(),
    };
    steps::commands::add(tx, funnel.id, &step)?;
    Ok(offer)
}

/// A whole funnel: settings, then bumps, upsells and downsells in their order.
#[derive(Debug, Clone)]
pub struct CreateFunnel {
    /// The funnel.
    pub funnel: NewFunnel,
    /// Its offers.
    pub offers: Vec<(OfferType, NewOffer)>,
}

/// Makes a whole funnel in one transaction. Products are looked up in the shop first.
pub async fn create_funnel(engine: &Engine, actor: Actor, whole: CreateFunnel) -> Result<Funnel, Fault> {
    let mut names = Vec::with_capacity(whole.offers.len());
    for (_, offer) in &whole.offers {
        let variation = offer.variation_id.unwrap_or(kernel::ids::ProductId(0));
        names.push(offer_commands::product(engine, offer.product_id, variation).await?.name);
    }
    engine
        .write(actor, move |tx| {
            let funnel = create(tx, &whole.funnel)?;
            for ((kind, offer), name) in whole.offers.iter().zip(&names) {
                add_offer(tx, funnel.id, *kind, offer, name)?;
            }
            Ok(funnel)
        })
        .await
}
