//! From step to step, pure.

use kernel::ids::StepId;

use super::model::{Branch, FunnelStep, StepType};

/// The step after the payment, or after an answer. `None` is the thank-you page.
///
/// 1. A target of its own for the answer wins, if it lies ahead: a funnel never leads back.
/// 2. Else the next step by position whose branch is the answer's or `default`.
/// 3. After a skipped step (`answer` is `Default`) only `default` steps follow.
#[must_use]
pub fn next(steps: &[FunnelStep], current: Option<StepId>, answer: Branch) -> Option<&FunnelStep> {
    let place = |id: StepId| steps.iter().position(|step| step.id == id);
    let from = match current {
        Some(id) => place(id)? + 1,
        None => 0,
    };
    let target =
        current.and_then(|id| steps.iter().find(|step| step.id == id)).and_then(|step| match answer {
            Branch::Accepted => step.accepted_target_step_id,
            Branch::Declined => step.declined_target_step_id,
            Branch::Default => None,
        });
    if let Some(index) = target.and_then(place).filter(|index| *index >= from) {
        return steps.get(index..)?.iter().find(|step| is_stop(step)).filter(|step| after_payment(step));
    }
    steps
        .get(from..)?
        .iter()
        .find(|step| is_stop(step) && (step.branch == Branch::Default || step.branch == answer))
        .filter(|step| after_payment(step))
}

fn is_stop(step: &FunnelStep) -> bool {
    step.enabled && (step.kind.is_after_payment() || step.kind == StepType::ThankYou)
}

fn after_payment(step: &FunnelStep) -> bool {
    step.kind.is_after_payment()
}

/// Where a step of this kind goes when nothing else is said: behind the last of the kinds that come before it.
#[must_use]
pub fn place_for(steps: &[FunnelStep], kind: StepType) -> usize {
    let rank = |kind: StepType| match kind {
        StepType::Checkout => 0,
        StepType::Bump => 1,
        StepType::Upsell | StepType::Downsell | StepType::Custom => 2,
        StepType::ThankYou => 3,
    };
    steps.iter().rposition(|step| rank(step.kind) <= rank(kind)).map_or(0, |index| index + 1)
}
