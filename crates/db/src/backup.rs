//! Backups: one file of JSON lines for both engines, closed by a line with the count and the digest of all before it.
//!
//! 1. `{"cartwright_backup":1,"created_at":…}` 2. per table `{"table":…,"columns":[…]}` and a line per row
//! 3. `{"rows":…,"sha256":…}`. Bytes that are not text stand as `{"hex":…}`.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::database::Db;
use crate::error::DbError;
use crate::migration::{self, Migration};
use crate::param::Param;
use crate::row::Cell;
use crate::tx::Tx;

/// Rows read and written at a time.
const CHUNK: i64 = 500;

fn refusal(error: impl std::fmt::Display) -> DbError {
    DbError::Refusal(error.to_string())
}

struct Digesting<W: Write> {
    file: W,
    digest: Sha256,
}

impl<W: Write> Digesting<W> {
    fn line(&mut self, value: &Value) -> Result<(), DbError> {
        let line = format!("{value}\n");
        self.digest.update(line.as_bytes());
        self.file.write_all(line.as_bytes()).map_err(refusal)
    }
}

pub(crate) fn backup(db: &Db, migrations: &[Migration], path: &Path) -> Result<u64, DbError> {
    let tables = migration::tables(migrations);
    let partial = path.with_extension("partial");
    let file = private(&partial).map_err(refusal)?;
    let created_at = db.now();
    let written = db
        .read_now(move |tx| {
            let mut output = Digesting { file: BufWriter::new(file), digest: Sha256::new() };
            output.line(&json!({ "cartwright_backup": 1, "created_at": created_at }))?;
            let mut rows = 0;
            for table in tables {
                rows += write_table(tx, table, &mut output)?;
            }
            let sha256 = kernel::hash::hex(&output.digest.clone().finalize());
            output.line(&json!({ "rows": rows, "sha256": sha256 }))?;
            let file = output.file.into_inner().map_err(refusal)?;
            file.sync_all().map_err(refusal)?;
            Ok(rows)
        })
        .map_err(|fault| DbError::Refusal(fault.message))?;
    std::fs::rename(&partial, path).map_err(refusal)?;
    Ok(written)
}

/// A file that nobody else reads: everything about everybody stands in it. One that an earlier try left is not kept, since
/// it may be open to others.
fn private(path: &Path) -> std::io::Result<File> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// All rows of a table within the one read transaction.
fn write_table(
    tx: &mut Tx<'_>,
    table: &str,
    output: &mut Digesting<BufWriter<File>>,
) -> Result<u64, DbError> {
    let mut rows = 0;
    let mut heading = false;
    loop {
        let text = format!("SELECT * FROM {{p}}{table} ORDER BY 1 LIMIT ? OFFSET ?");
        let offset = i64::try_from(rows).unwrap_or(0);
        let chunk = tx.rows_text(&text, crate::params![CHUNK, offset], |row| {
            let columns = if heading { Vec::new() } else { row.column_names() };
            let cells: Result<Vec<Value>, DbError> =
                (0..row.width()).map(|index| row.cell(index, |cell| Ok(value(cell)))).collect();
            Ok((columns, cells?))
        })?;
        let length = chunk.len();
        for (columns, cells) in chunk {
            if !heading {
                output.line(&json!({ "table": table, "columns": columns }))?;
                heading = true;
            }
            output.line(&Value::Array(cells))?;
            rows += 1;
        }
        if i64::try_from(length).unwrap_or(0) < CHUNK {
            return Ok(rows);
        }
    }
}

fn value(cell: Cell<'_>) -> Value {
    match cell {
        Cell::Null => Value::Null,
        Cell::Int(number) => Value::from(number),
        Cell::Text(text) => Value::from(text),
        Cell::Time(moment) => Value::from(moment.column()),
        Cell::Bytes(bytes) => json!({ "hex": kernel::hash::hex(bytes) }),
    }
}

/// Reads the whole file once to see that it is whole, before anything is written.
fn check(path: &Path) -> Result<(), DbError> {
    let mut lines = BufReader::new(File::open(path).map_err(refusal)?);
    let mut digest = Sha256::new();
    let mut last = String::new();
    let mut line = String::new();
    let mut first = true;
    while lines.read_line(&mut line).map_err(refusal)? > 0 {
        if first && !line.starts_with("{\"cartwright_backup\":1") {
            return Err(refusal("this file is not a backup of ours"));
        }
        first = false;
        digest.update(last.as_bytes());
        std::mem::swap(&mut last, &mut line);
        line.clear();
    }
    let trailer: Value = serde_json::from_str(&last).unwrap_or(Value::Null);
    let expected = trailer.get("sha256").and_then(Value::as_str).unwrap_or_default();
    if kernel::hash::same(expected, &kernel::hash::hex(&digest.finalize())) {
        Ok(())
    } else {
        Err(refusal("this backup is cut short or altered; nothing was written"))
    }
}

pub(crate) fn restore(db: &Db, migrations: &[Migration], path: &Path, replace: bool) -> Result<u64, DbError> {
    check(path)?;
    // What migrations put into a database that had no tables yet is not somebody's data.
    let fresh = db.migration_status(migrations)?.iter().all(|(_, applied)| applied.is_none());
    let replace = replace || fresh;
    db.migrate(migrations)?;
    let known = migration::tables(migrations);
    let path = path.to_owned();
    db.write_now(move |tx| Ok(fill(tx, &known, &path, replace)?))
        .map_err(|fault| DbError::Refusal(fault.message))
}

/// Everything in one transaction: a restore that fails leaves the database as it was.
fn fill(tx: &mut Tx<'_>, known: &[&str], path: &Path, replace: bool) -> Result<u64, DbError> {
    for table in known {
        if replace {
            tx.execute_text(&format!("DELETE FROM {{p}}{table}"), &[])?;
        } else if tx.count_text(&format!("SELECT COUNT(*) FROM {{p}}{table}"), &[])? > 0 {
            return Err(refusal(format!(
                "{table} already has rows; restore into an empty database, or say --replace"
            )));
        }
    }
    let mut rows = 0;
    let mut insert = String::new();
    for line in BufReader::new(File::open(path).map_err(refusal)?).lines() {
        match serde_json::from_str(&line.map_err(refusal)?).map_err(refusal)? {
            Value::Array(cells) => {
                let params: Vec<Param<'_>> = cells.iter().map(param).collect::<Result<_, _>>()?;
                tx.execute_text(&insert, &params)?;
                rows += 1;
            }
            Value::Object(heading) => {
                if let Some(table) = heading.get("table").and_then(Value::as_str) {
                    insert = insert_text(known, table, heading.get("columns"))?;
                }
            }
            _ => return Err(refusal("a line of the backup is neither a row nor a heading")),
        }
    }
    Ok(rows)
}

/// Names come from the file, so only those that our own tables may have are let into a text.
fn insert_text(known: &[&str], table: &str, columns: Option<&Value>) -> Result<String, DbError> {
    let table = known.iter().find(|name| **name == table).ok_or_else(|| {
        refusal(format!("the backup holds a table {table} that this version does not know"))
    })?;
    let columns: Vec<&str> = columns
        .and_then(Value::as_array)
        .map(|list| list.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default();
    let plain = |name: &&str| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if columns.is_empty() || !columns.iter().all(plain) {
        return Err(refusal("a heading of the backup names no proper columns"));
    }
    let places = vec!["?"; columns.len()].join(", ");
    Ok(format!("INSERT INTO {{p}}{table} ({}) VALUES ({places})", columns.join(", ")))
}

fn param(value: &Value) -> Result<Param<'_>, DbError> {
    match value {
        Value::Null => Ok(Param::Null),
        Value::Number(number) => {
            number.as_i64().map(Param::Int).ok_or_else(|| refusal("a number is out of range"))
        }
        Value::String(text) => Ok(Param::from(text)),
        Value::Object(members) => {
            let hex = members.get("hex").and_then(Value::as_str).unwrap_or_default();
            let bytes: Option<Vec<u8>> = hex
                .as_bytes()
                .chunks(2)
                .map(|pair| std::str::from_utf8(pair).ok().and_then(|pair| u8::from_str_radix(pair, 16).ok()))
                .collect();
            bytes.map(Param::from).ok_or_else(|| refusal("a row holds broken bytes"))
        }
        _ => Err(refusal("a row holds something that is no value")),
    }
}
