//! The SQL of products and categories.

use std::collections::BTreeMap;

use db::DbError;
use kernel::ids::ProductId;
use kernel::{Decimal, Fault, Moment};
use runtime::{Row, Sql, Tx, params};

use super::model::{Category, Product};
use super::model_details::Details;

pub(crate) const COLUMNS: &str = "id, parent_id, type, status, visibility, name, slug, sku, short_description, description, regular_price, \
    sale_price, sale_from, sale_to, tax_status, tax_class, manage_stock, stock_quantity, stock_status, backorders, \
    sold_individually, is_virtual, is_downloadable, featured, attributes, grouped_ids, external_url, button_text, position, \
    total_sales, created_at, updated_at, details";
const INSERT: Sql = Sql::new(
    "INSERT INTO {p}cartwright_products (parent_id, type, status, visibility, name, slug, sku, short_description, description, \
     regular_price, sale_price, sale_from, sale_to, tax_status, tax_class, manage_stock, stock_quantity, stock_status, \
     backorders, sold_individually, is_virtual, is_downloadable, featured, attributes, grouped_ids, external_url, button_text, \
     position, total_sales, revision, created_at, updated_at, details) \
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?)",
);
const UPDATE: Sql = Sql::new(
    "UPDATE {p}cartwright_products SET parent_id = ?, type = ?, status = ?, visibility = ?, name = ?, slug = ?, sku = ?, \
     short_description = ?, description = ?, regular_price = ?, sale_price = ?, sale_from = ?, sale_to = ?, tax_status = ?, \
     tax_class = ?, manage_stock = ?, stock_quantity = ?, stock_status = ?, backorders = ?, sold_individually = ?, \
     is_virtual = ?, is_downloadable = ?, featured = ?, attributes = ?, grouped_ids = ?, external_url = ?, button_text = ?, \
     position = ?, total_sales = ?, revision = revision + 1, created_at = ?, updated_at = ?, details = ? WHERE id = ?",
);
const DELETE: Sql = Sql::new("DELETE FROM {p}cartwright_products WHERE id = ? OR parent_id = ?");
const SLUGS_LIKE: Sql = Sql::new("SELECT COUNT(*) FROM {p}cartwright_products WHERE slug = ? AND id <> ?");
const CATEGORIES_OF: Sql = Sql::new(
    "SELECT category_id FROM {p}cartwright_product_categories WHERE product_id = ? ORDER BY category_id",
);
const CLEAR_CATEGORIES: Sql = Sql::new("DELETE FROM {p}cartwright_product_categories WHERE product_id = ?");
const ADD_CATEGORY: Sql =
    Sql::new("INSERT INTO {p}cartwright_product_categories (product_id, category_id) VALUES (?, ?)");
const CATEGORY: Sql = Sql::new("SELECT id FROM {p}cartwright_categories WHERE name = ? AND parent_id = ?");
const CATEGORY_SLUGS: Sql =
    Sql::new("SELECT COUNT(*) FROM {p}cartwright_categories WHERE slug = ? AND id <> ?");
const UPDATE_CATEGORY: Sql =
    Sql::new("UPDATE {p}cartwright_categories SET parent_id = ?, name = ?, slug = ? WHERE id = ?");
const RAISE_CATEGORIES: Sql =
    Sql::new("UPDATE {p}cartwright_categories SET parent_id = ? WHERE parent_id = ?");
const DELETE_CATEGORY: Sql = Sql::new("DELETE FROM {p}cartwright_categories WHERE id = ?");
const LEAVE_CATEGORY: Sql = Sql::new("DELETE FROM {p}cartwright_product_categories WHERE category_id = ?");
const INSERT_CATEGORY: Sql =
    Sql::new("INSERT INTO {p}cartwright_categories (parent_id, name, slug) VALUES (?, ?, ?)");
const ALL_CATEGORIES: Sql = Sql::new(
    "SELECT c.id, c.parent_id, c.name, c.slug, COUNT(p.id) AS products FROM {p}cartwright_categories c \
     LEFT JOIN {p}cartwright_product_categories l ON l.category_id = c.id \
     LEFT JOIN {p}cartwright_products p ON p.id = l.product_id AND p.status = 'publish' AND p.parent_id = 0 \
     GROUP BY c.id, c.parent_id, c.name, c.slug ORDER BY c.name",
);
const CATEGORY_TREE: Sql = Sql::new("SELECT id, parent_id, name FROM {p}cartwright_categories");
const TOUCH: Sql = Sql::new("UPDATE {p}cartwright_products SET revision = revision + 1 WHERE id = ?");
const TAKE_STOCK: Sql = Sql::new(
    "UPDATE {p}cartwright_products SET stock_quantity = stock_quantity - ?, total_sales = total_sales + ?, revision = revision + 1 \
     WHERE id = ?",
);
const SOLD_OUT: Sql = Sql::new(
    "UPDATE {p}cartwright_products SET stock_status = CASE WHEN stock_quantity > 0 THEN 'instock' WHEN backorders = 'no' \
     THEN 'outofstock' ELSE 'onbackorder' END WHERE id = ? AND manage_stock = 1",
);
const COUNT_SALE: Sql =
    Sql::new("UPDATE {p}cartwright_products SET total_sales = total_sales + ? WHERE id = ?");

pub(crate) fn product(row: &Row) -> Result<Product, DbError> {
    let json = |text: String| serde_json::from_str(&text).unwrap_or_default();
    let ids = |text: String| serde_json::from_str(&text).unwrap_or_default();
    Ok(Product {
        id: row.get("id")?,
        parent_id: row.get("parent_id")?,
        kind: row.get("type")?,
        status: row.get("status")?,
        visibility: row.get("visibility")?,
        name: row.get("name")?,
        slug: row.get("slug")?,
        sku: row.get("sku")?,
        short_description: row.get("short_description")?,
        description: row.get("description")?,
        regular_price: row.get("regular_price")?,
        sale_price: row.get("sale_price")?,
        sale_from: row.get("sale_from")?,
        sale_to: row.get("sale_to")?,
        tax_status: row.get("tax_status")?,
        tax_class: row.get("tax_class")?,
        manage_stock: row.get("manage_stock")?,
        stock_quantity: row.get("stock_quantity")?,
        stock_status: row.get("stock_status")?,
        backorders: row.get("backorders")?,
        sold_individually: row.get("sold_individually")?,
        is_virtual: row.get("is_virtual")?,
        is_downloadable: row.get("is_downloadable")?,
        featured: row.get("featured")?,
        attributes: json(row.get("attributes")?),
        grouped_ids: ids(row.get("grouped_ids")?),
        external_url: row.get("external_url")?,
        button_text: row.get("button_text")?,
        position: row.get("position")?,
        total_sales: row.get("total_sales")?,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
        details: row
            .get::<Option<String>>("details")?
            .and_then(|text| kernel::json::from_text(&text).ok())
            .unwrap_or_default(),
        category_ids: Vec::new(),
    })
}

/// Writes a product: a fresh one when its id is 0. A taken SKU is a 400 that names it.
pub(crate) fn put(tx: &mut Tx, product: &mut Product) -> Result<(), Fault> {
    product.slug = free_slug(tx, product)?;
    let now = tx.now();
    product.updated_at = now;
    let attributes = kernel::json::to_text(&product.attributes);
    let grouped = kernel::json::to_text(&product.grouped_ids);
    let details = (product.details != Details::default()).then(|| kernel::json::to_text(&product.details));
    let mut values: Vec<db::Param<'_>> = params![
        product.parent_id,
        &product.kind,
        &product.status,
        &product.visibility,
        &product.name,
        &product.slug,
        &product.sku,
        &product.short_description,
        &product.description,
        product.regular_price,
        product.sale_price,
        product.sale_from,
        product.sale_to,
        &product.tax_status,
        &product.tax_class,
        product.manage_stock,
        product.stock_quantity,
        &product.stock_status,
        &product.backorders,
        product.sold_individually,
        product.is_virtual,
        product.is_downloadable,
        product.featured,
        &attributes,
        &grouped,
        &product.external_url,
        &product.button_text,
        product.position,
        product.total_sales,
        product.created_at,
        product.updated_at,
        &details
    ]
    .to_vec();
    let written = if product.id.0 == 0 {
        tx.insert(&INSERT, &values)
    } else {
        values.push(product.id.into());
        tx.execute(&UPDATE, &values).map(|_| product.id.0)
    };
    match written {
        Ok(id) => product.id = ProductId(id),
        Err(error) if error.is_duplicate() => {
            return Err(Fault::new(
                kernel::FaultKind::Invalid,
                "product_invalid_sku",
                "Invalid or duplicated SKU.",
            )
            .and_invalid("sku", "This SKU belongs to another product. Choose another."));
        }
        Err(error) => return Err(error.into()),
    }
    tx.execute(&CLEAR_CATEGORIES, params![product.id])?;
    for category in &product.category_ids {
        tx.execute(&ADD_CATEGORY, params![product.id, *category])?;
    }
    Ok(())
}

/// The product's slug, with a number behind it when another has it.
fn free_slug(tx: &mut Tx, product: &Product) -> Result<String, Fault> {
    let wished =
        if product.slug.is_empty() { kernel::text::slug(&product.name) } else { product.slug.clone() };
    let wished: String =
        if wished.is_empty() { "product".to_owned() } else { wished.chars().take(170).collect() };
    let mut slug = wished.clone();
    let mut number = 2;
    while tx.count(&SLUGS_LIKE, params![&slug, product.id])? > 0 {
        slug = format!("{wished}-{number}");
        number += 1;
    }
    Ok(slug)
}

pub(crate) fn with_categories(tx: &mut Tx, mut product: Product) -> Result<Product, Fault> {
    let of = if product.parent_id.0 == 0 { product.id } else { product.parent_id };
    product.category_ids = category_ids(tx, of)?;
    Ok(product)
}

fn find(tx: &mut Tx, condition: &str, params: &[db::Param<'_>]) -> Result<Option<Product>, Fault> {
    let text = format!("SELECT {COLUMNS} FROM {{p}}cartwright_products WHERE {condition}");
    match tx.rows_text(&text, params, product)?.into_iter().next() {
        Some(product) => with_categories(tx, product).map(Some),
        None => Ok(None),
    }
}

/// Categories of a product that is no variation.
pub(crate) fn category_ids(tx: &mut Tx, of: ProductId) -> Result<Vec<i64>, Fault> {
    Ok(tx.rows(&CATEGORIES_OF, params![of], |row| row.get("category_id"))?)
}

pub(crate) fn by_id(tx: &mut Tx, id: ProductId) -> Result<Option<Product>, Fault> {
    find(tx, "id = ?", params![id])
}

pub(crate) fn by_slug(tx: &mut Tx, slug: &str) -> Result<Option<Product>, Fault> {
    find(tx, "slug = ?", params![slug])
}

pub(crate) fn by_sku(tx: &mut Tx, sku: &str) -> Result<Option<Product>, Fault> {
    find(tx, "sku = ?", params![sku])
}

/// Variations of a product in their order.
pub(crate) fn variations(tx: &mut Tx, parent: ProductId) -> Result<Vec<Product>, Fault> {
    let text =
        format!("SELECT {COLUMNS} FROM {{p}}cartwright_products WHERE parent_id = ? ORDER BY position, id");
    Ok(tx.rows_text(&text, params![parent], product)?)
}

/// The category of this name below this parent, made when there is none.
pub(crate) fn category(tx: &mut Tx, name: &str, parent: i64) -> Result<i64, Fault> {
    if let Some(id) = tx.one(&CATEGORY, params![name, parent], |row| row.get::<i64>("id"))? {
        return Ok(id);
    }
    let slug = free_category_slug(tx, name, 0)?;
    Ok(tx.insert(&INSERT_CATEGORY, params![parent, name, &slug])?)
}

/// A slug for a category, with a number behind it when another has it.
fn free_category_slug(tx: &mut Tx, wished: &str, id: i64) -> Result<String, Fault> {
    let wished = kernel::text::slug(wished);
    let mut slug = wished.clone();
    let mut number = 2;
    while tx.count(&CATEGORY_SLUGS, params![&slug, id])? > 0 {
        slug = format!("{wished}-{number}");
        number += 1;
    }
    Ok(slug)
}

/// Writes a category that is there.
pub(crate) fn put_category(tx: &mut Tx, category: &Category) -> Result<(), Fault> {
    let slug = free_category_slug(tx, &category.slug, category.id)?;
    tx.execute(&UPDATE_CATEGORY, params![category.parent, &category.name, &slug, category.id])?;
    Ok(())
}

/// Takes a category away; those below it stand below its parent from now on.
pub(crate) fn remove_category(tx: &mut Tx, category: &Category) -> Result<(), Fault> {
    tx.execute(&RAISE_CATEGORIES, params![category.parent, category.id])?;
    tx.execute(&LEAVE_CATEGORY, params![category.id])?;
    tx.execute(&DELETE_CATEGORY, params![category.id])?;
    Ok(())
}

pub(crate) fn categories(tx: &mut Tx) -> Result<Vec<Category>, Fault> {
    Ok(tx.rows(&ALL_CATEGORIES, params![], |row| {
        Ok(Category {
            id: row.get("id")?,
            parent: row.get("parent_id")?,
            name: row.get("name")?,
            slug: row.get("slug")?,
            count: row.get("products")?,
        })
    })?)
}

/// Each category's parent and name.
pub(crate) fn category_tree(tx: &mut Tx) -> Result<BTreeMap<i64, (i64, String)>, Fault> {
    let rows = tx.rows(&CATEGORY_TREE, params![], |row| {
        Ok((row.get::<i64>("id")?, (row.get::<i64>("parent_id")?, row.get::<String>("name")?)))
    })?;
    Ok(rows.into_iter().collect())
}

/// Holds the product's row until the transaction ends, so that stock is looked at by one unit at a time.
pub(crate) fn hold(tx: &mut Tx, id: ProductId) -> Result<(), Fault> {
    tx.execute(&TOUCH, params![id])?;
    Ok(())
}

/// Takes units out of the stock (or, negative, puts them back) and counts them as sold.
pub(crate) fn take_stock(tx: &mut Tx, id: ProductId, units: i64) -> Result<(), Fault> {
    tx.execute(&TAKE_STOCK, params![units, units, id])?;
    tx.execute(&SOLD_OUT, params![id])?;
    Ok(())
}

/// Counts units as sold of a product whose stock is not counted.
pub(crate) fn count_sale(tx: &mut Tx, id: ProductId, units: i64) -> Result<(), Fault> {
    tx.execute(&COUNT_SALE, params![units, id])?;
    Ok(())
}

/// The least and the largest price of a variable product's variations.
pub(crate) fn price_range(
    tx: &mut Tx,
    parent: ProductId,
    now: Moment,
) -> Result<Option<(Decimal, Decimal)>, Fault> {
    let prices: Vec<Decimal> = variations(tx, parent)?
        .iter()
        .filter(|variation| variation.status == "publish")
        .filter_map(|variation| variation.price(now))
        .collect();
    Ok(prices.iter().min().copied().zip(prices.iter().max().copied()))
}

/// Takes a product and its variations away. Orders keep the names and amounts of what they sold.
pub(crate) fn remove(tx: &mut Tx, id: ProductId) -> Result<(), Fault> {
    tx.execute(&CLEAR_CATEGORIES, params![id])?;
    tx.execute(&DELETE, params![id, id])?;
    Ok(())
}
