//! What a checkout form must hold, pure.

use std::collections::BTreeMap;

use kernel::contracts::shop::{Address, CartSnapshot};
use kernel::{hash, json, places, text};
use web::Form;

use super::model::Details;

/// Countries of the form, by name. The code is what counts.
pub const COUNTRIES: &[(&str, &str)] = &[
    ("AR", "Argentina"),
    ("AU", "Australia"),
    ("AT", "Austria"),
    ("BE", "Belgium"),
    ("BR", "Brazil"),
    ("BG", "Bulgaria"),
    ("CA", "Canada"),
    ("CL", "Chile"),
    ("CN", "China"),
    ("CO", "Colombia"),
    ("HR", "Croatia"),
    ("CY", "Cyprus"),
    ("CZ", "Czechia"),
    ("DK", "Denmark"),
    ("EG", "Egypt"),
    ("EE", "Estonia"),
    ("FI", "Finland"),
    ("FR", "France"),
    ("DE", "Germany"),
    ("GR", "Greece"),
    ("HK", "Hong Kong"),
    ("HU", "Hungary"),
    ("IS", "Iceland"),
    ("IN", "India"),
    ("ID", "Indonesia"),
    ("IE", "Ireland"),
    ("IL", "Israel"),
    ("IT", "Italy"),
    ("JP", "Japan"),
    ("KE", "Kenya"),
    ("KW", "Kuwait"),
    ("LV", "Latvia"),
    ("LT", "Lithuania"),
    ("LU", "Luxembourg"),
    ("MY", "Malaysia"),
    ("MT", "Malta"),
    ("MX", "Mexico"),
    ("NL", "Netherlands"),
    ("NZ", "New Zealand"),
    ("NG", "Nigeria"),
    ("NO", "Norway"),
    ("PE", "Peru"),
    ("PH", "Philippines"),
    ("PL", "Poland"),
    ("PT", "Portugal"),
    ("RO", "Romania"),
    ("SA", "Saudi Arabia"),
    ("RS", "Serbia"),
    ("SG", "Singapore"),
    ("SK", "Slovakia"),
    ("SI", "Slovenia"),
    ("ZA", "South Africa"),
    ("KR", "South Korea"),
    ("ES", "Spain"),
    ("SE", "Sweden"),
    ("CH", "Switzerland"),
    ("TW", "Taiwan"),
    ("TH", "Thailand"),
    ("TR", "Türkiye"),
    ("UA", "Ukraine"),
    ("AE", "United Arab Emirates"),
    ("GB", "United Kingdom"),
    ("US", "United States"),
    ("UY", "Uruguay"),
    ("VN", "Vietnam"),
];
/// Reads the details from a form. What is wrong is named by field; what is right is given either way, so that the form
/// can be shown again as it was.
#[must_use]
pub fn details(form: &Form) -> (Details, BTreeMap<&'static str, String>) {
    let mut problems = BTreeMap::new();
    let mut line = |field: &'static str, longest: usize, required: bool| {
        let value = form.text(field);
        let checked = if required {
            text::line(field, value, longest)
        } else {
            text::optional_line(field, value, longest)
        };
        checked.unwrap_or_else(|fault| {
            let problem = fault.params.into_values().next().unwrap_or_default();
            problems.insert(field, problem);
            value.chars().filter(|character| !character.is_control()).take(longest).collect()
        })
    };
    let country = line("country", 2, true).to_ascii_uppercase();
    let wants_postcode = places::needs_postcode(&country);
    let wants_state = places::needs_state(&country);
    let mut billing = Address {
        first_name: line("first_name", 100, true),
        last_name: line("last_name", 100, true),
        company: line("company", 100, false),
        address_1: line("address_1", 200, true),
        address_2: line("address_2", 200, false),
        city: line("city", 100, true),
        state: line("state", 60, wants_state),
        postcode: line("postcode", 20, wants_postcode),
        email: line("email", 254, true),
        phone: line("phone", 40, false),
        country,
    };
    let note: String = form.text("note").chars().take(1000).collect();
    if let Err(fault) = text::email("email", &billing.email)
        && let Some(problem) = fault.params.into_values().next()
    {
        problems.entry("email").or_insert(problem);
    }
    let named = places::state("state", &billing.country, &billing.state);
    let coded = places::postcode("postcode", &billing.country, &billing.postcode);
    for (field, checked, own) in
        [("state", named, &mut billing.state), ("postcode", coded, &mut billing.postcode)]
    {
        match checked {
            Ok(kept) => *own = kept,
            Err(fault) => {
                let problem = fault.params.into_values().next().unwrap_or_default();
                problems.entry(field).or_insert(problem);
            }
        }
    }
    if !COUNTRIES.iter().any(|(code, _)| *code == billing.country) {
        problems.insert("country", "Choose a country.".to_owned());
    }
    (Details { billing, note, consent: form.checked("consent") }, problems)
}

/// What is known of the shopper, at the place that he types: country, state, postcode and city decide taxes and shipping.
#[must_use]
pub fn at_place_of(known: Address, typed: &Address) -> Address {
    Address {
        country: typed.country.clone(),
        state: typed.state.clone(),
        postcode: typed.postcode.clone(),
        city: typed.city.clone(),
        ..known
    }
}

/// Are the details enough to pay?
#[must_use]
pub fn is_complete(details: &Details) -> bool {
    let billing = &details.billing;
    text::email("email", &billing.email).is_ok()
        && !billing.last_name.is_empty()
        && !billing.address_1.is_empty()
        && !billing.country.is_empty()
}

/// What an order is made of: with the same, another try pays the same order.
#[must_use]
pub fn order_hash(cart: &CartSnapshot, details: &Details, gateway: &str) -> String {
    hash::sha256(format!(
        "{}|{}|{}|{gateway}|{}",
        cart.hash,
        cart.total.major(),
        cart.total.currency(),
        json::to_text(details)
    ))
}

/// Names what a page shows: lines, discounts, taxes, shipping and total.
#[must_use]
pub fn quote(cart: &CartSnapshot) -> String {
    hash::sha256(format!("{}|{}", cart.hash, cart.total.major()))[..32].to_owned()
}

/// The key of an attempt to pay, and of the order it pays.
#[must_use]
pub fn attempt_key(checkout: i64, attempt: i64) -> String {
    format!("checkout:{checkout}:{attempt}")
}

/// The checkout of an attempt's key.
#[must_use]
pub fn checkout_of(key: &str) -> Option<i64> {
    key.strip_prefix("checkout:")?.split_once(':')?.0.parse().ok()
}
