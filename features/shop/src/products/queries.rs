//! Reading products.

use kernel::contracts::shop::ProductSnapshot;
use kernel::ids::ProductId;
use kernel::{Decimal, Fault, Page};
use runtime::Tx;

use super::model::{Category, Product};
use super::model_list::Filter;
use super::{store, store_list};

/// A product or a variation.
pub fn find(tx: &mut Tx, id: ProductId) -> Result<Option<Product>, Fault> {
    store::by_id(tx, id)
}

/// A product that everyone may see, by the slug of its page.
pub fn published(tx: &mut Tx, slug: &str) -> Result<Option<Product>, Fault> {
    Ok(store::by_slug(tx, slug)?.filter(|product| product.status == "publish" && product.parent_id.0 == 0))
}

/// A page of products.
pub fn list(tx: &mut Tx, filter: &Filter) -> Result<Page<Product>, Fault> {
    store_list::list(tx, filter)
}

/// Variations in their order.
pub fn variations(tx: &mut Tx, parent: ProductId) -> Result<Vec<Product>, Fault> {
    store::variations(tx, parent)
}

/// Categories by name with the count of their products.
pub fn categories(tx: &mut Tx) -> Result<Vec<Category>, Fault> {
    store::categories(tx)
}

/// These categories and all below them.
pub(crate) fn with_children(categories: &[Category], ids: &[i64]) -> Vec<i64> {
    let mut all = ids.to_vec();
    let mut place = 0;
    while let Some(id) = all.get(place).copied() {
        place += 1;
        let below = categories.iter().filter(|category| category.parent == id).map(|category| category.id);
        let fresh: Vec<i64> = below.filter(|id| !all.contains(id)).collect();
        all.extend(fresh);
    }
    all
}

/// The name a product is sold under: `Hoodie - Blue, Yes`. `chosen` fills in what the variation leaves open.
#[must_use]
pub fn name_of(product: &Product, parent: Option<&Product>, chosen: &[(String, String)]) -> String {
    let Some(parent) = parent else { return product.name.clone() };
    let mut values = vec![product.variation_label()];
    values.extend(chosen.iter().map(|(_, value)| value.clone()));
    values.retain(|value| !value.is_empty());
    if values.is_empty() { parent.name.clone() } else { format!("{} - {}", parent.name, values.join(", ")) }
}

/// The name a variation is sold under.
pub fn sold_name(tx: &mut Tx, product: &Product) -> Result<String, Fault> {
    let parent = match product.parent_id {
        ProductId(0) => None,
        parent => store::by_id(tx, parent)?,
    };
    Ok(name_of(product, parent.as_ref(), &[]))
}

/// The product as other features see it.
pub fn snapshot(tx: &mut Tx, product: &Product) -> Result<ProductSnapshot, Fault> {
    let now = tx.now();
    let variations = if product.kind == "variable" { store::variations(tx, product.id)? } else { Vec::new() };
    let cheapest = variations.iter().filter_map(|variation| variation.price(now)).min();
    let purchasable =
        product.purchasable(now) || variations.iter().any(|variation| variation.purchasable(now));
    let name = sold_name(tx, product)?;
    let parent_slug = match product.parent_id.0 {
        0 => None,
        _ => store::by_id(tx, product.parent_id)?.map(|parent| parent.slug),
    };
    Ok(ProductSnapshot {
        id: product.id,
        parent_id: product.parent_id,
        kind: product.kind.clone(),
        name,
        slug: parent_slug.unwrap_or_else(|| product.slug.clone()),
        short_description: plain(&product.short_description),
        price: product.price(now).or(cheapest).unwrap_or(Decimal::ZERO),
        regular_price: product.regular_price.or(cheapest).unwrap_or(Decimal::ZERO),
        image: String::new(),
        purchasable,
        sold_individually: product.sold_individually,
        category_ids: product.category_ids.clone(),
        variations: variations
            .iter()
            .filter(|variation| variation.purchasable(now))
            .map(|variation| (variation.id, variation.variation_label()))
            .collect(),
    })
}

/// Text without its tags.
#[must_use]
pub fn plain(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut inside = false;
    for character in html.chars() {
        match character {
            '<' => inside = true,
            '>' if inside => inside = false,
            _ if !inside => text.push(character),
            _ => {}
        }
    }
    text.trim().to_owned()
}

/// Text without its tags, a paragraph to each run of lines.
#[must_use]
pub fn paragraphs(html: &str) -> Vec<String> {
    let spaced =
        html.replace("</p>", "\n").replace("<br>", "\n").replace("<br />", "\n").replace("\\n", "\n");
    plain(&spaced).lines().map(str::trim).filter(|line| !line.is_empty()).map(ToOwned::to_owned).collect()
}
