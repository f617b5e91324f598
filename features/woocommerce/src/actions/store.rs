//! The SQL of the actions that wait.

use kernel::{Fault, Moment};
use runtime::{Sql, Tx, params};
use serde_json::Value;

use super::rules;

const ADD: Sql = Sql::new(
    "INSERT INTO {p}cartwright_wordpress_actions (site, event_id, name, arguments, created_at, due_at, tries, problem) \
     VALUES (?, ?, ?, ?, ?, ?, 0, '')",
);
const WAITING: Sql = Sql::new(
    "SELECT id, event_id, name, arguments, tries, due_at FROM {p}cartwright_wordpress_actions WHERE site = ? \
     ORDER BY id LIMIT ?",
);
const LEASE: Sql =
    Sql::new("UPDATE {p}cartwright_wordpress_actions SET due_at = ? WHERE id = ? AND due_at <= ?");
const POSTPONE: Sql = Sql::new(
    "UPDATE {p}cartwright_wordpress_actions SET due_at = ?, tries = tries + 1, problem = ? WHERE id = ?",
);
const DONE: Sql = Sql::new("DELETE FROM {p}cartwright_wordpress_actions WHERE id = ?");
const COUNT: Sql = Sql::new("SELECT COUNT(*) FROM {p}cartwright_wordpress_actions WHERE site = ?");
const FORGET_OTHERS: Sql =
    Sql::new("DELETE FROM {p}cartwright_wordpress_actions WHERE site <> ? AND created_at < ?");

/// An action on its way.
#[derive(Debug, Clone)]
pub(crate) struct Waiting {
    pub(crate) id: i64,
    pub(crate) event_id: String,
    pub(crate) name: String,
    pub(crate) arguments: Value,
    pub(crate) tries: i64,
    due_at: Moment,
}

pub(crate) fn add(
    tx: &mut Tx,
    site: &str,
    event_id: &str,
    name: &str,
    arguments: &[Value],
) -> Result<(), Fault> {
    let (now, arguments) = (tx.now(), kernel::json::to_text(&arguments));
    tx.execute(&ADD, params![site, event_id, name, arguments, now, now])?;
    Ok(())
}

/// The oldest that wait, for whoever calls alone; nothing while they are somebody else's or not due.
pub(crate) fn take(tx: &mut Tx, site: &str) -> Result<Vec<Waiting>, Fault> {
    let now = tx.now();
    let waiting = tx.rows(&WAITING, params![site, rules::BATCH], |row| {
        Ok(Waiting {
            id: row.get("id")?,
            event_id: row.get("event_id")?,
            name: row.get("name")?,
            arguments: serde_json::from_str(&row.get::<String>("arguments")?).unwrap_or_default(),
            tries: row.get("tries")?,
            due_at: row.get("due_at")?,
        })
    })?;
    let Some(first) = waiting.first().filter(|first| first.due_at <= now) else { return Ok(Vec::new()) };
    let until = now.plus_seconds(rules::LEASE_SECONDS);
    let taken = tx.execute(&LEASE, params![until, first.id, now])? == 1;
    Ok(if taken { waiting } else { Vec::new() })
}

pub(crate) fn postpone(tx: &mut Tx, waiting: &Waiting, problem: &str) -> Result<(), Fault> {
    let due_at = tx.now().plus_seconds(rules::pause(waiting.tries));
    let problem: String = problem.chars().take(250).collect();
    tx.execute(&POSTPONE, params![due_at, problem, waiting.id])?;
    Ok(())
}

pub(crate) fn done(tx: &mut Tx, id: i64) -> Result<(), Fault> {
    tx.execute(&DONE, params![id])?;
    Ok(())
}

pub(crate) fn count(tx: &mut Tx, site: &str) -> Result<i64, Fault> {
    Ok(tx.count(&COUNT, params![site])?)
}

/// What waits for a store that is not served any more goes after a while.
pub(crate) fn forget_others(tx: &mut Tx, site: &str, before: Moment) -> Result<(), Fault> {
    tx.execute(&FORGET_OTHERS, params![site, before])?;
    Ok(())
}
