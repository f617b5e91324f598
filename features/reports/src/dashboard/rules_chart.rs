//! The revenue chart: from amounts to the places of lines in an SVG. Whole numbers only.

use kernel::Currency;
use serde::Serialize;

use super::rules::{scale_mark, short_day};

const WIDTH: i64 = 640;
const HEIGHT: i64 = 270;
const LEFT: i64 = 78;
const RIGHT: i64 = 34;
const TOP: i64 = 14;
const BOTTOM: i64 = 30;
/// Lines across, without the lowest one.
const MARKS: i64 = 4;
/// Days named under the chart, at most.
const NAMES: usize = 7;

/// A value on its day.
#[derive(Debug, Clone)]
pub struct Point {
    /// `YYYY-MM-DD`.
    pub day: String,
    /// Minor units.
    pub minor: i64,
    /// Said by the pointer, such as `7 May: $40.00, 1 order`.
    pub title: String,
}

/// A line across with its amount.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mark {
    /// Height in the drawing.
    pub y: i64,
    /// `$1,500`.
    pub text: String,
    /// The line at zero.
    pub is_zero: bool,
}

/// A day's place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Place {
    /// Across.
    pub x: i64,
    /// Down.
    pub y: i64,
    /// What the day is called below the chart, or empty.
    pub name: String,
    /// Said by the pointer.
    pub title: String,
}

/// Everything an SVG needs.
#[derive(Debug, Clone, Serialize)]
pub struct Chart {
    /// Width of the drawing.
    pub width: i64,
    /// Height of the drawing.
    pub height: i64,
    /// Where the plot begins, from the left.
    pub left: i64,
    /// Where it ends.
    pub right: i64,
    /// Where the names of the days stand.
    pub foot: i64,
    /// Path of the line.
    pub line: String,
    /// Path of the area between the line and zero.
    pub area: String,
    /// Where the plot begins, from above.
    pub top: i64,
    /// Where it ends.
    pub bottom: i64,
    /// How far to each side a day can be pointed at.
    pub reach: i64,
    /// Lines across.
    pub marks: Vec<Mark>,
    /// Days.
    pub places: Vec<Place>,
    /// True when the days are few enough for a dot on each.
    pub dots: bool,
}

/// The smallest of 1, 2, 2.5, 5 times a power of ten that is `least` or more, so that the amounts read well. `unit` is the
/// least step: a major unit.
fn round_step(least: i64, unit: i64) -> i64 {
    let mut power = unit.max(1);
    loop {
        for (factor, part) in [(1, 1), (2, 1), (5, 2), (5, 1)] {
            let step = power.saturating_mul(factor) / part;
            if step >= least && step % unit.max(1) == 0 {
                return step;
            }
        }
        if power > i64::MAX / 20 {
            return least;
        }
        power *= 10;
    }
}

fn scaled(part: i64, whole: i64, length: i64) -> i64 {
    let place = kernel::decimal::divide(
        i128::from(part) * i128::from(length),
        i128::from(whole.max(1)),
        kernel::decimal::Rounding::HalfUp,
    );
    i64::try_from(place).unwrap_or(length)
}

/// Lays the chart out.
#[must_use]
pub fn chart(points: &[Point], currency: Currency) -> Chart {
    let highest = points.iter().map(|point| point.minor).max().unwrap_or(0).max(0);
    let lowest = points.iter().map(|point| point.minor).min().unwrap_or(0).min(0);
    let unit = 10_i64.pow(currency.exponent());
    let step = round_step((highest.saturating_sub(lowest) / MARKS).max(1), unit);
    let up = (highest.saturating_add(step - 1) / step).max(1);
    let down = lowest.saturating_neg().saturating_add(step - 1) / step;
    let (top, bottom) = (up.saturating_mul(step), down.saturating_mul(step).saturating_neg());
    let height = HEIGHT - TOP - BOTTOM;
    let y = |minor: i64| TOP + scaled(top.saturating_sub(minor), top.saturating_sub(bottom), height);
    let marks = (-down..=up)
        .map(|number| number.saturating_mul(step))
        .map(|minor| Mark { y: y(minor), text: scale_mark(minor, currency), is_zero: minor == 0 })
        .collect();
    let places = places(points, y);
    let path: Vec<String> = places.iter().map(|place| format!("{} {}", place.x, place.y)).collect();
    let line = if path.is_empty() { String::new() } else { format!("M{}", path.join(" L")) };
    let area = match (places.first(), places.last()) {
        (Some(first), Some(last)) => format!("{line} L{} {zero} L{} {zero} Z", last.x, first.x, zero = y(0)),
        _ => String::new(),
    };
    let dots = points.len() <= 10;
    let count = i64::try_from(points.len()).unwrap_or(1).max(1);
    Chart {
        width: WIDTH,
        height: HEIGHT,
        left: LEFT,
        right: WIDTH - RIGHT,
        foot: HEIGHT - 8,
        top: TOP,
        bottom: HEIGHT - BOTTOM,
        reach: (WIDTH / count / 2).max(2),
        line,
        area,
        marks,
        places,
        dots,
    }
}

fn places(points: &[Point], y: impl Fn(i64) -> i64) -> Vec<Place> {
    let last = points.len().saturating_sub(1);
    let every = if last < NAMES { 1 } else { last.div_ceil(NAMES - 2) };
    let count = i64::try_from(last).unwrap_or(1).max(1);
    (0_i64..)
        .zip(points.iter().enumerate())
        .map(|(number, (index, point))| Place {
            x: LEFT + scaled(number, count, WIDTH - LEFT - RIGHT),
            y: y(point.minor),
            name: if (last - index).is_multiple_of(every) { short_day(&point.day) } else { String::new() },
            title: point.title.clone(),
        })
        .collect()
}
