//! What a list of products is narrowed and ordered by.

use kernel::{Decimal, Moment};

use crate::wire::Dates;

/// Which rows there are to choose from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Level {
    /// Products, without their variations.
    #[default]
    Products,
    /// Variations.
    Variations,
    /// Both.
    Both,
}

/// What a list can be ordered by; ties go by id in the same direction.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Order {
    /// The merchant's order: set apart first, then by place and name.
    #[default]
    Shop,
    /// Place among its like, then name.
    Place,
    /// Made.
    Date,
    /// Changed.
    Modified,
    /// Row.
    Id,
    /// Name.
    Title,
    /// Slug.
    Slug,
    /// Present price; of a variable product the least, or the largest when descending.
    Price,
    /// Units sold.
    Popularity,
    /// As the ids stand here.
    Include(Vec<i64>),
}

/// One condition; a row must meet all that a filter has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Only {
    /// Published and listed in the shop.
    Listed,
    /// Everyone may see it.
    Published,
    /// A text in name or SKU.
    NameOrSku(String),
    /// Every word in name, SKU or a description.
    Words(Vec<String>),
    /// Every word in one of these columns.
    WordsIn(Vec<String>, Vec<&'static str>),
    /// A text in the SKU.
    SkuLike(String),
    /// One of these SKUs.
    Skus(Vec<String>),
    /// One of these slugs.
    Slugs(Vec<String>),
    /// One of these rows.
    Ids(Vec<i64>),
    /// None of these rows.
    NotIds(Vec<i64>),
    /// Below one of these.
    Parents(Vec<i64>),
    /// Below none of these.
    NotParents(Vec<i64>),
    /// One of these types.
    Kinds(Vec<String>),
    /// None of these types.
    NotKinds(Vec<String>),
    /// One of these statuses.
    Statuses(Vec<String>),
    /// None of these statuses.
    NotStatuses(Vec<String>),
    /// Listed in one of these ways.
    Visibilities(Vec<String>),
    /// In one of these categories.
    Categories(Vec<i64>),
    /// In none of these categories.
    NotCategories(Vec<i64>),
    /// One of these tax classes.
    TaxClass(String),
    /// One of these stock statuses; a variable product has those of its variations.
    Stock(Vec<String>),
    /// Set apart by the merchant, or not.
    Featured(bool),
    /// Nothing is shipped, or something is.
    Virtual(bool),
    /// Files come with it, or not.
    Downloadable(bool),
    /// On sale at this moment, or not; a variable product is when a variation is.
    OnSale(bool),
    /// With a price, or without.
    Priced(bool),
    /// A price between the two; of a variable product that of a variation.
    Price(Option<Decimal>, Option<Decimal>),
    /// Made and changed between these.
    Dates(Dates),
}

/// What a list of products is narrowed and ordered by.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Which rows there are to choose from.
    pub level: Level,
    /// All must be met.
    pub only: Vec<Only>,
    /// Order.
    pub order: Order,
    /// The largest, newest or last first.
    pub descending: bool,
    /// For what is on sale and what it costs.
    pub now: Moment,
    /// Rows to skip.
    pub offset: i64,
    /// Rows at most.
    pub limit: i64,
}
