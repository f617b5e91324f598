//! What a page's form sent.

use std::collections::BTreeMap;

use kernel::{Amount, Currency, Decimal, Fault, Money};

/// Decodes `a=b&c=d`. What is not UTF-8 is replaced, as browsers do.
#[must_use]
pub fn pairs(encoded: &str) -> Vec<(String, String)> {
    encoded
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), decode(value))
        })
        .collect()
}

fn decode(text: &str) -> String {
    percent_encoding::percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}

/// Fields of a submitted form. The last of a repeated field counts, [`Form::all`] gives every one.
#[derive(Debug, Clone, Default)]
pub struct Form {
    fields: Vec<(String, String)>,
}

impl Form {
    /// From decoded pairs.
    #[must_use]
    pub fn new(fields: Vec<(String, String)>) -> Self {
        Self { fields }
    }

    /// The trimmed text of a field, or empty.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        self.fields.iter().rev().find(|(field, _)| field == name).map_or("", |(_, value)| value.trim())
    }

    /// The field as sent, if it was.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.fields.iter().rev().find(|(field, _)| field == name).map(|(_, value)| value.as_str())
    }

    /// Every value of a repeated field.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.fields.iter().filter(move |(field, _)| field == name).map(|(_, value)| value.as_str())
    }

    /// A ticked box.
    #[must_use]
    pub fn checked(&self, name: &str) -> bool {
        matches!(self.text(name), "1" | "on" | "true" | "yes")
    }

    /// A whole number within a range; a fault that names the field if not.
    pub fn integer(&self, name: &str, least: i64, most: i64) -> Result<i64, Fault> {
        self.text(name)
            .parse()
            .ok()
            .filter(|number| (least..=most).contains(number))
            .ok_or_else(|| Fault::invalid(name, format!("Enter a whole number from {least} to {most}.")))
    }

    /// An amount in major units; more digits than the currency has are refused.
    pub fn money(&self, name: &str, currency: Currency) -> Result<Money, Fault> {
        let decimal = Decimal::parse(self.text(name))
            .ok_or_else(|| Fault::invalid(name, "Enter an amount such as 12.50."))?;
        Amount::from(decimal).in_currency(name, currency)
    }

    /// All fields but the form's own token, to fill a form again after a refusal.
    #[must_use]
    pub fn values(&self) -> BTreeMap<String, String> {
        self.fields.iter().filter(|(name, _)| !name.starts_with('_')).cloned().collect()
    }

    /// Every pair in its order.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}
