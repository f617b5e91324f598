//! `wc/store/v1` products, for anyone.

use http::Method;
use kernel::ids::ProductId;
use kernel::{Currency, Decimal, Fault};
use runtime::Tx;
use runtime::settings::shop as setting;
use schemars::JsonSchema;
use serde::Serialize;
use web::{Call, Reply, Routes};

use super::model::{Category, Product};
use super::{queries, rest_categories, rest_store_list, store};
use crate::store_money::{CurrencyLook, minor};
use crate::wire::ROWS;

/// What a product costs.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct StorePrices {
    price: String,
    regular_price: String,
    sale_price: String,
    price_range: Option<StoreRange>,
    #[serde(flatten)]
    look: CurrencyLook,
}

#[derive(Debug, Serialize, JsonSchema)]
struct StoreRange {
    min_amount: String,
    max_amount: String,
}

/// A picture.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct StoreImage {
    id: i64,
    src: String,
    thumbnail: String,
    name: String,
    alt: String,
}

#[derive(Debug, Serialize, JsonSchema)]
struct StoreCategory {
    id: i64,
    name: String,
    slug: String,
    link: String,
}

#[derive(Debug, Serialize, JsonSchema)]
struct StoreTerm {
    id: i64,
    name: String,
    slug: String,
    default: bool,
}

#[derive(Debug, Serialize, JsonSchema)]
struct StoreAttribute {
    id: i64,
    name: String,
    taxonomy: Option<String>,
    has_variations: bool,
    terms: Vec<StoreTerm>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct StoreChoice {
    name: String,
    value: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct StoreVariation {
    id: ProductId,
    attributes: Vec<StoreChoice>,
}

/// A product as shoppers' programs see it.
#[derive(Debug, Serialize, JsonSchema)]
#[expect(clippy::struct_excessive_bools, reason = "the wire format is WooCommerce's")]
pub(crate) struct StoreProduct {
    id: ProductId,
    name: String,
    slug: String,
    parent: ProductId,
    #[serde(rename = "type")]
    kind: String,
    variation: String,
    permalink: String,
    sku: String,
    short_description: String,
    description: String,
    on_sale: bool,
    prices: StorePrices,
    images: Vec<StoreImage>,
    categories: Vec<StoreCategory>,
    attributes: Vec<StoreAttribute>,
    variations: Vec<StoreVariation>,
    has_options: bool,
    is_purchasable: bool,
    is_in_stock: bool,
    is_on_backorder: bool,
    low_stock_remaining: Option<i64>,
    sold_individually: bool,
}

pub(crate) fn routes(routes: &mut Routes) {
    routes
        .rest(Method::GET, "wc/store/v1", "/products")
        .summary("Products for sale.")
        .paged()
        .queries(&rest_store_list::PARAMETERS)
        .replies::<Vec<StoreProduct>>()
        .read(rest_store_list::list);
    routes
        .rest(Method::GET, "wc/store/v1", "/products/categories")
        .summary("Categories.")
        .paged()
        .queries(&ROWS)
        .queries(&rest_categories::PARAMETERS)
        .replies::<Vec<Category>>()
        .read(|call, tx| rest_categories::list(call, tx, true));
    routes
        .rest(Method::GET, "wc/store/v1", "/products/{id}")
        .summary("A product, by id or slug.")
        .replies::<StoreProduct>()
        .read(|call, tx| {
            let product = by_id_or_slug(call, tx)?;
            Ok(Reply::json(&store_product(tx, &product)?))
        });
}

fn by_id_or_slug(call: &Call, tx: &mut Tx) -> Result<Product, Fault> {
    let name = call.parameter("id");
    let found = match name.parse::<i64>() {
        Ok(id) => store::by_id(tx, ProductId(id))?,
        Err(_) => store::by_slug(tx, name)?,
    };
    found.filter(|product| product.status == "publish").ok_or_else(|| {
        Fault::new(kernel::FaultKind::NotFound, "woocommerce_rest_product_invalid_id", "Invalid product ID.")
    })
}

pub(crate) fn prices(tx: &mut Tx, product: &Product, currency: Currency) -> Result<StorePrices, Fault> {
    let now = tx.now();
    let range = if product.kind == "variable" { store::price_range(tx, product.id, now)? } else { None };
    let price = product.price(now).or(range.map(|(least, _)| least)).unwrap_or(Decimal::ZERO);
    let price_range = match range.filter(|(least, most)| least != most) {
        Some((least, most)) => {
            Some(StoreRange { min_amount: minor(least, currency)?, max_amount: minor(most, currency)? })
        }
        None => None,
    };
    Ok(StorePrices {
        price: minor(price, currency)?,
        regular_price: minor(product.regular_price.unwrap_or(price), currency)?,
        sale_price: minor(price, currency)?,
        price_range,
        look: CurrencyLook::of(currency),
    })
}

pub(crate) fn store_product(tx: &mut Tx, product: &Product) -> Result<StoreProduct, Fault> {
    use runtime::engine::Surroundings;
    let now = tx.now();
    let currency = setting::currency(tx)?;
    let base = tx.public_url().to_owned();
    let snapshot = queries::snapshot(tx, product)?;
    let variations = if product.kind == "variable" { store::variations(tx, product.id)? } else { Vec::new() };
    let own = queries::categories(tx)?;
    let in_stock = if product.kind == "variable" {
        variations.iter().any(Product::in_stock)
    } else {
        product.in_stock()
    };
    Ok(StoreProduct {
        id: product.id,
        slug: product.slug.clone(),
        parent: product.parent_id,
        kind: product.kind.clone(),
        variation: product.variation_label(),
        permalink: format!("{base}/product/{}", snapshot.slug),
        sku: product.sku.clone().unwrap_or_default(),
        short_description: product.short_description.clone(),
        description: product.description.clone(),
        on_sale: product.on_sale(now) || variations.iter().any(|variation| variation.on_sale(now)),
        prices: prices(tx, product, currency)?,
        images: Vec::new(),
        categories: own
            .iter()
            .filter(|category| product.category_ids.contains(&category.id))
            .map(|category| StoreCategory {
                id: category.id,
                name: category.name.clone(),
                slug: category.slug.clone(),
                link: format!("{base}/shop?category={}", category.slug),
            })
            .collect(),
        attributes: product
            .attributes
            .iter()
            .map(|attribute| StoreAttribute {
                id: 0,
                name: attribute.name.clone(),
                taxonomy: None,
                has_variations: Product::varies(attribute, &variations),
                terms: attribute
                    .options
                    .iter()
                    .map(|option| StoreTerm {
                        id: 0,
                        name: option.clone(),
                        slug: kernel::text::slug(option),
                        default: false,
                    })
                    .collect(),
            })
            .collect(),
        variations: variations.iter().map(store_variation).collect(),
        has_options: product.kind == "variable",
        is_purchasable: snapshot.purchasable,
        is_in_stock: in_stock,
        is_on_backorder: product.stock_status == "onbackorder",
        low_stock_remaining: (product.manage_stock && (1..=2).contains(&product.stock_quantity))
            .then_some(product.stock_quantity),
        sold_individually: product.sold_individually,
        name: snapshot.name,
    })
}

fn store_variation(variation: &Product) -> StoreVariation {
    StoreVariation {
        id: variation.id,
        attributes: variation
            .attributes
            .iter()
            .map(|attribute| StoreChoice {
                name: attribute.name.clone(),
                value: attribute.options.first().cloned(),
            })
            .collect(),
    }
}
