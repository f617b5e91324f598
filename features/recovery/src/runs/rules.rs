//! Pure decisions about steps and sending.

use kernel::contracts::messaging::RECOVERY_TEMPLATES;
use kernel::{Fault, Moment};

use super::model::SequenceStep;

/// Minutes to the next try, for each try so far.
const PAUSE_MINUTES: i64 = 15;
/// Longest pause, minutes.
const LONGEST_PAUSE: i64 = 120;
/// Hours past its time after which a message is no longer worth sending.
const STALE_HOURS: i64 = 24;
/// Messages an address may get within [`CAP_DAYS`].
pub(crate) const CAP: i64 = 3;
/// Days that [`CAP`] counts.
pub(crate) const CAP_DAYS: i64 = 7;
/// Longest delay of a step, minutes.
const LONGEST_DELAY: i64 = 10_080;
/// Least minutes from one step to the next.
const GAP: i64 = 15;
/// Steps of a sequence.
const MOST_STEPS: usize = 10;

/// When to try again after so many tries; never once that would be stale.
pub(crate) fn retry_at(attempts: i64, planned_at: Moment, now: Moment) -> Option<Moment> {
    let again = now.plus_minutes((PAUSE_MINUTES * attempts.max(1)).min(LONGEST_PAUSE));
    (!is_stale(planned_at, again)).then_some(again)
}

/// So long past its time that it would only surprise.
pub(crate) fn is_stale(planned_at: Moment, now: Moment) -> bool {
    now > planned_at.plus_minutes(STALE_HOURS * 60)
}

/// Checks a sequence's steps: known channel and template, each later than the one before.
pub(crate) fn check_steps(steps: &[SequenceStep]) -> Result<(), Fault> {
    if steps.is_empty() || steps.len() > MOST_STEPS {
        return Err(Fault::invalid("steps", format!("Give 1 to {MOST_STEPS} steps.")));
    }
    let mut earliest = 0;
    for (index, step) in steps.iter().enumerate() {
        let field = |name: &str| format!("steps[{index}].{name}");
        if step.channel != "email" {
            return Err(Fault::invalid(field("channel"), "Use email. No other channel is set up here."));
        }
        if !RECOVERY_TEMPLATES.contains(&step.template.as_str()) {
            let known = RECOVERY_TEMPLATES.join(", ");
            return Err(Fault::invalid(field("template"), format!("Use one of: {known}.")));
        }
        if !(earliest..=LONGEST_DELAY).contains(&step.delay_min) {
            return Err(Fault::invalid(
                field("delay_min"),
                format!(
                    "Use {earliest} to {LONGEST_DELAY} minutes, each step at least {GAP} after the one before."
                ),
            ));
        }
        earliest = step.delay_min + GAP;
    }
    Ok(())
}
