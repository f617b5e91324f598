//! Reading JSON so that numbers keep their digits and an unknown field is an error that names it.

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::fault::Fault;

/// Reads a stored document. Goes through [`Value`], which keeps number texts whole inside tagged enums.
pub fn from_text<T: DeserializeOwned>(text: &str) -> Result<T, Fault> {
    let value: Value = serde_json::from_str(text)?;
    Ok(serde_json::from_value(value)?)
}

/// Reads what a client sent; the fault names the field, as serde knows it.
pub fn from_client<T: DeserializeOwned>(value: Value) -> Result<T, Fault> {
    serde_json::from_value(value).map_err(|error| {
        let message = error.to_string();
        let quoted = message.split('`').nth(1).unwrap_or("body").to_owned();
        if message.starts_with("missing field") {
            Fault::missing(quoted)
        } else if message.starts_with("unknown field") {
            Fault::invalid(quoted, "Unknown field. Remove it.")
        } else {
            Fault::invalid("body", message)
        }
    })
}

/// Writes a document for a column.
#[must_use]
pub fn to_text<T: serde::Serialize>(document: &T) -> String {
    serde_json::to_string(document).unwrap_or_else(|_| "null".to_owned())
}
