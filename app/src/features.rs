//! The one list of features.

use web::Feature;

/// Every feature of the program, in the order in which their tables are made.
#[must_use]
pub fn all() -> Vec<Feature> {
    vec![
        accounts::feature(),
        shop::feature(),
        payments::feature(),
        funnels::feature(),
        recovery::feature(),
        messaging::feature(),
        loyalty::feature(),
        reports::feature(),
    ]
}
