//! What can be seen of the database: its tables, whether it keeps what it was given, whether they are its own.

use db::{Engine, Sql, Tx, params};
use kernel::Fault;

use super::Outcome;
use crate::wiring::Application;

const ACCOUNTS: Sql = Sql::new("SELECT COUNT(*) FROM {p}cartwright_users");
const TABLES: Sql = Sql::pair(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name IN (?, ?, ?)",
    "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name IN (?, ?, ?)",
);
/// Tables that cannot take part in a transaction.
const LOOSE: Sql = Sql::new(
    "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE() \
     AND table_type = 'BASE TABLE' AND engine <> 'InnoDB' AND LEFT(table_name, CHAR_LENGTH(?)) = ? ORDER BY table_name",
);
const FLUSH: Sql = Sql::new("SELECT @@innodb_flush_log_at_trx_commit AS number");
const BINARY_LOG: Sql = Sql::new("SELECT @@log_bin AS number");
const BINARY_LOG_SYNC: Sql = Sql::new("SELECT @@sync_binlog AS number");
const JOURNAL: Sql = Sql::new("PRAGMA journal_mode");

/// A database that does not open.
pub(super) fn unopened(fault: &Fault) -> String {
    format!("{fault} Check CARTWRIGHT_DATABASE_URL, and that the database is there and lets this user in.")
}

/// Are the tables those of this program?
pub(super) async fn schema(application: &Application) -> Outcome {
    let (db, migrations) = (application.engine.db().clone(), application.migrations.clone());
    let rows = tokio::task::spawn_blocking(move || db.migration_status(&migrations))
        .await
        .map_err(|_| "the check stopped; run it again".to_owned())?
        .map_err(|error| format!("{error}; see the database's own log"))?;
    let pending = rows.iter().filter(|(_, applied)| applied.is_none()).count();
    if pending > 0 {
        return Err(format!("{pending} migrations are pending; run: cartwright db migrate"));
    }
    let newer = application.newer().await.map_err(|fault| format!("{fault} See the database's own log."))?;
    match newer.last() {
        Some(id) => Err(format!(
            "it was changed by a newer version of the program ({id}); install that version, or restore a backup from before"
        )),
        None => Ok(format!("{:?}, {} migrations applied", application.engine.db().engine(), rows.len())),
    }
}

/// Has anybody been here?
pub(super) async fn in_use(application: &Application) -> bool {
    application.engine.read(|tx| Ok(tx.count(&ACCOUNTS, params![])? > 0)).await.unwrap_or(false)
}

/// Does it keep what it has acknowledged?
pub(super) async fn safety(application: &Application) -> Outcome {
    let found = application
        .engine
        .read(|tx| if tx.engine() == Engine::Sqlite { sqlite(tx) } else { server(tx) })
        .await
        .map_err(|fault| format!("{fault} See the database's own log."))?;
    match found {
        Some(problem) => Err(problem),
        None => Ok("what is acknowledged is on the disk".to_owned()),
    }
}

fn sqlite(tx: &mut Tx) -> Result<Option<String>, Fault> {
    let journal = tx.one(&JOURNAL, params![], |row| row.get::<String>("journal_mode"))?.unwrap_or_default();
    Ok((journal != "wal").then(|| {
        format!(
            "SQLite keeps a {journal} journal here and not a write-ahead log; move the file to a local disk"
        )
    }))
}

fn server(tx: &mut Tx) -> Result<Option<String>, Fault> {
    let prefix = tx.prefix().to_owned();
    let loose = tx.rows(&LOOSE, params![&prefix, &prefix], |row| row.get::<String>("name"))?;
    if let Some(first) = loose.first() {
        return Ok(Some(format!(
            "{} tables are not InnoDB and keep no transactions; run: ALTER TABLE {first} ENGINE=InnoDB, and so for each of \
             {}",
            loose.len(),
            loose.join(", ")
        )));
    }
    let number = |tx: &mut Tx, sql: &Sql| tx.one(sql, params![], |row| row.get::<i64>("number"));
    if number(tx, &FLUSH)?.is_some_and(|flush| flush != 1) {
        return Ok(Some(
            "innodb_flush_log_at_trx_commit is not 1: a power cut takes orders that were acknowledged; run: SET GLOBAL \
             innodb_flush_log_at_trx_commit = 1, and set it in the server's configuration"
                .to_owned(),
        ));
    }
    if number(tx, &BINARY_LOG)? == Some(1) && number(tx, &BINARY_LOG_SYNC)? == Some(0) {
        return Ok(Some(
            "sync_binlog is 0: after a power cut the replicas have other orders than this server; run: SET GLOBAL \
             sync_binlog = 1, and set it in the server's configuration"
                .to_owned(),
        ));
    }
    Ok(None)
}

/// Are the tables of another program below the same prefix?
pub(super) async fn prefix(application: &Application) -> Outcome {
    let prefix = application.configuration.table_prefix.clone();
    let names = ["options", "posts", "postmeta"].map(|name| format!("{prefix}{name}"));
    let found = application
        .engine
        .read(move |tx| {
            Ok(tx.rows(&TABLES, params![&names[0], &names[1], &names[2]], |row| row.get::<String>("name"))?)
        })
        .await
        .map_err(|fault| format!("{fault} See the database's own log."))?;
    if found.is_empty() {
        return Ok(prefix);
    }
    Err(format!(
        "a WordPress has its tables below {prefix} in this database ({}): the embedded shop's orders and WooCommerce's would \
         stand in the same tables; set CARTWRIGHT_TABLE_PREFIX to another, or take a database of its own",
        found.join(", ")
    ))
}
