//! The audit log: who changed what, from what to what. Written in the transaction of the change.

use db::{Sql, Tx, params};
use kernel::Fault;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::actor::Actor;

/// Which of the specifications' audit tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuditLog {
    /// `ocart_audit_log`.
    OCart,
    /// `oloyalty_audit_log`.
    OLoyalty,
}

const OCART: Sql = Sql::new(
    "INSERT INTO {p}ocart_audit_log (user_id, actor, action, object_type, object_id, diff, ip, created_at) \
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
);
const OLOYALTY: Sql = Sql::new(
    "INSERT INTO {p}oloyalty_audit_log (user_id, actor, action, object_type, object_id, diff, ip, created_at) \
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
);

/// The two audit tables, shared by all features of a namespace.
pub const MIGRATIONS: &[db::Migration] = &[db::Migration {
    id: "20261121_02_audit",
    steps: &[
        db::Step::Table {
            name: "ocart_audit_log",
            columns: "id {ID}, user_id {BIGINT} NOT NULL, actor {ASCII:20} NOT NULL, action {ASCII:60} NOT NULL, \
                      object_type {ASCII:60} NOT NULL, object_id {ASCII:60} NOT NULL, diff {LONG} NOT NULL, \
                      ip {ASCII:45} NOT NULL, created_at {TIME} NOT NULL",
        },
        db::Step::Table {
            name: "oloyalty_audit_log",
            columns: "id {ID}, user_id {BIGINT} NOT NULL, actor {ASCII:20} NOT NULL, action {ASCII:60} NOT NULL, \
                      object_type {ASCII:60} NOT NULL, object_id {ASCII:60} NOT NULL, diff {LONG} NOT NULL, \
                      ip {ASCII:45} NOT NULL, created_at {TIME} NOT NULL",
        },
    ],
}];

const ERASE: [Sql; 2] = [
    Sql::new(
        "UPDATE {p}ocart_audit_log SET diff = REPLACE(diff, ?, '[erased]') WHERE diff LIKE ? ESCAPE '!'",
    ),
    Sql::new(
        "UPDATE {p}oloyalty_audit_log SET diff = REPLACE(diff, ?, '[erased]') WHERE diff LIKE ? ESCAPE '!'",
    ),
];

/// Takes an address of somebody who is forgotten out of the logs; that something was changed stays.
pub fn erase(tx: &mut Tx, email: &str) -> Result<(), Fault> {
    if email.is_empty() {
        return Ok(());
    }
    let pattern = format!("%{}%", email.replace('!', "!!").replace('%', "!%").replace('_', "!_"));
    for sql in &ERASE {
        tx.execute(sql, params![email, &pattern])?;
    }
    Ok(())
}

/// Fields that must not be kept in a diff, whatever the object.
const SECRET: [&str; 5] = ["password", "secret", "token", "card_number", "key_hash"];

/// Auditing within a unit.
pub trait Audit {
    /// Writes a row: `action` such as `funnel.update`, the object, and what it was before and is after (`None` when it
    /// was made or deleted). Only members that differ are kept; nothing is written when nothing differs.
    fn audit(
        &mut self,
        log: AuditLog,
        action: &str,
        object: (&str, String),
        before: Option<&dyn ErasedSerialize>,
        after: Option<&dyn ErasedSerialize>,
    ) -> Result<(), Fault>;
}

/// Anything that serialises, behind a reference.
pub trait ErasedSerialize {
    /// As a JSON value.
    fn to_json(&self) -> Value;
}

impl<T: Serialize> ErasedSerialize for T {
    fn to_json(&self) -> Value {
        serde_json::to_value(self).unwrap_or(Value::Null)
    }
}

impl Audit for Tx<'_> {
    fn audit(
        &mut self,
        log: AuditLog,
        action: &str,
        object: (&str, String),
        before: Option<&dyn ErasedSerialize>,
        after: Option<&dyn ErasedSerialize>,
    ) -> Result<(), Fault> {
        let changes = difference(before.map(ErasedSerialize::to_json), after.map(ErasedSerialize::to_json));
        if changes.is_empty() {
            return Ok(());
        }
        let actor = self.actor::<Actor>().cloned().unwrap_or_else(Actor::system);
        let statement = match log {
            AuditLog::OCart => &OCART,
            AuditLog::OLoyalty => &OLOYALTY,
        };
        let now = self.now();
        let diff = Value::Object(changes).to_string();
        self.execute(
            statement,
            params![actor.user_id, actor.kind, action, object.0, object.1, diff, actor.ip, now],
        )?;
        Ok(())
    }
}

/// `{field: {"before": …, "after": …}}` for each member that differs; secrets show as `"(hidden)"`.
fn difference(before: Option<Value>, after: Option<Value>) -> Map<String, Value> {
    let object = |value: Option<Value>| match value {
        Some(Value::Object(members)) => members,
        Some(other) => Map::from_iter([("value".to_owned(), other)]),
        None => Map::new(),
    };
    let (before, after) = (object(before), object(after));
    let mut changes = Map::new();
    for field in before.keys().chain(after.keys()) {
        let (old, new) = (before.get(field), after.get(field));
        if old == new || changes.contains_key(field) {
            continue;
        }
        let hidden = SECRET.iter().any(|secret| field.contains(secret));
        let shown = |value: Option<&Value>| match value {
            Some(_) if hidden => Value::from("(hidden)"),
            Some(value) => value.clone(),
            None => Value::Null,
        };
        changes.insert(field.clone(), serde_json::json!({ "before": shown(old), "after": shown(new) }));
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::difference;
    use serde_json::json;

    #[test]
    fn keeps_only_what_differs_and_hides_secrets() {
        let before = json!({"name": "A", "status": "draft", "password_hash": "x"});
        let after = json!({"name": "B", "status": "draft", "password_hash": "y"});
        let changes = difference(Some(before), Some(after));
        assert_eq!(
            serde_json::Value::Object(changes),
            json!({"name": {"before": "A", "after": "B"}, "password_hash": {"before": "(hidden)", "after": "(hidden)"}})
        );
    }
}
