//! `wc/v3` products and categories.

use http::Method;
use kernel::ids::ProductId;
use kernel::{Currency, Decimal, Fault, Moment, Page, capability};
use runtime::Tx;
use runtime::settings::shop as setting;
use schemars::JsonSchema;
use serde::Deserialize;
use web::{Call, Reply, Routes};

use super::model::{Attribute, Category, Filter, Product};
use super::rest_model::{PriceBody, ProductBody, ProductReply};
use super::{queries, store};

const ORDER: [&str; 8] = ["date", "id", "title", "slug", "price", "popularity", "menu_order", "include"];

pub(crate) fn routes(routes: &mut Routes) {
    routes
        .rest(Method::GET, "wc/v3", "/products")
        .summary("Products.")
        .requires(capability::MANAGE_WOOCOMMERCE)
        .paged()
        .query("sku", "Only this SKU.")
        .query("status", "Only this status.")
        .query("category", "Only this category's id.")
        .replies::<Vec<ProductReply>>()
        .read(list);
    routes
        .rest(Method::POST, "wc/v3", "/products")
        .summary("Make a product.")
        .requires(capability::MANAGE_WOOCOMMERCE)
        .body::<ProductBody>()
        .replies::<ProductReply>()
        .status(201)
        .unit(|call, tx| {
            let now = tx.now();
            let mut product = Product::fresh(now);
            let body: ProductBody = call.body()?;
            if body.name.as_deref().unwrap_or_default().trim().is_empty() {
                return Err(Fault::missing("name"));
            }
            change(tx, &mut product, &body)?;
            Ok(Reply::created(&reply(tx, &product)?))
        });
    routes
        .rest(Method::GET, "wc/v3", "/products/{id}")
        .summary("A product.")
        .requires(capability::MANAGE_WOOCOMMERCE)
        .replies::<ProductReply>()
        .read(|call, tx| {
            let product = must(tx, call.id("id")?)?;
            Ok(Reply::json(&reply(tx, &product)?))
        });
    for method in [Method::PUT, Method::PATCH] {
        routes
            .rest(method, "wc/v3", "/products/{id}")
            .summary("Change a product.")
            .requires(capability::MANAGE_WOOCOMMERCE)
            .body::<ProductBody>()
            .replies::<ProductReply>()
            .unit(|call, tx| {
                let mut product = must(tx, call.id("id")?)?;
                change(tx, &mut product, &call.body()?)?;
                Ok(Reply::json(&reply(tx, &product)?))
            });
    }
    routes
        .rest(Method::DELETE, "wc/v3", "/products/{id}")
        .summary("Delete a product with its variations.")
        .requires(capability::MANAGE_WOOCOMMERCE)
        .query("force", "true: for good; else it becomes a draft.")
        .replies::<ProductReply>()
        .unit(|call, tx| {
            let mut product = must(tx, call.id("id")?)?;
            let answer = reply(tx, &product)?;
            if call.query_flag("force") {
                store::remove(tx, product.id)?;
            } else {
                "draft".clone_into(&mut product.status);
                store::put(tx, &mut product)?;
            }
            Ok(Reply::json(&answer))
        });
    categories(routes);
}

/// A category to make.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct CategoryBody {
    name: String,
    #[serde(default)]
    parent: i64,
}

fn categories(routes: &mut Routes) {
    routes
        .rest(Method::GET, "wc/v3", "/products/categories")
        .summary("Categories.")
        .requires(capability::MANAGE_WOOCOMMERCE)
        .paged()
        .replies::<Vec<Category>>()
        .read(|call, tx| {
            let paging = call.paging(&["name", "id", "slug", "count"])?;
            let mut all = queries::categories(tx)?;
            all.retain(|category| category.name.to_lowercase().contains(&paging.search));
            let total = i64::try_from(all.len()).unwrap_or(i64::MAX);
            let skip = usize::try_from(paging.offset()).unwrap_or(usize::MAX);
            let take = usize::try_from(paging.per_page).unwrap_or(usize::MAX);
            let rows: Vec<Category> = all.into_iter().skip(skip).take(take).collect();
            Ok(Reply::list(&Page { rows, total }, &paging))
        });
    routes
        .rest(Method::POST, "wc/v3", "/products/categories")
        .summary("Make a category.")
        .requires(capability::MANAGE_WOOCOMMERCE)
        .body::<CategoryBody>()
        .replies::<Category>()
        .status(201)
        .unit(|call, tx| {
            let body: CategoryBody = call.body()?;
            let name = kernel::text::line("name", &body.name, 200)?;
            let known = queries::categories(tx)?;
            if body.parent != 0 && !known.iter().any(|category| category.id == body.parent) {
                return Err(Fault::invalid("parent", "There is no such category."));
            }
            if known.iter().any(|category| category.name == name && category.parent == body.parent) {
                return Err(Fault::invalid("name", "This category is there already."));
            }
            let id = store::category(tx, &name, body.parent)?;
            let made = queries::categories(tx)?.into_iter().find(|category| category.id == id);
            Ok(Reply::created(&made))
        });
    routes
        .rest(Method::GET, "wc/v3", "/products/categories/{id}")
        .summary("A category.")
        .requires(capability::MANAGE_WOOCOMMERCE)
        .replies::<Category>()
        .read(|call, tx| {
            let id: i64 = call.id("id")?;
            let found = queries::categories(tx)?.into_iter().find(|category| category.id == id);
            Ok(Reply::json(&found.ok_or_else(|| Fault::not_found("category"))?))
        });
}

fn list(call: &Call, tx: &mut Tx) -> Result<Reply, Fault> {
    let paging = call.paging(&ORDER)?;
    let order = match (paging.orderby.as_str(), paging.descending) {
        ("price", true) => "price-desc",
        ("id", false) => "id-asc",
        (other, _) => other,
    };
    let category = match call.query("category") {
        Some(text) => {
            Some(text.parse::<i64>().map_err(|_| Fault::invalid("category", "Give the id of a category."))?)
        }
        None => None,
    };
    let filter = Filter {
        search: paging.search.clone(),
        category_id: category,
        sku: call.query("sku").filter(|sku| !sku.is_empty()).map(ToOwned::to_owned),
        status: call.query("status").filter(|status| !matches!(*status, "" | "any")).map(ToOwned::to_owned),
        listed: false,
        order: order.to_owned(),
        offset: paging.offset(),
        limit: i64::from(paging.per_page),
    };
    let page = queries::list(tx, &filter)?;
    let categories = queries::categories(tx)?;
    let mut rows = Vec::with_capacity(page.rows.len());
    for product in &page.rows {
        rows.push(ProductReply::of(tx, product, &categories)?);
    }
    Ok(Reply::list(&Page { rows, total: page.total }, &paging))
}

/// A product that is no variation, or WooCommerce's 404.
fn must(tx: &mut Tx, id: ProductId) -> Result<Product, Fault> {
    store::by_id(tx, id)?.ok_or_else(invalid_id)
}

pub(crate) fn invalid_id() -> Fault {
    Fault::new(kernel::FaultKind::NotFound, "woocommerce_rest_product_invalid_id", "Invalid ID.")
}

pub(crate) fn reply(tx: &mut Tx, product: &Product) -> Result<ProductReply, Fault> {
    let categories = queries::categories(tx)?;
    ProductReply::of(tx, product, &categories)
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

fn moment(field: &str, text: &str) -> Result<Option<Moment>, Fault> {
    if text.is_empty() {
        return Ok(None);
    }
    Moment::parse(text)
        .or_else(|| Moment::parse(&format!("{text}Z")))
        .map(Some)
        .ok_or_else(|| Fault::invalid(field, "Use a time such as 2026-05-07T14:42:00."))
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
    if let Some(name) = &body.name {
        product.name = kernel::text::line("name", name, 255)?;
    }
    if let Some(slug) = &body.slug {
        product.slug = kernel::text::slug(&kernel::text::optional_line("slug", slug, 170)?);
    }
    if let Some(kind) = body.kind.as_ref().filter(|_| product.kind != "variation") {
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
    if let Some(text) = &body.date_on_sale_from_gmt {
        product.sale_from = moment("date_on_sale_from_gmt", text)?;
    }
    if let Some(text) = &body.date_on_sale_to_gmt {
        product.sale_to = moment("date_on_sale_to_gmt", text)?;
    }
    if let Some(status) = &body.tax_status {
        product.tax_status = one_of("tax_status", status, &["taxable", "shipping", "none"])?;
    }
    if let Some(class) = &body.tax_class {
        product.tax_class = crate::taxes::class_slug(&kernel::text::optional_line("tax_class", class, 100)?);
    }
    stock(product, body)?;
    texts(product, body)?;
    lists(tx, product, body)?;
    store::put(tx, product)
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
    if let Some(categories) = &body.categories {
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
        let mut own = Vec::new();
        for attribute in attributes {
            let name = kernel::text::line("attributes", &attribute.name, 200)?;
            let options = match &attribute.option {
                Some(option) => vec![option.clone()],
                None => attribute.options.clone(),
            };
            let options = options
                .iter()
                .map(|option| kernel::text::line("attributes", option, 200))
                .collect::<Result<Vec<String>, Fault>>()?;
            own.push(Attribute { name, options, visible: attribute.visible.unwrap_or(true) });
        }
        product.attributes = own;
    }
    if let Some(grouped) = &body.grouped_products {
        product.grouped_ids.clone_from(grouped);
    }
    Ok(())
}
