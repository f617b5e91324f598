//! What `wc/store/v1` lists of products are narrowed and ordered by.

use kernel::{Currency, Decimal, Fault, Money, Page, Paging};
use runtime::Tx;
use runtime::engine::Surroundings;
use runtime::settings::shop as setting;
use serde_json::Value;
use web::{Call, Reply};

use super::model::Attribute;
use super::model_list::{Filter, Level, Only, Order};
use super::rest_list::{STOCK, has};
use super::{queries, rest_store, store_list};
use crate::wire::{Dates, check_context, moment};

const ORDER: [&str; 11] = [
    "date",
    "modified",
    "id",
    "include",
    "title",
    "slug",
    "price",
    "popularity",
    "rating",
    "menu_order",
    "comment_count",
];
const OPERATORS: [&str; 3] = ["in", "not_in", "and"];
/// What the shop has none of, and so cannot look for.
const CANNOT: [&str; 6] = ["tag", "tag_operator", "brand", "brand_operator", "rating", "related"];

/// For OpenAPI.
pub(crate) const PARAMETERS: [(&str, &str); 21] = [
    ("include", "Only these ids, separated by commas."),
    ("exclude", "Not these ids, separated by commas."),
    ("parent", "Only those below these ids."),
    ("parent_exclude", "Only those not below these ids."),
    ("slug", "Only these slugs; variations as well."),
    ("sku", "Only these SKUs, separated by commas; variations as well."),
    ("type", "simple, grouped, external, variable or variation."),
    ("featured", "true or false."),
    ("on_sale", "true or false."),
    ("category", "Categories with those below them, by id or slug."),
    ("category_operator", "in, not_in or and."),
    ("min_price", "Price from, in minor units."),
    ("max_price", "Price up to, in minor units."),
    ("stock_status", "One or more of instock, outofstock, onbackorder."),
    ("attributes", "attributes[0][attribute], [slug] and [operator]."),
    ("attribute_relation", "in or and."),
    ("catalog_visibility", "any, visible, catalog, search or hidden."),
    ("after", "Made after this time."),
    ("before", "Made before this time."),
    ("date_column", "date, date_gmt, modified or modified_gmt: what after and before look at."),
    ("context", "view."),
];

pub(crate) fn list(call: &Call, tx: &mut Tx) -> Result<Reply, Fault> {
    check_context(call)?;
    call.without(&CANNOT)?;
    let paging = call.paging(&ORDER)?;
    let filter = filter(call, tx, &paging)?;
    let page = queries::list(tx, &filter)?;
    let mut rows = Vec::with_capacity(page.rows.len());
    for product in &page.rows {
        rows.push(rest_store::store_product(tx, product)?);
    }
    Ok(Reply::list(&Page { rows, total: page.total }, &paging))
}

fn filter(call: &Call, tx: &mut Tx, paging: &Paging) -> Result<Filter, Fault> {
    let currency = setting::currency(tx)?;
    let mut filter = Filter {
        only: vec![Only::Published],
        descending: paging.descending,
        now: tx.now(),
        offset: paging.offset(),
        limit: i64::from(paging.per_page),
        ..Filter::default()
    };
    rows(call, paging, &mut filter)?;
    for (name, only) in [("featured", Only::Featured as fn(bool) -> Only), ("on_sale", Only::OnSale)] {
        filter.only.extend(call.yes_or_no(name)?.map(only));
    }
    filter.only.extend(call.choices("stock_status", &STOCK)?.map(Only::Stock));
    filter.only.push(Only::Price(price(call, "min_price", currency)?, None));
    filter.only.push(Only::Price(None, price(call, "max_price", currency)?));
    let ways: &[&str] = match call
        .choice("catalog_visibility", &["any", "visible", "catalog", "search", "hidden"])?
        .as_deref()
    {
        Some("any") => &["visible", "catalog", "search", "hidden"],
        Some("visible") => &["visible"],
        Some("search") => &["visible", "search"],
        Some("hidden") => &["hidden"],
        _ => &["visible", "catalog"],
    };
    filter.only.push(Only::Visibilities(ways.iter().map(|way| (*way).to_owned()).collect()));
    categories(call, tx, &mut filter)?;
    attributes(call, tx, &mut filter)?;
    filter.only.push(Only::Dates(dates(call, tx.zone())?));
    Ok(filter)
}

fn rows(call: &Call, paging: &Paging, filter: &mut Filter) -> Result<(), Fault> {
    let include = call.ids("include")?;
    filter.order = match paging.orderby.as_str() {
        "modified" => Order::Modified,
        "id" | "rating" | "comment_count" => Order::Id,
        "include" => Order::Include(include.clone().unwrap_or_default()),
        "title" => Order::Title,
        "slug" => Order::Slug,
        "price" => Order::Price,
        "popularity" => Order::Popularity,
        "menu_order" => Order::Place,
        _ => Order::Date,
    };
    if !paging.search.is_empty() {
        filter.only.push(Only::NameOrSku(paging.search.clone()));
    }
    filter.only.extend(include.map(Only::Ids));
    filter.only.extend(call.ids("exclude")?.map(Only::NotIds));
    filter.only.extend(call.ids("parent")?.map(Only::Parents));
    filter.only.extend(call.ids("parent_exclude")?.map(Only::NotParents));
    for (name, only) in [("slug", Only::Slugs as fn(Vec<String>) -> Only), ("sku", Only::Skus)] {
        if let Some(values) = call.values(name) {
            filter.level = Level::Both;
            filter.only.push(only(values));
        }
    }
    match call.choice("type", &["simple", "grouped", "external", "variable", "variation"])?.as_deref() {
        Some("variation") => filter.level = Level::Variations,
        Some(kind) => {
            filter.level = Level::Products;
            filter.only.push(Only::Kinds(vec![kind.to_owned()]));
        }
        None => {}
    }
    Ok(())
}

/// An amount in minor units.
fn price(call: &Call, name: &str, currency: Currency) -> Result<Option<Decimal>, Fault> {
    Ok(call.number(name)?.map(|minor| Decimal::from(Money::new(minor, currency))))
}

fn categories(call: &Call, tx: &mut Tx, filter: &mut Filter) -> Result<(), Fault> {
    let operator = call.choice("category_operator", &OPERATORS)?.unwrap_or_else(|| "in".to_owned());
    let Some(wanted) = call.values("category") else { return Ok(()) };
    let all = queries::categories(tx)?;
    let id = |text: &String| match text.parse::<i64>() {
        Ok(id) => id,
        Err(_) => all.iter().find(|category| category.slug == *text).map_or(0, |category| category.id),
    };
    let ids: Vec<i64> = wanted.iter().map(id).collect();
    match operator.as_str() {
        "not_in" => filter.only.push(Only::NotCategories(queries::with_children(&all, &ids))),
        "and" => filter.only.extend(ids.iter().map(|id| Only::Categories(vec![*id]))),
        _ => filter.only.push(Only::Categories(queries::with_children(&all, &ids))),
    }
    Ok(())
}

/// One entry of `attributes`.
struct Wanted {
    name: String,
    values: Vec<String>,
    operator: String,
}

impl Wanted {
    fn fits(&self, attributes: &[Attribute]) -> bool {
        match self.operator.as_str() {
            "not_in" => !has(attributes, &self.name, &self.values),
            "and" => self.values.iter().all(|value| has(attributes, &self.name, std::slice::from_ref(value))),
            _ => has(attributes, &self.name, &self.values),
        }
    }
}

fn attributes(call: &Call, tx: &mut Tx, filter: &mut Filter) -> Result<(), Fault> {
    let relation = call.choice("attribute_relation", &["in", "and"])?.unwrap_or_else(|| "and".to_owned());
    let Some(document) = call.document("attributes") else { return Ok(()) };
    let refused = || {
        Fault::invalid(
            "attributes",
            "Use attributes[0][attribute]=pa_color&attributes[0][slug]=red; terms have no ids here.",
        )
    };
    let mut wanted = Vec::new();
    for entry in document.as_object().ok_or_else(refused)?.values() {
        let values: Vec<String> = match &entry["slug"] {
            Value::String(text) => text.split(',').map(|text| text.trim().to_owned()).collect(),
            Value::Object(texts) => texts.values().filter_map(Value::as_str).map(str::to_owned).collect(),
            _ => Vec::new(),
        };
        let operator = entry["operator"].as_str().unwrap_or("in").to_owned();
        let name = entry["attribute"].as_str().unwrap_or_default().to_owned();
        if !entry["term_id"].is_null()
            || values.is_empty()
            || name.is_empty()
            || !OPERATORS.contains(&operator.as_str())
        {
            return Err(refused());
        }
        wanted.push(Wanted { name, values, operator });
    }
    let fits = |attributes: &[Attribute]| {
        if relation == "in" {
            wanted.iter().any(|one| one.fits(attributes))
        } else {
            wanted.iter().all(|one| one.fits(attributes))
        }
    };
    // A product without attributes fits where only what it has not is asked for.
    if fits(&[]) {
        let unfit = store_list::attributes(tx)?.into_iter().filter(|(_, own)| !fits(own)).map(|(id, _)| id);
        filter.only.push(Only::NotIds(unfit.collect()));
    } else {
        let fit = store_list::attributes(tx)?.into_iter().filter(|(_, own)| fits(own)).map(|(id, _)| id);
        filter.only.push(Only::Ids(fit.collect()));
    }
    Ok(())
}

fn dates(call: &Call, zone: &str) -> Result<Dates, Fault> {
    let column = call.choice("date_column", &["date", "date_gmt", "modified", "modified_gmt"])?;
    let column = column.as_deref().unwrap_or("date");
    let zone = if column.ends_with("_gmt") { "UTC" } else { zone };
    let read = |name: &str| {
        let text = call.query(name).filter(|text| !text.trim().is_empty());
        text.map(|text| moment(name, text, zone)).transpose()
    };
    let (after, before) = (read("after")?, read("before")?);
    Ok(if column.starts_with("modified") {
        Dates { modified_after: after, modified_before: before, ..Dates::default() }
    } else {
        Dates { after, before, ..Dates::default() }
    })
}
