//! Lists come in pages.

use serde::Serialize;

/// Which page of a list is wanted. `per_page` is 1 to 100.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paging {
    /// From 1.
    pub page: u32,
    /// Rows on a page.
    pub per_page: u32,
    /// Column to order by, already checked against the route's list.
    pub orderby: String,
    /// True for descending.
    pub descending: bool,
    /// Rows to skip whatever the page, when `offset` was given.
    pub skip: Option<i64>,
    /// Words to look for, or empty.
    pub search: String,
}

impl Paging {
    /// The first page of `per_page` rows, newest id first.
    #[must_use]
    pub fn first(per_page: u32) -> Self {
        Self {
            page: 1,
            per_page,
            orderby: "id".to_owned(),
            descending: true,
            skip: None,
            search: String::new(),
        }
    }

    /// Rows to skip.
    #[must_use]
    pub fn offset(&self) -> i64 {
        self.skip.unwrap_or_else(|| i64::from(self.page.saturating_sub(1)) * i64::from(self.per_page))
    }

    /// The rows of this page out of all there are, which are in their order already.
    #[must_use]
    pub fn cut<T>(&self, all: Vec<T>) -> Page<T> {
        let total = i64::try_from(all.len()).unwrap_or(i64::MAX);
        let skip = usize::try_from(self.offset()).unwrap_or(usize::MAX);
        let take = usize::try_from(self.per_page).unwrap_or(usize::MAX);
        Page { rows: all.into_iter().skip(skip).take(take).collect(), total }
    }
}

/// One page of rows and how many there are in all.
#[derive(Debug, Clone, Serialize)]
pub struct Page<T> {
    /// The rows of this page.
    pub rows: Vec<T>,
    /// Rows in all pages.
    pub total: i64,
}

impl<T> Page<T> {
    /// The same page with each row turned into something else.
    pub fn map<U>(self, turn: impl FnMut(T) -> U) -> Page<U> {
        Page { rows: self.rows.into_iter().map(turn).collect(), total: self.total }
    }
}
