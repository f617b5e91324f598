//! The shop's pages: all products, one product.

use http::Method;
use kernel::{Currency, Decimal, Fault};
use minijinja::context;
use runtime::Tx;
use runtime::settings::shop as setting;
use serde::Serialize;
use web::{Call, Reply, Routes, Template};

use super::model::{Category, Product};
use super::model_list::{Filter, Only, Order};
use super::{queries, store};
use crate::stock::commands as stock;

/// Templates of this slice.
pub const TEMPLATES: &[Template] = &[
    ("shop/shop.html", include_str!("pages/shop.html")),
    ("shop/product.html", include_str!("pages/product.html")),
];

/// Products on a page.
const PER_PAGE: i64 = 24;

const ORDERS: [(&str, &str); 5] = [
    ("menu_order", "Our choice"),
    ("popularity", "Most bought"),
    ("date", "Newest"),
    ("price", "Price, low to high"),
    ("price-desc", "Price, high to low"),
];

pub(crate) fn routes(routes: &mut Routes) {
    routes.page(Method::GET, "/").read(|_, _| Ok(Reply::redirect("/shop")));
    routes.page(Method::GET, "/shop").read(shop);
    routes.page(Method::GET, "/product/{slug}").read(product);
}

/// A product as the list shows it.
#[derive(Debug, Serialize)]
pub(crate) struct Card {
    id: i64,
    name: String,
    slug: String,
    image: String,
    price: String,
    price_old: String,
    on_sale: bool,
    in_stock: bool,
    from: bool,
}

fn money(amount: Decimal, currency: Currency) -> String {
    amount.to_money(currency).map(kernel::Money::display).unwrap_or_default()
}

pub(crate) fn card(tx: &mut Tx, product: &Product, currency: Currency) -> Result<Card, Fault> {
    let now = tx.now();
    let range = match product.kind.as_str() {
        "variable" => store::price_range(tx, product.id, now)?,
        "grouped" => grouped_range(tx, product)?,
        _ => None,
    };
    let variations = if product.kind == "variable" { store::variations(tx, product.id)? } else { Vec::new() };
    let price = match range {
        Some((least, most)) if least != most => {
            format!("{} – {}", money(least, currency), money(most, currency))
        }
        Some((least, _)) => money(least, currency),
        None => product.price(now).map(|price| money(price, currency)).unwrap_or_default(),
    };
    let on_sale = product.on_sale(now);
    Ok(Card {
        id: product.id.0,
        name: product.name.clone(),
        slug: product.slug.clone(),
        image: String::new(),
        price_old: if on_sale {
            product.regular_price.map(|price| money(price, currency)).unwrap_or_default()
        } else {
            String::new()
        },
        on_sale: on_sale || variations.iter().any(|variation| variation.on_sale(now)),
        in_stock: match product.kind.as_str() {
            "variable" => variations.iter().any(Product::in_stock),
            "grouped" | "external" => true,
            _ => product.in_stock(),
        },
        from: range.is_some_and(|(least, most)| least != most),
        price,
    })
}

/// The least and the most that one of a group's products costs.
fn grouped_range(tx: &mut Tx, product: &Product) -> Result<Option<(Decimal, Decimal)>, Fault> {
    let now = tx.now();
    let mut prices = Vec::new();
    for id in &product.grouped_ids {
        let member = queries::find(tx, kernel::ids::ProductId(*id))?;
        prices
            .extend(member.filter(|member| member.status == "publish").and_then(|member| member.price(now)));
    }
    Ok(prices.iter().min().copied().zip(prices.iter().max().copied()))
}

fn shop(call: &Call, tx: &mut Tx) -> Result<Reply, Fault> {
    let currency = setting::currency(tx)?;
    let categories: Vec<Category> =
        queries::categories(tx)?.into_iter().filter(|category| category.count > 0).collect();
    let slug = call.query("category").unwrap_or_default();
    let category = categories.iter().find(|category| category.slug == slug).cloned();
    let order = call
        .query("orderby")
        .filter(|order| ORDERS.iter().any(|(known, _)| known == order))
        .unwrap_or("menu_order");
    let search: String = call.query("search").unwrap_or_default().trim().chars().take(100).collect();
    let page: i64 = call
        .query("page")
        .and_then(|page| page.parse().ok())
        .filter(|page| (1..=10_000).contains(page))
        .unwrap_or(1);
    let mut only = vec![Only::Listed];
    if !search.is_empty() {
        only.push(Only::NameOrSku(search.to_lowercase()));
    }
    only.extend(category.as_ref().map(|category| Only::Categories(vec![category.id])));
    let (by, descending) = match order {
        "price" => (Order::Price, false),
        "price-desc" => (Order::Price, true),
        "date" => (Order::Date, true),
        "title" => (Order::Title, false),
        "popularity" => (Order::Popularity, true),
        _ => (Order::Shop, false),
    };
    let now = tx.now();
    let filter = Filter {
        only,
        order: by,
        descending,
        now,
        offset: (page - 1) * PER_PAGE,
        limit: PER_PAGE,
        ..Filter::default()
    };
    let found = queries::list(tx, &filter)?;
    let cards =
        found.rows.iter().map(|product| card(tx, product, currency)).collect::<Result<Vec<_>, _>>()?;
    let orders: Vec<minijinja::Value> =
        ORDERS.iter().map(|(key, title)| context! { key => key, title => title }).collect();
    let pages = (found.total + PER_PAGE - 1) / PER_PAGE;
    let address = format!(
        "/shop?category={}&orderby={order}&search={}&",
        category.as_ref().map_or("", |category| category.slug.as_str()),
        web::encoded(&search)
    );
    Ok(Reply::page(
        "shop/shop.html",
        context! { cards, categories, category, orders, order, search, total => found.total, page, pages, address },
    ))
}

#[derive(Debug, Serialize)]
struct Choice {
    name: String,
    key: String,
    options: Vec<String>,
}

#[derive(Debug, Serialize)]
struct VariationData {
    id: i64,
    attributes: std::collections::BTreeMap<String, String>,
    price: String,
    price_old: String,
    stock: String,
    in_stock: bool,
}

fn product(call: &Call, tx: &mut Tx) -> Result<Reply, Fault> {
    let currency = setting::currency(tx)?;
    let product =
        queries::published(tx, call.parameter("slug"))?.ok_or_else(|| Fault::not_found("product"))?;
    let card = card(tx, &product, currency)?;
    let variations =
        if product.kind == "variable" { queries::variations(tx, product.id)? } else { Vec::new() };
    let choices: Vec<Choice> = product
        .attributes
        .iter()
        .filter(|attribute| Product::varies(attribute, &variations))
        .map(|attribute| Choice {
            name: attribute.name.clone(),
            key: format!("attribute_{}", kernel::text::slug(&attribute.name)),
            options: attribute.options.clone(),
        })
        .collect();
    let data = variations
        .iter()
        .filter(|variation| variation.status == "publish")
        .map(|variation| variation_data(tx, variation, currency))
        .collect::<Result<Vec<_>, _>>()?;
    let grouped = grouped(tx, &product, currency)?;
    let (note, available) = stock_note(tx, &product)?;
    let own: Vec<Category> = queries::categories(tx)?
        .into_iter()
        .filter(|category| product.category_ids.contains(&category.id))
        .collect();
    let facts: Vec<minijinja::Value> = product
        .attributes
        .iter()
        .filter(|attribute| attribute.visible && !choices.iter().any(|choice| choice.name == attribute.name))
        .map(|attribute| context! { name => attribute.name, value => attribute.options.join(", ") })
        .collect();
    Ok(Reply::page(
        "shop/product.html",
        context! {
            card,
            kind => product.kind,
            sku => product.sku,
            short_description => queries::plain(&product.short_description),
            paragraphs => queries::paragraphs(&product.description),
            categories => own,
            choices,
            variations => kernel::json::to_text(&data).replace('<', "\\u003c"),
            grouped,
            facts,
            stock_note => note,
            most => available,
            purchasable => product.purchasable(tx.now()) || product.kind == "variable",
            sold_individually => product.sold_individually,
            external_url => product.external_url,
            button_text => if product.button_text.is_empty() { "Buy at the maker".to_owned() } else { product.button_text.clone() },
        },
    ))
}

fn variation_data(tx: &mut Tx, variation: &Product, currency: Currency) -> Result<VariationData, Fault> {
    let now = tx.now();
    let (stock, _) = stock_note(tx, variation)?;
    Ok(VariationData {
        id: variation.id.0,
        attributes: variation
            .attributes
            .iter()
            .map(|attribute| {
                let key = format!("attribute_{}", kernel::text::slug(&attribute.name));
                (key, attribute.options.first().cloned().unwrap_or_default())
            })
            .collect(),
        price: variation.price(now).map(|price| money(price, currency)).unwrap_or_default(),
        price_old: match variation.regular_price.filter(|_| variation.on_sale(now)) {
            Some(regular) => money(regular, currency),
            None => String::new(),
        },
        stock,
        in_stock: variation.purchasable(now),
    })
}

fn grouped(tx: &mut Tx, product: &Product, currency: Currency) -> Result<Vec<Card>, Fault> {
    let mut cards = Vec::new();
    for id in &product.grouped_ids {
        if let Some(member) =
            queries::find(tx, kernel::ids::ProductId(*id))?.filter(|member| member.status == "publish")
        {
            cards.push(card(tx, &member, currency)?);
        }
    }
    Ok(cards)
}

/// A sentence on the stock, and how many can be had, at most 99.
fn stock_note(tx: &mut Tx, product: &Product) -> Result<(String, i64), Fault> {
    Ok(match stock::available(tx, product, kernel::ids::OrderId(0))? {
        Some(free) if free <= 0 => ("Sold out".to_owned(), 0),
        Some(free) if free <= 5 => (format!("Only {free} left"), free),
        Some(free) => ("In stock".to_owned(), free.min(99)),
        None if product.stock_status == "onbackorder" => ("Made to order".to_owned(), 99),
        None => ("In stock".to_owned(), 99),
    })
}
