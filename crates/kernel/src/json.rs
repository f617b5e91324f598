//! Reading JSON so that numbers keep their digits and an unknown field is an error that names it.

use serde::Deserializer;
use serde::de::{DeserializeOwned, Error, Unexpected, Visitor};
use serde_json::Value;

use crate::fault::Fault;

/// Reads a stored document. Goes through [`Value`], which keeps number texts whole inside tagged enums.
pub fn from_text<T: DeserializeOwned>(text: &str) -> Result<T, Fault> {
    let value: Value = serde_json::from_str(text)?;
    Ok(serde_json::from_value(value)?)
}

/// Reads what a client sent; the fault names the field by its path, such as `line_items[0].quantity`.
pub fn from_client<T: DeserializeOwned>(value: Value) -> Result<T, Fault> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let path = error.path().to_string();
        let message = error.into_inner().to_string();
        let field = message.split('`').nth(1).unwrap_or_default();
        let within = |name: &str| match path.as_str() {
            "." => name.to_owned(),
            _ if path == name || path.ends_with(&format!(".{name}")) => path.clone(),
            _ => format!("{path}.{name}"),
        };
        if message.starts_with("missing field") {
            Fault::missing(within(field))
        } else if message.starts_with("unknown field") {
            Fault::invalid(within(field), "Unknown field. Remove it.")
        } else {
            let field = if path == "." { "body" } else { path.as_str() };
            Fault::invalid(field, plain(&message))
        }
    })
}

/// serde's message without the words of the language it is written in.
fn plain(message: &str) -> String {
    let Some((_, expected)) = message.split_once(", expected ") else { return message.to_owned() };
    let expected = match expected {
        "i64" | "i32" | "u64" | "u32" | "u8" | "a whole number" => "a whole number",
        "bool" | "a boolean" => "true or false",
        "a sequence" => "a list",
        "a map" => "an object",
        other if other.starts_with("struct ") => "an object",
        other => other,
    };
    format!("This is of the wrong kind. Use {expected}.")
}

/// A whole number, also as text, as WordPress takes one: `7` and `"7"`. For `#[serde(deserialize_with = …)]`.
pub fn whole<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    struct Whole;
    impl Visitor<'_> for Whole {
        type Value = i64;
        fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            formatter.write_str("a whole number")
        }
        fn visit_i64<E: Error>(self, number: i64) -> Result<i64, E> {
            Ok(number)
        }
        fn visit_u64<E: Error>(self, number: u64) -> Result<i64, E> {
            i64::try_from(number).map_err(|_| E::invalid_value(Unexpected::Unsigned(number), &self))
        }
        fn visit_str<E: Error>(self, text: &str) -> Result<i64, E> {
            let digits = text.strip_prefix('-').unwrap_or(text);
            let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
            let number = if plain { text.parse().ok() } else { None };
            number.ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
        }
    }
    deserializer.deserialize_any(Whole)
}

/// Writes a document for a column.
#[must_use]
pub fn to_text<T: serde::Serialize>(document: &T) -> String {
    serde_json::to_string(document).unwrap_or_else(|_| "null".to_owned())
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Line {
        #[serde(deserialize_with = "whole")]
        quantity: i64,
        #[serde(default)]
        gift: bool,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Basket {
        lines: Vec<Line>,
    }

    #[test]
    fn whole_numbers_are_read_from_numbers_and_their_text() {
        for (value, expected) in [(json!(7), 7), (json!("7"), 7), (json!("-7"), -7)] {
            let basket: Basket = from_client(json!({ "lines": [{ "quantity": value }] })).unwrap();
            assert_eq!(basket.lines[0].quantity, expected);
            assert!(!basket.lines[0].gift);
        }
    }

    #[test]
    fn a_fault_names_the_field_by_its_path() {
        for (body, field, message) in [
            (json!({ "lines": [{ "quantity": "many" }] }), "lines[0].quantity", "Use a whole number."),
            (json!({ "lines": [{ "quantity": 1.5 }] }), "lines[0].quantity", "Use a whole number."),
            (json!({ "lines": [{ "quantity": 1e30 }] }), "lines[0].quantity", "Use a whole number."),
            (json!({ "lines": [{ "quantity": 1, "gift": 3 }] }), "lines[0].gift", "Use true or false."),
            (json!({ "lines": [{ "quantity": 1, "colour": 3 }] }), "lines[0].colour", "Unknown field."),
            (json!({ "lines": [{}] }), "lines[0].quantity", ""),
            (json!({ "lines": 4 }), "lines", "Use a list."),
            (json!({ "total": 4 }), "total", "Unknown field."),
            (json!([]), "body", ""),
        ] {
            let fault = from_client::<Basket>(body).unwrap_err();
            let (named, problem) = fault.params.first_key_value().unwrap_or_else(|| panic!("{fault:?}"));
            assert_eq!(named, field, "{fault:?}");
            assert!(problem.contains(message), "{fault:?}");
        }
    }
}
