//! A product as `wc/v3` shows it, and the bodies it takes.

use kernel::ids::ProductId;
use kernel::{Amount, Decimal, Fault, Moment};
use runtime::Tx;
use runtime::engine::Surroundings;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::model::{Attribute, Category, Product};
use super::{queries, store};

/// A category of a product.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CategoryReference {
    id: i64,
    name: String,
    slug: String,
}

/// A picture.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Image {
    id: i64,
    src: String,
    name: String,
    alt: String,
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
    date_on_sale_from_gmt: Option<String>,
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
    images: Vec<Image>,
    attributes: Vec<AttributeReply>,
    default_attributes: Vec<String>,
    variations: Vec<ProductId>,
    grouped_products: Vec<i64>,
    menu_order: i64,
    meta_data: Vec<String>,
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
            date_on_sale_from_gmt: product.sale_from.map(Moment::woocommerce),
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
            stock_status: product.stock_status.clone(),
            backorders: product.backorders.clone(),
            backorders_allowed: product.backorders != "no",
            backordered: product.stock_status == "onbackorder",
            sold_individually: product.sold_individually,
            shipping_required: !product.is_virtual,
            parent_id: product.parent_id,
            categories: product.category_ids.iter().filter_map(own).map(reference).collect(),
            tags: Vec::new(),
            images: Vec::new(),
            attributes: product
                .attributes
                .iter()
                .map(|attribute| attribute_reply(attribute, is_variation, &variations))
                .collect(),
            default_attributes: Vec::new(),
            variations: variations.iter().map(|variation| variation.id).collect(),
            grouped_products: product.grouped_ids.clone(),
            menu_order: product.position,
            meta_data: Vec::new(),
        })
    }
}

fn reference(category: &Category) -> CategoryReference {
    CategoryReference { id: category.id, name: category.name.clone(), slug: category.slug.clone() }
}

fn attribute_reply(attribute: &Attribute, is_variation: bool, variations: &[Product]) -> AttributeReply {
    let varies =
        variations.iter().any(|variation| variation.attributes.iter().any(|own| own.name == attribute.name));
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

/// A category named by its id.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CategoryBody {
    /// Row.
    pub(crate) id: i64,
}

/// An attribute; a variation takes `option`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AttributeBody {
    /// Ignored: attributes are known by name.
    #[serde(default)]
    #[expect(dead_code, reason = "attributes are known by name")]
    pub(crate) id: i64,
    /// Name.
    #[serde(default)]
    pub(crate) name: String,
    /// Values.
    #[serde(default)]
    pub(crate) options: Vec<String>,
    /// The one value of a variation.
    pub(crate) option: Option<String>,
    /// Shown on the page.
    pub(crate) visible: Option<bool>,
    /// Ignored: an attribute varies when a variation uses it.
    #[expect(dead_code, reason = "taken, as WooCommerce's clients send it back, and not used")]
    pub(crate) variation: Option<bool>,
    /// Place among its like; ignored, the order of the list counts.
    #[expect(dead_code, reason = "taken, as WooCommerce's clients send it back, and not used")]
    pub(crate) position: Option<i64>,
}

/// A product to make or to change. What is left out stays.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ProductBody {
    /// Ignored on change, as WooCommerce's clients send it back.
    pub(crate) id: Option<i64>,
    pub(crate) name: Option<String>,
    pub(crate) slug: Option<String>,
    #[serde(rename = "type")]
    pub(crate) kind: Option<String>,
    pub(crate) status: Option<String>,
    pub(crate) featured: Option<bool>,
    pub(crate) catalog_visibility: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) short_description: Option<String>,
    pub(crate) sku: Option<String>,
    pub(crate) regular_price: Option<PriceBody>,
    pub(crate) sale_price: Option<PriceBody>,
    pub(crate) date_on_sale_from_gmt: Option<String>,
    pub(crate) date_on_sale_to_gmt: Option<String>,
    #[serde(rename = "virtual")]
    pub(crate) is_virtual: Option<bool>,
    pub(crate) downloadable: Option<bool>,
    pub(crate) external_url: Option<String>,
    pub(crate) button_text: Option<String>,
    pub(crate) tax_status: Option<String>,
    pub(crate) tax_class: Option<String>,
    pub(crate) manage_stock: Option<bool>,
    pub(crate) stock_quantity: Option<i64>,
    pub(crate) stock_status: Option<String>,
    pub(crate) backorders: Option<String>,
    pub(crate) sold_individually: Option<bool>,
    pub(crate) categories: Option<Vec<CategoryBody>>,
    pub(crate) attributes: Option<Vec<AttributeBody>>,
    pub(crate) grouped_products: Option<Vec<i64>>,
    pub(crate) menu_order: Option<i64>,
}

/// A price: a number, a decimal string, or an empty string for none.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum PriceBody {
    /// An amount.
    Amount(Amount),
    /// Empty: no price.
    Empty(String),
}
