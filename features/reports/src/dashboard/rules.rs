//! Periods, rates and wording.

use kernel::decimal::{Decimal, Rounding};
use kernel::{Currency, Fault, Moment, Money};

use super::model::Period;
use super::store::Happening;
use crate::journal::model::Metric;

/// Days of a period unless it says otherwise.
pub const DAYS: i64 = 30;
/// Days that a period may have at most.
pub const MOST_DAYS: usize = 366;

/// The period that ends today and has so many days.
#[must_use]
pub fn last_days(count: i64, now: Moment, zone: &str) -> Period {
    let to = now.local_day(zone);
    let from = shifted(&to, 1 - count).unwrap_or_else(|| to.clone());
    spanning(&from, &to)
}

/// The period between two days, as they stand in an address; a day left out follows from the other or from today.
pub fn period(from: Option<&str>, to: Option<&str>, now: Moment, zone: &str) -> Result<Period, Fault> {
    let day = |field: &str, text: Option<&str>| match text.filter(|text| !text.is_empty()) {
        None => Ok(None),
        Some(text) => civil(text)
            .map(|_| Some(text.to_owned()))
            .ok_or_else(|| Fault::invalid(field, "Use a day such as 2026-05-07.")),
    };
    let given_from = day("from", from)?;
    let to = day("to", to)?.unwrap_or_else(|| now.local_day(zone));
    let from = given_from.or_else(|| shifted(&to, 1 - DAYS)).unwrap_or_else(|| to.clone());
    if from > to {
        return Err(Fault::invalid("from", "Use a day that is not after `to`."));
    }
    let most = i64::try_from(MOST_DAYS).unwrap_or(i64::MAX);
    if shifted(&to, -most).is_some_and(|earliest| from <= earliest) {
        return Err(Fault::invalid("from", format!("Ask for at most {MOST_DAYS} days at a time.")));
    }
    Ok(spanning(&from, &to))
}

fn spanning(from: &str, to: &str) -> Period {
    let mut days = Vec::new();
    let mut day = Some(from.to_owned());
    while let Some(current) = day.take().filter(|day| day.as_str() <= to && days.len() < MOST_DAYS) {
        day = shifted(&current, 1);
        days.push(current);
    }
    let count = i64::try_from(days.len()).unwrap_or(i64::MAX);
    let before = (1..=count).rev().filter_map(|back| shifted(from, -back)).collect();
    Period { from: from.to_owned(), to: to.to_owned(), days, before }
}

/// The first second of a day, on a clock without zones: good for counting days.
fn civil(day: &str) -> Option<Moment> {
    let strict = day.len() == 10 && day.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    strict.then(|| Moment::parse(&format!("{day}T00:00:00Z"))).flatten()
}

fn shifted(day: &str, days: i64) -> Option<String> {
    Some(civil(day)?.plus_days(days).local_day("UTC"))
}

/// A day for people: `7 May`.
#[must_use]
pub fn short_day(day: &str) -> String {
    civil(day).map_or_else(|| day.to_owned(), |moment| moment.zoned("UTC").strftime("%-d %b").to_string())
}

/// `part` of `whole` as a fraction of one with four digits; nothing of nothing is no rate.
#[must_use]
pub fn rate(part: i64, whole: i64) -> Option<Decimal> {
    (whole > 0).then(|| {
        Decimal::whole(1)
            .ratio(i128::from(part), i128::from(whole), Rounding::HalfUp)
            .round(4, Rounding::HalfUp)
    })
}

/// A rate for people: `12.5%`, or a dash.
#[must_use]
pub fn percent(rate: Option<Decimal>) -> String {
    rate.map_or_else(|| "–".to_owned(), |rate| format!("{}%", rate.times(100).round(1, Rounding::HalfUp)))
}

/// A rate as whole hundredths for a bar, from 0 to 100.
#[must_use]
pub fn share(rate: Option<Decimal>) -> i64 {
    let hundredths = rate
        .unwrap_or_default()
        .times(100)
        .round(0, Rounding::HalfUp)
        .clamp(Decimal::ZERO, Decimal::whole(100));
    hundredths.fixed(0).parse().unwrap_or_default()
}

/// A time for people who read it soon after: `Today, 14:42`, `Yesterday, 09:05`, `7 May, 14:42`.
#[must_use]
pub fn when(at: Moment, now: Moment, zone: &str) -> String {
    let day = at.local_day(zone);
    let today = now.local_day(zone);
    let time = at.zoned(zone).strftime("%H:%M").to_string();
    let name = if day == today {
        "Today".to_owned()
    } else if Some(&day) == shifted(&today, -1).as_ref() {
        "Yesterday".to_owned()
    } else {
        short_day(&day)
    };
    format!("{name}, {time}")
}

/// What each of `count` comes to, rounded half up to the currency's digits.
pub fn average(total: Money, count: i64) -> Result<Money, Fault> {
    if count <= 0 {
        return Ok(Money::zero(total.currency()));
    }
    Decimal::from(total).ratio(1, i128::from(count), Rounding::HalfUp).to_money(total.currency())
}

/// How a number stands to the one before it: `12%` and whether it is more, or nothing when there is nothing to compare.
/// From eleven times the earlier number on a share tells nobody anything: it is told in times, `70 times`.
#[must_use]
pub fn change(now: i64, before: i64) -> Option<(String, std::cmp::Ordering)> {
    if before <= 0 {
        return None;
    }
    let difference = i128::from(now) - i128::from(before);
    if difference >= i128::from(before) * 10 {
        let times = difference / i128::from(before);
        return Some((format!("{times} times"), std::cmp::Ordering::Greater));
    }
    let share = Decimal::whole(100).ratio(difference.abs(), i128::from(before), Rounding::HalfUp);
    let digits = if share < Decimal::whole(10) { 1 } else { 0 };
    Some((format!("{}%", share.round(digits, Rounding::HalfUp)), now.cmp(&before)))
}

/// With thousands separators: `12,345`.
#[must_use]
pub fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = if number < 0 { "-".to_owned() } else { String::new() };
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A short amount for the side of a chart: `$1,500`, without empty cents.
#[must_use]
pub fn scale_mark(minor: i64, currency: Currency) -> String {
    let text = Money::new(minor, currency).display();
    let cents = currency.exponent();
    let empty = if cents == 0 { String::new() } else { format!(".{}", "0".repeat(cents as usize)) };
    if empty.is_empty() { text } else { text.strip_suffix(&empty).unwrap_or(&text).to_owned() }
}

/// What happened, in plain words, without the amount.
#[must_use]
pub fn sentence(happening: &Happening) -> String {
    let order = happening.order_id;
    let points = |what: &str| {
        let noun = if happening.quantity == 1 { "point" } else { "points" };
        format!("{} {noun} {what}", grouped(happening.quantity))
    };
    match happening.metric {
        Metric::Orders => format!("Order {order} paid"),
        Metric::Refunds => format!("Order {order} refunded"),
        Metric::Cancellations => format!("Order {order} called off"),
        Metric::UpsellsAccepted => "Upsell accepted".to_owned(),
        Metric::BumpsAccepted => "Bump added to a cart".to_owned(),
        Metric::CartsAbandoned => "Cart abandoned".to_owned(),
        Metric::CartsRecovered => "Cart recovered".to_owned(),
        Metric::RecoveryEmails => "Recovery e-mail sent".to_owned(),
        Metric::RecoveryTexts => "Recovery text sent".to_owned(),
        Metric::Members => "New loyalty member".to_owned(),
        Metric::PointsEarned => points("earned"),
        Metric::PointsReversed => points("taken back"),
        other => other.name().replace('_', " "),
    }
}
