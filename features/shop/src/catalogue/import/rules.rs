//! From a file to its products, without duplicates and orphans.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

use super::model::{ImportReport, ImportSettings, ProductKind, ProductRow, Reference};
use super::rules_row;
use crate::sheet::{self, Problem, Sheet};

/// Columns that are read, besides the numbered ones.
const COLUMNS: [&str; 42] = [
    "ID",
    "Type",
    "SKU",
    "GTIN, UPC, EAN, or ISBN",
    "Name",
    "Published",
    "Is featured?",
    "Visibility in catalog",
    "Short description",
    "Description",
    "Date sale price starts",
    "Date sale price ends",
    "Tax status",
    "Tax class",
    "In stock?",
    "Stock",
    "Low stock amount",
    "Backorders allowed?",
    "Sold individually?",
    "Weight",
    "Length",
    "Width",
    "Height",
    "Allow customer reviews?",
    "Purchase note",
    "Sale price",
    "Regular price",
    "Cost of goods",
    "Categories",
    "Tags",
    "Brands",
    "Shipping class",
    "Images",
    "Download limit",
    "Download expiry days",
    "Parent",
    "Grouped products",
    "Upsells",
    "Cross-sells",
    "External URL",
    "Button text",
    "Position",
];
/// A file needs these, unless it names products that are there by their SKU.
const NEEDED: [&str; 2] = ["Type", "Name"];

/// Reads a file of products.
pub fn parse(source: impl Read, settings: ImportSettings<'_>) -> ImportReport {
    let mut sheet = sheet::read(source);
    let mut problems = std::mem::take(&mut sheet.problems);
    let missing: Vec<&str> = NEEDED.into_iter().filter(|name| sheet.position(name).is_none()).collect();
    if !missing.is_empty() && sheet.position("SKU").is_none() {
        let problem = format!(
            "The header misses {}. The first line must name the columns as WooCommerce's export does.",
            missing.join(" and ")
        );
        let problems = vec![Problem::new(1, "", problem)];
        return ImportReport { problems, ..ImportReport::default() };
    }
    problems.extend(unread_columns(&sheet));
    let mut products = Vec::new();
    for row in &sheet.rows {
        match rules_row::product(&sheet, row, settings) {
            Ok(product) => products.push(*product),
            Err(found) => problems.extend(found),
        }
    }
    products = without_duplicates(products, &mut problems);
    products = without_orphans(products, settings, &mut problems);
    drop_unknown_links(&mut products, settings, &mut problems);
    problems.sort_by_key(|problem| problem.line);
    let columns = sheet.columns.iter().map(|column| column.to_lowercase()).collect();
    ImportReport { products, problems, columns }
}

/// Columns that nobody knows, and names that stand twice. The rows are read without them.
fn unread_columns(sheet: &Sheet) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (position, column) in sheet.columns.iter().enumerate() {
        let known = COLUMNS.iter().any(|name| name.eq_ignore_ascii_case(column));
        if column.is_empty() || (!known && !rules_row::is_family(column)) {
            problems.push(Problem::new(1, column, "This column is not known and was not read."));
        } else if sheet.position(column) != Some(position) {
            problems.push(Problem::new(1, column, "This column stands here twice; the first was read."));
        }
    }
    problems
}

/// Products by what rows refer to them with.
fn index(products: &[ProductRow]) -> BTreeMap<Reference, &ProductRow> {
    let mut index = BTreeMap::new();
    for product in products {
        for name in names(product) {
            index.entry(name).or_insert(product);
        }
    }
    index
}

/// What rows may call a product; SKUs are alike whatever their case.
fn names(product: &ProductRow) -> impl Iterator<Item = Reference> {
    let sku = product.sku.as_ref().map(|sku| Reference::Sku(sku.to_lowercase()));
    sku.into_iter().chain(product.id.map(Reference::Id))
}

fn key(reference: &Reference) -> Reference {
    match reference {
        Reference::Sku(sku) => Reference::Sku(sku.to_lowercase()),
        Reference::Id(id) => Reference::Id(*id),
    }
}

fn without_duplicates(products: Vec<ProductRow>, problems: &mut Vec<Problem>) -> Vec<ProductRow> {
    let mut seen: BTreeMap<Reference, u64> = BTreeMap::new();
    let mut kept = Vec::with_capacity(products.len());
    for product in products {
        let earlier = names(&product).find_map(|name| Some((seen.get(&name).copied()?, name)));
        if let Some((line, name)) = earlier {
            let column = if matches!(name, Reference::Sku(_)) { "SKU" } else { "ID" };
            let problem = format!("Line {line} already has this one; each may stand here once.");
            problems.push(Problem::new(product.line, column, problem));
        } else {
            seen.extend(names(&product).map(|name| (name, product.line)));
            kept.push(product);
        }
    }
    kept
}

/// Takes out variations whose parent is neither in the file nor in the shop, or is no variable product.
fn without_orphans(
    products: Vec<ProductRow>,
    settings: ImportSettings<'_>,
    problems: &mut Vec<Problem>,
) -> Vec<ProductRow> {
    let index = index(&products);
    let mut orphans = BTreeSet::new();
    for product in products.iter().filter(|product| product.kind == ProductKind::Variation) {
        let Some(parent) = &product.parent else { continue };
        let problem = match index.get(&key(parent)) {
            Some(found) if found.kind == ProductKind::Variable => continue,
            Some(_) => format!("{parent} is no variable product."),
            None if (settings.has)(parent) => continue,
            None => format!("There is no product {parent}, neither in the file's good rows nor in the shop."),
        };
        problems.push(Problem::new(product.line, "Parent", problem));
        orphans.insert(product.line);
    }
    drop(index);
    products.into_iter().filter(|product| !orphans.contains(&product.line)).collect()
}

/// Drops links to products that are nowhere; the rows that have them are kept.
fn drop_unknown_links(
    products: &mut [ProductRow],
    settings: ImportSettings<'_>,
    problems: &mut Vec<Problem>,
) {
    let known: BTreeSet<Reference> = products.iter().flat_map(names).collect();
    for product in products {
        let line = product.line;
        let links = [
            ("Grouped products", &mut product.grouped),
            ("Upsells", &mut product.upsells),
            ("Cross-sells", &mut product.cross_sells),
        ];
        for (column, references) in links {
            references.retain(|reference| {
                let there = known.contains(&key(reference)) || (settings.has)(reference);
                if !there {
                    let problem = format!("There is no product {reference}; the row was read without it.");
                    problems.push(Problem::new(line, column, problem));
                }
                there
            });
        }
    }
}
