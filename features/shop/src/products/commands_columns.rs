//! Which columns of a file change a product that is there, and which the shop cannot keep.

use kernel::Fault;
use runtime::Tx;

use super::commands::ImportProblem;
use super::model::Product;
use super::model_details::Image;
use super::store;
use crate::catalogue::import::{ProductRow, Reference};
use crate::wire::Meta;

/// The header's cells in lower case.
pub(super) struct Columns(pub(super) Vec<String>);

impl Columns {
    pub(super) fn has(&self, column: &str) -> bool {
        self.0.iter().any(|own| own == column)
    }

    fn has_any(&self, start: &str) -> bool {
        self.0.iter().any(|own| own.starts_with(start))
    }
}

/// Puts back what a product had of everything that the file has no column for.
pub(super) fn keep(product: &mut Product, there: &Product, columns: &Columns) {
    macro_rules! unless {
        ($($column:literal => $field:ident),* $(,)?) => {
            $(if !columns.has($column) { product.$field.clone_from(&there.$field); })*
        };
    }
    unless! {
        "type" => kind,
        "type" => is_virtual,
        "type" => is_downloadable,
        "parent" => parent_id,
        "published" => status,
        "visibility in catalog" => visibility,
        "name" => name,
        "short description" => short_description,
        "description" => description,
        "regular price" => regular_price,
        "sale price" => sale_price,
        "date sale price starts" => sale_from,
        "date sale price ends" => sale_to,
        "tax status" => tax_status,
        "tax class" => tax_class,
        "stock" => manage_stock,
        "stock" => stock_quantity,
        "backorders allowed?" => backorders,
        "sold individually?" => sold_individually,
        "is featured?" => featured,
        "external url" => external_url,
        "button text" => button_text,
        "position" => position,
    }
    if !columns.has_any("attribute ") {
        product.attributes.clone_from(&there.attributes);
    }
    if !columns.has("in stock?") && !columns.has("stock") {
        product.stock_status.clone_from(&there.stock_status);
    }
    // A counted stock tells for itself whether there is any.
    if product.manage_stock {
        let status = match (product.stock_quantity > 0, product.backorders.as_str()) {
            (true, _) => "instock",
            (false, "no") => "outofstock",
            (false, _) => "onbackorder",
        };
        status.clone_into(&mut product.stock_status);
    }
    for attribute in &mut product.attributes {
        let known = there.attributes.iter().find(|known| known.name == attribute.name);
        attribute.variation = known.and_then(|known| known.variation);
    }
}

/// What only the whole product tells.
pub(super) fn check(product: &Product) -> Result<(), Fault> {
    match (product.sale_price, product.regular_price) {
        (Some(sale), Some(regular)) if sale > regular => {
            Err(Fault::invalid("Sale price", "The sale price cannot be above the regular price."))
        }
        (Some(_), None) => {
            Err(Fault::invalid("Regular price", "A sale price needs a regular price above it."))
        }
        _ => Ok(()),
    }
}

/// Sets what is kept for WooCommerce's clients, of the columns that the file has.
pub(super) fn details(
    tx: &mut Tx,
    product: &mut Product,
    row: &ProductRow,
    columns: &Columns,
) -> Result<(), Fault> {
    let details = &mut product.details;
    for (column, measure, own) in [
        ("weight", row.weight, &mut details.weight),
        ("length", row.length, &mut details.dimensions.length),
        ("width", row.width, &mut details.dimensions.width),
        ("height", row.height, &mut details.dimensions.height),
    ] {
        if columns.has(column) || columns.has_any(&format!("{column} (")) {
            *own = measure.map(|measure| measure.to_string()).unwrap_or_default();
        }
    }
    for (column, text, own) in [
        ("purchase note", Some(&row.purchase_note), &mut details.purchase_note),
        ("shipping class", row.shipping_class.as_ref(), &mut details.shipping_class),
        ("gtin, upc, ean, or isbn", row.global_unique_id.as_ref(), &mut details.global_unique_id),
    ] {
        if columns.has(column) {
            *own = text.cloned().unwrap_or_default();
        }
    }
    if columns.has("low stock amount") {
        details.low_stock_amount = row.low_stock;
    }
    if columns.has("allow customer reviews?") {
        details.reviews_allowed = row.reviews_allowed;
    }
    if columns.has("download limit") {
        details.download_limit = row.download_limit.unwrap_or(-1);
    }
    if columns.has("download expiry days") {
        details.download_expiry = row.download_expiry_days.unwrap_or(-1);
    }
    if columns.has("images") {
        let on_the_web = row.images.iter().filter(|address| is_on_the_web(address));
        details.images = (1..)
            .zip(on_the_web)
            .map(|(id, src)| Image { id, src: src.clone(), ..Image::default() })
            .collect();
    }
    for (key, value) in &row.meta {
        let value = serde_json::Value::from(value.clone());
        match details.meta.iter_mut().find(|meta| meta.key == *key) {
            Some(meta) => meta.value = value,
            None => {
                let id = details.meta.iter().map(|meta| meta.id).max().unwrap_or(0) + 1;
                details.meta.push(Meta { id, key: key.clone(), value });
            }
        }
    }
    for (column, references, own) in [
        ("upsells", &row.upsells, &mut details.upsell_ids),
        ("cross-sells", &row.cross_sells, &mut details.cross_sell_ids),
    ] {
        if columns.has(column) {
            own.clear();
            for reference in references {
                if let Reference::Sku(sku) = reference {
                    own.extend(store::by_sku(tx, sku)?.map(|product| product.id.0));
                }
            }
        }
    }
    Ok(())
}

fn is_on_the_web(address: &str) -> bool {
    address.starts_with("https://") || address.starts_with("http://")
}

/// Columns with values that the shop has no place for, each with how many rows have one.
pub(super) fn dropped(rows: &[ProductRow]) -> Vec<ImportProblem> {
    let of = |row: &ProductRow| {
        [
            ("Tags", !row.tags.is_empty()),
            ("Brands", !row.brands.is_empty()),
            ("Cost of goods", row.cost_of_goods.is_some()),
            ("Images", row.images.iter().any(|image| !is_on_the_web(image))),
            ("Attribute default", row.attributes.iter().any(|attribute| attribute.default.is_some())),
            ("Download URL", !row.downloads.is_empty()),
        ]
    };
    let mut problems: Vec<ImportProblem> = Vec::new();
    let counted: Vec<_> = rows.iter().map(of).collect();
    for (place, name) in counted.first().into_iter().flatten().map(|(name, _)| *name).enumerate() {
        let count = counted.iter().filter(|row| row[place].1).count();
        if count > 0 {
            let problem = format!("The shop cannot keep what stands here: left out in {count} rows.");
            problems.push(ImportProblem { line: 1, column: name.to_owned(), problem });
        }
    }
    problems
}
