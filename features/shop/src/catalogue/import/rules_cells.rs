//! What the texts of single cells mean.

use jiff::civil::DateTime;
use kernel::decimal::{Decimal, Rounding};
use kernel::time::Moment;

use super::model::{Backorders, ProductKind, ProductStatus, Reference, SaleDate, StockStatus, Visibility};
use crate::sheet;
use crate::totals::TaxStatus;

/// A price may not be higher, in major units.
const LARGEST_PRICE: i64 = 1_000_000_000;
/// A weight or length may not be larger.
const LARGEST_MEASURE: i64 = 1_000_000;

/// Takes off the apostrophe that exports put before a sign, so that no spreadsheet takes the cell for a formula.
pub(super) fn plain(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['=', '+', '-', '@']) => rest,
        _ => text,
    }
}

/// The kind, virtual and downloadable.
pub(super) fn kind(text: &str) -> Result<(ProductKind, bool, bool), String> {
    let (mut kinds, mut is_virtual, mut is_downloadable) = (Vec::new(), false, false);
    for word in sheet::list(&text.to_lowercase(), ',') {
        match word.as_str() {
            "simple" => kinds.push(ProductKind::Simple),
            "variable" => kinds.push(ProductKind::Variable),
            "variation" => kinds.push(ProductKind::Variation),
            "grouped" => kinds.push(ProductKind::Grouped),
            "external" => kinds.push(ProductKind::External),
            "virtual" => is_virtual = true,
            "downloadable" => is_downloadable = true,
            unknown => {
                return Err(format!(
                    "{unknown} is no type: use simple, variable, variation, grouped, external, virtual or downloadable."
                ));
            }
        }
    }
    match kinds.as_slice() {
        [] => Ok((ProductKind::Simple, is_virtual, is_downloadable)),
        [kind] => Ok((*kind, is_virtual, is_downloadable)),
        _ => {
            Err("A product can only be one of simple, variable, variation, grouped and external.".to_owned())
        }
    }
}

pub(super) fn status(text: &str) -> Result<ProductStatus, String> {
    match text.to_lowercase().as_str() {
        "" | "1" | "true" | "yes" => Ok(ProductStatus::Publish),
        "0" => Ok(ProductStatus::Private),
        "-1" | "false" | "no" => Ok(ProductStatus::Draft),
        _ => Err("Use 1 for published, 0 for private or -1 for draft.".to_owned()),
    }
}

pub(super) fn visibility(text: &str) -> Result<Visibility, String> {
    match text.to_lowercase().as_str() {
        "" | "visible" => Ok(Visibility::Visible),
        "catalog" => Ok(Visibility::Catalog),
        "search" => Ok(Visibility::Search),
        "hidden" => Ok(Visibility::Hidden),
        _ => Err("Use visible, catalog, search or hidden.".to_owned()),
    }
}

pub(super) fn tax_status(text: &str) -> Result<TaxStatus, String> {
    match text.to_lowercase().as_str() {
        "" | "taxable" | "true" => Ok(TaxStatus::Taxable),
        "shipping" => Ok(TaxStatus::Shipping),
        "none" | "false" => Ok(TaxStatus::None),
        _ => Err("Use taxable, shipping or none.".to_owned()),
    }
}

pub(super) fn stock_status(text: &str) -> Result<StockStatus, String> {
    match text.to_lowercase().as_str() {
        "backorder" | "onbackorder" => Ok(StockStatus::OnBackorder),
        "instock" => Ok(StockStatus::InStock),
        "outofstock" => Ok(StockStatus::OutOfStock),
        other => match sheet::flag(other, true) {
            Ok(true) => Ok(StockStatus::InStock),
            Ok(false) => Ok(StockStatus::OutOfStock),
            Err(_) => Err("Use 1, 0 or backorder.".to_owned()),
        },
    }
}

pub(super) fn backorders(text: &str) -> Result<Backorders, String> {
    if text.eq_ignore_ascii_case("notify") {
        return Ok(Backorders::Notify);
    }
    match sheet::flag(text, false) {
        Ok(true) => Ok(Backorders::Yes),
        Ok(false) => Ok(Backorders::No),
        Err(_) => Err("Use 1, 0 or notify.".to_owned()),
    }
}

/// A price with at most `decimals` digits after the point; empty is none.
pub(super) fn price(text: &str, decimals: u32) -> Result<Option<Decimal>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let digits_after_point =
        text.split_once('.').map_or(0, |(_, fraction)| fraction.trim_end_matches('0').len());
    let looks_like_a_number =
        text.trim_start_matches('-').bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    match Decimal::parse(text) {
        _ if looks_like_a_number && text.starts_with('-') => Err("A price cannot be below zero.".to_owned()),
        _ if looks_like_a_number && digits_after_point > usize::try_from(decimals).unwrap_or(0) => {
            Err(format!("A price can have at most {decimals} digits after the point."))
        }
        Some(price) if price > Decimal::whole(LARGEST_PRICE) => Err(too_high()),
        None if looks_like_a_number && text.len() > 18 => Err(too_high()),
        Some(price) => Ok(Some(price)),
        None => Err("Use a price such as 12.50, without currency or thousands separators.".to_owned()),
    }
}

fn too_high() -> String {
    format!("A price can be at most {LARGEST_PRICE}.")
}

/// A weight or a length; empty is none.
pub(super) fn measure(text: &str) -> Result<Option<Decimal>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    Decimal::parse(text)
        .filter(|measure| !measure.is_negative() && *measure <= Decimal::whole(LARGEST_MEASURE))
        .filter(|measure| *measure == measure.round(4, Rounding::HalfUp))
        .map(Some)
        .ok_or_else(|| {
            format!("Use a number from 0 to {LARGEST_MEASURE} with at most 4 digits after the point.")
        })
}

/// A day counts from its first second, or up to its last one when it is an `end`.
pub(super) fn sale_date(text: &str, end: bool) -> Result<Option<SaleDate>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    if let Ok(seconds @ 0..=253_402_300_799) = text.parse::<i64>() {
        return Ok(Some(SaleDate::At(Moment::from_unix(seconds))));
    }
    if let Some(moment) = Moment::parse(text) {
        return Ok(Some(SaleDate::At(moment)));
    }
    let Ok(local) = text.parse::<DateTime>() else {
        return Err("Use a date such as 2026-05-07 or 2026-05-07 14:30.".to_owned());
    };
    let whole_day = text.len() == "2026-05-07".len();
    let local = if end && whole_day { local.date().at(23, 59, 59, 0) } else { local };
    Ok(Some(SaleDate::Local(local)))
}

/// `id:N` or a SKU.
pub(super) fn reference(text: &str) -> Reference {
    match text.strip_prefix("id:").map(|id| id.trim().parse::<i64>()) {
        Some(Ok(id)) => Reference::Id(id),
        _ => Reference::Sku(text.to_owned()),
    }
}

/// `A > B` entries.
pub(super) fn paths(text: &str) -> Vec<Vec<String>> {
    let steps = |path: &String| {
        path.split('>').map(|step| step.trim().to_owned()).filter(|step| !step.is_empty()).collect::<Vec<_>>()
    };
    sheet::list(text, ',').iter().map(steps).filter(|path| !path.is_empty()).collect()
}

/// The address of something on the web; empty is fine.
pub(super) fn address(text: &str) -> Result<String, String> {
    let lower = text.to_ascii_lowercase();
    let on_the_web = lower.starts_with("https://") || lower.starts_with("http://");
    let plain = !text.contains(|letter: char| letter.is_whitespace() || letter.is_control() || letter == '"');
    if text.is_empty() || (on_the_web && plain && text.len() <= 2000) {
        Ok(text.to_owned())
    } else {
        Err("Use an address that begins with https:// or http://.".to_owned())
    }
}

/// An address, or the name of a file that the shop has.
pub(super) fn file(text: &str) -> Result<String, String> {
    if text.contains(':') || text.len() > 2000 { address(text) } else { Ok(text.to_owned()) }
}
