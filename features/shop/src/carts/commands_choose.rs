//! What an addition to a cart sells: the product or variation that is meant, and the values chosen for it.

use kernel::Fault;
use kernel::ids::ProductId;
use runtime::Tx;
use runtime::ports::AddToCart;

use crate::products::model::{Attribute, Product};
use crate::products::store as products;

/// What an addition comes to: what is sold, and the values chosen for attributes that the variation leaves open.
pub(crate) struct Chosen {
    pub(crate) product_id: ProductId,
    pub(crate) variation_id: ProductId,
    pub(crate) sold: Product,
    pub(crate) variation: Vec<(String, String)>,
}

/// Finds what is to be sold. A variable product is resolved to its variation by id or by its attributes; a value must be
/// chosen for each attribute that the variation leaves open.
pub(crate) fn choose(tx: &mut Tx, wanted: &AddToCart) -> Result<Chosen, Fault> {
    let (parent, mut chosen) = find(tx, wanted)?;
    if chosen.variation_id.0 > 0 {
        chosen.variation = open_values(tx, &parent, &chosen.sold, &wanted.variation)?;
    }
    Ok(chosen)
}

/// The same for an order made by hand, which may leave open what the variation does. Gives the parent beside it.
pub(crate) fn find(tx: &mut Tx, wanted: &AddToCart) -> Result<(Product, Chosen), Fault> {
    let missing = || {
        Fault::new(
            kernel::FaultKind::Invalid,
            "woocommerce_rest_cart_invalid_product",
            "This product cannot be added to the cart.",
        )
        .and_invalid("id", "There is no such product for sale. Choose another.")
    };
    let named = products::by_id(tx, wanted.product_id)?.ok_or_else(missing)?;
    let (parent, asked) = match named.kind.as_str() {
        "variation" => (products::by_id(tx, named.parent_id)?.ok_or_else(missing)?, Some(named)),
        "variable" if wanted.variation_id.0 > 0 => {
            let variation = products::by_id(tx, wanted.variation_id)?;
            let variation =
                variation.filter(|variation| variation.parent_id == named.id).ok_or_else(missing)?;
            (named, Some(variation))
        }
        "variable" => (named, None),
        _ => (named.clone(), Some(named)),
    };
    if parent.kind != "variable" {
        let sold = asked.ok_or_else(missing)?;
        let chosen =
            Chosen { product_id: parent.id, variation_id: ProductId(0), sold, variation: Vec::new() };
        return Ok((parent, chosen));
    }
    let variation = match asked {
        Some(variation) => variation,
        None => matching(tx, &parent, &wanted.variation)?,
    };
    let chosen =
        Chosen { product_id: parent.id, variation_id: variation.id, sold: variation, variation: Vec::new() };
    Ok((parent, chosen))
}

fn attribute_is(name: &str, given: &str) -> bool {
    let given = given.strip_prefix("attribute_").unwrap_or(given);
    let given = given.strip_prefix("pa_").unwrap_or(given);
    kernel::text::slug(name) == kernel::text::slug(given)
}

fn value_of<'a>(name: &str, chosen: &'a [(String, String)]) -> Option<&'a str> {
    let exact = chosen.iter().find(|(given, value)| given == name && !value.is_empty());
    let alike = || chosen.iter().find(|(given, value)| attribute_is(name, given) && !value.is_empty());
    exact.or_else(alike).map(|(_, value)| value.as_str())
}

/// The value that is meant, out of some: to the letter, else by its slug where only one has that slug.
fn meant<'a>(values: impl Iterator<Item = &'a str> + Clone, given: &str) -> Option<&'a str> {
    let given = given.trim();
    if let Some(exact) = values.clone().find(|value| value.trim() == given) {
        return Some(exact);
    }
    let slug = kernel::text::slug(given);
    if slug.is_empty() {
        return None;
    }
    let mut alike: Vec<&str> = values.filter(|value| kernel::text::slug(value) == slug).collect();
    alike.dedup();
    match alike.as_slice() {
        [one] => Some(one),
        _ => None,
    }
}

/// The values that an attribute can have: the parent's, and those of its variations.
fn values_of<'a>(parent: &'a Product, variations: &'a [Product], name: &'a str) -> Vec<&'a str> {
    let mut values: Vec<&str> = Vec::new();
    for product in std::iter::once(parent).chain(variations) {
        let own = product.attributes.iter().filter(|attribute| attribute_is(&attribute.name, name));
        for value in own.flat_map(|attribute| &attribute.options) {
            if !values.contains(&value.as_str()) {
                values.push(value);
            }
        }
    }
    values
}

fn matching(tx: &mut Tx, parent: &Product, chosen: &[(String, String)]) -> Result<Product, Fault> {
    let variations = products::variations(tx, parent.id)?;
    let fits = |variation: &&Product| {
        variation.attributes.iter().all(|attribute| {
            match (attribute.options.first(), value_of(&attribute.name, chosen)) {
                (None, _) => true,
                (Some(fixed), Some(value)) => {
                    let values = values_of(parent, &variations, &attribute.name);
                    meant(values.into_iter(), value) == Some(fixed.as_str())
                }
                (Some(_), None) => false,
            }
        })
    };
    variations.iter().find(fits).cloned().ok_or_else(|| {
        Fault::new(
            kernel::FaultKind::Invalid,
            "woocommerce_rest_variation_id_from_variation_data",
            "No matching variation found.",
        )
        .and_invalid("variation", "Choose a value for every option.")
    })
}

/// Attributes of the parent that a shopper chooses and the variation leaves open, whether it names them or not.
pub(crate) fn open_attributes<'a>(
    parent: &'a Product,
    variation: &'a Product,
    variations: &'a [Product],
) -> impl Iterator<Item = &'a Attribute> {
    parent.attributes.iter().filter(move |attribute| {
        let own = variation.attributes.iter().find(|own| attribute_is(&own.name, &attribute.name));
        match own {
            Some(own) => own.options.is_empty(),
            None => Product::varies(attribute, variations),
        }
    })
}

fn one_of(attribute: &Attribute, value: &str) -> Result<String, Fault> {
    let known = meant(attribute.options.iter().map(String::as_str), value);
    known.map(str::to_owned).ok_or_else(|| missing_value(attribute))
}

fn missing_value(attribute: &Attribute) -> Fault {
    Fault::new(kernel::FaultKind::Invalid, "woocommerce_rest_missing_variation_data", "Missing attributes.")
        .and_invalid(attribute.name.clone(), format!("Choose one of: {}.", attribute.options.join(", ")))
}

/// Values for the attributes that the variation leaves open; each must be one of the parent's. A value that is named for
/// one that the variation has fixed must be that one.
fn open_values(
    tx: &mut Tx,
    parent: &Product,
    variation: &Product,
    chosen: &[(String, String)],
) -> Result<Vec<(String, String)>, Fault> {
    let named = |attribute: &Attribute| {
        variation.attributes.iter().any(|own| attribute_is(&own.name, &attribute.name))
    };
    // What the other variations are matters only where something is left open, or said.
    let all = if chosen.is_empty() && parent.attributes.iter().all(named) {
        Vec::new()
    } else {
        products::variations(tx, parent.id)?
    };
    for fixed in &variation.attributes {
        let (Some(value), Some(own)) = (value_of(&fixed.name, chosen), fixed.options.first()) else {
            continue;
        };
        if meant(values_of(parent, &all, &fixed.name).into_iter(), value) != Some(own.as_str()) {
            return Err(Fault::new(
                kernel::FaultKind::Invalid,
                "woocommerce_rest_invalid_variation_data",
                "Invalid value posted for an attribute.",
            )
            .and_invalid(
                fixed.name.clone(),
                format!("This variation is {own}. Choose that, or another variation."),
            ));
        }
    }
    open_attributes(parent, variation, &all)
        .map(|attribute| {
            let value = value_of(&attribute.name, chosen).ok_or_else(|| missing_value(attribute))?;
            Ok((attribute.name.clone(), one_of(attribute, value)?))
        })
        .collect()
}

/// Values that are named for attributes which the variation leaves open; what is not named stays open. For an order made by
/// hand.
pub(crate) fn named_values(
    tx: &mut Tx,
    parent: &Product,
    variation: &Product,
    named: &[(String, String)],
) -> Result<Vec<(String, String)>, Fault> {
    let all = products::variations(tx, parent.id)?;
    let mut values = Vec::new();
    for attribute in open_attributes(parent, variation, &all) {
        if let Some(value) = value_of(&attribute.name, named) {
            values.push((attribute.name.clone(), one_of(attribute, value)?));
        }
    }
    Ok(values)
}
