//! Bodies as WordPress reads them: a value of another kind that says the same is taken, and what says nothing names nothing.

use std::any::TypeId;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, RwLock};

use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Number, Value};

static SCHEMAS: LazyLock<RwLock<HashMap<TypeId, Arc<Value>>>> = LazyLock::new(RwLock::default);

/// The schema of a body, made once.
#[must_use]
pub fn schema_of<T: JsonSchema + 'static>() -> Arc<Value> {
    let key = TypeId::of::<T>();
    if let Some(known) = SCHEMAS.read().ok().and_then(|known| known.get(&key).cloned()) {
        return known;
    }
    let made = Arc::new(SchemaGenerator::default().into_root_schema_for::<T>().to_value());
    if let Ok(mut known) = SCHEMAS.write() {
        known.insert(key, Arc::clone(&made));
    }
    made
}

/// `value` in the kinds that `schema` asks for, as WordPress does it: `"5"` for 5, `"true"` and `1` for true, `5` for
/// `"5"`, `"a,b"` for a list, an empty list for an empty object; `null`, and an empty text where no text can stand, are
/// taken for not named. What cannot be turned stays, so that whoever reads it can say what is wrong.
#[must_use]
pub fn coerced(value: Value, schema: &Value) -> Value {
    Coercion { root: schema }.turn(value, schema).unwrap_or_else(|| Value::Object(Map::new()))
}

struct Coercion<'schema> {
    root: &'schema Value,
}

impl<'schema> Coercion<'schema> {
    /// The schema behind references, and behind the choice between something and nothing.
    fn resolved(&self, schema: &'schema Value) -> &'schema Value {
        let mut schema = schema;
        for _ in 0..8 {
            if let Some(name) = schema["$ref"].as_str().and_then(|path| path.strip_prefix("#/$defs/")) {
                schema = &self.root["$defs"][name];
                continue;
            }
            let choices = schema["anyOf"].as_array().map(Vec::as_slice).unwrap_or_default();
            let some: Vec<&Value> = choices.iter().filter(|choice| choice["type"] != "null").collect();
            match some.as_slice() {
                [one] => schema = one,
                _ => break,
            }
        }
        schema
    }

    /// Nothing when the value names nothing.
    fn turn(&self, value: Value, schema: &'schema Value) -> Option<Value> {
        let schema = self.resolved(schema);
        let kinds: Vec<&str> = match &schema["type"] {
            Value::String(kind) => vec![kind.as_str()],
            Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
            // Anything goes, a choice among kinds included.
            _ => return Some(value),
        };
        let takes = |kind: &str| kinds.contains(&kind);
        match value {
            Value::Null => None,
            Value::String(text) => Self::text(&text, &takes).map(|value| self.inside(value, schema)),
            Value::Number(number) => Some(self.inside(Self::number(number, &takes), schema)),
            other => Some(self.inside(other, schema)),
        }
    }

    fn text(text: &str, takes: &dyn Fn(&str) -> bool) -> Option<Value> {
        let plain = text.trim();
        if takes("string") {
            return Some(Value::from(text));
        }
        if takes("object") && plain.is_empty() {
            return Some(Value::Object(Map::new()));
        }
        if takes("array") {
            let parts = plain.split([',', ' ']).filter(|part| !part.is_empty());
            return Some(parts.map(Value::from).collect());
        }
        if plain.is_empty() {
            return None;
        }
        if takes("boolean") {
            return Some(match plain.to_ascii_lowercase().as_str() {
                "true" | "1" => Value::from(true),
                "false" | "0" => Value::from(false),
                _ => Value::from(text),
            });
        }
        if takes("integer") || takes("number") {
            let number = plain.parse::<Number>().ok();
            return Some(number.map_or_else(|| Value::from(text), |number| Self::number(number, takes)));
        }
        Some(Value::from(text))
    }

    fn number(number: Number, takes: &dyn Fn(&str) -> bool) -> Value {
        let text = number.to_string();
        if takes("integer") {
            // 5.00 is 5.
            let whole =
                text.split_once('.').filter(|(_, fraction)| fraction.bytes().all(|byte| byte == b'0'));
            return whole
                .and_then(|(whole, _)| whole.parse::<i64>().ok())
                .map_or(Value::Number(number), Value::from);
        }
        if takes("number") {
            return Value::Number(number);
        }
        match text.as_str() {
            _ if takes("string") => Value::from(text),
            "1" if takes("boolean") => Value::from(true),
            "0" if takes("boolean") => Value::from(false),
            _ if takes("array") => Value::Array(vec![Value::Number(number)]),
            _ => Value::Number(number),
        }
    }

    /// What stands within a list or an object.
    fn inside(&self, value: Value, schema: &'schema Value) -> Value {
        let kind = |kind: &str| {
            schema["type"] == kind
                || schema["type"].as_array().is_some_and(|kinds| kinds.contains(&Value::from(kind)))
        };
        match value {
            Value::Array(entries) if kind("object") && entries.is_empty() => Value::Object(Map::new()),
            Value::Array(entries) if kind("array") => {
                entries.into_iter().filter_map(|entry| self.turn(entry, &schema["items"])).collect()
            }
            // What a form says with numbered brackets.
            Value::Object(members)
                if kind("array") && members.keys().all(|key| key.parse::<u32>().is_ok()) =>
            {
                members.into_iter().filter_map(|(_, entry)| self.turn(entry, &schema["items"])).collect()
            }
            Value::Object(members) if kind("object") => {
                let properties = &schema["properties"];
                let turned = members.into_iter().filter_map(|(name, member)| match properties.get(&name) {
                    Some(own) => self.turn(member, own).map(|member| (name, member)),
                    None => Some((name, member)),
                });
                Value::Object(turned.collect())
            }
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::Amount;

    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only its schema is looked at")]
    struct Inner {
        phone: Option<String>,
        ids: Vec<i64>,
    }

    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only its schema is looked at")]
    struct Outer {
        count: Option<i64>,
        open: Option<bool>,
        name: Option<String>,
        price: Option<Amount>,
        inner: Option<Inner>,
        list: Option<Vec<Inner>>,
        any: Value,
    }

    #[test]
    fn values_that_say_the_same_are_taken() {
        for (sent, read) in [
            (json!({ "count": "5" }), json!({ "count": 5 })),
            (json!({ "count": "5.0" }), json!({ "count": 5 })),
            (json!({ "count": " 7 " }), json!({ "count": 7 })),
            (json!({ "count": "" }), json!({})),
            (json!({ "count": null }), json!({})),
            (json!({ "count": "many" }), json!({ "count": "many" })),
            (json!({ "open": "true" }), json!({ "open": true })),
            (json!({ "open": 0 }), json!({ "open": false })),
            (json!({ "open": "1" }), json!({ "open": true })),
            (json!({ "open": "perhaps" }), json!({ "open": "perhaps" })),
            (json!({ "name": 5 }), json!({ "name": "5" })),
            (json!({ "name": "" }), json!({ "name": "" })),
            (json!({ "name": null }), json!({})),
            (json!({ "price": "1.50" }), json!({ "price": "1.50" })),
            (json!({ "inner": [] }), json!({ "inner": {} })),
            (json!({ "inner": "" }), json!({ "inner": {} })),
            (
                json!({ "inner": { "phone": 5, "ids": "1,2", "x": 1 } }),
                json!({ "inner": { "phone": "5", "ids": [1, 2], "x": 1 } }),
            ),
            (json!({ "inner": { "phone": null } }), json!({ "inner": {} })),
            (json!({ "list": { "0": { "ids": ["3"] } } }), json!({ "list": [{ "ids": [3] }] })),
            (json!({ "any": "5" }), json!({ "any": "5" })),
            (json!({ "unknown": "5" }), json!({ "unknown": "5" })),
        ] {
            assert_eq!(coerced(sent.clone(), &schema_of::<Outer>()), read, "{sent}");
        }
    }
}
