//! Filters that are hooked in the store's PHP.
//!
//! 1. The store tells with every delivery which of the filters something is hooked into; [`commands::hooked`] reads that.
//! 2. The engine asks for those, before the unit that needs them, and hands the answers in: see `runtime::outside`.
//! 3. A store that does not answer within the filter's patience leaves the value as it was.

pub mod commands;
