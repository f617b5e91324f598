//! Steps and retries.

use kernel::Moment;

use super::model::SequenceStep;
use super::rules;

fn step(delay_min: i64, template: &str) -> SequenceStep {
    SequenceStep { channel: "email".to_owned(), delay_min, template: template.to_owned() }
}

#[test]
fn steps_come_in_order() {
    let good = [step(0, "cart_nudge_1"), step(1440, "cart_nudge_2"), step(4320, "cart_nudge_3")];
    assert!(rules::check_steps(&good).is_ok());
    assert!(rules::check_steps(&[]).is_err());
    for (bad, field) in [
        (vec![step(45, "cart_nudge_1"), step(50, "cart_nudge_2")], "steps[1].delay_min"),
        (vec![step(-1, "cart_nudge_1")], "steps[0].delay_min"),
        (vec![step(10_081, "cart_nudge_1")], "steps[0].delay_min"),
        (vec![step(0, "newsletter")], "steps[0].template"),
        (vec![SequenceStep { channel: "sms".to_owned(), ..step(0, "cart_nudge_1") }], "steps[0].channel"),
    ] {
        let fault = rules::check_steps(&bad).unwrap_err();
        assert!(fault.params.contains_key(field), "{fault:?}");
    }
}

#[test]
fn tries_grow_apart_and_end() {
    let now = Moment::parse("2026-11-21T12:00:00Z").unwrap();
    assert_eq!(rules::retry_at(1, now, now), Some(now.plus_minutes(15)));
    assert_eq!(rules::retry_at(2, now, now), Some(now.plus_minutes(30)));
    assert_eq!(rules::retry_at(20, now, now), Some(now.plus_minutes(120)));
    assert_eq!(rules::retry_at(20, now, now.plus_minutes(22 * 60 + 1)), None, "it would be a day late");
}

#[test]
fn a_day_late_is_too_late() {
    let due = Moment::parse("2026-11-21T12:00:00Z").unwrap();
    assert!(!rules::is_stale(due, due.plus_minutes(24 * 60)));
    assert!(rules::is_stale(due, due.plus_minutes(24 * 60 + 1)));
}
