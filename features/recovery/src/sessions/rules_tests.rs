//! CartBay's fingerprints.

use kernel::Decimal;
use kernel::contracts::shop::CartLine;
use kernel::ids::ProductId;

use super::rules::{fingerprint, parse_status};

fn line(product: i64, variation: i64, attributes: &[(&str, &str)]) -> CartLine {
    CartLine {
        key: "k".to_owned(),
        product_id: ProductId(product),
        variation_id: ProductId(variation),
        quantity: 1,
        variation: attributes.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        name: "Thing".to_owned(),
        sku: String::new(),
        unit_price: Decimal::whole(1),
        subtotal: Decimal::whole(1),
        total: Decimal::whole(1),
        total_tax: Decimal::whole(0),
        image: String::new(),
        permalink: String::new(),
        category_ids: Vec::new(),
        product_type: "simple".to_owned(),
        offer_id: None,
    }
}

#[test]
fn fingerprint_is_cartbays() {
    assert_eq!(
        fingerprint(&[line(12, 0, &[])]),
        "4855cf62f2561842f4800bb5aee788c8f611d7fb0b89fe0ef3203d68f836b79d"
    );
    assert_eq!(fingerprint(&[]), "");
}

#[test]
fn fingerprint_knows_no_order_and_no_quantity() {
    let attributes = [("attribute_size", "large"), ("attribute_größe", "Hi / you é")];
    let one = [line(34, 56, &attributes), line(12, 0, &[]), line(100, 0, &[])];
    let mut other = [one[2].clone(), one[0].clone(), one[1].clone()];
    other[0].quantity = 9;
    assert_eq!(fingerprint(&one), fingerprint(&other));
    assert_ne!(fingerprint(&one), fingerprint(&one[..2]));
}

#[test]
fn statuses_are_read_in_every_spelling() {
    for text in ["wc-cartbay-suppressed", "wc-cartbay-suppresse", "cartbay-suppress", "suppressed"] {
        assert_eq!(parse_status(text).unwrap(), "cartbay-suppressed");
    }
    assert_eq!(parse_status("processing"), None);
}
