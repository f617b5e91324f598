//! Routing, case by case.

use kernel::Moment;
use kernel::ids::{FunnelId, OfferId, StepId};

use super::model::{Branch, FunnelStep, StepSettings, StepType};
use super::rules::{next, place_for};

fn step(id: i64, kind: StepType, branch: Branch) -> FunnelStep {
    FunnelStep {
        id: StepId(id),
        funnel_id: FunnelId(1),
        kind,
        position: id,
        branch,
        offer_id: OfferId(id),
        enabled: true,
        accepted_target_step_id: None,
        declined_target_step_id: None,
        settings: StepSettings::default(),
        created_at: Moment::from_unix(0),
        updated_at: Moment::from_unix(0),
    }
}

fn usual() -> Vec<FunnelStep> {
    vec![
        step(1, StepType::Checkout, Branch::Default),
        step(2, StepType::Bump, Branch::Default),
        step(3, StepType::Upsell, Branch::Default),
        step(4, StepType::Downsell, Branch::Declined),
        step(5, StepType::Upsell, Branch::Accepted),
        step(6, StepType::Custom, Branch::Default),
        step(7, StepType::ThankYou, Branch::Default),
    ]
}

fn after(steps: &[FunnelStep], current: Option<i64>, answer: Branch) -> i64 {
    next(steps, current.map(StepId), answer).map_or(0, |step| step.id.0)
}

#[test]
fn answers_lead_down_their_branches() {
    let steps = usual();
    let table = [
        (None, Branch::Default, 3),
        (Some(3), Branch::Accepted, 5),
        (Some(3), Branch::Declined, 4),
        (Some(3), Branch::Default, 6),
        (Some(4), Branch::Accepted, 5),
        (Some(4), Branch::Declined, 6),
        (Some(6), Branch::Default, 0),
        (Some(7), Branch::Default, 0),
        (Some(99), Branch::Accepted, 0),
    ];
    for (current, answer, expected) in table {
        assert_eq!(after(&steps, current, answer), expected, "{current:?} {answer:?}");
    }
}

#[test]
fn disabled_steps_are_passed_and_targets_lead_ahead_only() {
    let mut steps = usual();
    steps[3].enabled = false;
    assert_eq!(after(&steps, Some(3), Branch::Declined), 6);
    steps[2].accepted_target_step_id = Some(StepId(7));
    assert_eq!(after(&steps, Some(3), Branch::Accepted), 0);
    steps[2].accepted_target_step_id = Some(StepId(6));
    assert_eq!(after(&steps, Some(3), Branch::Accepted), 6);
    steps[4].declined_target_step_id = Some(StepId(3));
    assert_eq!(after(&steps, Some(5), Branch::Declined), 6, "a way back would have no end");
}

#[test]
fn a_thank_you_in_the_middle_ends_the_funnel() {
    let mut steps = usual();
    steps.insert(3, step(8, StepType::ThankYou, Branch::Accepted));
    assert_eq!(after(&steps, Some(3), Branch::Accepted), 0);
    assert_eq!(after(&steps, Some(3), Branch::Declined), 4);
}

#[test]
fn steps_find_their_place() {
    let steps = usual();
    assert_eq!(place_for(&steps, StepType::Bump), 2);
    assert_eq!(place_for(&steps, StepType::Downsell), 6);
    assert_eq!(place_for(&steps, StepType::ThankYou), 7);
    assert_eq!(place_for(&[], StepType::Upsell), 0);
}
