//! Products out of a CSV file as WooCommerce exports them.
//!
//! File → rows ([`crate::sheet`]) → products → duplicates and unknown parents taken out. Every row that is refused has
//! its [`crate::sheet::Problem`]; the good ones are kept.

mod model;
mod rules;
mod rules_cells;
mod rules_row;
#[cfg(test)]
mod rules_tests;

pub use model::{
    Attribute, Backorders, Download, ImportReport, ImportSettings, ProductKind, ProductRow, ProductStatus,
    Reference, SaleDate, StockStatus, Visibility,
};
pub use rules::parse;
