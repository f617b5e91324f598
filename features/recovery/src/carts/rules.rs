//! When a cart counts as abandoned.

use kernel::{Fault, Moment};
use runtime::settings::{Settings, cartbay, ocart};

/// The threshold nobody has changed.
const USUAL_MINUTES: i64 = 30;

/// Both specifications have the threshold. CartBay's counts when it was changed, otherwise OCart's.
pub(crate) fn threshold_minutes(ocart: &Settings, cartbay: &Settings) -> i64 {
    let own = cartbay.integer(&cartbay::ABANDONMENT_TIMEOUT);
    if own == USUAL_MINUTES { ocart.integer(&ocart::RECOVERY_ABANDONED_THRESHOLD_MIN) } else { own }
}

/// `24h`, `7d`, `90m`, or a date: the moment from which on something is wanted.
pub(crate) fn since(text: &str, now: Moment) -> Result<Moment, Fault> {
    let refused = || Fault::invalid("since", "Use 90m, 24h, 7d or a date such as 2026-11-01.");
    let text = text.trim();
    if let Some(moment) = Moment::parse(text).or_else(|| Moment::from_column(&format!("{text} 00:00:00"))) {
        return Ok(moment);
    }
    let (count, unit) = text.split_at_checked(text.len().saturating_sub(1)).ok_or_else(refused)?;
    let count: i64 = count.parse().ok().filter(|count| (0..=100_000).contains(count)).ok_or_else(refused)?;
    match unit {
        "m" => Ok(now.plus_minutes(-count)),
        "h" => Ok(now.plus_minutes(-count * 60)),
        "d" => Ok(now.plus_days(-count)),
        _ => Err(refused()),
    }
}
