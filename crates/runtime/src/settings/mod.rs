//! Settings: each namespace is one options row holding a nested JSON document, with a default for every key.

pub mod cartbay;
pub mod ocart;
pub mod oloyalty;
pub mod shop;

use std::sync::Arc;

use db::{Sql, Tx, params};
use kernel::{Decimal, Fault};
use serde_json::{Map, Value};

use crate::audit::{Audit, AuditLog};

const FIND: Sql = Sql::new("SELECT option_value FROM {p}cartwright_options WHERE option_name = ?");
const TOUCH: Sql = Sql::new("UPDATE {p}cartwright_options SET autoload = 'yes' WHERE option_name = ?");
const PUT: Sql = Sql::pair(
    "INSERT INTO {p}cartwright_options (option_name, option_value, autoload) VALUES (?, ?, 'yes') \
     ON CONFLICT (option_name) DO UPDATE SET option_value = excluded.option_value",
    "INSERT INTO {p}cartwright_options (option_name, option_value, autoload) VALUES (?, ?, 'yes') \
     ON DUPLICATE KEY UPDATE option_value = VALUES(option_value)",
);

/// What a setting may hold, and its default.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// Yes or no.
    Boolean(bool),
    /// A whole number and its range.
    Integer {
        /// Unless set.
        default: i64,
        /// Smallest.
        least: i64,
        /// Largest.
        most: i64,
    },
    /// An exact decimal and its range, written as text.
    Decimal {
        /// Unless set.
        default: &'static str,
        /// Smallest.
        least: &'static str,
        /// Largest.
        most: &'static str,
    },
    /// A line of text of at most 500 characters.
    Text(&'static str),
    /// One of several words.
    Choice {
        /// Unless set.
        default: &'static str,
        /// The words.
        options: &'static [&'static str],
    },
}

/// One key of a namespace's document.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// Options row, such as `ocart_settings`.
    pub option: &'static str,
    /// Dotted path, such as `recovery.consent_required`.
    pub key: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// What an owner reads.
    pub label: &'static str,
    /// One sentence of help.
    pub help: &'static str,
}

impl Setting {
    fn default_value(&self) -> Value {
        match self.kind {
            Kind::Boolean(default) => Value::from(default),
            Kind::Integer { default, .. } => Value::from(default),
            Kind::Decimal { default, .. } => default.parse().map_or(Value::Null, Value::Number),
            Kind::Text(default) | Kind::Choice { default, .. } => Value::from(default),
        }
    }

    /// The value if it may stand here; a fault that names the key if not. Numbers may come as text, as forms send them.
    pub fn check(&self, value: &Value) -> Result<Value, Fault> {
        let text = match value {
            Value::String(text) => text.trim().to_owned(),
            Value::Number(number) => number.to_string(),
            Value::Bool(truth) => truth.to_string(),
            _ => return Err(Fault::invalid(self.key, "Send a plain value.")),
        };
        match self.kind {
            Kind::Boolean(_) => match text.as_str() {
                "true" | "1" | "on" | "yes" => Ok(Value::from(true)),
                "false" | "0" | "off" | "no" | "" => Ok(Value::from(false)),
                _ => Err(Fault::invalid(self.key, "Use true or false.")),
            },
            Kind::Integer { least, most, .. } => text
                .parse::<i64>()
                .ok()
                .filter(|number| (least..=most).contains(number))
                .map(Value::from)
                .ok_or_else(|| {
                    Fault::invalid(self.key, format!("Use a whole number from {least} to {most}."))
                }),
            Kind::Decimal { least, most, .. } => {
                let within = |number: &Decimal| {
                    Decimal::parse(least).is_none_or(|least| *number >= least)
                        && Decimal::parse(most).is_none_or(|most| *number <= most)
                };
                let number = Decimal::parse(&text).filter(within);
                let number = number.ok_or_else(|| {
                    Fault::invalid(self.key, format!("Use a number from {least} to {most}."))
                })?;
                Ok(number.to_string().parse().map_or(Value::Null, Value::Number))
            }
            Kind::Text(_) => kernel::text::optional_line(self.key, &text, 500).map(Value::from),
            Kind::Choice { options, .. } if options.contains(&text.as_str()) => Ok(Value::from(text)),
            Kind::Choice { options, .. } => {
                Err(Fault::invalid(self.key, format!("Use one of: {}.", options.join(", "))))
            }
        }
    }
}

/// All settings of an options row, in the specification's order.
#[must_use]
pub fn of(option: &str) -> &'static [Setting] {
    match option {
        "ocart_settings" => ocart::ALL,
        "oloyalty_settings" => oloyalty::ALL,
        "cartbay_settings" => cartbay::ALL,
        "shop_settings" => shop::ALL,
        _ => &[],
    }
}

/// A namespace's document as stored, read once per unit.
#[derive(Debug, Clone)]
pub struct Settings {
    option: &'static str,
    document: Arc<Value>,
}

impl Settings {
    /// The options row as it was when this transaction first asked for it, with what it has itself changed.
    pub fn load(tx: &mut Tx, option: &'static str) -> Result<Self, Fault> {
        if let Some(document) = tx.remembered(option) {
            return Ok(Self { option, document });
        }
        let settings = Self::read(tx, option)?;
        tx.remember(option, Arc::clone(&settings.document));
        Ok(settings)
    }

    fn read(tx: &mut Tx, option: &'static str) -> Result<Self, Fault> {
        let text = tx.one(&FIND, params![option], |row| row.get::<String>("option_value"))?;
        let document = match text {
            Some(text) => serde_json::from_str(&text)?,
            None => Value::Object(Map::new()),
        };
        Ok(Self { option, document: Arc::new(document) })
    }

    /// The value under the setting's key, or its default. A stored value that may not stand there counts as unset.
    #[must_use]
    pub fn value(&self, setting: &Setting) -> Value {
        setting
            .key
            .split('.')
            .try_fold(&*self.document, |value, part| value.get(part))
            .and_then(|value| setting.check(value).ok())
            .unwrap_or_else(|| setting.default_value())
    }

    /// A yes or no.
    #[must_use]
    pub fn boolean(&self, setting: &Setting) -> bool {
        self.value(setting).as_bool().unwrap_or_default()
    }

    /// A whole number.
    #[must_use]
    pub fn integer(&self, setting: &Setting) -> i64 {
        self.value(setting).as_i64().unwrap_or_default()
    }

    /// An exact decimal.
    #[must_use]
    pub fn decimal(&self, setting: &Setting) -> Decimal {
        Decimal::parse(&self.value(setting).to_string()).unwrap_or_default()
    }

    /// Text, or a word of a choice.
    #[must_use]
    pub fn text(&self, setting: &Setting) -> String {
        self.value(setting).as_str().unwrap_or_default().to_owned()
    }

    /// The whole document with every default filled in.
    #[must_use]
    pub fn complete(&self) -> Value {
        let mut document = Value::Object(Map::new());
        for setting in of(self.option) {
            place(&mut document, setting.key, self.value(setting));
        }
        document
    }

    /// Changes keys (dotted path to value), all or none, and audits the difference.
    pub fn change(&mut self, tx: &mut Tx, log: AuditLog, changes: &[(String, Value)]) -> Result<(), Fault> {
        // Holds the row, so that of two owners who save at once neither undoes what the other changed.
        tx.execute(&TOUCH, params![self.option])?;
        self.document = Self::read(tx, self.option)?.document;
        let before = self.complete();
        let mut document = Value::clone(&self.document);
        for (key, value) in changes {
            let setting = of(self.option)
                .iter()
                .find(|setting| setting.key == key)
                .ok_or_else(|| Fault::invalid(key.clone(), "There is no such setting."))?;
            place(&mut document, setting.key, setting.check(value)?);
        }
        self.document = Arc::new(document);
        tx.execute(&PUT, params![self.option, self.document.to_string()])?;
        tx.remember(self.option, Arc::clone(&self.document));
        let after = self.complete();
        tx.audit(log, "settings.update", ("settings", self.option.to_owned()), Some(&before), Some(&after))
    }
}

/// A plain option of the options table, outside the documents.
pub fn option(tx: &mut Tx, name: &str) -> Result<Option<String>, Fault> {
    Ok(tx.one(&FIND, params![name], |row| row.get::<String>("option_value"))?)
}

/// Writes a plain option.
pub fn put_option(tx: &mut Tx, name: &str, value: &str) -> Result<(), Fault> {
    tx.execute(&PUT, params![name, value])?;
    tx.forget(name);
    Ok(())
}

fn place(document: &mut Value, path: &str, value: Value) {
    let mut place = document;
    for part in path.split('.') {
        if !place.is_object() {
            *place = Value::Object(Map::new());
        }
        let Value::Object(members) = place else { return };
        place = members.entry(part.to_owned()).or_insert(Value::Null);
    }
    *place = value;
}
