//! The SQL of lists of products.

use kernel::{Decimal, Fault, Moment, Page};
use runtime::Tx;

use super::model::Product;
use super::model_list::{Filter, Level, Only, Order};
use super::store;
use crate::conditions::{Conditions, by_place, marks};

/// Whether the row `of` is on sale at this moment.
fn on_sale(of: &str, now: Moment) -> String {
    let now = now.column();
    format!(
        "({of}.sale_price IS NOT NULL AND {of}.regular_price IS NOT NULL \
         AND CAST({of}.sale_price AS DECIMAL(26,8)) < CAST({of}.regular_price AS DECIMAL(26,8)) \
         AND ({of}.sale_from IS NULL OR {of}.sale_from <= '{now}') AND ({of}.sale_to IS NULL OR {of}.sale_to >= '{now}'))"
    )
}

/// The present price of the row `of`.
fn price(of: &str, now: Moment) -> String {
    let on_sale = on_sale(of, now);
    format!("CAST(CASE WHEN {on_sale} THEN {of}.sale_price ELSE {of}.regular_price END AS DECIMAL(26,8))")
}

/// Variations `v` of the row `p` that are for sale.
const VARIATIONS: &str = "FROM {p}cartwright_products v WHERE v.parent_id = p.id AND v.status = 'publish'";

/// A condition that a product meets itself, or through one of its variations when it is variable.
fn own_or_variation(condition: impl Fn(&str) -> String) -> String {
    let (own, of_variation) = (condition("p"), condition("v"));
    format!(
        "((p.type <> 'variable' AND {own}) OR (p.type = 'variable' AND EXISTS (SELECT 1 {VARIATIONS} AND {of_variation})))"
    )
}

fn decimals(values: impl IntoIterator<Item = Decimal>) -> Vec<db::Param<'static>> {
    values.into_iter().map(|value| db::Param::from(value.to_string())).collect()
}

fn twice(values: &[db::Param<'static>]) -> Vec<db::Param<'static>> {
    values.iter().chain(values).cloned().collect()
}

fn either(conditions: &mut Conditions, condition: String, wanted: bool) {
    let condition = if wanted { condition } else { format!("NOT {condition}") };
    conditions.and(&condition, []);
}

fn narrow(conditions: &mut Conditions, only: &Only, now: Moment) {
    match only {
        Only::Listed => {
            conditions.and("p.status = 'publish' AND p.visibility IN ('visible', 'catalog')", []);
        }
        // A variation is for sale where its parent is.
        Only::Published => conditions.and(
            "p.status = 'publish' AND (p.parent_id = 0 OR EXISTS (SELECT 1 FROM {p}cartwright_products o \
             WHERE o.id = p.parent_id AND o.status = 'publish'))",
            [],
        ),
        Only::NameOrSku(text) => conditions.holds(&["p.name", "p.sku"], text),
        Only::Words(words) => {
            for word in words {
                conditions.holds(&["p.name", "p.sku", "p.short_description", "p.description"], word);
            }
        }
        Only::WordsIn(words, columns) => words.iter().for_each(|word| conditions.holds(columns, word)),
        Only::SkuLike(text) => conditions.holds(&["p.sku"], text),
        Only::Skus(skus) => conditions.one_of("p.sku", skus.clone()),
        Only::Slugs(slugs) => conditions.one_of("p.slug", slugs.clone()),
        Only::Ids(ids) => conditions.one_of("p.id", ids.clone()),
        Only::NotIds(ids) => conditions.none_of("p.id", ids.clone()),
        Only::Parents(ids) => conditions.one_of("p.parent_id", ids.clone()),
        Only::NotParents(ids) => conditions.none_of("p.parent_id", ids.clone()),
        Only::Kinds(kinds) => conditions.one_of("p.type", kinds.clone()),
        Only::NotKinds(kinds) => conditions.none_of("p.type", kinds.clone()),
        Only::Statuses(statuses) => conditions.one_of("p.status", statuses.clone()),
        Only::NotStatuses(statuses) => conditions.none_of("p.status", statuses.clone()),
        Only::Visibilities(ways) => conditions.one_of("p.visibility", ways.clone()),
        Only::TaxClass(class) => conditions.and("p.tax_class = ?", [class.clone().into()]),
        Only::Featured(wanted) => conditions.and("p.featured = ?", [(*wanted).into()]),
        Only::Virtual(wanted) => conditions.and("p.is_virtual = ?", [(*wanted).into()]),
        Only::Downloadable(wanted) => conditions.and("p.is_downloadable = ?", [(*wanted).into()]),
        Only::OnSale(wanted) => either(conditions, own_or_variation(|of| on_sale(of, now)), *wanted),
        Only::Priced(wanted) => {
            either(conditions, own_or_variation(|of| format!("{} IS NOT NULL", price(of, now))), *wanted);
        }
        Only::Dates(dates) => {
            conditions.between("p.created_at", dates.after, dates.before);
            conditions.between("p.updated_at", dates.modified_after, dates.modified_before);
        }
        Only::Categories(_) | Only::NotCategories(_) | Only::Stock(_) | Only::Price(..) => {
            narrow_by_relation(conditions, only, now);
        }
    }
}

fn narrow_by_relation(conditions: &mut Conditions, only: &Only, now: Moment) {
    match only {
        Only::Categories(ids) | Only::NotCategories(ids) => {
            let wanted = matches!(only, Only::Categories(_));
            if ids.is_empty() {
                conditions.and(if wanted { "1 = 0" } else { "1 = 1" }, []);
                return;
            }
            let word = if wanted { "EXISTS" } else { "NOT EXISTS" };
            let text = format!(
                "{word} (SELECT 1 FROM {{p}}cartwright_product_categories c \
                 WHERE c.product_id = CASE WHEN p.parent_id = 0 THEN p.id ELSE p.parent_id END AND c.category_id IN ({}))",
                marks(ids.len())
            );
            conditions.and(&text, ids.iter().map(|id| db::Param::from(*id)));
        }
        Only::Stock(statuses) => {
            let among =
                |status: &str| format!("EXISTS (SELECT 1 {VARIATIONS} AND v.stock_status = '{status}')");
            let column = format!(
                "CASE WHEN p.type <> 'variable' THEN p.stock_status WHEN {} THEN 'instock' WHEN {} THEN 'onbackorder' \
                 ELSE 'outofstock' END",
                among("instock"),
                among("onbackorder")
            );
            conditions.one_of(&column, statuses.clone());
        }
        Only::Price(least, most) => {
            let bounds = |of: &str| {
                let price = price(of, now);
                let bound = |word: &str| format!("{price} {word} CAST(? AS DECIMAL(26,8))");
                let both = [least.map(|_| bound(">=")), most.map(|_| bound("<="))];
                both.into_iter().flatten().collect::<Vec<_>>().join(" AND ")
            };
            if least.is_some() || most.is_some() {
                let values = decimals([*least, *most].into_iter().flatten());
                conditions.and(&own_or_variation(bounds), twice(&values));
            }
        }
        _ => {}
    }
}

/// The columns to order by, the first first.
fn ordered(filter: &Filter) -> String {
    let direction = if filter.descending { "DESC" } else { "ASC" };
    let first = match &filter.order {
        Order::Shop => return "p.featured DESC, p.position, p.name, p.id".to_owned(),
        Order::Place => format!("p.position {direction}, p.name {direction}"),
        Order::Date => format!("p.created_at {direction}"),
        Order::Modified => format!("p.updated_at {direction}"),
        Order::Id => return format!("p.id {direction}"),
        Order::Title => format!("LOWER(p.name) {direction}"),
        Order::Slug => format!("p.slug {direction}"),
        Order::Popularity => format!("p.total_sales {direction}"),
        Order::Price => {
            let (own, of_variation) = (price("p", filter.now), price("v", filter.now));
            let end = if filter.descending { "MAX" } else { "MIN" };
            format!(
                "CASE WHEN p.type = 'variable' THEN (SELECT {end}({of_variation}) {VARIATIONS}) ELSE {own} END {direction}"
            )
        }
        Order::Include(ids) => return format!("{}, p.id", by_place("p.id", ids)),
    };
    format!("{first}, p.id {direction}")
}

/// A page of products.
pub(crate) fn list(tx: &mut Tx, filter: &Filter) -> Result<Page<Product>, Fault> {
    let mut conditions = Conditions::new(match filter.level {
        Level::Products => "p.parent_id = 0",
        Level::Variations => "p.parent_id <> 0",
        Level::Both => "1 = 1",
    });
    for only in &filter.only {
        narrow(&mut conditions, only, filter.now);
    }
    let condition = conditions.text().to_owned();
    let mut values = conditions.values;
    let total = tx
        .count_text(&format!("SELECT COUNT(*) FROM {{p}}cartwright_products p WHERE {condition}"), &values)?;
    let order = ordered(filter);
    let columns = store::COLUMNS;
    let text = format!(
        "SELECT {columns} FROM {{p}}cartwright_products p WHERE {condition} ORDER BY {order} LIMIT ? OFFSET ?"
    );
    values.extend([db::Param::from(filter.limit), db::Param::from(filter.offset)]);
    let rows = tx.rows_text(&text, &values, store::product)?;
    let rows =
        rows.into_iter().map(|product| store::with_categories(tx, product)).collect::<Result<_, _>>()?;
    Ok(Page { rows, total })
}

/// Names, values and row of the attributes of every product that has some.
pub(crate) fn attributes(tx: &mut Tx) -> Result<Vec<(i64, Vec<super::model::Attribute>)>, Fault> {
    let text = "SELECT id, attributes FROM {p}cartwright_products WHERE attributes <> '[]'";
    Ok(tx.rows_text(text, &[], |row| {
        Ok((row.get("id")?, serde_json::from_str(&row.get::<String>("attributes")?).unwrap_or_default()))
    })?)
}
