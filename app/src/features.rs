//! The lists of features: which there are depends on whose shop it is.

use web::{Command, Feature};

use crate::configuration::Configuration;

/// Every feature where the embedded shop is the shop, in the order in which their tables are made.
#[must_use]
pub fn all() -> Vec<Feature> {
    with(shop::feature())
}

/// Every feature where a WooCommerce is the shop.
#[must_use]
pub fn beside_wordpress() -> Vec<Feature> {
    with(woocommerce::feature())
}

/// Ids of the migrations of every kind of installation.
#[must_use]
pub fn every_migration() -> Vec<&'static str> {
    let modules = all().into_iter().chain([woocommerce::feature()]).map(|feature| feature.module);
    let lists = modules.flat_map(|module| module.migrations);
    lists.flatten().map(|migration| migration.id).collect()
}

/// Those of an installation.
#[must_use]
pub fn of(configuration: &Configuration) -> Vec<Feature> {
    if configuration.wordpress.is_some() { beside_wordpress() } else { all() }
}

/// The commands of all installations: which of them work here is known only when the configuration is read.
#[must_use]
pub fn commands() -> Vec<Command> {
    all().into_iter().chain([woocommerce::feature()]).flat_map(|feature| feature.commands).collect()
}

fn with(shop_of_record: Feature) -> Vec<Feature> {
    vec![
        accounts::feature(),
        shop_of_record,
        payments::feature(),
        funnels::feature(),
        recovery::feature(),
        messaging::feature(),
        loyalty::feature(),
        reports::feature(),
    ]
}
