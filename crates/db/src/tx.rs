//! A transaction in hand.

use std::any::Any;
use std::sync::Arc;

use kernel::{Entropy, Moment};
use mysql::prelude::Queryable;

use crate::error::DbError;
use crate::param::Param;
use crate::row::{FromColumn, Inner, Row};
use crate::shared::Shared;
use crate::statement::Sql;

/// Which engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// SQLite, embedded.
    Sqlite,
    /// MariaDB, MySQL, Galera, TiDB.
    MySql,
}

/// Rows of one statement of [`Tx::insert_rows`]: each number of rows is a statement of its own to prepare.
const ROWS_AT_ONCE: usize = 64;

pub(crate) enum Connection<'a> {
    Sqlite(&'a rusqlite::Connection),
    MySql(&'a mut mysql::Conn),
}

/// A transaction in hand: statements, one instant, chance. It cannot reach the outside.
pub struct Tx<'a> {
    connection: Connection<'a>,
    shared: &'a Shared,
    now: Moment,
    read_only: bool,
    pub(crate) wrote: bool,
    pub(crate) refused: bool,
    pub(crate) signals: Vec<&'static str>,
    actor: Option<Arc<dyn Any + Send + Sync>>,
    remembered: Vec<(&'static str, Arc<dyn Any + Send + Sync>)>,
}

impl std::fmt::Debug for Tx<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Tx({:?} at {})", self.shared.engine, self.now)
    }
}

impl<'a> Tx<'a> {
    pub(crate) fn new(connection: Connection<'a>, shared: &'a Shared, read_only: bool) -> Self {
        Self {
            connection,
            shared,
            now: shared.clock.now(),
            read_only,
            wrote: false,
            refused: false,
            signals: Vec::new(),
            actor: None,
            remembered: Vec::new(),
        }
    }

    /// Runs a statement that changes rows. Gives how many rows it matched, on both engines alike.
    pub fn execute(&mut self, sql: &Sql, params: &[Param<'_>]) -> Result<u64, DbError> {
        let text = self.shared.rendered(sql);
        self.change(&text, params).map(|(rows, _)| rows)
    }

    /// Inserts a row and gives its id.
    pub fn insert(&mut self, sql: &Sql, params: &[Param<'_>]) -> Result<i64, DbError> {
        let text = self.shared.rendered(sql);
        self.change(&text, params).map(|(_, id)| id)
    }

    /// Inserts many rows with few statements. `sql` ends in `VALUES (?, …)` for one row; each of `rows` has as many values.
    pub fn insert_rows(&mut self, sql: &Sql, rows: &[Vec<Param<'_>>]) -> Result<(), DbError> {
        let text = self.shared.rendered(sql);
        let start = text.rfind('(').unwrap_or(text.len());
        for some in rows.chunks(ROWS_AT_ONCE) {
            let several = format!("{}{}", &text[..start], vec![&text[start..]; some.len()].join(", "));
            let values: Vec<Param<'_>> = some.iter().flatten().cloned().collect();
            self.change(&several, &values)?;
        }
        Ok(())
    }

    /// Every row, mapped.
    pub fn rows<T>(
        &mut self,
        sql: &Sql,
        params: &[Param<'_>],
        map: impl FnMut(&Row<'_>) -> Result<T, DbError>,
    ) -> Result<Vec<T>, DbError> {
        let text = self.shared.rendered(sql);
        self.select(&text, params, usize::MAX, map)
    }

    /// The first row, mapped.
    pub fn one<T>(
        &mut self,
        sql: &Sql,
        params: &[Param<'_>],
        map: impl FnMut(&Row<'_>) -> Result<T, DbError>,
    ) -> Result<Option<T>, DbError> {
        let text = self.shared.rendered(sql);
        Ok(self.select(&text, params, 1, map)?.pop())
    }

    /// The first column of the first row as a whole number; 0 when there is none or it is NULL.
    pub fn count(&mut self, sql: &Sql, params: &[Param<'_>]) -> Result<i64, DbError> {
        let text = self.shared.rendered(sql);
        self.number(&text, params)
    }

    /// As [`Tx::rows`] with a text composed at run time from fixed parts (a chosen ORDER BY, a list of `?`). Never put
    /// a value into the text.
    pub fn rows_text<T>(
        &mut self,
        text: &str,
        params: &[Param<'_>],
        map: impl FnMut(&Row<'_>) -> Result<T, DbError>,
    ) -> Result<Vec<T>, DbError> {
        let text = self.shared.prefixed(text);
        self.select(&text, params, usize::MAX, map)
    }

    /// As [`Tx::count`] with a text composed at run time from fixed parts.
    pub fn count_text(&mut self, text: &str, params: &[Param<'_>]) -> Result<i64, DbError> {
        let text = self.shared.prefixed(text);
        self.number(&text, params)
    }

    /// As [`Tx::execute`] with a text composed at run time from fixed parts.
    pub fn execute_text(&mut self, text: &str, params: &[Param<'_>]) -> Result<u64, DbError> {
        let text = self.shared.prefixed(text);
        self.change(&text, params).map(|(rows, _)| rows)
    }

    /// The one instant of this transaction.
    #[must_use]
    pub const fn now(&self) -> Moment {
        self.now
    }

    /// Chance.
    #[must_use]
    pub fn entropy(&self) -> &dyn Entropy {
        self.shared.entropy.as_ref()
    }

    /// Which engine this runs on.
    #[must_use]
    pub const fn engine(&self) -> Engine {
        self.shared.engine
    }

    /// The table prefix.
    #[must_use]
    pub fn prefix(&self) -> &str {
        &self.shared.prefix
    }

    /// What [`crate::Db::set_extension`] put around every transaction.
    #[must_use]
    pub fn extension<T: Send + Sync + 'static>(&self) -> Option<&T> {
        self.shared.extension.get()?.downcast_ref::<T>()
    }

    /// Wakes whoever waits for `topic`, once this has committed.
    pub fn signal(&mut self, topic: &'static str) {
        if !self.signals.contains(&topic) {
            self.signals.push(topic);
        }
    }

    /// Rolls this run back and has the unit run again, as if the engine had refused it: for a unit that has met a row
    /// which a parallel one wrote a moment before. The unit must return an error after this.
    pub const fn run_again(&mut self) {
        self.refused = true;
    }

    /// Says on whose behalf this runs.
    pub fn set_actor<T: Send + Sync + 'static>(&mut self, actor: T) {
        self.actor = Some(Arc::new(actor));
    }

    /// On whose behalf this runs.
    #[must_use]
    pub fn actor<T: Send + Sync + 'static>(&self) -> Option<&T> {
        self.actor.as_ref()?.downcast_ref::<T>()
    }

    /// What [`Tx::remember`] kept under `name` in this transaction.
    #[must_use]
    pub fn remembered<T: Send + Sync + 'static>(&self, name: &str) -> Option<Arc<T>> {
        let (_, value) = self.remembered.iter().find(|(known, _)| *known == name)?;
        Arc::clone(value).downcast().ok()
    }

    /// Keeps what was read for whoever asks for it again in this transaction. Whoever changes what is under `name` calls
    /// [`Tx::forget`].
    pub fn remember<T: Send + Sync + 'static>(&mut self, name: &'static str, value: Arc<T>) {
        self.forget(name);
        self.remembered.push((name, value));
    }

    /// Forgets what was kept under `name`.
    pub fn forget(&mut self, name: &str) {
        self.remembered.retain(|(known, _)| *known != name);
    }

    fn number(&mut self, text: &str, params: &[Param<'_>]) -> Result<i64, DbError> {
        let first =
            self.select(text, params, 1, |row| row.cell(0, |cell| Ok(i64::from_cell(cell).unwrap_or(0))))?;
        Ok(first.first().copied().unwrap_or(0))
    }

    fn change(&mut self, text: &str, params: &[Param<'_>]) -> Result<(u64, i64), DbError> {
        if self.read_only {
            return Err(DbError::Sql("a read transaction may not change rows".to_owned()));
        }
        self.wrote = true;
        let outcome = match &mut self.connection {
            Connection::Sqlite(connection) => sqlite_change(connection, text, params),
            Connection::MySql(connection) => mysql_change(connection, text, params),
        };
        self.note(outcome)
    }

    fn select<T>(
        &mut self,
        text: &str,
        params: &[Param<'_>],
        most: usize,
        map: impl FnMut(&Row<'_>) -> Result<T, DbError>,
    ) -> Result<Vec<T>, DbError> {
        let outcome = match &mut self.connection {
            Connection::Sqlite(connection) => sqlite_select(connection, text, params, most, map),
            Connection::MySql(connection) => mysql_select(connection, text, params, most, map),
        };
        self.note(outcome)
    }

    /// Remembers that the engine wants the transaction run again, whatever the unit makes of the error.
    fn note<T>(&mut self, outcome: Result<T, DbError>) -> Result<T, DbError> {
        if outcome.as_ref().is_err_and(DbError::is_transient) {
            self.refused = true;
        }
        outcome
    }
}

fn sqlite_change(
    connection: &rusqlite::Connection,
    text: &str,
    params: &[Param<'_>],
) -> Result<(u64, i64), DbError> {
    let mut statement = connection.prepare_cached(text)?;
    let rows = statement.execute(rusqlite::params_from_iter(params))?;
    Ok((u64::try_from(rows).unwrap_or(0), connection.last_insert_rowid()))
}

fn sqlite_select<T>(
    connection: &rusqlite::Connection,
    text: &str,
    params: &[Param<'_>],
    most: usize,
    mut map: impl FnMut(&Row<'_>) -> Result<T, DbError>,
) -> Result<Vec<T>, DbError> {
    let mut statement = connection.prepare_cached(text)?;
    let mut rows = statement.query(rusqlite::params_from_iter(params))?;
    let mut mapped = Vec::new();
    while mapped.len() < most {
        match rows.next()? {
            Some(row) => mapped.push(map(&Row::new(Inner::Sqlite(row)))?),
            None => break,
        }
    }
    Ok(mapped)
}

fn mysql_values(params: &[Param<'_>]) -> mysql::Params {
    if params.is_empty() {
        mysql::Params::Empty
    } else {
        mysql::Params::Positional(params.iter().map(Into::into).collect())
    }
}

fn mysql_change(
    connection: &mut mysql::Conn,
    text: &str,
    params: &[Param<'_>],
) -> Result<(u64, i64), DbError> {
    connection.exec_drop(text, mysql_values(params))?;
    let id = i64::try_from(connection.last_insert_id()).unwrap_or(0);
    Ok((connection.affected_rows(), id))
}

fn mysql_select<T>(
    connection: &mut mysql::Conn,
    text: &str,
    params: &[Param<'_>],
    most: usize,
    mut map: impl FnMut(&Row<'_>) -> Result<T, DbError>,
) -> Result<Vec<T>, DbError> {
    let answer = connection.exec_iter(text, mysql_values(params))?;
    let mut mapped = Vec::new();
    for row in answer {
        let row = row?;
        if mapped.len() < most {
            mapped.push(map(&Row::new(Inner::MySql(&row)))?);
        }
    }
    Ok(mapped)
}
