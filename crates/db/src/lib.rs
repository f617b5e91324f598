//! The only crate that names the SQL drivers. One text for SQLite and MariaDB, one [`Tx`] for both.
//!
//! A unit is a plain function on `&mut Tx` handed to [`Db::write`]; it may be run again when the database refuses it.
//! - SQLite: one writer thread commits up to 64 queued units together, each in its savepoint, and answers after the
//!   commit (`synchronous=FULL`: what was answered survives a power cut). A pool of threads reads.
//! - MariaDB/MySQL: a bounded pool of connections, each unit its own transaction, refused ones run again. Whether a
//!   commit that lost its connection took place is read from a marker row, never guessed.
//!
//! Invariant: parameter values never appear in an error or a log.

mod backup;
mod database;
mod error;
mod figures;
pub mod lease;
mod mariadb;
mod migration;
#[cfg(feature = "testing")]
pub mod oversight;
mod param;
mod row;
mod shared;
mod sqlite;
mod statement;
mod task;
#[cfg(feature = "testing")]
pub mod testing;
mod tx;

pub use database::{Db, Durability, Options};
pub use error::DbError;
pub use migration::{Migration, Step};
pub use param::Param;
pub use row::{Cell, FromColumn, Row};
pub use statement::Sql;
pub use tx::{Engine, Tx};
