//! Rows, read by the type that is asked for.

use kernel::ids::{
    CartId, FunnelId, LedgerEntryId, MemberId, OfferId, OrderId, OrderItemId, ProductId, RedemptionId,
    RewardId, RunId, SequenceId, StepId, TierId, UserId,
};
use kernel::{Currency, Decimal, Moment};

use crate::error::DbError;

/// A cell as the engine gave it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Cell<'a> {
    /// NULL.
    Null,
    /// A whole number.
    Int(i64),
    /// Text or a number as text.
    Text(&'a str),
    /// Bytes that are not UTF-8, or a BLOB.
    Bytes(&'a [u8]),
    /// A DATETIME.
    Time(Moment),
}

impl std::fmt::Debug for Cell<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.kind())
    }
}

impl Cell<'_> {
    const fn kind(&self) -> &'static str {
        match self {
            Self::Null => "NULL",
            Self::Int(_) => "a whole number",
            Self::Text(_) => "text",
            Self::Bytes(_) => "bytes",
            Self::Time(_) => "a time",
        }
    }
}

/// What a column can be read as. `None` when the cell holds something else.
pub trait FromColumn: Sized {
    /// Reads the cell.
    fn from_cell(cell: Cell<'_>) -> Option<Self>;
}

impl FromColumn for i64 {
    fn from_cell(cell: Cell<'_>) -> Option<Self> {
        match cell {
            Cell::Int(number) => Some(number),
            // SUM of whole numbers is a DECIMAL on MariaDB.
            Cell::Text(text) => text.split_once('.').map_or(text, |(whole, _)| whole).parse().ok(),
            _ => None,
        }
    }
}
impl FromColumn for i32 {
    fn from_cell(cell: Cell<'_>) -> Option<Self> {
        i64::from_cell(cell)?.try_into().ok()
    }
}
impl FromColumn for u32 {
    fn from_cell(cell: Cell<'_>) -> Option<Self> {
        i64::from_cell(cell)?.try_into().ok()
    }
}
impl FromColumn for bool {
    fn from_cell(cell: Cell<'_>) -> Option<Self> {
        i64::from_cell(cell).map(|number| number != 0)
    }
}
impl FromColumn for String {
    fn from_cell(cell: Cell<'_>) -> Option<Self> {
        match cell {
            Cell::Text(text) => Some(text.to_owned()),
            Cell::Int(number) => Some(number.to_string()),
            Cell::Time(moment) => Some(moment.column()),
            _ => None,
        }
    }
}
impl FromColumn for Vec<u8> {
    fn from_cell(cell: Cell<'_>) -> Option<Self> {
        match cell {
            Cell::Bytes(bytes) => Some(bytes.to_vec()),
            Cell::Text(text) => Some(text.as_bytes().to_vec()),
            _ => None,
        }
    }
}
impl FromColumn for Moment {
    fn from_cell(cell: Cell<'_>) -> Option<Self> {
        match cell {
            Cell::Time(moment) => Some(moment),
            Cell::Text(text) => Self::from_column(text),
            _ => None,
        }
    }
}
impl FromColumn for Decimal {
    fn from_cell(cell: Cell<'_>) -> Option<Self> {
        match cell {
            Cell::Text(text) => Self::parse(text),
            Cell::Int(number) => Some(Self::whole(number)),
            _ => None,
        }
    }
}
impl FromColumn for Currency {
    fn from_cell(cell: Cell<'_>) -> Option<Self> {
        match cell {
            Cell::Text(text) => Self::parse(text),
            _ => None,
        }
    }
}
impl<T: FromColumn> FromColumn for Option<T> {
    fn from_cell(cell: Cell<'_>) -> Option<Self> {
        match cell {
            Cell::Null => Some(None),
            other => T::from_cell(other).map(Some),
        }
    }
}
macro_rules! row_id {
    ($($kind:ident),*) => { $(
        impl FromColumn for $kind {
            fn from_cell(cell: Cell<'_>) -> Option<Self> { i64::from_cell(cell).map($kind) }
        }
    )* };
}
row_id!(
    CartId,
    FunnelId,
    LedgerEntryId,
    MemberId,
    OfferId,
    OrderId,
    OrderItemId,
    ProductId,
    RunId,
    SequenceId,
    StepId,
    RedemptionId,
    RewardId,
    TierId,
    UserId
);

pub(crate) enum Inner<'a> {
    Sqlite(&'a rusqlite::Row<'a>),
    MySql(&'a mysql::Row),
}

/// One row of an answer.
pub struct Row<'a> {
    inner: Inner<'a>,
    /// The column after the one read last: rows are mostly read from left to right.
    next: std::cell::Cell<usize>,
}

impl std::fmt::Debug for Row<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Row(…)")
    }
}

impl<'a> Row<'a> {
    pub(crate) const fn new(inner: Inner<'a>) -> Self {
        Self { inner, next: std::cell::Cell::new(0) }
    }

    /// A column by name.
    pub fn get<T: FromColumn>(&self, column: &str) -> Result<T, DbError> {
        let next = self.next.get();
        let index = if self.is_named(next, column) {
            next
        } else {
            let width = self.width();
            let mut others = (next + 1..width).chain(0..next.min(width));
            others.find(|index| self.is_named(*index, column)).ok_or_else(|| DbError::Column {
                column: column.to_owned(),
                problem: "is not in the answer".to_owned(),
            })?
        };
        self.next.set(index + 1);
        self.read(index, column)
    }

    fn is_named(&self, index: usize, column: &str) -> bool {
        match &self.inner {
            Inner::Sqlite(row) => {
                row.as_ref().column_name(index).is_ok_and(|name| name.eq_ignore_ascii_case(column))
            }
            Inner::MySql(row) => row
                .columns_ref()
                .get(index)
                .is_some_and(|known| known.name_ref().eq_ignore_ascii_case(column.as_bytes())),
        }
    }

    /// A column by its place, from 0.
    pub fn at<T: FromColumn>(&self, index: usize) -> Result<T, DbError> {
        self.read(index, &index.to_string())
    }

    fn read<T: FromColumn>(&self, index: usize, column: &str) -> Result<T, DbError> {
        self.cell(index, |cell| {
            T::from_cell(cell).ok_or_else(|| DbError::Column {
                column: column.to_owned(),
                problem: format!("holds {}", cell.kind()),
            })
        })
    }

    pub(crate) fn cell<T>(
        &self,
        index: usize,
        read: impl FnOnce(Cell<'_>) -> Result<T, DbError>,
    ) -> Result<T, DbError> {
        match &self.inner {
            Inner::Sqlite(row) => {
                use rusqlite::types::ValueRef;
                match row.get_ref(index)? {
                    ValueRef::Null => read(Cell::Null),
                    ValueRef::Integer(number) => read(Cell::Int(number)),
                    // Only a sum or a quotient of the engine's own can be one; it reads as text, never as a number.
                    ValueRef::Real(number) => read(Cell::Text(&number.to_string())),
                    ValueRef::Text(text) => match std::str::from_utf8(text) {
                        Ok(text) => read(Cell::Text(text)),
                        Err(_) => read(Cell::Bytes(text)),
                    },
                    ValueRef::Blob(bytes) => read(Cell::Bytes(bytes)),
                }
            }
            Inner::MySql(row) => match row.as_ref(index) {
                None | Some(mysql::Value::NULL) => read(Cell::Null),
                Some(mysql::Value::Int(number)) => read(Cell::Int(*number)),
                Some(mysql::Value::UInt(number)) => match i64::try_from(*number) {
                    Ok(number) => read(Cell::Int(number)),
                    Err(_) => read(Cell::Text(&number.to_string())),
                },
                Some(mysql::Value::Bytes(bytes)) => match std::str::from_utf8(bytes) {
                    Ok(text) => read(Cell::Text(text)),
                    Err(_) => read(Cell::Bytes(bytes)),
                },
                Some(mysql::Value::Date(year, month, day, hour, minute, second, _)) => {
                    let text = format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}");
                    match Moment::from_column(&text) {
                        Some(moment) => read(Cell::Time(moment)),
                        None => read(Cell::Null),
                    }
                }
                Some(mysql::Value::Float(number)) => read(Cell::Text(&number.to_string())),
                Some(mysql::Value::Double(number)) => read(Cell::Text(&number.to_string())),
                Some(mysql::Value::Time(..)) => read(Cell::Null),
            },
        }
    }

    pub(crate) fn width(&self) -> usize {
        match &self.inner {
            Inner::Sqlite(row) => row.as_ref().column_count(),
            Inner::MySql(row) => row.len(),
        }
    }

    pub(crate) fn column_names(&self) -> Vec<String> {
        match &self.inner {
            Inner::Sqlite(row) => row.as_ref().column_names().map(str::to_owned).collect(),
            Inner::MySql(row) => {
                row.columns_ref().iter().map(|column| column.name_str().into_owned()).collect()
            }
        }
    }
}
