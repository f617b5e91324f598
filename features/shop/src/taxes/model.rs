//! Rates and places.

use kernel::decimal::Decimal;

/// One row of the tax table with its locations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaxRate {
    /// `tax_rate_id`; 0 before it is stored.
    pub id: i64,
    /// Two capital letters; empty is every country.
    pub country: String,
    /// Capital letters as the country's states are coded; empty is every state.
    pub state: String,
    /// Percent, at most four digits after the point.
    pub percent: Decimal,
    /// What shoppers read.
    pub name: String,
    /// Of the matching rates with one priority, one applies.
    pub priority: i64,
    /// Taken on the price and the taxes before it.
    pub compound: bool,
    /// Also taken on shipping.
    pub shipping: bool,
    /// Slug of the tax class; empty is the standard class.
    pub class: String,
    /// Normal postcodes, with a `*` at the end for a prefix, or `A...B` for a range. None is everywhere.
    pub postcodes: Vec<String>,
    /// Cities in capitals. None is everywhere.
    pub cities: Vec<String>,
}

/// Where goods go to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Place {
    /// Two letters; without a country no rate applies.
    pub country: String,
    /// The state's code.
    pub state: String,
    /// As it was typed.
    pub postcode: String,
    /// As it was typed.
    pub city: String,
}
