//! What `wc/v3` lists of products and variations are narrowed and ordered by.

use kernel::{Decimal, Fault, Page, Paging};
use runtime::Tx;
use runtime::engine::Surroundings;
use web::{Call, Reply};

use super::model::{Attribute, Product};
use super::model_list::{Filter, Level, Only, Order};
use super::queries;
use super::rest_model::ProductReply;
use crate::taxes;
use crate::wire::{Dates, check_context};

const ORDER: [&str; 10] =
    ["date", "id", "include", "title", "slug", "modified", "menu_order", "price", "popularity", "rating"];
const KINDS: [&str; 4] = ["simple", "grouped", "external", "variable"];
const STATUSES: [&str; 7] = ["any", "future", "trash", "draft", "pending", "private", "publish"];
pub(crate) const STOCK: [&str; 3] = ["instock", "outofstock", "onbackorder"];

/// For OpenAPI.
pub(crate) const PARAMETERS: [(&str, &str); 29] = [
    ("include", "Only these ids, separated by commas."),
    ("exclude", "Not these ids, separated by commas."),
    ("parent", "Only those below these ids."),
    ("parent_exclude", "Only those not below these ids."),
    ("slug", "Only this slug."),
    ("sku", "Only these SKUs, separated by commas; variations as well."),
    ("search_sku", "A part of the SKU; variations as well."),
    ("search_name_or_sku", "Words in name or SKU; variations as well."),
    ("search_fields", "Where search looks: name, sku, description, short_description."),
    ("status", "Only these statuses, or any."),
    ("include_status", "Only these statuses."),
    ("exclude_status", "Not these statuses."),
    ("type", "Only this type."),
    ("include_types", "Only these types."),
    ("exclude_types", "Not these types."),
    ("category", "Only these categories and those below them, by id."),
    ("featured", "true or false."),
    ("on_sale", "true or false."),
    ("virtual", "true or false."),
    ("downloadable", "true or false."),
    ("min_price", "Price from."),
    ("max_price", "Price up to."),
    ("stock_status", "instock, outofstock or onbackorder."),
    ("tax_class", "Only this tax class; standard is the usual one."),
    ("after", "Made after this time."),
    ("before", "Made before this time."),
    ("modified_after", "Changed after this time."),
    ("modified_before", "Changed before this time."),
    ("dates_are_gmt", "true: times without a zone are UTC, not by the shop's clock."),
];

/// What the shop has none of, and so cannot look for.
const CANNOT: [&str; 8] = [
    "tag",
    "brand",
    "shipping_class",
    "attribute",
    "attribute_term",
    "global_unique_id",
    "pos_products_only",
    "in_stock",
];

pub(crate) fn list(call: &Call, tx: &mut Tx) -> Result<Reply, Fault> {
    call.without(&CANNOT)?;
    let paging = call.paging(&ORDER)?;
    let mut filter = common(call, tx, &paging)?;
    if let Some(kind) = call.choices("include_types", &KINDS)?.or(call.choices("type", &KINDS)?) {
        filter.only.push(Only::Kinds(kind));
    }
    if let Some(kinds) = call.choices("exclude_types", &KINDS)? {
        filter.only.push(Only::NotKinds(kinds));
    }
    if let Some(featured) = call.yes_or_no("featured")? {
        filter.only.push(Only::Featured(featured));
    }
    if let Some(ids) = call.ids("category")? {
        let categories = queries::categories(tx)?;
        filter.only.push(Only::Categories(queries::with_children(&categories, &ids)));
    }
    answer(tx, &filter, &paging)
}

/// The variations of a product.
pub(crate) fn variations(call: &Call, tx: &mut Tx, parent: &Product) -> Result<Reply, Fault> {
    call.without(&CANNOT)?;
    let paging = call.paging(&ORDER)?;
    let mut filter = common(call, tx, &paging)?;
    filter.level = Level::Variations;
    filter.only.push(Only::Parents(vec![parent.id.0]));
    if call.query("orderby").is_none_or(str::is_empty) {
        // As the shop shows them, for those who ask for no order.
        (filter.order, filter.descending) = (Order::Place, call.query("order") == Some("desc"));
    }
    if let Some(priced) = call.yes_or_no("has_price")? {
        filter.only.push(Only::Priced(priced));
    }
    if let Some(wanted) = call.document("attributes") {
        let all = queries::variations(tx, parent.id)?;
        let wanted = chosen(&wanted)?;
        let fits =
            |variation: &&Product| wanted.iter().all(|(name, terms)| has(&variation.attributes, name, terms));
        filter.only.push(Only::Ids(all.iter().filter(fits).map(|variation| variation.id.0).collect()));
    }
    answer(tx, &filter, &paging)
}

/// `attributes[0][attribute]` with `term` or `terms`.
fn chosen(document: &serde_json::Value) -> Result<Vec<(String, Vec<String>)>, Fault> {
    let refused =
        || Fault::invalid("attributes", "Use attributes[0][attribute]=color&attributes[0][term]=red.");
    let entries = document.as_object().ok_or_else(refused)?;
    entries
        .values()
        .map(|entry| {
            let name = entry["attribute"].as_str().ok_or_else(refused)?.to_owned();
            let mut terms: Vec<String> = entry["term"].as_str().map(str::to_owned).into_iter().collect();
            let listed = entry["terms"].as_object().into_iter().flat_map(|terms| terms.values());
            terms.extend(listed.filter_map(|term| term.as_str().map(str::to_owned)));
            if terms.is_empty() { Err(refused()) } else { Ok((name, terms)) }
        })
        .collect()
}

/// Whether one of the attributes is called `name`, or by its slug with `pa_` before it, and has one of the values.
pub(crate) fn has(attributes: &[Attribute], name: &str, values: &[String]) -> bool {
    let slug = kernel::text::slug;
    let wanted = slug(name.strip_prefix("pa_").unwrap_or(name));
    attributes.iter().filter(|attribute| slug(&attribute.name) == wanted).any(|attribute| {
        attribute
            .options
            .iter()
            .any(|option| values.iter().any(|value| value == option || slug(value) == slug(option)))
    })
}

/// What products and variations have in common.
fn common(call: &Call, tx: &mut Tx, paging: &Paging) -> Result<Filter, Fault> {
    check_context(call)?;
    let mut filter = Filter {
        now: tx.now(),
        offset: paging.offset(),
        limit: i64::from(paging.per_page),
        ..Filter::default()
    };
    rows(call, paging, &mut filter)?;
    words(call, paging, &mut filter)?;
    let statuses = call.choices("include_status", &STATUSES)?.or(call.choices("status", &STATUSES)?);
    if let Some(statuses) = statuses.filter(|statuses| !statuses.iter().any(|status| status == "any")) {
        filter.only.push(Only::Statuses(statuses));
    }
    if let Some(statuses) = call.choices("exclude_status", &STATUSES[1..])? {
        filter.only.push(Only::NotStatuses(statuses));
    }
    for (name, only) in [
        ("on_sale", Only::OnSale as fn(bool) -> Only),
        ("virtual", Only::Virtual),
        ("downloadable", Only::Downloadable),
    ] {
        filter.only.extend(call.yes_or_no(name)?.map(only));
    }
    let price = |name: &str| -> Result<Option<Decimal>, Fault> {
        let Some(text) = call.query(name).filter(|text| !text.trim().is_empty()) else { return Ok(None) };
        Decimal::parse(text.trim())
            .map(Some)
            .ok_or_else(|| Fault::invalid(name, "Use an amount such as 12.50."))
    };
    filter.only.push(Only::Price(price("min_price")?, price("max_price")?));
    filter.only.extend(call.choices("stock_status", &STOCK)?.map(Only::Stock));
    if let Some(class) = call.query("tax_class").filter(|class| !class.is_empty()) {
        let slug = taxes::class_slug(class);
        let known = slug.is_empty() || taxes::store::classes(tx)?.iter().any(|(_, known)| *known == slug);
        if !known {
            return Err(Fault::invalid(
                "tax_class",
                "There is no such tax class. Use standard, or a class's slug.",
            ));
        }
        filter.only.push(Only::TaxClass(slug));
    }
    filter.only.push(Only::Dates(Dates::of(call, tx.zone())?));
    Ok(filter)
}

fn rows(call: &Call, paging: &Paging, filter: &mut Filter) -> Result<(), Fault> {
    let include = call.ids("include")?;
    filter.order = match paging.orderby.as_str() {
        "id" | "rating" => Order::Id,
        "include" => Order::Include(include.clone().unwrap_or_default()),
        "title" => Order::Title,
        "slug" => Order::Slug,
        "modified" => Order::Modified,
        "menu_order" => Order::Place,
        "price" => Order::Price,
        "popularity" => Order::Popularity,
        _ => Order::Date,
    };
    filter.descending = paging.descending;
    filter.only.extend(include.map(Only::Ids));
    filter.only.extend(call.ids("exclude")?.map(Only::NotIds));
    filter.only.extend(call.ids("parent")?.map(Only::Parents));
    filter.only.extend(call.ids("parent_exclude")?.map(Only::NotParents));
    filter.only.extend(call.values("slug").map(Only::Slugs));
    Ok(())
}

/// `search` and its like. As in WooCommerce the most particular one counts, and those that look for SKUs find variations.
fn words(call: &Call, paging: &Paging, filter: &mut Filter) -> Result<(), Fault> {
    let split = |text: &str| text.to_lowercase().split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let given = |name: &str| call.query(name).map(str::trim).filter(|text| !text.is_empty());
    let fields = call.choices("search_fields", &["name", "sku", "description", "short_description"])?;
    if let Some(fields) = fields.filter(|_| !paging.search.is_empty()) {
        let column = |field: &String| match field.as_str() {
            "sku" => "p.sku",
            "description" => "p.description",
            "short_description" => "p.short_description",
            _ => "p.name",
        };
        filter.level = Level::Both;
        filter.only.push(Only::WordsIn(split(&paging.search), fields.iter().map(column).collect()));
    } else if let Some(text) = given("search_name_or_sku") {
        filter.level = Level::Both;
        filter.only.push(Only::WordsIn(split(text), vec!["p.name", "p.sku"]));
    } else {
        if !paging.search.is_empty() {
            filter.only.push(Only::Words(split(&paging.search)));
        }
        if let Some(text) = given("search_sku") {
            filter.level = Level::Both;
            filter.only.push(Only::SkuLike(text.to_owned()));
        } else if let Some(mut skus) = call.values("sku") {
            filter.level = Level::Both;
            // A SKU may hold a comma itself.
            skus.extend(given("sku").filter(|text| text.contains(',')).map(str::to_owned));
            filter.only.push(Only::Skus(skus));
        }
    }
    Ok(())
}

fn answer(tx: &mut Tx, filter: &Filter, paging: &Paging) -> Result<Reply, Fault> {
    let page = queries::list(tx, filter)?;
    let categories = queries::categories(tx)?;
    let mut rows = Vec::with_capacity(page.rows.len());
    for product in &page.rows {
        rows.push(ProductReply::of(tx, product, &categories)?);
    }
    Ok(Reply::list(&Page { rows, total: page.total }, paging))
}
