//! A product as `wc/v3` shows it.

use kernel::ids::ProductId;
use kernel::{Decimal, Fault, Moment};
use runtime::Tx;
use runtime::engine::Surroundings;
use schemars::JsonSchema;
use serde::Serialize;

use super::model::{Attribute, Category, Product};
use super::model_details::{DefaultAttribute, Details, Dimensions, Download, Image};
use super::{queries, store};
use crate::wire::Meta;

/// A category of a product.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CategoryReference {
    id: i64,
    name: String,
    slug: String,
}

/// An attribute of a product; a variation has `option` instead of `options`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AttributeReply {
    id: i64,
    name: String,
    slug: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    visible: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    variation: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    options: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    option: Option<String>,
}

/// What is kept for WooCommerce's clients.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DetailsReply {
    downloads: Vec<Download>,
    download_limit: i64,
    download_expiry: i64,
    low_stock_amount: Option<i64>,
    weight: String,
    dimensions: Dimensions,
    shipping_class: String,
    global_unique_id: String,
    reviews_allowed: bool,
    purchase_note: String,
    upsell_ids: Vec<i64>,
    cross_sell_ids: Vec<i64>,
    images: Vec<Image>,
    default_attributes: Vec<DefaultAttribute>,
    meta_data: Vec<Meta>,
}

impl From<&Details> for DetailsReply {
    fn from(details: &Details) -> Self {
        let details = details.clone();
        Self {
            downloads: details.downloads,
            download_limit: details.download_limit,
            download_expiry: details.download_expiry,
            low_stock_amount: details.low_stock_amount,
            weight: details.weight,
            dimensions: details.dimensions,
            shipping_class: details.shipping_class,
            global_unique_id: details.global_unique_id,
            reviews_allowed: details.reviews_allowed,
            purchase_note: details.purchase_note,
            upsell_ids: details.upsell_ids,
            cross_sell_ids: details.cross_sell_ids,
            images: details.images,
            default_attributes: details.default_attributes,
            meta_data: details.meta,
        }
    }
}

/// A product as `wc/v3` shows it.
#[derive(Debug, Serialize, JsonSchema)]
#[expect(clippy::struct_excessive_bools, reason = "the wire format is WooCommerce's")]
pub struct ProductReply {
    id: ProductId,
    name: String,
    slug: String,
    permalink: String,
    date_created: String,
    date_created_gmt: String,
    date_modified: String,
    date_modified_gmt: String,
    #[serde(rename = "type")]
    kind: String,
    status: String,
    featured: bool,
    catalog_visibility: String,
    description: String,
    short_description: String,
    sku: String,
    price: String,
    regular_price: String,
    sale_price: String,
    date_on_sale_from: Option<String>,
    date_on_sale_from_gmt: Option<String>,
    date_on_sale_to: Option<String>,
    date_on_sale_to_gmt: Option<String>,
    on_sale: bool,
    purchasable: bool,
    total_sales: i64,
    #[serde(rename = "virtual")]
    is_virtual: bool,
    downloadable: bool,
    external_url: String,
    button_text: String,
    tax_status: String,
    tax_class: String,
    manage_stock: bool,
    stock_quantity: Option<i64>,
    stock_status: String,
    backorders: String,
    backorders_allowed: bool,
    backordered: bool,
    sold_individually: bool,
    shipping_required: bool,
    parent_id: ProductId,
    categories: Vec<CategoryReference>,
    tags: Vec<String>,
    attributes: Vec<AttributeReply>,
    variations: Vec<ProductId>,
    grouped_products: Vec<i64>,
    menu_order: i64,
    #[serde(flatten)]
    details: DetailsReply,
}

fn text(price: Option<Decimal>) -> String {
    price.map(|price| price.to_string()).unwrap_or_default()
}

/// `2026-05-07T14:42:00` in the shop's zone.
pub(crate) fn local(moment: Moment, zone: &str) -> String {
    moment.zoned(zone).strftime("%Y-%m-%dT%H:%M:%S").to_string()
}

impl ProductReply {
    /// From a row and its surroundings.
    pub(crate) fn of(tx: &mut Tx, product: &Product, categories: &[Category]) -> Result<Self, Fault> {
        let now = tx.now();
        let variations =
            if product.kind == "variable" { store::variations(tx, product.id)? } else { Vec::new() };
        let cheapest = variations.iter().filter_map(|variation| variation.price(now)).min();
        let snapshot = queries::snapshot(tx, product)?;
        let zone = tx.zone().to_owned();
        let base = tx.public_url().to_owned();
        let own = |id: &i64| categories.iter().find(|category| category.id == *id);
        let is_variation = product.kind == "variation";
        Ok(Self {
            id: product.id,
            permalink: format!("{base}/product/{}", snapshot.slug),
            name: snapshot.name,
            slug: product.slug.clone(),
            date_created: local(product.created_at, &zone),
            date_created_gmt: product.created_at.woocommerce(),
            date_modified: local(product.updated_at, &zone),
            date_modified_gmt: product.updated_at.woocommerce(),
            kind: product.kind.clone(),
            status: product.status.clone(),
            featured: product.featured,
            catalog_visibility: product.visibility.clone(),
            description: product.description.clone(),
            short_description: product.short_description.clone(),
            sku: product.sku.clone().unwrap_or_default(),
            price: text(product.price(now).or(cheapest)),
            regular_price: text(product.regular_price),
            sale_price: text(product.sale_price),
            date_on_sale_from: product.sale_from.map(|at| local(at, &zone)),
            date_on_sale_from_gmt: product.sale_from.map(Moment::woocommerce),
            date_on_sale_to: product.sale_to.map(|at| local(at, &zone)),
            date_on_sale_to_gmt: product.sale_to.map(Moment::woocommerce),
            on_sale: product.on_sale(now) || variations.iter().any(|variation| variation.on_sale(now)),
            purchasable: snapshot.purchasable,
            total_sales: product.total_sales,
            is_virtual: product.is_virtual,
            downloadable: product.is_downloadable,
            external_url: product.external_url.clone(),
            button_text: product.button_text.clone(),
            tax_status: product.tax_status.clone(),
            tax_class: product.tax_class.clone(),
            manage_stock: product.manage_stock,
            stock_quantity: product.manage_stock.then_some(product.stock_quantity),
            stock_status: product.shown_stock_status(&variations).to_owned(),
            backorders: product.backorders.clone(),
            backorders_allowed: product.backorders != "no",
            backordered: product.stock_status == "onbackorder",
            sold_individually: product.sold_individually,
            shipping_required: !product.is_virtual,
            parent_id: product.parent_id,
            categories: product.category_ids.iter().filter_map(own).map(reference).collect(),
            tags: Vec::new(),
            attributes: product
                .attributes
                .iter()
                .map(|attribute| attribute_reply(attribute, is_variation, &variations))
                .collect(),
            variations: variations.iter().map(|variation| variation.id).collect(),
            grouped_products: product.grouped_ids.clone(),
            menu_order: product.position,
            details: DetailsReply::from(&product.details),
        })
    }
}

fn reference(category: &Category) -> CategoryReference {
    CategoryReference { id: category.id, name: category.name.clone(), slug: category.slug.clone() }
}

fn attribute_reply(attribute: &Attribute, is_variation: bool, variations: &[Product]) -> AttributeReply {
    let varies = Product::varies(attribute, variations);
    AttributeReply {
        id: 0,
        name: attribute.name.clone(),
        slug: kernel::text::slug(&attribute.name),
        visible: (!is_variation).then_some(attribute.visible),
        variation: (!is_variation).then_some(varies),
        options: (!is_variation).then(|| attribute.options.clone()),
        option: is_variation.then(|| attribute.options.first().cloned().unwrap_or_default()),
    }
}
