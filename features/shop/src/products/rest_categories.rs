//! `wc/v3` categories.

use http::Method;
use kernel::{Fault, capability};
use runtime::Tx;
use schemars::JsonSchema;
use serde::Deserialize;
use web::{Call, Reply, Routes};

use super::model::Category;
use super::{queries, store};
use crate::wire::{ROWS, check_context};

/// A category to make or to change. What is left out stays.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct CategoryBody {
    name: Option<String>,
    slug: Option<String>,
    parent: Option<i64>,
    /// The shop keeps none: a text that is not empty is refused.
    description: Option<String>,
}

/// For OpenAPI.
pub(crate) const PARAMETERS: [(&str, &str); 4] = [
    ("hide_empty", "true: only those with products."),
    ("parent", "Only those below this one; 0 is the topmost."),
    ("product", "Only those of this product."),
    ("slug", "Only these slugs."),
];

pub(crate) fn routes(routes: &mut Routes) {
    routes
        .rest(Method::GET, "wc/v3", "/products/categories")
        .summary("Categories.")
        .requires(capability::MANAGE_WOOCOMMERCE)
        .paged()
        .queries(&ROWS)
        .queries(&PARAMETERS)
        .replies::<Vec<Category>>()
        .read(|call, tx| list(call, tx, false));
    routes
        .rest(Method::POST, "wc/v3", "/products/categories")
        .summary("Make a category.")
        .requires(capability::MANAGE_WOOCOMMERCE)
        .body::<CategoryBody>()
        .replies::<Category>()
        .status(201)
        .unit(|call, tx| {
            let body: CategoryBody = call.lenient_body()?;
            let mut category =
                Category { id: 0, parent: 0, name: String::new(), slug: String::new(), count: 0 };
            if body.name.is_none() {
                return Err(Fault::missing("name"));
            }
            change(tx, &mut category, &body)?;
            Ok(Reply::created(&must(tx, category.id)?))
        });
    routes
        .rest(Method::GET, "wc/v3", "/products/categories/{id}")
        .summary("A category.")
        .requires(capability::MANAGE_WOOCOMMERCE)
        .replies::<Category>()
        .read(|call, tx| {
            let category = must(tx, call.id("id")?)?;
            Ok(Reply::json(&category))
        });
    for method in web::CHANGES {
        routes
            .rest(method, "wc/v3", "/products/categories/{id}")
            .summary("Change a category.")
            .requires(capability::MANAGE_WOOCOMMERCE)
            .body::<CategoryBody>()
            .replies::<Category>()
            .unit(|call, tx| {
                let mut category = must(tx, call.id("id")?)?;
                change(tx, &mut category, &call.lenient_body()?)?;
                Ok(Reply::json(&must(tx, category.id)?))
            });
    }
    routes
        .rest(Method::DELETE, "wc/v3", "/products/categories/{id}")
        .summary("Delete a category; its products stay.")
        .requires(capability::MANAGE_WOOCOMMERCE)
        .query("force", "true: needed, for categories have no trash.")
        .replies::<Category>()
        .unit(|call, tx| {
            let category = must(tx, call.id("id")?)?;
            if !call.says("force") {
                return Err(Fault::invalid(
                    "force",
                    "Categories have no trash. Use force=true to delete one.",
                ));
            }
            store::remove_category(tx, &category)?;
            Ok(Reply::json(&category))
        });
}

fn must(tx: &mut Tx, id: i64) -> Result<Category, Fault> {
    let found = queries::categories(tx)?.into_iter().find(|category| category.id == id);
    found.ok_or_else(|| {
        Fault::new(kernel::FaultKind::NotFound, "woocommerce_rest_term_invalid", "Resource does not exist.")
    })
}

fn change(tx: &mut Tx, category: &mut Category, body: &CategoryBody) -> Result<(), Fault> {
    let known = queries::categories(tx)?;
    let before = category.clone();
    if body.description.as_ref().is_some_and(|text| !text.trim().is_empty()) {
        return Err(Fault::invalid(
            "description",
            "This shop keeps no descriptions of categories. Leave it out.",
        ));
    }
    if let Some(name) = &body.name {
        category.name = kernel::text::line("name", name, 200)?;
    }
    if let Some(parent) = body.parent {
        if parent != 0 && !known.iter().any(|other| other.id == parent) {
            return Err(Fault::invalid("parent", "There is no such category."));
        }
        if category.id != 0 && queries::with_children(&known, &[category.id]).contains(&parent) {
            return Err(Fault::invalid("parent", "A category cannot stand below itself. Choose another."));
        }
        category.parent = parent;
    }
    let same = |other: &&Category| {
        other.id != category.id && other.name == category.name && other.parent == category.parent
    };
    if known.iter().find(same).is_some() {
        return Err(Fault::invalid("name", "This category is there already."));
    }
    if category.id == 0 {
        category.id = store::category(tx, &category.name, category.parent)?;
        *category = must(tx, category.id)?;
    }
    if let Some(slug) = body.slug.as_ref().filter(|slug| !slug.trim().is_empty()) {
        let slug = kernel::text::slug(&kernel::text::line("slug", slug, 170)?);
        if known.iter().any(|other| other.id != category.id && other.slug == slug) {
            return Err(Fault::invalid("slug", "Another category has this slug. Choose another."));
        }
        category.slug = slug;
    }
    if *category == before { Ok(()) } else { store::put_category(tx, category) }
}

/// A page of categories. Their number is small, so they are narrowed and ordered here.
pub(crate) fn list(call: &Call, tx: &mut Tx, hide_empty: bool) -> Result<Reply, Fault> {
    check_context(call)?;
    let columns = ["name", "id", "include", "slug", "term_group", "description", "count"];
    let mut paging = call.paging_from(&columns, "asc")?;
    if hide_empty && call.query("per_page").is_none() {
        // The Store API's list has no end unless one is asked for.
        paging.per_page = 100_000;
    }
    let mut all = queries::categories(tx)?;
    let include = call.ids("include")?;
    if let Some(ids) = &include {
        all.retain(|category| ids.contains(&category.id));
    }
    if let Some(ids) = call.ids("exclude")? {
        all.retain(|category| !ids.contains(&category.id));
    }
    if let Some(parent) = call.number("parent")? {
        all.retain(|category| category.parent == parent);
    }
    if let Some(slugs) = call.values("slug") {
        all.retain(|category| slugs.contains(&category.slug));
    }
    if let Some(product) = call.number("product")? {
        let own = store::category_ids(tx, kernel::ids::ProductId(product))?;
        all.retain(|category| own.contains(&category.id));
    }
    if call.yes_or_no("hide_empty")?.unwrap_or(hide_empty) {
        all.retain(|category| category.count > 0);
    }
    all.retain(|category| category.name.to_lowercase().contains(&paging.search));
    match paging.orderby.as_str() {
        "id" | "term_group" | "description" => all.sort_by_key(|category| category.id),
        "slug" => all.sort_by_cached_key(|category| (category.slug.clone(), category.id)),
        "count" => all.sort_by_key(|category| (category.count, category.id)),
        "include" => {
            let order = include.unwrap_or_default();
            all.sort_by_key(|category| order.iter().position(|id| *id == category.id));
        }
        _ => all.sort_by_cached_key(|category| (category.name.to_lowercase(), category.id)),
    }
    if paging.descending && paging.orderby != "include" {
        all.reverse();
    }
    Ok(Reply::list(&paging.cut(all), &paging))
}
