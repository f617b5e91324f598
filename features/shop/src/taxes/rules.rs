//! Which rates apply at a place.

use std::cmp::{Ordering, Reverse};
use std::collections::BTreeSet;

use kernel::text;

use super::model::{Place, TaxRate};
use crate::totals::{Rate, RatesByClass};

/// A postcode as it is compared: capitals, without blanks and dashes.
#[must_use]
pub fn normal_postcode(postcode: &str) -> String {
    postcode
        .chars()
        .filter(|letter| !letter.is_whitespace() && *letter != '-')
        .collect::<String>()
        .to_uppercase()
}

/// The slug of a tax class; `Standard` and nothing are the standard class, which is the empty text.
#[must_use]
pub fn class_slug(name: &str) -> String {
    let slug = text::slug(name);
    if slug == "standard" { String::new() } else { slug }
}

/// The rates of a class that apply at a place, one for each priority, in the order of the priorities.
#[must_use]
pub fn find<'rates>(rates: &'rates [TaxRate], place: &Place, class: &str) -> Vec<&'rates TaxRate> {
    let country = place.country.trim().to_uppercase();
    if country.is_empty() {
        return Vec::new();
    }
    let state = place.state.trim().to_uppercase();
    let postcode = normal_postcode(&place.postcode);
    let city = place.city.trim().to_uppercase();
    let mut matching: Vec<(&TaxRate, usize)> = rates
        .iter()
        .filter(|rate| rate.class == class)
        .filter(|rate| rate.country.is_empty() || rate.country == country)
        .filter(|rate| rate.state.is_empty() || rate.state == state)
        .filter_map(|rate| Some((rate, locations(rate, &postcode, &city)?)))
        .collect();
    matching.sort_by(|(one, one_locations), (other, other_locations)| {
        one.priority
            .cmp(&other.priority)
            .then_with(|| named_first(&one.country, &other.country))
            .then_with(|| named_first(&one.state, &other.state))
            .then_with(|| Reverse(one_locations).cmp(&Reverse(other_locations)))
            .then_with(|| one.id.cmp(&other.id))
    });
    matching.dedup_by_key(|(rate, _)| rate.priority);
    matching.into_iter().map(|(rate, _)| rate).collect()
}

/// Everything that applies at a place, by class, as the totals take it.
#[must_use]
pub fn rates_by_class(rates: &[TaxRate], place: &Place) -> RatesByClass {
    let classes: BTreeSet<&str> = rates.iter().map(|rate| rate.class.as_str()).collect();
    let of_class = |class: &str| {
        let found = find(rates, place, class);
        let rate = |rate: &&TaxRate| Rate {
            id: rate.id,
            percent: rate.percent,
            compound: rate.compound,
            shipping: rate.shipping,
        };
        (class.to_owned(), found.iter().map(rate).collect())
    };
    classes.into_iter().map(of_class).collect()
}

fn named_first(one: &str, other: &str) -> Ordering {
    (one.is_empty(), one).cmp(&(other.is_empty(), other))
}

/// How many of a rate's locations speak for the place, as WooCommerce's query counts them; none when the rate does not
/// apply there. A rate without locations applies everywhere and counts 0. With postcodes alone, every matching one
/// counts as often as the rate has postcodes; likewise with cities; with both, each match counts once.
fn locations(rate: &TaxRate, postcode: &str, city: &str) -> Option<usize> {
    let postcodes = rate.postcodes.iter().filter(|pattern| covers(pattern, postcode)).count();
    let cities = rate.cities.iter().filter(|name| *name == city).count();
    match (rate.postcodes.len(), rate.cities.len()) {
        (0, 0) => Some(0),
        (all, 0) => (postcodes > 0).then_some(postcodes * all),
        (0, all) => (cities > 0).then_some(cities * all),
        _ => (postcodes > 0 && cities > 0).then_some(postcodes * cities),
    }
}

/// Whether a pattern covers a normal postcode.
fn covers(pattern: &str, postcode: &str) -> bool {
    if let Some((first, last)) = pattern.split_once("...") {
        return within(postcode, first.trim(), last.trim());
    }
    match pattern.strip_suffix('*') {
        Some(prefix) => postcode.starts_with(prefix.trim_end()),
        None => pattern == postcode,
    }
}

/// Whether a postcode lies in a range. Digits compare as numbers; a postcode with letters in a range of digits compares
/// as text, so that 1234AB lies within 1000...1999; a range with letters compares letter by letter.
fn within(postcode: &str, first: &str, last: &str) -> bool {
    let number = |text: &str| text.parse::<u128>().ok();
    match (number(first), number(last), number(postcode)) {
        (Some(first), Some(last), Some(postcode)) => (first..=last).contains(&postcode),
        (Some(_), Some(_), None) => !postcode.is_empty() && first <= postcode && postcode <= last,
        _ => {
            let length = postcode.chars().count();
            let compared = numeral(postcode, length);
            numeral(first, length) <= compared && compared <= numeral(last, length)
        }
    }
}

/// Two digits for each letter or digit, filled with zeros to the length of the postcode.
fn numeral(text: &str, length: usize) -> u128 {
    let code = |letter: char| match letter {
        '0'..='9' => u128::from(letter) - u128::from('0'),
        'A'..='Z' => u128::from(letter) - u128::from('A') + 1,
        _ => 0,
    };
    let missing = length.saturating_sub(text.chars().count());
    text.chars()
        .map(code)
        .chain(std::iter::repeat_n(0, missing))
        .fold(0_u128, |number, code| number.saturating_mul(100).saturating_add(code))
}
