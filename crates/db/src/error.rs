//! What the database may answer instead of rows.

use kernel::{Fault, FaultKind};

/// Why a statement or a transaction did not do its work. Holds no parameter values.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// A unique key is taken.
    #[error("a row with this key is already there ({0})")]
    Duplicate(String),
    /// A column does not hold what was asked for.
    #[error("column {column}: {problem}")]
    Column {
        /// Its name or index.
        column: String,
        /// What was found.
        problem: String,
    },
    /// A deadlock, a certification failure, a lock that took too long. The transaction is run again.
    #[error("the database refused the transaction: {0}")]
    Refused(String),
    /// The connection is gone.
    #[error("the connection to the database was lost: {0}")]
    Lost(String),
    /// The database is being closed.
    #[error("the database is closed")]
    Closed,
    /// The address of the database cannot be used.
    #[error("the database address: {0}")]
    Address(String),
    /// A migration, a backup or a restore cannot go on.
    #[error("{0}")]
    Refusal(String),
    /// Anything else the engine says.
    #[error("the database says: {0}")]
    Sql(String),
}

impl DbError {
    /// True when a unique key is taken.
    #[must_use]
    pub const fn is_duplicate(&self) -> bool {
        matches!(self, Self::Duplicate(_))
    }

    /// True when running the transaction again may help.
    #[must_use]
    pub(crate) const fn is_transient(&self) -> bool {
        matches!(self, Self::Refused(_) | Self::Lost(_))
    }
}

impl From<DbError> for Fault {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Duplicate(_) => Self::new(FaultKind::Conflict, "duplicate", "This is already there."),
            DbError::Refused(_) | DbError::Lost(_) | DbError::Closed => {
                Self::unavailable("The database cannot take this now. Please try again.")
            }
            other => Self::bug(other.to_string()),
        }
    }
}

impl From<rusqlite::Error> for DbError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode;
        let rusqlite::Error::SqliteFailure(failure, message) = &error else {
            return Self::Sql(error.to_string());
        };
        let message = message.clone().unwrap_or_else(|| failure.to_string());
        match failure.code {
            ErrorCode::ConstraintViolation if matches!(failure.extended_code, 1555 | 2067 | 2579) => {
                Self::Duplicate(message.rsplit(' ').next().unwrap_or_default().to_owned())
            }
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Self::Refused(message),
            _ => Self::Sql(message),
        }
    }
}

impl From<mysql::Error> for DbError {
    fn from(error: mysql::Error) -> Self {
        match &error {
            mysql::Error::MySqlError(server) => match server.code {
                1062 | 1586 => {
                    Self::Duplicate(server.message.rsplit('\'').nth(1).unwrap_or_default().to_owned())
                }
                // Deadlock, lock wait time-out, changed row, cluster not ready, a table that a migration changed under
                // a read, TiDB's write conflicts.
                1213 | 1205 | 1020 | 1047 | 1412 | 8002 | 8022 | 8028 | 9007 => {
                    Self::Refused(server.code.to_string())
                }
                // Shutdown, killed connection, gone away.
                1053 | 1077 | 1152 | 1158 | 1159 | 1160 | 1161 | 1317 | 1927 | 2006 | 2013 => {
                    Self::Lost(server.code.to_string())
                }
                code => Self::Sql(format!("{code} {}", server.message)),
            },
            _ if error.is_connectivity_error() => Self::Lost(error.to_string()),
            _ => Self::Sql("the driver could not read an answer".to_owned()),
        }
    }
}
