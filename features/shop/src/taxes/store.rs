//! The SQL of tax rates and classes.

use std::collections::BTreeMap;

use kernel::{Decimal, Fault};
use runtime::{Sql, Tx, params};

use super::model::TaxRate;

const RATES: Sql = Sql::new(
    "SELECT tax_rate_id, tax_rate_country, tax_rate_state, tax_rate, tax_rate_name, tax_rate_priority, tax_rate_compound, \
     tax_rate_shipping, tax_rate_class FROM {p}woocommerce_tax_rates ORDER BY tax_rate_order, tax_rate_id",
);
const LOCATIONS: Sql = Sql::new(
    "SELECT tax_rate_id, location_code, location_type FROM {p}woocommerce_tax_rate_locations ORDER BY location_id",
);
const INSERT: Sql = Sql::new(
    "INSERT INTO {p}woocommerce_tax_rates (tax_rate_country, tax_rate_state, tax_rate, tax_rate_name, tax_rate_priority, \
     tax_rate_compound, tax_rate_shipping, tax_rate_order, tax_rate_class) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
);
const INSERT_LOCATION: Sql = Sql::new(
    "INSERT INTO {p}woocommerce_tax_rate_locations (location_code, tax_rate_id, location_type) VALUES (?, ?, ?)",
);
const UPDATE: Sql = Sql::new(
    "UPDATE {p}woocommerce_tax_rates SET tax_rate_country = ?, tax_rate_state = ?, tax_rate = ?, tax_rate_name = ?, \
     tax_rate_priority = ?, tax_rate_compound = ?, tax_rate_shipping = ?, tax_rate_class = ? WHERE tax_rate_id = ?",
);
const DELETE: Sql = Sql::new("DELETE FROM {p}woocommerce_tax_rates WHERE tax_rate_id = ?");
const DELETE_LOCATIONS: Sql = Sql::new("DELETE FROM {p}woocommerce_tax_rate_locations WHERE tax_rate_id = ?");
const COUNT: Sql = Sql::new("SELECT COUNT(*) FROM {p}woocommerce_tax_rates");
const CLASSES: Sql = Sql::new("SELECT name, slug FROM {p}wc_tax_rate_classes ORDER BY tax_rate_class_id");
const CLASS_COUNT: Sql = Sql::new("SELECT COUNT(*) FROM {p}wc_tax_rate_classes WHERE slug = ?");
const INSERT_CLASS: Sql = Sql::new("INSERT INTO {p}wc_tax_rate_classes (name, slug) VALUES (?, ?)");

/// Every rate with its locations, in the shop's order.
pub(crate) fn all(tx: &mut Tx) -> Result<Vec<TaxRate>, Fault> {
    let mut postcodes: BTreeMap<i64, Vec<String>> = BTreeMap::new();
    let mut cities: BTreeMap<i64, Vec<String>> = BTreeMap::new();
    let locations: Vec<(i64, String, String)> = tx.rows(&LOCATIONS, params![], |row| {
        Ok((row.get("tax_rate_id")?, row.get("location_code")?, row.get("location_type")?))
    })?;
    for (rate, code, kind) in locations {
        let of = if kind == "city" { &mut cities } else { &mut postcodes };
        of.entry(rate).or_default().push(code);
    }
    Ok(tx.rows(&RATES, params![], |row| {
        let id: i64 = row.get("tax_rate_id")?;
        Ok(TaxRate {
            id,
            country: row.get("tax_rate_country")?,
            state: row.get("tax_rate_state")?,
            percent: Decimal::parse(&row.get::<String>("tax_rate")?).unwrap_or(Decimal::ZERO),
            name: row.get("tax_rate_name")?,
            priority: row.get("tax_rate_priority")?,
            compound: row.get("tax_rate_compound")?,
            shipping: row.get("tax_rate_shipping")?,
            class: row.get("tax_rate_class")?,
            postcodes: postcodes.remove(&id).unwrap_or_default(),
            cities: cities.remove(&id).unwrap_or_default(),
        })
    })?)
}

/// Writes a rate: a fresh one when its id is 0.
pub(crate) fn put(tx: &mut Tx, rate: &mut TaxRate) -> Result<(), Fault> {
    let percent = rate.percent.fixed(4);
    if rate.id == 0 {
        let order = tx.count(&COUNT, params![])?;
        let values = params![
            &rate.country,
            &rate.state,
            percent,
            &rate.name,
            rate.priority,
            rate.compound,
            rate.shipping,
            order,
            &rate.class
        ];
        rate.id = tx.insert(&INSERT, values)?;
    } else {
        let values = params![
            &rate.country,
            &rate.state,
            percent,
            &rate.name,
            rate.priority,
            rate.compound,
            rate.shipping,
            &rate.class,
            rate.id
        ];
        tx.execute(&UPDATE, values)?;
        tx.execute(&DELETE_LOCATIONS, params![rate.id])?;
    }
    let places = rate
        .postcodes
        .iter()
        .map(|code| (code, "postcode"))
        .chain(rate.cities.iter().map(|code| (code, "city")));
    for (code, kind) in places {
        tx.execute(&INSERT_LOCATION, params![code, rate.id, kind])?;
    }
    if !rate.class.is_empty() {
        class(tx, &rate.class)?;
    }
    Ok(())
}

/// Takes a rate away; true when there was one.
pub(crate) fn remove(tx: &mut Tx, id: i64) -> Result<bool, Fault> {
    tx.execute(&DELETE_LOCATIONS, params![id])?;
    Ok(tx.execute(&DELETE, params![id])? > 0)
}

/// Makes sure of a tax class by its slug.
pub(crate) fn class(tx: &mut Tx, slug: &str) -> Result<(), Fault> {
    if tx.count(&CLASS_COUNT, params![slug])? == 0 {
        let mut name = slug.replace('-', " ");
        if let Some(first) = name.get_mut(0..1) {
            first.make_ascii_uppercase();
        }
        tx.execute(&INSERT_CLASS, params![name, slug])?;
    }
    Ok(())
}

/// Name and slug of the classes besides the standard one.
pub(crate) fn classes(tx: &mut Tx) -> Result<Vec<(String, String)>, Fault> {
    Ok(tx.rows(&CLASSES, params![], |row| Ok((row.get("name")?, row.get("slug")?)))?)
}
