//! Spans of time as the command line takes them.

use super::rules::since;
use kernel::Moment;

#[test]
fn since_takes_spans_and_dates() {
    let now = Moment::parse("2026-11-21T12:00:00Z").unwrap();
    assert_eq!(since("24h", now).unwrap(), now.plus_days(-1));
    assert_eq!(since("90m", now).unwrap(), now.plus_minutes(-90));
    assert_eq!(since("7d", now).unwrap(), now.plus_days(-7));
    assert_eq!(since("2026-11-01", now).unwrap().rfc3339(), "2026-11-01T00:00:00Z");
    assert!(["", "h", "-1h", "24x", "é", "yesterday"].iter().all(|text| since(text, now).is_err()));
}
