//! stub
use kernel::*;
use std::borrow::Cow;
use std::sync::Arc;
pub struct Sql(&'static str, &'static str);
impl Sql {
    pub const fn new(t: &'static str) -> Self {
        Self(t, t)
    }
    pub const fn pair(a: &'static str, b: &'static str) -> Self {
        Self(a, b)
    }
}
pub enum Param<'a> {
    Null,
    Int(i64),
    Text(Cow<'a, str>),
    Bytes(Cow<'a, [u8]>),
}
impl<'a> From<i64> for Param<'a> {
    fn from(v: i64) -> Self {
        Param::Int(v)
    }
}
impl<'a> From<&i64> for Param<'a> {
    fn from(v: &i64) -> Self {
        Param::Int(*v)
    }
}
impl<'a> From<bool> for Param<'a> {
    fn from(v: bool) -> Self {
        Param::Int(v.into())
    }
}
impl<'a> From<&'a str> for Param<'a> {
    fn from(v: &'a str) -> Self {
        Param::Text(v.into())
    }
}
impl<'a> From<&'a String> for Param<'a> {
    fn from(v: &'a String) -> Self {
        Param::Text(v.as_str().into())
    }
}
impl<'a> From<String> for Param<'a> {
    fn from(v: String) -> Self {
        Param::Text(v.into())
    }
}
impl<'a> From<Moment> for Param<'a> {
    fn from(v: Moment) -> Self {
        Param::Text(v.column().into())
    }
}
impl<'a> From<ids::UserId> for Param<'a> {
    fn from(v: ids::UserId) -> Self {
        Param::Int(v.0)
    }
}
impl<'a, T: Into<Param<'a>>> From<Option<T>> for Param<'a> {
    fn from(v: Option<T>) -> Self {
        v.map_or(Param::Null, Into::into)
    }
}
#[macro_export]
macro_rules! params { ($($value:expr),* $(,)?) => { &[$($crate::Param::from($value)),*] as &[$crate::Param] } }
pub struct Row<'a>(&'a ());
pub trait FromColumn: Sized {}
impl FromColumn for String {}
impl FromColumn for i64 {}
impl FromColumn for Moment {}
impl<T: FromColumn> FromColumn for Option<T> {}
impl Row<'_> {
    pub fn get<T: FromColumn>(&self, _: &str) -> Result<T, DbError> {
        loop {}
    }
}
#[derive(Debug)]
pub enum DbError {
    X,
}
impl DbError {
    pub fn is_duplicate(&self) -> bool {
        false
    }
}
impl From<DbError> for Fault {
    fn from(_: DbError) -> Fault {
        Fault::bug("")
    }
}
pub struct Tx<'a>(&'a ());
impl Tx<'_> {
    pub fn execute(&mut self, _: &Sql, _: &[Param]) -> Result<u64, DbError> {
        loop {}
    }
    pub fn insert(&mut self, _: &Sql, _: &[Param]) -> Result<i64, DbError> {
        loop {}
    }
    pub fn rows<T>(
        &mut self,
        _: &Sql,
        _: &[Param],
        _: impl FnMut(&Row) -> Result<T, DbError>,
    ) -> Result<Vec<T>, DbError> {
        loop {}
    }
    pub fn one<T>(
        &mut self,
        _: &Sql,
        _: &[Param],
        _: impl FnOnce(&Row) -> Result<T, DbError>,
    ) -> Result<Option<T>, DbError> {
        loop {}
    }
    pub fn count(&mut self, _: &Sql, _: &[Param]) -> Result<i64, DbError> {
        loop {}
    }
    pub fn now(&self) -> Moment {
        loop {}
    }
    pub fn entropy(&self) -> &dyn Entropy {
        loop {}
    }
    pub fn extension<T: Send + Sync + 'static>(&self) -> Option<&T> {
        loop {}
    }
    pub fn signal(&mut self, _: &'static str) {}
    pub fn set_actor<T: Send + Sync + 'static>(&mut self, _: T) {}
    pub fn actor<T: Send + Sync + 'static>(&self) -> Option<&T> {
        loop {}
    }
}
#[derive(Clone)]
pub struct Db(Arc<()>);
impl Db {
    pub async fn write<T, F>(&self, _: F) -> Result<T, Fault>
    where
        F: Fn(&mut Tx) -> Result<T, Fault> + Send + 'static,
        T: Send + 'static,
    {
        loop {}
    }
    pub async fn read<T, F>(&self, _: F) -> Result<T, Fault>
    where
        F: FnOnce(&mut Tx) -> Result<T, Fault> + Send + 'static,
        T: Send + 'static,
    {
        loop {}
    }
    pub fn set_extension<T: Send + Sync + 'static>(&self, _: Arc<T>) {}
    pub fn subscribe(&self, _: &'static str) -> Arc<tokio::sync::Notify> {
        loop {}
    }
}
#[derive(Clone, Copy)]
pub struct Migration {
    pub id: &'static str,
    pub steps: &'static [Step],
}
pub enum Step {
    Table { name: &'static str, columns: &'static str },
    Index { table: &'static str, name: &'static str, columns: &'static str, unique: bool },
    Statement(Sql),
}
