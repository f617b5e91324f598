//! The reference of the units on MariaDB: the very statements that units ran, as the server's general log has them, run again by
//! the bare driver on a copy of the tables as they were before, from as many connections.
//!
//! What is left out is what the program adds: queue and answer, points and prices, events and their JSON, and the marker beside each
//! commit. What is kept is every row read and written, statements prepared once, the transactions and the waits for the disk.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use mysql::prelude::Queryable;
use mysql::{Conn, Opts, OptsBuilder, Value};

use crate::bare::{self, Dialect};

/// Connections of the program that write: two in three of 32.
const WRITERS: usize = 22;

type Unit = Vec<(String, Vec<Value>)>;
type Problem = Box<dyn std::error::Error + Send + Sync>;

/// A copy of a database, and the general log while it is needed.
pub struct Reference {
    connection: Conn,
    copy: Opts,
}

impl Reference {
    /// Copies every table and has the server write down what it is asked from now on. Needs a user who may do so.
    pub fn begin(url: &str) -> Result<Self, Problem> {
        let opts = Opts::from_url(url)?;
        let name = opts.get_db_name().ok_or("the address names no database")?.to_owned();
        let mut connection = Conn::new(opts.clone())?;
        let copy = format!("{name}_bare");
        connection.query_drop(format!("DROP DATABASE IF EXISTS `{copy}`"))?;
        connection.query_drop(format!("CREATE DATABASE `{copy}` CHARACTER SET utf8mb4"))?;
        for table in connection.query::<String, _>("SHOW TABLES")? {
            connection.query_drop(format!("CREATE TABLE `{copy}`.`{table}` LIKE `{table}`"))?;
            connection.query_drop(format!("INSERT INTO `{copy}`.`{table}` SELECT * FROM `{table}`"))?;
        }
        connection.query_drop("TRUNCATE TABLE mysql.general_log")?;
        connection.query_drop("SET GLOBAL log_output = 'TABLE', GLOBAL general_log = ON")?;
        // Values stand in the log only of statements that were prepared since it is on: the program connects anew.
        let others: Vec<u64> = connection.exec(
            "SELECT id FROM information_schema.processlist WHERE db = ? AND id <> CONNECTION_ID()",
            (&name,),
        )?;
        for other in others {
            connection.query_drop(format!("KILL CONNECTION {other}"))?;
        }
        Ok(Self { connection, copy: OptsBuilder::from_opts(opts).db_name(Some(copy)).into() })
    }

    /// Runs what was written down since [`Reference::begin`], from so many connections. Gives units and time.
    pub fn run(mut self, callers: usize) -> Result<(usize, Duration), Problem> {
        self.connection.query_drop("SET GLOBAL general_log = OFF, GLOBAL log_output = 'FILE'")?;
        // Only the program's own connections: others may be asking this server as well.
        let heard: Vec<(u64, String)> = self.connection.query(
            "SELECT thread_id, CONVERT(argument USING utf8mb4) FROM mysql.general_log \
             WHERE command_type IN ('Execute', 'Query') AND thread_id <> CONNECTION_ID() \
             AND thread_id IN (SELECT id FROM information_schema.processlist WHERE db = DATABASE())",
        )?;
        let units = units(heard);
        if units.is_empty() {
            return Err("the general log has none of the units".into());
        }
        // A fresh copy is still being written out, and its pages are not in memory: a quarter runs before the clock does.
        let (warming, timed) = units.split_at(units.len() / 4);
        side_by_side(&self.copy, warming, callers)?;
        let elapsed = side_by_side(&self.copy, timed, callers)?;
        let copy = self.copy.get_db_name().unwrap_or_default().to_owned();
        self.connection.query_drop(format!("DROP DATABASE `{copy}`"))?;
        Ok((timed.len(), elapsed))
    }
}

/// Runs the units from so many connections, which are made before the clock runs. Gives the time.
fn side_by_side(copy: &Opts, units: &[Unit], callers: usize) -> Result<Duration, Problem> {
    let connections = (0..callers.min(WRITERS)).map(|_| connect(copy)).collect::<Result<Vec<_>, _>>()?;
    let (next, begun) = (AtomicUsize::new(0), Instant::now());
    std::thread::scope(|scope| {
        let workers: Vec<_> = connections
            .into_iter()
            .map(|connection| scope.spawn(|| work(connection, units, &next)))
            .collect();
        workers
            .into_iter()
            .try_for_each(|worker| worker.join().map_err(|_| "a connection's thread stopped")?)
    })?;
    Ok(begun.elapsed())
}

/// What each connection said before its marker and commit is a unit; what was rolled back is none.
fn units(heard: Vec<(u64, String)>) -> Vec<Unit> {
    let mut open = std::collections::BTreeMap::<u64, Unit>::new();
    let mut units = Vec::new();
    for (connection, text) in heard {
        let unit = open.entry(connection).or_default();
        match text.as_str() {
            _ if text.ends_with("COMMIT") => units.push(std::mem::take(unit)),
            "ROLLBACK" => unit.clear(),
            _ if text.starts_with("START") || text.starts_with("SET") => {}
            _ => {
                let statement = bare::parametrized(&text, Dialect::MariaDb);
                unit.push((statement.text, statement.values.into_iter().map(value).collect()));
            }
        }
    }
    units
}

fn value(value: rusqlite::types::Value) -> Value {
    use rusqlite::types::Value as Literal;
    match value {
        Literal::Integer(number) => Value::Int(number),
        Literal::Text(text) => Value::Bytes(text.into_bytes()),
        Literal::Blob(bytes) => Value::Bytes(bytes),
        Literal::Null | Literal::Real(_) => Value::NULL,
    }
}

fn connect(copy: &Opts) -> Result<Conn, Problem> {
    let options =
        OptsBuilder::from_opts(copy.clone()).tcp_nodelay(true).prefer_socket(false).stmt_cache_size(512);
    let mut connection = Conn::new(options)?;
    connection.query_drop("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED")?;
    connection.query_drop("SET autocommit = 0")?;
    Ok(connection)
}

fn work(mut connection: Conn, units: &[Unit], next: &AtomicUsize) -> Result<(), Problem> {
    while let Some(unit) = units.get(next.fetch_add(1, Ordering::Relaxed)) {
        for (text, values) in unit {
            connection.exec_drop(text, values.clone())?;
        }
        connection.query_drop("COMMIT")?;
    }
    Ok(())
}
