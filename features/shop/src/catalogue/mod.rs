//! Products, variations, categories and their stock.

pub mod import;
