//! The query of a list and the body of a change, read as WordPress reads them.

use kernel::Fault;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::call::{Body, Call};

impl Call {
    /// The values of a parameter that may be given more than once: `a,b`, `name[]=a&name[]=b` or `name[0]=a`. None when it
    /// is not given, or empty.
    #[must_use]
    pub fn values(&self, name: &str) -> Option<Vec<String>> {
        let mut values = Vec::new();
        for (key, value) in &self.query {
            let own = key == name || (within(key, name).is_some_and(|inner| !inner.contains('[')));
            if own {
                values.extend(value.split(',').map(|part| part.trim().to_owned()));
            }
        }
        values.retain(|value| !value.is_empty());
        (!values.is_empty()).then_some(values)
    }

    /// Ids, or any whole numbers from 0.
    pub fn ids(&self, name: &str) -> Result<Option<Vec<i64>>, Fault> {
        let Some(values) = self.values(name) else { return Ok(None) };
        let ids = values.iter().map(|text| {
            let id = text.parse::<i64>().ok().filter(|id| *id >= 0);
            id.ok_or_else(|| Fault::invalid(name, "Use ids, separated by commas."))
        });
        ids.collect::<Result<Vec<_>, _>>().map(Some)
    }

    /// A whole number from 0, if given.
    pub fn number(&self, name: &str) -> Result<Option<i64>, Fault> {
        let Some(text) = self.query(name).map(str::trim).filter(|text| !text.is_empty()) else {
            return Ok(None);
        };
        let number = text.parse::<i64>().ok().filter(|number| *number >= 0);
        number.map(Some).ok_or_else(|| Fault::invalid(name, "Use a whole number."))
    }

    /// Yes or no, if given.
    pub fn yes_or_no(&self, name: &str) -> Result<Option<bool>, Fault> {
        match self.query(name).map(|text| text.trim().to_ascii_lowercase()).as_deref() {
            None | Some("") => Ok(None),
            Some("true" | "1") => Ok(Some(true)),
            Some("false" | "0") => Ok(Some(false)),
            Some(_) => Err(Fault::invalid(name, "Use true or false.")),
        }
    }

    /// One of these words, if given.
    pub fn choice(&self, name: &str, allowed: &[&str]) -> Result<Option<String>, Fault> {
        let Some(word) = self.query(name).map(str::trim).filter(|word| !word.is_empty()) else {
            return Ok(None);
        };
        if allowed.contains(&word) {
            return Ok(Some(word.to_owned()));
        }
        Err(Fault::invalid(name, format!("Use one of: {}.", allowed.join(", "))))
    }

    /// Some of these words, if given.
    pub fn choices(&self, name: &str, allowed: &[&str]) -> Result<Option<Vec<String>>, Fault> {
        let words = self.values(name);
        if words.iter().flatten().any(|word| !allowed.contains(&word.as_str())) {
            return Err(Fault::invalid(name, format!("Use one or more of: {}.", allowed.join(", "))));
        }
        Ok(words)
    }

    /// Refuses parameters that the list cannot obey: to leave them out would answer with other rows than were asked for.
    pub fn without(&self, names: &[&str]) -> Result<(), Fault> {
        let named = |name: &&&str| {
            let given = |(key, value): &(String, String)| {
                (key == **name || within(key, name).is_some()) && !value.trim().is_empty()
            };
            self.query.iter().any(given)
        };
        match names.iter().find(named) {
            Some(name) => Err(Fault::invalid(*name, "This shop cannot narrow a list by this. Leave it out.")),
            None => Ok(()),
        }
    }

    /// A parameter whose members stand in brackets, such as `attributes[0][slug]=red`, as a document; none when it is not
    /// given.
    #[must_use]
    pub fn document(&self, name: &str) -> Option<Value> {
        nested(&self.query).remove(name)
    }

    /// Whether the query or the body says yes, as WordPress takes a parameter such as `force` from either.
    #[must_use]
    pub fn says(&self, name: &str) -> bool {
        let yes = |text: &str| text == "1" || text.eq_ignore_ascii_case("true");
        let in_body = match &self.body {
            Body::Json(body) => match &body[name] {
                Value::Bool(said) => *said,
                Value::String(text) => yes(text),
                Value::Number(number) => number.as_i64() == Some(1),
                _ => false,
            },
            Body::Form(fields) => {
                fields.iter().rev().find(|(key, _)| key == name).is_some_and(|(_, value)| yes(value))
            }
            _ => false,
        };
        self.query_flag(name) || in_body
    }

    /// The body as WooCommerce takes one: unknown fields are left out, values turned into the kinds that `T` has, and
    /// fields that the query names are taken from there when the body does not name them.
    pub fn lenient_body<T: DeserializeOwned + JsonSchema + 'static>(&self) -> Result<T, Fault> {
        let mut members = match &self.body {
            Body::Json(Value::Object(members)) => members.clone(),
            Body::Json(_) => return Err(Fault::invalid("body", "Send a JSON object.")),
            Body::Empty => Map::new(),
            Body::Form(fields) => nested(fields),
            Body::Raw(_) => {
                return Err(Fault::invalid("body", "Send JSON with Content-Type: application/json."));
            }
        };
        let schema = kernel::coerce::schema_of::<T>();
        for (name, value) in nested(&self.query) {
            if schema["properties"].get(&name).is_some() && !members.contains_key(&name) {
                members.insert(name, value);
            }
        }
        kernel::json::from_client(kernel::coerce::coerced(Value::Object(members), &schema))
    }
}

/// What stands in the brackets behind `name`: `0` of `name[0]`, `0][slug` of `name[0][slug]`.
fn within<'a>(key: &'a str, name: &str) -> Option<&'a str> {
    key.strip_prefix(name)?.strip_prefix('[')?.strip_suffix(']')
}

/// How deep brackets may stand within each other.
const DEEPEST: usize = 8;

/// Pairs whose names have brackets, as a document: `billing[phone]=555` is `{"billing":{"phone":"555"}}`.
#[must_use]
pub fn nested(pairs: &[(String, String)]) -> Map<String, Value> {
    let mut document = Map::new();
    for (key, value) in pairs {
        let (name, inner) = match key.split_once('[') {
            Some((name, rest)) if rest.ends_with(']') && !name.is_empty() => (name, &rest[..rest.len() - 1]),
            _ => (key.as_str(), ""),
        };
        if name.len() == key.len() {
            document.insert(name.to_owned(), Value::from(value.clone()));
            continue;
        }
        let mut place = document.entry(name.to_owned()).or_insert_with(|| Value::Object(Map::new()));
        for part in inner.split("][").take(DEEPEST) {
            if !place.is_object() {
                *place = Value::Object(Map::new());
            }
            let Value::Object(members) = place else { break };
            let part = if part.is_empty() { members.len().to_string() } else { part.to_owned() };
            place = members.entry(part).or_insert_with(|| Value::Object(Map::new()));
        }
        *place = Value::from(value.clone());
    }
    document
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn brackets_make_a_document() {
        let pairs = crate::form::pairs("a=1&b[c]=2&b[d][]=3&b[d][]=4&e[0][f]=5&g[=6");
        let document = Value::Object(nested(&pairs));
        assert_eq!(
            document,
            json!({ "a": "1", "b": { "c": "2", "d": { "0": "3", "1": "4" } }, "e": { "0": { "f": "5" } }, "g[": "6" })
        );
    }
}
