//! Tables and their changes. MySQL commits each DDL statement at once, so every step is recorded by itself and may be
//! met again half done.

use kernel::Moment;

use crate::database::Db;
use crate::error::DbError;
use crate::lease;
use crate::statement::Sql;
use crate::tx::{Engine, Tx};

/// A set of changes with an id that sorts: `20261121_10_accounts`.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// Unique, never changed once released.
    pub id: &'static str,
    /// In order.
    pub steps: &'static [Step],
}

/// One change.
#[derive(Debug, Clone, Copy)]
pub enum Step {
    /// Makes a table. `columns` may hold type words: `{ID}`, `{BIGINT}`, `{INT}`, `{BOOL}`, `{TEXT:n}`, `{ASCII:n}`,
    /// `{LONG}`, `{TIME}`, `{DECIMAL}`, `{BLOB}`; `UNIQUE (…)` and `PRIMARY KEY (…)` work on both engines.
    Table {
        /// Name without the prefix.
        name: &'static str,
        /// Columns and table constraints.
        columns: &'static str,
    },
    /// Makes an index.
    Index {
        /// Table without the prefix.
        table: &'static str,
        /// Name without the prefix.
        name: &'static str,
        /// Column list.
        columns: &'static str,
        /// Unique?
        unique: bool,
    },
    /// Adds a column.
    Column {
        /// Table without the prefix.
        table: &'static str,
        /// Name.
        name: &'static str,
        /// Type words and default.
        definition: &'static str,
    },
    /// Any other statement; must bear being run twice.
    Statement(Sql),
}

const OWN_TABLES: [(&str, &str); 3] = [
    (
        "cartwright_leases",
        "name {ASCII:100} NOT NULL PRIMARY KEY, owner {ASCII:36} NOT NULL, held_until {TIME} NOT NULL",
    ),
    (
        "cartwright_migrations",
        "id {ASCII:100} NOT NULL PRIMARY KEY, steps_done {INT} NOT NULL, applied_at {TIME}",
    ),
    ("cartwright_commits", "marker {ASCII:32} NOT NULL PRIMARY KEY, created_at {TIME} NOT NULL"),
];

const FIND: Sql = Sql::new("SELECT steps_done, applied_at FROM {p}cartwright_migrations WHERE id = ?");
const BEGUN: Sql = Sql::new("SELECT id FROM {p}cartwright_migrations ORDER BY id");
const START: Sql = Sql::new("INSERT INTO {p}cartwright_migrations (id, steps_done) VALUES (?, 0)");
const PROGRESS: Sql = Sql::new("UPDATE {p}cartwright_migrations SET steps_done = ? WHERE id = ?");
const APPLIED: Sql = Sql::new("UPDATE {p}cartwright_migrations SET applied_at = ? WHERE id = ?");
const TABLE_THERE: Sql = Sql::pair(
    "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = ?",
    "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = ?",
);
const INDEX_THERE: Sql = Sql::pair(
    "SELECT COUNT(*) FROM sqlite_master WHERE type = 'index' AND tbl_name = ? AND name = ?",
    "SELECT COUNT(*) FROM information_schema.statistics WHERE table_schema = DATABASE() AND table_name = ? AND index_name = ?",
);
const COLUMN_THERE: Sql = Sql::pair(
    "SELECT COUNT(*) FROM pragma_table_info(?) WHERE name = ?",
    "SELECT COUNT(*) FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = ? AND column_name = ?",
);

const LEASE: &str = "migrate";
const LEASE_SECONDS: i64 = 60;
/// Ten minutes of a tenth of a second each.
const WAITS: u32 = 6_000;

/// Type words of an engine in place of `{…}`.
fn typed(engine: Engine, columns: &str) -> String {
    let mut text = String::with_capacity(columns.len() * 2);
    let mut rest = columns;
    while let Some((before, after)) = rest.split_once('{') {
        let (word, after) = after.split_once('}').unwrap_or((after, ""));
        text.push_str(before);
        text.push_str(&type_word(engine, word));
        rest = after;
    }
    text + rest
}

fn type_word(engine: Engine, word: &str) -> String {
    let (name, size) = word.split_once(':').unwrap_or((word, ""));
    match (engine, name) {
        (Engine::Sqlite, "ID") => "INTEGER PRIMARY KEY AUTOINCREMENT".to_owned(),
        (Engine::Sqlite, "BIGINT" | "INT" | "BOOL") => "INTEGER".to_owned(),
        (Engine::Sqlite, "BLOB") => "BLOB".to_owned(),
        (Engine::Sqlite, _) => "TEXT".to_owned(),
        (Engine::MySql, "ID") => "BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY".to_owned(),
        (Engine::MySql, "BIGINT") => "BIGINT".to_owned(),
        (Engine::MySql, "INT") => "INT".to_owned(),
        (Engine::MySql, "BOOL") => "TINYINT(1)".to_owned(),
        // ASCII says what we write there. The column takes all of Unicode: MariaDB refuses to compare an ascii column with
        // a text that is not, and what is compared is often what a client sent.
        (Engine::MySql, "TEXT" | "ASCII") => {
            format!("VARCHAR({size}) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin")
        }
        (Engine::MySql, "LONG") => "LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin".to_owned(),
        (Engine::MySql, "TIME") => "DATETIME".to_owned(),
        (Engine::MySql, "DECIMAL") => "DECIMAL(26,8)".to_owned(),
        (Engine::MySql, "BLOB") => "LONGBLOB".to_owned(),
        (Engine::MySql, other) => other.to_owned(),
    }
}

fn create_table(engine: Engine, name: &str, columns: &str) -> String {
    let columns = typed(engine, columns);
    match engine {
        Engine::Sqlite => format!("CREATE TABLE IF NOT EXISTS {{p}}{name} ({columns})"),
        Engine::MySql => {
            format!(
                "CREATE TABLE IF NOT EXISTS {{p}}{name} ({columns}) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4"
            )
        }
    }
}

pub(crate) fn migrate(db: &Db, migrations: &[Migration]) -> Result<usize, DbError> {
    make_own_tables(db)?;
    let owner = db.owner();
    wait_for_lease(db, &owner)?;
    let outcome = apply_all(db, migrations, &owner);
    let released = write(db, move |tx| lease::release(tx, LEASE, &owner));
    let applied = outcome?;
    released?;
    Ok(applied)
}

/// The commit marker's table must be there before any other write on MySQL, so these are made without one.
fn make_own_tables(db: &Db) -> Result<(), DbError> {
    for (name, columns) in OWN_TABLES {
        ddl(db, create_table(db.engine(), name, columns))?;
    }
    Ok(())
}

fn write<T: Send + 'static>(
    db: &Db,
    unit: impl Fn(&mut Tx<'_>) -> Result<T, DbError> + Send + 'static,
) -> Result<T, DbError> {
    db.write_now(move |tx| Ok(unit(tx)?)).map_err(|fault| DbError::Refusal(fault.message))
}

/// DDL runs in a unit of its own; on MySQL it commits by itself.
fn ddl(db: &Db, text: String) -> Result<(), DbError> {
    db.write_now(move |tx| {
        tx.execute_text(&text, &[])?;
        // On MySQL the statement has committed already; the marker would need a table that may not be there yet.
        tx.wrote = tx.engine() == Engine::Sqlite;
        Ok(())
    })
    .map_err(|fault| DbError::Refusal(fault.message))
}

fn wait_for_lease(db: &Db, owner: &str) -> Result<(), DbError> {
    let (never, wait) = crossbeam_channel::unbounded::<()>();
    for _ in 0..WAITS {
        let name = owner.to_owned();
        if write(db, move |tx| lease::acquire(tx, LEASE, &name, LEASE_SECONDS))? {
            drop(never);
            return Ok(());
        }
        let _ = wait.recv_timeout(std::time::Duration::from_millis(100));
    }
    Err(DbError::Refusal(
        "another server has been migrating for ten minutes; see what it is doing".to_owned(),
    ))
}

fn apply_all(db: &Db, migrations: &[Migration], owner: &str) -> Result<usize, DbError> {
    let mut applied = 0;
    for migration in migrations {
        let id = migration.id;
        let found = write(db, move |tx| {
            tx.one(&FIND, crate::params![id], |row| {
                Ok((row.get::<i64>("steps_done")?, row.get::<Option<Moment>>("applied_at")?))
            })
        })?;
        let done = match found {
            Some((_, Some(_))) => continue,
            Some((done, None)) => usize::try_from(done).unwrap_or(0),
            None => {
                write(db, move |tx| tx.execute(&START, crate::params![id]))?;
                0
            }
        };
        for (index, step) in migration.steps.iter().enumerate().skip(done) {
            apply(db, *step)?;
            let (name, count) = (owner.to_owned(), i64::try_from(index + 1).unwrap_or(0));
            let still = write(db, move |tx| {
                tx.execute(&PROGRESS, crate::params![count, id])?;
                lease::renew(tx, LEASE, &name, LEASE_SECONDS)
            })?;
            if !still {
                return Err(DbError::Refusal("the right to migrate went to another server".to_owned()));
            }
        }
        write(db, move |tx| {
            let now = tx.now();
            tx.execute(&APPLIED, crate::params![now, id])
        })?;
        applied += 1;
    }
    Ok(applied)
}

fn apply(db: &Db, step: Step) -> Result<(), DbError> {
    let (engine, prefix) = (db.engine(), db.prefix().to_owned());
    match step {
        Step::Table { name, columns } => ddl(db, create_table(engine, name, columns)),
        // Rows may be written here, so this commits as any other transaction does.
        Step::Statement(sql) => write(db, move |tx| tx.execute(&sql, &[]).map(|_| ())),
        Step::Index { table, name, columns, unique } => {
            let (full_table, full_name) = (format!("{prefix}{table}"), format!("{prefix}{name}"));
            if there(db, INDEX_THERE, full_table, full_name)? {
                return Ok(());
            }
            let unique = if unique { "UNIQUE " } else { "" };
            ddl(db, format!("CREATE {unique}INDEX {{p}}{name} ON {{p}}{table} ({columns})"))
        }
        Step::Column { table, name, definition } => {
            if there(db, COLUMN_THERE, format!("{prefix}{table}"), name.to_owned())? {
                return Ok(());
            }
            ddl(db, format!("ALTER TABLE {{p}}{table} ADD COLUMN {name} {}", typed(engine, definition)))
        }
    }
}

fn there(db: &Db, sql: Sql, first: String, second: String) -> Result<bool, DbError> {
    write(db, move |tx| Ok(tx.count(&sql, crate::params![&first, &second])? > 0))
}

fn has_table(db: &Db, name: &str) -> Result<bool, DbError> {
    let full = format!("{}{name}", db.prefix());
    write(db, move |tx| Ok(tx.count(&TABLE_THERE, crate::params![&full])? > 0))
}

pub(crate) fn status(db: &Db, migrations: &[Migration]) -> Result<Vec<(String, Option<Moment>)>, DbError> {
    if !has_table(db, "cartwright_migrations")? {
        return Ok(migrations.iter().map(|migration| (migration.id.to_owned(), None)).collect());
    }
    let ids: Vec<&'static str> = migrations.iter().map(|migration| migration.id).collect();
    write(db, move |tx| {
        let mut rows = Vec::with_capacity(ids.len());
        for id in &ids {
            let applied =
                tx.one(&FIND, crate::params![*id], |row| row.get::<Option<Moment>>("applied_at"))?;
            rows.push(((*id).to_owned(), applied.flatten()));
        }
        Ok(rows)
    })
}

/// Ids of the migrations that were begun here, by whichever program; none before the first.
pub(crate) fn applied(db: &Db) -> Result<Vec<String>, DbError> {
    if !has_table(db, "cartwright_migrations")? {
        return Ok(Vec::new());
    }
    write(db, |tx| tx.rows(&BEGUN, &[], |row| row.get("id")))
}

/// Tables that the migrations make, in order.
pub(crate) fn tables(migrations: &[Migration]) -> Vec<&'static str> {
    let steps = migrations.iter().flat_map(|migration| migration.steps);
    steps.filter_map(|step| if let Step::Table { name, .. } = step { Some(*name) } else { None }).collect()
}

pub(crate) fn drop_all(db: &Db, migrations: &[Migration]) -> Result<Vec<String>, DbError> {
    let mut dropped = Vec::new();
    let own = OWN_TABLES.iter().map(|(name, _)| *name);
    for name in tables(migrations).into_iter().rev().chain(own) {
        if has_table(db, name)? {
            ddl(db, format!("DROP TABLE {{p}}{name}"))?;
            dropped.push(format!("{}{name}", db.prefix()));
        }
    }
    Ok(dropped)
}
