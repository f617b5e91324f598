//! Products that are made or changed over `wc/v3`.

use kernel::{Amount, Currency, Decimal, Fault};
use runtime::Tx;
use runtime::engine::Surroundings;
use runtime::settings::shop as setting;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::model::{Attribute, Product};
use super::model_details::{DefaultAttribute, Download, Image};
use super::{queries, store};
use crate::wire::{MetaBody, date, merge_meta};

/// A category named by its id.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct CategoryBody {
    /// Row.
    pub(crate) id: i64,
}

/// An attribute; a variation takes `option`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct AttributeBody {
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
    /// The shopper chooses a value for a variation.
    pub(crate) variation: Option<bool>,
}

/// Measures of which only what is named changes.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct DimensionsBody {
    length: Option<String>,
    width: Option<String>,
    height: Option<String>,
}

/// A picture: by its id one that is there already, else by its address.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ImageBody {
    id: Option<i64>,
    src: Option<String>,
    name: Option<String>,
    alt: Option<String>,
}

/// A product to make or to change. What is left out stays.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ProductBody {
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
    pub(crate) date_created: Option<String>,
    pub(crate) date_created_gmt: Option<String>,
    pub(crate) date_on_sale_from: Option<String>,
    pub(crate) date_on_sale_from_gmt: Option<String>,
    pub(crate) date_on_sale_to: Option<String>,
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
    pub(crate) weight: Option<String>,
    pub(crate) dimensions: Option<DimensionsBody>,
    pub(crate) shipping_class: Option<String>,
    pub(crate) global_unique_id: Option<String>,
    pub(crate) purchase_note: Option<String>,
    pub(crate) reviews_allowed: Option<bool>,
    pub(crate) low_stock_amount: Option<i64>,
    pub(crate) upsell_ids: Option<Vec<i64>>,
    pub(crate) cross_sell_ids: Option<Vec<i64>>,
    pub(crate) default_attributes: Option<Vec<DefaultAttribute>>,
    pub(crate) images: Option<Vec<ImageBody>>,
    /// The picture of a variation.
    pub(crate) image: Option<ImageBody>,
    pub(crate) downloads: Option<Vec<Download>>,
    pub(crate) download_limit: Option<i64>,
    pub(crate) download_expiry: Option<i64>,
    pub(crate) meta_data: Option<Vec<MetaBody>>,
    /// The shop keeps none: a list that is not empty is refused.
    pub(crate) tags: Option<Vec<Value>>,
    /// The shop keeps none: a list that is not empty is refused.
    pub(crate) brands: Option<Vec<Value>>,
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

fn price(field: &str, body: &PriceBody, currency: Currency) -> Result<Option<Decimal>, Fault> {
    match body {
        PriceBody::Empty(text) if text.trim().is_empty() => Ok(None),
        PriceBody::Empty(_) => Err(Fault::invalid(field, "Use an amount such as 12.50.")),
        PriceBody::Amount(amount) => {
            let money = amount.in_currency(field, currency)?;
            if money.minor() < 0 {
                return Err(Fault::invalid(field, "Use an amount of at least 0."));
            }
            Ok(Some(Decimal::from(money)))
        }
    }
}

fn one_of(field: &str, value: &str, allowed: &[&str]) -> Result<String, Fault> {
    if allowed.contains(&value) {
        Ok(value.to_owned())
    } else {
        Err(Fault::invalid(field, format!("Use one of: {}.", allowed.join(", "))))
    }
}

/// Sets what the body names and writes the product.
pub(crate) fn change(tx: &mut Tx, product: &mut Product, body: &ProductBody) -> Result<(), Fault> {
    let currency = setting::currency(tx)?;
    let before = product.clone();
    let is_variation = product.kind == "variation";
    // What a variation shows of these comes from its parent.
    if let Some(name) = body.name.as_ref().filter(|_| !is_variation) {
        product.name = kernel::text::line("name", name, 255)?;
    }
    if let Some(slug) = body.slug.as_ref().filter(|slug| !is_variation && !slug.is_empty()) {
        product.slug = kernel::text::slug(&kernel::text::optional_line("slug", slug, 170)?);
    }
    if let Some(kind) = body.kind.as_ref().filter(|_| !is_variation) {
        product.kind = one_of("type", kind, &["simple", "variable", "grouped", "external"])?;
    }
    if let Some(status) = &body.status {
        product.status = one_of("status", status, &["publish", "private", "draft", "pending"])?;
    }
    if let Some(visibility) = &body.catalog_visibility {
        product.visibility =
            one_of("catalog_visibility", visibility, &["visible", "catalog", "search", "hidden"])?;
    }
    if let Some(sku) = &body.sku {
        let sku = kernel::text::optional_line("sku", sku, 100)?;
        product.sku = (!sku.is_empty()).then_some(sku);
    }
    if let Some(price_body) = &body.regular_price {
        product.regular_price = price("regular_price", price_body, currency)?;
    }
    if let Some(price_body) = &body.sale_price {
        product.sale_price = price("sale_price", price_body, currency)?;
    }
    dates(tx.zone(), product, body)?;
    if let Some(status) = &body.tax_status {
        product.tax_status = one_of("tax_status", status, &["taxable", "shipping", "none"])?;
    }
    if let Some(class) = &body.tax_class {
        product.tax_class = crate::taxes::class_slug(&kernel::text::optional_line("tax_class", class, 100)?);
    }
    stock(product, body)?;
    texts(product, body)?;
    lists(tx, product, body)?;
    details(product, body)?;
    if product.id.0 != 0 && *product == before {
        return Ok(());
    }
    store::put(tx, product)
}

fn dates(zone: &str, product: &mut Product, body: &ProductBody) -> Result<(), Fault> {
    let from = (body.date_on_sale_from.as_ref(), body.date_on_sale_from_gmt.as_ref());
    product.sale_from = date("date_on_sale_from", from, product.sale_from, zone)?;
    let to = (body.date_on_sale_to.as_ref(), body.date_on_sale_to_gmt.as_ref());
    product.sale_to = date("date_on_sale_to", to, product.sale_to, zone)?;
    let made = (body.date_created.as_ref(), body.date_created_gmt.as_ref());
    product.created_at =
        date("date_created", made, Some(product.created_at), zone)?.unwrap_or(product.created_at);
    Ok(())
}

fn stock(product: &mut Product, body: &ProductBody) -> Result<(), Fault> {
    if let Some(manage) = body.manage_stock {
        product.manage_stock = manage;
    }
    if let Some(quantity) = body.stock_quantity {
        if !(-1_000_000..=1_000_000_000).contains(&quantity) {
            return Err(Fault::invalid("stock_quantity", "Use a whole number up to 1,000,000,000."));
        }
        product.stock_quantity = quantity;
    }
    if let Some(backorders) = &body.backorders {
        product.backorders = one_of("backorders", backorders, &["no", "notify", "yes"])?;
    }
    if let Some(status) = &body.stock_status {
        product.stock_status = one_of("stock_status", status, &["instock", "outofstock", "onbackorder"])?;
    }
    if product.manage_stock {
        let status = match (product.stock_quantity > 0, product.backorders.as_str()) {
            (true, _) => "instock",
            (false, "no") => "outofstock",
            (false, _) => "onbackorder",
        };
        status.clone_into(&mut product.stock_status);
    }
    Ok(())
}

fn texts(product: &mut Product, body: &ProductBody) -> Result<(), Fault> {
    const LONGEST: usize = 20_000;
    for (field, given, own) in [
        ("description", &body.description, &mut product.description),
        ("short_description", &body.short_description, &mut product.short_description),
    ] {
        if let Some(text) = given {
            if text.chars().count() > LONGEST {
                return Err(Fault::invalid(field, format!("Use at most {LONGEST} characters.")));
            }
            own.clone_from(text);
        }
    }
    if let Some(address) = &body.external_url {
        let address = kernel::text::optional_line("external_url", address, 1_000)?;
        if !address.is_empty() && !address.starts_with("https://") && !address.starts_with("http://") {
            return Err(Fault::invalid("external_url", "Use an address that starts with https://."));
        }
        product.external_url = address;
    }
    if let Some(text) = &body.button_text {
        product.button_text = kernel::text::optional_line("button_text", text, 200)?;
    }
    product.featured = body.featured.unwrap_or(product.featured);
    product.is_virtual = body.is_virtual.unwrap_or(product.is_virtual);
    product.is_downloadable = body.downloadable.unwrap_or(product.is_downloadable);
    product.sold_individually = body.sold_individually.unwrap_or(product.sold_individually);
    product.position = body.menu_order.unwrap_or(product.position);
    Ok(())
}

fn lists(tx: &mut Tx, product: &mut Product, body: &ProductBody) -> Result<(), Fault> {
    if let Some(categories) = body.categories.as_ref().filter(|_| product.kind != "variation") {
        let known = queries::categories(tx)?;
        let mut ids: Vec<i64> = Vec::new();
        for category in categories {
            if !known.iter().any(|own| own.id == category.id) {
                return Err(Fault::invalid("categories", format!("There is no category {}.", category.id)));
            }
            if !ids.contains(&category.id) {
                ids.push(category.id);
            }
        }
        product.category_ids = ids;
    }
    if let Some(attributes) = &body.attributes {
        product.attributes = checked_attributes(tx, product, attributes)?;
    }
    if let Some(grouped) = &body.grouped_products {
        product.grouped_ids.clone_from(grouped);
    }
    Ok(())
}

/// Attributes as they are kept. An empty `option` of a variation is any value.
fn checked_attributes(
    tx: &mut Tx,
    product: &Product,
    bodies: &[AttributeBody],
) -> Result<Vec<Attribute>, Fault> {
    let variations =
        if product.kind == "variable" { queries::variations(tx, product.id)? } else { Vec::new() };
    let mut own = Vec::new();
    for body in bodies {
        let name = kernel::text::line("attributes", &body.name, 200)?;
        let known = product.attributes.iter().find(|attribute| attribute.name == name);
        let options = match &body.option {
            Some(option) if option.trim().is_empty() => Vec::new(),
            Some(option) => vec![option.clone()],
            None => body.options.clone(),
        };
        let options = options
            .iter()
            .map(|option| kernel::text::line("attributes", option, 200))
            .collect::<Result<Vec<String>, Fault>>()?;
        let shown = known.map(|attribute| Product::varies(attribute, &variations));
        let variation = match known {
            Some(known) if body.variation.is_none() || body.variation == shown => known.variation,
            _ => body.variation,
        };
        let visible = body.visible.unwrap_or_else(|| known.is_none_or(|known| known.visible));
        own.push(Attribute { name, options, visible, variation });
    }
    Ok(own)
}

fn details(product: &mut Product, body: &ProductBody) -> Result<(), Fault> {
    for (field, named) in [("tags", &body.tags), ("brands", &body.brands)] {
        if named.as_ref().is_some_and(|named| !named.is_empty()) {
            return Err(Fault::invalid(
                field,
                "This shop keeps none of these. Leave the field out, or empty.",
            ));
        }
    }
    let details = &mut product.details;
    let dimensions = body.dimensions.clone().unwrap_or_default();
    for (field, given, own) in [
        ("weight", &body.weight, &mut details.weight),
        ("dimensions.length", &dimensions.length, &mut details.dimensions.length),
        ("dimensions.width", &dimensions.width, &mut details.dimensions.width),
        ("dimensions.height", &dimensions.height, &mut details.dimensions.height),
    ] {
        if let Some(text) = given {
            if !text.is_empty() && Decimal::parse(text).is_none_or(Decimal::is_negative) {
                return Err(Fault::invalid(field, "Use a number such as 1.5, or nothing."));
            }
            own.clone_from(text);
        }
    }
    for (field, given, own) in [
        ("shipping_class", &body.shipping_class, &mut details.shipping_class),
        ("global_unique_id", &body.global_unique_id, &mut details.global_unique_id),
    ] {
        if let Some(text) = given {
            *own = kernel::text::optional_line(field, text, 200)?;
        }
    }
    if let Some(text) = &body.purchase_note {
        if text.chars().count() > 5_000 {
            return Err(Fault::invalid("purchase_note", "Use at most 5000 characters."));
        }
        details.purchase_note.clone_from(text);
    }
    details.reviews_allowed = body.reviews_allowed.unwrap_or(details.reviews_allowed);
    details.low_stock_amount = body.low_stock_amount.or(details.low_stock_amount);
    details.download_limit = body.download_limit.unwrap_or(details.download_limit);
    details.download_expiry = body.download_expiry.unwrap_or(details.download_expiry);
    for (given, own) in
        [(&body.upsell_ids, &mut details.upsell_ids), (&body.cross_sell_ids, &mut details.cross_sell_ids)]
    {
        if let Some(ids) = given {
            own.clone_from(ids);
        }
    }
    if let Some(chosen) = &body.default_attributes {
        details.default_attributes.clone_from(chosen);
    }
    if let Some(files) = &body.downloads {
        details.downloads.clone_from(files);
    }
    let image = body.image.clone().filter(|image| image.src.is_some() || image.id.is_some());
    if let Some(images) = body.images.clone().or_else(|| image.map(|image| vec![image])) {
        details.images = pictures(&details.images, &images)?;
    }
    merge_meta(&mut details.meta, body.meta_data.as_deref().unwrap_or_default())?;
    if kernel::json::to_text(details).len() > LARGEST_DETAILS {
        return Err(Fault::invalid("meta_data", "The product holds too much. Send less."));
    }
    Ok(())
}

/// Bytes that the details of one product may have.
const LARGEST_DETAILS: usize = 500_000;

fn pictures(known: &[Image], bodies: &[ImageBody]) -> Result<Vec<Image>, Fault> {
    let mut pictures: Vec<Image> = Vec::new();
    let mut next = known.iter().map(|image| image.id).max().unwrap_or(0) + 1;
    for body in bodies {
        let same = |image: &&Image| {
            body.id == Some(image.id) || (body.id.is_none() && body.src.as_ref() == Some(&image.src))
        };
        let mut image = known.iter().find(same).cloned().unwrap_or_default();
        if let Some(src) = &body.src {
            image.src = kernel::text::line("images", src, 2_000)?;
        }
        if !image.src.starts_with("https://") && !image.src.starts_with("http://") {
            return Err(Fault::invalid(
                "images",
                "Give an address that starts with https://, or a known id.",
            ));
        }
        for (given, own) in [(&body.name, &mut image.name), (&body.alt, &mut image.alt)] {
            if let Some(text) = given {
                *own = kernel::text::optional_line("images", text, 500)?;
            }
        }
        if image.id == 0 {
            image.id = next;
            next += 1;
        }
        pictures.push(image);
    }
    Ok(pictures)
}
