//! The reference of the units: the very statements that units ran, run again by bare `rusqlite` with the same batching.
//!
//! What is left out is what the program adds: queue and answer, prices and points, events and their JSON. What is kept is
//! every row read and written, the transactions, the savepoints and the waits for the disk.

use std::path::Path;
use std::time::Instant;

use rusqlite::Connection;
use rusqlite::types::Value;

/// A statement with its literals taken out.
#[derive(Debug, Clone)]
pub struct Statement {
    /// With a `?` for each value.
    pub text: String,
    /// In their order.
    pub values: Vec<Value>,
}

/// Whose literals they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// A quote within text is doubled.
    Sqlite,
    /// As the general log writes them: what is special within text has a backslash before it.
    MariaDb,
}

/// What one unit ran, in order.
#[derive(Debug, Clone)]
pub struct Recorded(Vec<Statement>);

/// Cuts a recording into units: each stands between SAVEPOINT and RELEASE, or alone between BEGIN and COMMIT.
pub fn units(recording: impl IntoIterator<Item = String>) -> Vec<Recorded> {
    let mut units = Vec::new();
    let mut open = Vec::new();
    for text in recording {
        match text.as_str() {
            "BEGIN IMMEDIATE" | "SAVEPOINT unit" => {}
            "COMMIT" | "RELEASE unit" => {
                if !open.is_empty() {
                    units.push(Recorded(std::mem::take(&mut open)));
                }
            }
            _ => open.push(parametrized(&text, Dialect::Sqlite)),
        }
    }
    units
}

/// Runs the units in groups of `group`, each in its savepoint, one durable commit per group. Gives seconds.
pub fn run(file: &Path, units: &[Recorded], group: usize) -> rusqlite::Result<std::time::Duration> {
    let connection = Connection::open(file)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "cache_size", -16_000)?;
    connection.set_db_config(rusqlite::config::DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.set_prepared_statement_cache_capacity(1_024);
    let begun = Instant::now();
    for group in units.chunks(group) {
        connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        for unit in group {
            let alone = group.len() == 1;
            if !alone {
                connection.prepare_cached("SAVEPOINT unit")?.execute([])?;
            }
            for statement in &unit.0 {
                step_through(&connection, statement)?;
            }
            if !alone {
                connection.prepare_cached("RELEASE unit")?.execute([])?;
            }
        }
        connection.prepare_cached("COMMIT")?.execute([])?;
    }
    Ok(begun.elapsed())
}

fn step_through(connection: &Connection, statement: &Statement) -> rusqlite::Result<()> {
    let mut prepared = connection.prepare_cached(&statement.text)?;
    if prepared.column_count() == 0 {
        prepared.execute(rusqlite::params_from_iter(&statement.values))?;
        return Ok(());
    }
    let width = prepared.column_count();
    let mut rows = prepared.query(rusqlite::params_from_iter(&statement.values))?;
    while let Some(row) = rows.next()? {
        for index in 0..width {
            std::hint::black_box(row.get_ref(index)?);
        }
    }
    Ok(())
}

/// Literals become parameters, so that the statement is prepared once as the program's own are.
pub fn parametrized(sql: &str, dialect: Dialect) -> Statement {
    let mut text = String::with_capacity(sql.len());
    let mut values = Vec::new();
    let bytes = sql.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at).copied() {
        let before = at.checked_sub(1).and_then(|index| bytes.get(index)).copied().unwrap_or(b' ');
        let in_word = before.is_ascii_alphanumeric() || before == b'_';
        if byte == b'\'' {
            let (value, next) = quoted(sql, at + 1, dialect);
            values.push(Value::Text(value));
            text.push('?');
            at = next;
        } else if byte.is_ascii_digit() && !in_word {
            let end =
                sql[at..].find(|character: char| !character.is_ascii_digit()).map_or(sql.len(), |n| at + n);
            values.push(Value::Integer(sql[at..end].parse().unwrap_or_default()));
            text.push('?');
            at = end;
        } else if sql[at..].starts_with("NULL") && !in_word && values_follow(&text) {
            values.push(Value::Null);
            text.push('?');
            at += 4;
        } else {
            let width = sql[at..].chars().next().map_or(1, char::len_utf8);
            text.push_str(&sql[at..at + width]);
            at += width;
        }
    }
    Statement { text, values }
}

/// NULL stands for a value only within VALUES (…) or after SET …; `IS NULL` stays as it is.
fn values_follow(text: &str) -> bool {
    !text.trim_end().ends_with("IS") && !text.trim_end().ends_with("NOT")
}

fn quoted(sql: &str, from: usize, dialect: Dialect) -> (String, usize) {
    let mut value = String::new();
    let mut rest = sql[from..].char_indices().peekable();
    while let Some((index, character)) = rest.next() {
        if character == '\\' && dialect == Dialect::MariaDb {
            value.push(match rest.next() {
                Some((_, 'n')) => '\n',
                Some((_, 'r')) => '\r',
                Some((_, '0')) => '\0',
                Some((_, other)) => other,
                None => '\\',
            });
        } else if character != '\'' {
            value.push(character);
        } else if rest.peek().is_some_and(|(_, next)| *next == '\'') {
            value.push('\'');
            rest.next();
        } else {
            return (value, from + index + 1);
        }
    }
    (value, sql.len())
}
