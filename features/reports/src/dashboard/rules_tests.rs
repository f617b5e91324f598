//! Periods, rates and the chart's places.

use std::cmp::Ordering;

use kernel::{Currency, Decimal, Moment, Money};

use super::rules::{average, change, grouped, last_days, percent, period, rate, scale_mark, share, when};
use super::rules_chart::{Point, chart};

fn now() -> Moment {
    Moment::parse("2026-11-21T12:00:00Z").unwrap()
}

#[test]
fn a_period_knows_its_days_and_those_before() {
    let week = last_days(7, now(), "UTC");
    assert_eq!((week.from.as_str(), week.to.as_str()), ("2026-11-15", "2026-11-21"));
    assert_eq!((week.days.len(), week.before.len()), (7, 7));
    assert_eq!(week.before.first().unwrap(), "2026-11-08");
    assert_eq!(week.before.last().unwrap(), "2026-11-14");
    let leap = period(Some("2028-02-28"), Some("2028-03-01"), now(), "UTC").unwrap();
    assert_eq!(leap.days, ["2028-02-28", "2028-02-29", "2028-03-01"]);
    assert_eq!(period(None, Some("2026-06-30"), now(), "UTC").unwrap().from, "2026-06-01");
    assert_eq!(period(Some(""), None, now(), "UTC").unwrap().days.len(), 30);
}

#[test]
fn what_is_no_period_is_said_by_field() {
    for (from, to, field) in [
        ("2026-13-01", "", "from"),
        ("yesterday", "", "from"),
        ("2026-5-7", "", "from"),
        ("", "2026-02-30", "to"),
        ("2026-11-22", "2026-11-21", "from"),
        ("2025-11-20", "2026-11-21", "from"),
    ] {
        let fault = period(Some(from), Some(to), now(), "UTC").unwrap_err();
        assert_eq!(fault.status(), 400, "{from} {to}");
        assert!(format!("{fault:?}").contains(field), "{fault:?}");
    }
    assert_eq!(period(Some("2025-11-21"), Some("2026-11-21"), now(), "UTC").unwrap().days.len(), 366);
}

#[test]
fn rates_and_averages_are_exact() {
    assert_eq!(rate(1, 3), Decimal::parse("0.3333"));
    assert_eq!((rate(1, 0), percent(None)), (None, "–".to_owned()));
    assert_eq!(percent(rate(1, 8)), "12.5%");
    assert_eq!((share(rate(2, 3)), share(rate(9, 3)), share(None)), (67, 100, 0));
    let total = Money::new(1000, Currency::USD);
    assert_eq!((average(total, 3).unwrap().minor(), average(total, 0).unwrap().minor()), (333, 0));
    assert_eq!(change(112, 100), Some(("12%".to_owned(), Ordering::Greater)));
    assert_eq!(change(1002, 1000), Some(("0.2%".to_owned(), Ordering::Greater)));
    assert_eq!(change(1_099, 100), Some(("999%".to_owned(), Ordering::Greater)));
    assert_eq!(change(7_080, 100), Some(("69 times".to_owned(), Ordering::Greater)));
    assert_eq!(change(50, 100), Some(("50%".to_owned(), Ordering::Less)));
    assert_eq!((change(5, 0), change(5, 5)), (None, Some(("0%".to_owned(), Ordering::Equal))));
    assert_eq!((grouped(1_234_567), grouped(-12)), ("1,234,567".to_owned(), "-12".to_owned()));
}

#[test]
fn times_are_near_or_dated() {
    let at = |text: &str| when(Moment::parse(text).unwrap(), now(), "Europe/Berlin");
    assert_eq!(at("2026-11-21T11:42:00Z"), "Today, 12:42");
    assert_eq!(at("2026-11-20T22:30:00Z"), "Yesterday, 23:30");
    assert_eq!(at("2026-11-20T23:30:00Z"), "Today, 00:30");
    assert_eq!(at("2026-05-07T08:00:00Z"), "7 May, 10:00");
}

fn points(minor: &[i64]) -> Vec<Point> {
    minor
        .iter()
        .map(|minor| Point { day: "2026-11-21".to_owned(), minor: *minor, title: String::new() })
        .collect()
}

#[test]
fn a_chart_has_round_marks_and_stays_within_its_frame() {
    let drawn = chart(&points(&[0, 12_345, 99_000]), Currency::USD);
    let marks: Vec<&str> = drawn.marks.iter().map(|mark| mark.text.as_str()).collect();
    assert_eq!(marks, ["$0", "$250", "$500", "$750", "$1,000"]);
    for place in &drawn.places {
        assert!(
            (drawn.left..=drawn.right).contains(&place.x) && (drawn.top..=drawn.bottom).contains(&place.y)
        );
    }
    assert_eq!(drawn.places[0].y, drawn.bottom);
    let losing = chart(&points(&[5_000, -2_500]), Currency::USD);
    let zero = losing.marks.iter().find(|mark| mark.is_zero).unwrap();
    assert!(zero.y < losing.places[1].y && losing.places[1].y <= losing.bottom);
    let quiet = chart(&points(&[0; 90]), Currency::USD);
    assert!(quiet.places.iter().filter(|place| !place.name.is_empty()).count() <= 7);
    let yen = chart(&points(&[i64::MAX / 2, 7]), Currency::parse("JPY").unwrap());
    assert!(yen.places.iter().all(|place| (yen.top..=yen.bottom).contains(&place.y)));
    assert_eq!(scale_mark(150_000, Currency::USD), "$1,500");
    assert!(chart(&[], Currency::USD).line.is_empty());
}
