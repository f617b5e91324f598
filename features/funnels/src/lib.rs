//! Funnels, steps, checkout layouts, order bumps, upsells.

pub mod migrations;
pub mod offers;
