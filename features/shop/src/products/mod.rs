//! Products as the shop keeps them.
//!
//! 1. `commands::import` writes what `catalogue::import` has read: parents first, then variations, then links.
//! 2. A product's price is the sale price while its dates hold, else the regular one.
//! 3. A variation without stock of its own shares its parent's.

pub mod cli;
pub mod commands;
pub(crate) mod commands_columns;
pub mod model;
pub mod model_details;
pub mod model_list;
pub mod queries;
pub mod rest;
pub mod rest_body;
pub mod rest_categories;
pub mod rest_list;
pub mod rest_model;
pub mod rest_store;
pub mod rest_store_list;
pub mod rest_variations;
pub(crate) mod store;
pub(crate) mod store_list;
pub mod storefront;
