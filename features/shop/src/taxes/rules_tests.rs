//! Which rate wins where.

use kernel::decimal::Decimal;

use super::{Place, TaxRate, class_slug, find, rates_by_class};

fn rate(id: i64, place: [&str; 4], priority: i64) -> TaxRate {
    let [country, state, postcodes, cities] = place;
    let split = |text: &str| text.split(';').filter(|entry| !entry.is_empty()).map(str::to_owned).collect();
    TaxRate {
        id,
        country: country.to_owned(),
        state: state.to_owned(),
        percent: Decimal::whole(id),
        name: format!("Tax {id}"),
        priority,
        compound: false,
        shipping: true,
        class: String::new(),
        postcodes: split(postcodes),
        cities: split(cities),
    }
}

fn place(country: &str, state: &str, postcode: &str, city: &str) -> Place {
    let [country, state, postcode, city] = [country, state, postcode, city].map(str::to_owned);
    Place { country, state, postcode, city }
}

fn ids(rates: &[TaxRate], place: &Place) -> Vec<i64> {
    find(rates, place, "").iter().map(|rate| rate.id).collect()
}

#[test]
fn the_most_specific_of_a_priority_wins() {
    let rates = [
        rate(1, ["", "", "", ""], 1),
        rate(2, ["US", "", "", ""], 1),
        rate(3, ["US", "CA", "", ""], 1),
        rate(4, ["US", "CA", "90210", ""], 1),
        rate(5, ["US", "", "", ""], 2),
        rate(6, ["US", "CA", "", "LOS ANGELES"], 2),
    ];
    assert_eq!(ids(&rates, &place("us", "ca", "90210", "San Diego")), [4, 5]);
    assert_eq!(ids(&rates, &place("US", "CA", "90000", "los angeles ")), [3, 6]);
    assert_eq!(ids(&rates, &place("US", "AL", "", "")), [2, 5]);
    assert_eq!(ids(&rates, &place("DE", "", "10115", "Berlin")), [1]);
    assert!(ids(&rates, &place("", "", "", "")).is_empty());
}

#[test]
fn priorities_come_in_their_order() {
    let rates =
        [rate(1, ["US", "", "", ""], 3), rate(2, ["", "", "", ""], 1), rate(3, ["US", "", "", ""], 2)];
    assert_eq!(ids(&rates, &place("US", "", "", "")), [2, 3, 1]);
}

#[test]
fn of_two_alike_the_older_wins() {
    let rates = [rate(9, ["US", "", "", ""], 1), rate(8, ["US", "", "", ""], 1)];
    assert_eq!(ids(&rates, &place("US", "", "", "")), [8]);
}

#[test]
fn postcodes_match_whole_by_prefix_and_by_range() {
    let matches = |pattern: &str, postcode: &str| {
        !ids(&[rate(1, ["GB", "", pattern, ""], 1)], &place("GB", "", postcode, "")).is_empty()
    };
    assert!(matches("SW1A1AA", "sw1a 1aa"));
    assert!(!matches("SW1A1AA", "SW1A 1AB"));
    assert!(matches("SW1*", "SW1A 1AA"));
    assert!(!matches("SW1*", "SW2A 1AA"));
    assert!(matches("12000...12999", "12-345"));
    assert!(matches("12000...12999", "12999"));
    assert!(!matches("12000...12999", "13000"));
    assert!(!matches("12000...12999", "1234"));
    assert!(matches("1000...1999", "1234AB"));
    assert!(!matches("1000...1999", "2034AB"));
    assert!(matches("AB10...AB13", "AB121CD"));
    assert!(!matches("AB10...AB11", "AB121CD"));
    assert!(!matches("12000...12999", ""));
}

#[test]
fn a_rate_with_postcodes_and_cities_needs_both() {
    let rates = [rate(1, ["US", "", "12345", "ALBANY"], 1)];
    assert_eq!(ids(&rates, &place("US", "", "12345", "Albany")), [1]);
    assert!(ids(&rates, &place("US", "", "12345", "Troy")).is_empty());
    assert!(ids(&rates, &place("US", "", "12346", "Albany")).is_empty());
}

#[test]
fn classes_are_kept_apart() {
    let mut rates = vec![rate(20, ["GB", "", "", ""], 1), rate(5, ["GB", "", "", ""], 1)];
    rates[1].class = class_slug("Reduced rate");
    let by_class = rates_by_class(&rates, &place("GB", "", "", ""));
    let percents: Vec<(&str, Decimal)> =
        by_class.iter().map(|(class, rates)| (class.as_str(), rates[0].percent)).collect();
    assert_eq!(percents, [("", Decimal::whole(20)), ("reduced-rate", Decimal::whole(5))]);
    assert_eq!(class_slug("Standard"), "");
}
