//! Writing products.

use std::collections::BTreeMap;

use kernel::{Fault, Moment};
use runtime::Tx;
use runtime::engine::Surroundings;
use serde::Serialize;

use super::commands_columns::{self, Columns};
use super::model::{Attribute, Product};
use super::store;
use crate::catalogue::import::{
    Backorders, ImportSettings, ProductKind, ProductRow, ProductStatus, Reference, StockStatus, Visibility,
    parse,
};
use crate::sheet::Problem;
use crate::totals::TaxStatus;

/// What an import did.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Imported {
    /// Products that were new.
    pub created: usize,
    /// Products that were there and were changed.
    pub updated: usize,
    /// Rows or cells that were not read.
    pub problems: Vec<ImportProblem>,
}

/// A row or cell that was not read.
#[derive(Debug, Clone, Serialize)]
pub struct ImportProblem {
    /// Line in the file.
    pub line: u64,
    /// Column.
    pub column: String,
    /// What is wrong and what to do about it.
    pub problem: String,
}

impl From<Problem> for ImportProblem {
    fn from(problem: Problem) -> Self {
        Self { line: problem.line, column: problem.column, problem: problem.problem }
    }
}

/// Imports WooCommerce's product CSV: good rows are kept, the others reported by line. The same file twice changes
/// nothing the second time: products are known again by SKU.
pub fn import(tx: &mut Tx, file: &[u8], price_decimals: u32) -> Result<Imported, Fault> {
    let known = known_skus(tx, file)?;
    let has = |reference: &Reference| match reference {
        Reference::Sku(sku) => known.contains_key(&sku.to_lowercase()),
        Reference::Id(_) => false,
    };
    let report = parse(file, ImportSettings { price_decimals, has: &has });
    let columns = Columns(report.columns.clone());
    let dropped = commands_columns::dropped(&report.products);
    let mut imported = Imported {
        problems: report.problems.into_iter().map(ImportProblem::from).collect(),
        ..Imported::default()
    };
    let mut by_reference: BTreeMap<Reference, Product> = BTreeMap::new();
    let (variations, others): (Vec<_>, Vec<_>) =
        report.products.into_iter().partition(|row| row.kind == ProductKind::Variation);
    for row in others.iter().chain(&variations) {
        match import_row(tx, row, &columns, &by_reference) {
            Ok((product, fresh)) => {
                imported.created += usize::from(fresh);
                imported.updated += usize::from(!fresh);
                remember(&mut by_reference, row, product);
            }
            Err(fault) if fault.status() < 500 => imported.problems.push(ImportProblem {
                line: row.line,
                column: fault.params.keys().next().cloned().unwrap_or_default(),
                problem: fault.params.values().next().cloned().unwrap_or(fault.message),
            }),
            Err(fault) => return Err(fault),
        }
    }
    link_groups(tx, &others, &by_reference)?;
    imported.problems.extend(dropped);
    Ok(imported)
}

/// SKUs of the file's rows that the shop already has, in lower case.
fn known_skus(tx: &mut Tx, file: &[u8]) -> Result<BTreeMap<String, i64>, Fault> {
    let anything = |_: &Reference| true;
    let rows = parse(file, ImportSettings { price_decimals: 8, has: &anything }).products;
    let mut known = BTreeMap::new();
    let named = rows.iter().flat_map(|row| {
        let parent = match &row.parent {
            Some(Reference::Sku(sku)) => Some(sku.clone()),
            _ => None,
        };
        row.sku.clone().into_iter().chain(parent)
    });
    for sku in named {
        if let Some(product) = store::by_sku(tx, &sku)? {
            known.insert(sku.to_lowercase(), product.id.0);
        }
    }
    Ok(known)
}

fn remember(by_reference: &mut BTreeMap<Reference, Product>, row: &ProductRow, product: Product) {
    if let Some(id) = row.id {
        by_reference.insert(Reference::Id(id), product.clone());
    }
    if let Some(sku) = &row.sku {
        by_reference.insert(Reference::Sku(sku.clone()), product);
    }
}

fn import_row(
    tx: &mut Tx,
    row: &ProductRow,
    columns: &Columns,
    by_reference: &BTreeMap<Reference, Product>,
) -> Result<(Product, bool), Fault> {
    let now = tx.now();
    let known = match &row.sku {
        Some(sku) => store::by_sku(tx, sku)?,
        None => None,
    };
    // Held and read anew: what the file does not name is written as it stands.
    let known = match known {
        Some(known) => {
            store::hold(tx, known.id)?;
            store::by_id(tx, known.id)?
        }
        None => None,
    };
    let fresh = known.is_none();
    let mut product = known.unwrap_or_else(|| Product::fresh(now));
    let parent = match &row.parent {
        Some(reference) => Some(parent_of(tx, reference, by_reference)?),
        None => None,
    };
    let zone = tx.zone().to_owned();
    let there = product.clone();
    fill(&mut product, row, parent.as_ref(), &zone);
    commands_columns::details(tx, &mut product, row, columns)?;
    if !fresh {
        commands_columns::keep(&mut product, &there, columns);
        commands_columns::check(&product)?;
    }
    if fresh || columns.has("categories") {
        product.category_ids.clear();
    }
    for path in &row.categories {
        let mut below = 0;
        for name in path {
            below = store::category(tx, name, below)?;
        }
        if !product.category_ids.contains(&below) {
            product.category_ids.push(below);
        }
    }
    store::put(tx, &mut product)?;
    Ok((product, fresh))
}

fn parent_of(
    tx: &mut Tx,
    reference: &Reference,
    by_reference: &BTreeMap<Reference, Product>,
) -> Result<Product, Fault> {
    if let Some(product) = by_reference.get(reference) {
        return Ok(product.clone());
    }
    let found = match reference {
        Reference::Sku(sku) => store::by_sku(tx, sku)?,
        Reference::Id(_) => None,
    };
    found
        .ok_or_else(|| Fault::invalid("Parent", format!("There is no product {reference}. Import it first.")))
}

fn fill(product: &mut Product, row: &ProductRow, parent: Option<&Product>, zone: &str) {
    let moment = |date: Option<crate::catalogue::import::SaleDate>| -> Option<Moment> {
        date.map(|date| date.moment(zone))
    };
    product.parent_id = parent.map_or(kernel::ids::ProductId(0), |parent| parent.id);
    product.kind = kind(row.kind).to_owned();
    product.status = status(row.status).to_owned();
    product.visibility = visibility(row.visibility).to_owned();
    product.name = match (row.name.is_empty(), parent) {
        (true, Some(parent)) => parent.name.clone(),
        _ => row.name.clone(),
    };
    product.sku.clone_from(&row.sku);
    product.short_description.clone_from(&row.short_description);
    product.description.clone_from(&row.description);
    product.regular_price = row.regular_price;
    product.sale_price = row.sale_price;
    product.sale_from = moment(row.sale_starts);
    product.sale_to = moment(row.sale_ends);
    product.tax_status = match row.tax_status {
        TaxStatus::Taxable => "taxable",
        TaxStatus::Shipping => "shipping",
        TaxStatus::None => "none",
    }
    .to_owned();
    product.tax_class = match (&row.tax_class, parent) {
        (Some(class), _) => class.clone(),
        (None, Some(parent)) => parent.tax_class.clone(),
        (None, None) => String::new(),
    };
    product.manage_stock = row.stock.is_some();
    product.stock_quantity = row.stock.unwrap_or(0);
    product.stock_status = match row.stock_status {
        StockStatus::InStock => "instock",
        StockStatus::OutOfStock => "outofstock",
        StockStatus::OnBackorder => "onbackorder",
    }
    .to_owned();
    product.backorders = match row.backorders {
        Backorders::No => "no",
        Backorders::Notify => "notify",
        Backorders::Yes => "yes",
    }
    .to_owned();
    product.sold_individually = row.sold_individually;
    product.is_virtual = row.is_virtual;
    product.is_downloadable = row.is_downloadable;
    product.featured = row.featured;
    product.external_url.clone_from(&row.external_url);
    product.button_text.clone_from(&row.button_text);
    product.position = row.position;
    product.attributes = row
        .attributes
        .iter()
        .map(|attribute| Attribute {
            name: attribute.name.clone(),
            options: attribute.values.clone(),
            visible: attribute.visible,
            variation: None,
        })
        .collect();
}

const fn kind(kind: ProductKind) -> &'static str {
    match kind {
        ProductKind::Simple => "simple",
        ProductKind::Variable => "variable",
        ProductKind::Variation => "variation",
        ProductKind::Grouped => "grouped",
        ProductKind::External => "external",
    }
}

const fn status(status: ProductStatus) -> &'static str {
    match status {
        ProductStatus::Publish => "publish",
        ProductStatus::Private => "private",
        ProductStatus::Draft => "draft",
    }
}

const fn visibility(visibility: Visibility) -> &'static str {
    match visibility {
        Visibility::Visible => "visible",
        Visibility::Catalog => "catalog",
        Visibility::Search => "search",
        Visibility::Hidden => "hidden",
    }
}

fn link_groups(
    tx: &mut Tx,
    rows: &[ProductRow],
    by_reference: &BTreeMap<Reference, Product>,
) -> Result<(), Fault> {
    for row in rows.iter().filter(|row| !row.grouped.is_empty()) {
        let own = row.sku.as_ref().and_then(|sku| by_reference.get(&Reference::Sku(sku.clone())));
        let Some(mut group) =
            own.or_else(|| row.id.and_then(|id| by_reference.get(&Reference::Id(id)))).cloned()
        else {
            continue;
        };
        group.grouped_ids = row
            .grouped
            .iter()
            .filter_map(|reference| by_reference.get(reference))
            .map(|product| product.id.0)
            .collect();
        store::put(tx, &mut group)?;
    }
    Ok(())
}
