//! Funnels: a checkout's layout, its steps, and which carts are led through it.
//!
//! 1. A funnel has its checkout and thank-you steps from the start; a draft has no page yet.
//! 2. `/checkout` leads to the funnel that the settings name, else to the first active one whose rules fit the cart,
//!    else to the plain checkout.
//! 3. One that shoppers have been through is archived, never deleted.

pub(crate) mod admin;
pub mod cli;
pub mod commands;
pub mod model;
pub mod queries;
pub mod queries_figures;
pub mod rest;
pub(crate) mod store;
