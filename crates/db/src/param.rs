//! Parameters of statements.

use std::borrow::Cow;

use kernel::ids::{
    CartId, FunnelId, LedgerEntryId, MemberId, OfferId, OrderId, OrderItemId, ProductId, RedemptionId,
    RewardId, RunId, SequenceId, StepId, TierId, UserId,
};
use kernel::{Currency, Decimal, Moment};

/// A value for a `?`. There are no floats.
#[derive(Clone)]
pub enum Param<'a> {
    /// NULL.
    Null,
    /// A whole number.
    Int(i64),
    /// Text.
    Text(Cow<'a, str>),
    /// Bytes.
    Bytes(Cow<'a, [u8]>),
}

impl std::fmt::Debug for Param<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Null => "Null",
            Self::Int(_) => "Int(…)",
            Self::Text(_) => "Text(…)",
            Self::Bytes(_) => "Bytes(…)",
        })
    }
}

/// A list of parameters: `params![id, "text", moment]`.
#[macro_export]
macro_rules! params {
    ($($value:expr),* $(,)?) => {
        (&[$($crate::Param::from($value)),*] as &[$crate::Param<'_>])
    };
}

macro_rules! whole {
    ($($kind:ty),*) => { $(
        impl From<$kind> for Param<'_> { fn from(value: $kind) -> Self { Self::Int(i64::from(value)) } }
        impl From<&$kind> for Param<'_> { fn from(value: &$kind) -> Self { Self::Int(i64::from(*value)) } }
    )* };
}
whole!(i64, i32, u32, u8, u16, bool);

macro_rules! row_id {
    ($($kind:ty),*) => { $(
        impl From<$kind> for Param<'_> { fn from(value: $kind) -> Self { Self::Int(value.0) } }
        impl From<&$kind> for Param<'_> { fn from(value: &$kind) -> Self { Self::Int(value.0) } }
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

macro_rules! as_text {
    ($($kind:ty => $turn:expr),*) => { $(
        impl From<$kind> for Param<'_> { fn from(value: $kind) -> Self { let turn: fn(&$kind) -> String = $turn; Self::Text(Cow::Owned(turn(&value))) } }
        impl From<&$kind> for Param<'_> { fn from(value: &$kind) -> Self { let turn: fn(&$kind) -> String = $turn; Self::Text(Cow::Owned(turn(value))) } }
    )* };
}
as_text!(
    Moment => |moment| moment.column(),
    Decimal => |decimal| decimal.fixed(kernel::decimal::SCALE),
    Currency => |currency| currency.code().to_owned()
);

impl<'a> From<&'a str> for Param<'a> {
    fn from(value: &'a str) -> Self {
        Self::Text(Cow::Borrowed(value))
    }
}
impl<'a> From<&&'a str> for Param<'a> {
    fn from(value: &&'a str) -> Self {
        Self::Text(Cow::Borrowed(value))
    }
}
impl<'a> From<&'a String> for Param<'a> {
    fn from(value: &'a String) -> Self {
        Self::Text(Cow::Borrowed(value))
    }
}
impl From<String> for Param<'_> {
    fn from(value: String) -> Self {
        Self::Text(Cow::Owned(value))
    }
}
impl<'a> From<Cow<'a, str>> for Param<'a> {
    fn from(value: Cow<'a, str>) -> Self {
        Self::Text(value)
    }
}
impl<'a> From<&'a [u8]> for Param<'a> {
    fn from(value: &'a [u8]) -> Self {
        Self::Bytes(Cow::Borrowed(value))
    }
}
impl From<Vec<u8>> for Param<'_> {
    fn from(value: Vec<u8>) -> Self {
        Self::Bytes(Cow::Owned(value))
    }
}
impl<'a, T: Into<Param<'a>>> From<Option<T>> for Param<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}
impl<'a> From<&'a Option<String>> for Param<'a> {
    fn from(value: &'a Option<String>) -> Self {
        value.as_ref().map_or(Self::Null, Self::from)
    }
}
impl From<&Option<Moment>> for Param<'_> {
    fn from(value: &Option<Moment>) -> Self {
        value.map_or(Self::Null, Self::from)
    }
}
impl From<&Option<i64>> for Param<'_> {
    fn from(value: &Option<i64>) -> Self {
        value.map_or(Self::Null, Self::from)
    }
}

impl rusqlite::ToSql for Param<'_> {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        use rusqlite::types::{ToSqlOutput, ValueRef};
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Int(number) => ValueRef::Integer(*number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

impl From<&Param<'_>> for mysql::Value {
    fn from(param: &Param<'_>) -> Self {
        match param {
            Param::Null => Self::NULL,
            Param::Int(number) => Self::Int(*number),
            Param::Text(text) => Self::Bytes(text.as_bytes().to_vec()),
            Param::Bytes(bytes) => Self::Bytes(bytes.to_vec()),
        }
    }
}
