//! Adding, changing, moving and removing steps.

use kernel::ids::{FunnelId, OfferId, StepId};
use kernel::{Fault, text};
use runtime::audit::AuditLog;
use runtime::{Audit, Tx};
use schemars::JsonSchema;
use serde::Deserialize;

use super::model::{Branch, FunnelStep, StepSettings, StepType};
use super::{rules, store};
use crate::offers;

/// Steps of one funnel, at most.
const MOST: usize = 50;

/// A step to add.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewStep {
    /// What it is.
    #[serde(rename = "type")]
    pub kind: StepType,
    /// From 1; its usual place when left out.
    #[serde(default)]
    pub position: Option<i64>,
    /// Which answer leads here; `declined` for a downsell when left out, else `default`.
    #[serde(default)]
    pub branch: Option<Branch>,
    /// The offer of a bump, upsell or downsell.
    #[serde(default)]
    pub offer_id: Option<OfferId>,
    /// Words of a custom step.
    #[serde(default)]
    pub settings: StepSettings,
}

/// What changes of a step; what is left out stays.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct StepChange {
    /// From 1.
    pub position: Option<i64>,
    /// Which answer leads here.
    pub branch: Option<Branch>,
    /// The offer.
    pub offer_id: Option<OfferId>,
    /// Off is skipped.
    pub enabled: Option<bool>,
    /// Where an accepted offer leads; 0 for the next step.
    pub accepted_target_step_id: Option<StepId>,
    /// Where a declined offer leads; 0 for the next step.
    pub declined_target_step_id: Option<StepId>,
    /// Words of a custom step.
    pub settings: Option<StepSettings>,
}

fn check(tx: &mut Tx, step: &FunnelStep, others: &[FunnelStep]) -> Result<(), Fault> {
    if step.kind.has_offer() {
        let offer = offers::queries::find(tx, step.offer_id)?
            .ok_or_else(|| Fault::invalid("offer_id", "There is no such offer."))?;
        if offer.kind.word() != step.kind.word() {
            return Err(Fault::invalid(
                "offer_id",
                format!(
                    "A {} step needs a {} offer; this one is a {}.",
                    step.kind.word(),
                    step.kind.word(),
                    offer.kind.word()
                ),
            ));
        }
        if others.iter().any(|other| other.id != step.id && other.offer_id == step.offer_id) {
            return Err(Fault::invalid("offer_id", "This funnel shows the offer already."));
        }
    } else if step.offer_id.0 != 0 {
        return Err(Fault::invalid("offer_id", "Only bump, upsell and downsell steps have an offer."));
    }
    let singular = matches!(step.kind, StepType::Checkout);
    if singular && others.iter().any(|other| other.id != step.id && other.kind == step.kind) {
        return Err(Fault::invalid("type", "A funnel has one checkout step."));
    }
    for (field, target) in [
        ("accepted_target_step_id", step.accepted_target_step_id),
        ("declined_target_step_id", step.declined_target_step_id),
    ] {
        let Some(target) = target else { continue };
        let ahead = others.iter().find(|other| other.id == target).is_some_and(|other| {
            other.position > step.position
                && (other.kind.is_after_payment() || other.kind == StepType::ThankYou)
        });
        if !ahead {
            return Err(Fault::invalid(
                field,
                "Choose a later step of this funnel that comes after the payment.",
            ));
        }
    }
    text::optional_line("settings.headline", &step.settings.headline, 200)?;
    if step.settings.text.chars().count() > 4000 {
        return Err(Fault::invalid("settings.text", "Use at most 4000 characters."));
    }
    Ok(())
}

/// Adds a step at its place; later ones move on by one.
pub fn add(tx: &mut Tx, funnel: FunnelId, fresh: &NewStep) -> Result<FunnelStep, Fault> {
    let mut steps = store::of_funnel(tx, funnel)?;
    if steps.len() >= MOST {
        return Err(Fault::refused("too_many_steps", format!("A funnel has at most {MOST} steps.")));
    }
    let place = match fresh.position {
        Some(position) => place(position, steps.len() + 1)?,
        None => rules::place_for(&steps, fresh.kind),
    };
    let now = tx.now();
    let usual = if fresh.kind == StepType::Downsell { Branch::Declined } else { Branch::Default };
    let mut step = FunnelStep {
        id: StepId(0),
        funnel_id: funnel,
        kind: fresh.kind,
        position: 0,
        branch: fresh.branch.unwrap_or(usual),
        offer_id: fresh.offer_id.unwrap_or(OfferId(0)),
        enabled: true,
        accepted_target_step_id: None,
        declined_target_step_id: None,
        settings: fresh.settings.clone(),
        created_at: now,
        updated_at: now,
    };
    check(tx, &step, &steps)?;
    step.id = store::insert(tx, &step)?;
    steps.insert(place, step.clone());
    renumber(tx, &mut steps)?;
    let step = steps.swap_remove(place);
    tx.audit(AuditLog::OCart, "funnel_step.create", ("funnel_step", step.id.to_string()), None, Some(&step))?;
    Ok(step)
}

/// The index for a position from 1 to `most`.
fn place(position: i64, most: usize) -> Result<usize, Fault> {
    usize::try_from(position)
        .ok()
        .filter(|position| (1..=most).contains(position))
        .map(|position| position - 1)
        .ok_or_else(|| Fault::invalid("position", format!("Use a whole number from 1 to {most}.")))
}

/// Writes the positions 1, 2, 3 … where they differ.
fn renumber(tx: &mut Tx, steps: &mut [FunnelStep]) -> Result<(), Fault> {
    for (position, step) in (1_i64..).zip(steps.iter_mut()) {
        if step.position != position {
            step.position = position;
            store::update(tx, step)?;
        }
    }
    Ok(())
}

/// A step of the funnel, or 404.
pub fn get(tx: &mut Tx, funnel: FunnelId, id: StepId) -> Result<FunnelStep, Fault> {
    store::by_id(tx, id)?.filter(|step| step.funnel_id == funnel).ok_or_else(|| Fault::not_found("step"))
}

/// Changes a step, and its place when a position is given.
pub fn update(tx: &mut Tx, funnel: FunnelId, id: StepId, change: &StepChange) -> Result<FunnelStep, Fault> {
    let before = get(tx, funnel, id)?;
    let mut steps = store::of_funnel(tx, funnel)?;
    if let Some(position) = change.position {
        let to = place(position, steps.len())?;
        let from = steps.iter().position(|step| step.id == id).unwrap_or(to);
        let moved = steps.remove(from);
        steps.insert(to, moved);
        renumber(tx, &mut steps)?;
    }
    let target = |asked: Option<StepId>, before: Option<StepId>| match asked {
        Some(StepId(0)) => None,
        Some(step) => Some(step),
        None => before,
    };
    let position = steps.iter().find(|step| step.id == id).map_or(before.position, |step| step.position);
    let after = FunnelStep {
        position,
        branch: change.branch.unwrap_or(before.branch),
        offer_id: change.offer_id.unwrap_or(before.offer_id),
        enabled: change.enabled.unwrap_or(before.enabled),
        accepted_target_step_id: target(change.accepted_target_step_id, before.accepted_target_step_id),
        declined_target_step_id: target(change.declined_target_step_id, before.declined_target_step_id),
        settings: change.settings.clone().unwrap_or_else(|| before.settings.clone()),
        updated_at: tx.now(),
        ..before.clone()
    };
    check(tx, &after, &steps)?;
    store::update(tx, &after)?;
    tx.audit(
        AuditLog::OCart,
        "funnel_step.update",
        ("funnel_step", id.to_string()),
        Some(&before),
        Some(&after),
    )?;
    Ok(after)
}

/// Takes a step out; later ones move up, targets on it are forgotten. The offer stays.
pub fn remove(tx: &mut Tx, funnel: FunnelId, id: StepId) -> Result<FunnelStep, Fault> {
    let step = get(tx, funnel, id)?;
    if step.kind == StepType::Checkout {
        return Err(Fault::refused("checkout_step", "A funnel keeps its checkout step."));
    }
    store::delete(tx, id)?;
    let mut steps = store::of_funnel(tx, funnel)?;
    for other in &mut steps {
        let targets = [&mut other.accepted_target_step_id, &mut other.declined_target_step_id];
        let mut changed = false;
        for target in targets.into_iter().filter(|target| **target == Some(id)) {
            *target = None;
            changed = true;
        }
        if changed {
            store::update(tx, other)?;
        }
    }
    renumber(tx, &mut steps)?;
    tx.audit(AuditLog::OCart, "funnel_step.delete", ("funnel_step", id.to_string()), Some(&step), None)?;
    Ok(step)
}
