//! Prices and targeting, row by row.

use kernel::contracts::shop::ProductSnapshot;
use kernel::ids::ProductId;
use kernel::{Currency, Decimal, json};

use super::model::{OfferType, PricingRule, TargetingRules};
use super::rules::{Surroundings, check_pricing, check_targeting, targets, unit_price};

fn decimal(text: &str) -> Decimal {
    Decimal::parse(text).unwrap()
}

fn rule(text: &str) -> PricingRule {
    json::from_text(text).unwrap()
}

fn product(price: &str, regular: &str) -> ProductSnapshot {
    ProductSnapshot {
        id: ProductId(7),
        parent_id: ProductId(0),
        kind: "simple".to_owned(),
        name: "Album".to_owned(),
        slug: "album".to_owned(),
        short_description: String::new(),
        price: decimal(price),
        regular_price: decimal(regular),
        image: String::new(),
        purchasable: true,
        sold_individually: false,
        category_ids: vec![3],
        variations: Vec::new(),
    }
}

fn around(currency: &str, subtotal: &str) -> Surroundings {
    Surroundings {
        currency: Currency::parse(currency).unwrap(),
        total: decimal(subtotal),
        subtotal: decimal(subtotal),
        products: vec![ProductId(5), ProductId(51)],
        categories: vec![9],
    }
}

#[test]
fn prices_are_exact_and_rounded_once() {
    let table = [
        (r#"{"type":"fixed_addon","amount":24}"#, "USD", "24"),
        (r#"{"type":"fixed_addon","amount":"9.99"}"#, "USD", "9.99"),
        (r#"{"type":"percent_addon","value":10}"#, "USD", "4.55"), // 10 % of 45.45 is 4.545
        (r#"{"type":"percent_addon","value":"33.33"}"#, "USD", "15.15"), // 15.148485
        (r#"{"type":"percent_addon","value":10}"#, "JPY", "5"),    // 4.545
        (r#"{"type":"percent_addon","value":10}"#, "KWD", "4.545"),
        (r#"{"type":"free_gift"}"#, "USD", "0"),
        (r#"{"type":"free_gift","product_id":8}"#, "USD", "0"),
        (r#"{"type":"discount_pct","value":50}"#, "USD", "7.5"), // 14.99 / 2 is 7.495
        (r#"{"type":"discount_pct","value":50,"basis":"regular"}"#, "USD", "10"),
        (r#"{"type":"discount_pct","value":100}"#, "USD", "0"),
        (r#"{"type":"discount_pct","value":12.5}"#, "USD", "13.12"), // 13.11625
        (r#"{"type":"amount_off","amount":5}"#, "USD", "9.99"),
        (r#"{"type":"amount_off","amount":500}"#, "USD", "0"),
        (r#"{"type":"fixed_price","amount":12.5}"#, "USD", "12.5"),
        (r#"{"type":"list_price"}"#, "USD", "14.99"),
    ];
    for (text, currency, expected) in table {
        let price = unit_price(&rule(text), &product("14.99", "20"), &around(currency, "45.45"));
        assert_eq!(price, decimal(expected), "{text} in {currency}");
    }
}

#[test]
fn a_list_price_keeps_its_fine_digits() {
    let price = unit_price(&PricingRule::ListPrice {}, &product("12.345", "12.345"), &around("USD", "1"));
    assert_eq!(price, decimal("12.345"));
}

#[test]
fn targeting_wants_all_that_is_given() {
    let table = [
        ("{}", true),
        (r#"{"cart_min_total":50}"#, true),
        (r#"{"cart_min_total":"50.01"}"#, false),
        (r#"{"product_in_cart":[4,51]}"#, true),
        (r#"{"product_in_cart":[4]}"#, false),
        (r#"{"category_in_cart":[9]}"#, true),
        (r#"{"category_in_cart":[8]}"#, false),
        (r#"{"cart_min_total":10,"product_in_cart":[5],"category_in_cart":[8]}"#, false),
        (r#"{"cart_min_total":10,"product_in_cart":[5],"category_in_cart":[8,9]}"#, true),
    ];
    for (text, expected) in table {
        let rules: TargetingRules = json::from_text(text).unwrap();
        assert_eq!(targets(&rules, &around("USD", "50")), expected, "{text}");
    }
}

#[test]
fn a_wrong_rule_names_its_field() {
    let table = [
        (OfferType::Bump, r#"{"type":"fixed_addon","amount":-1}"#, "USD", "pricing_rule.amount"),
        (OfferType::Bump, r#"{"type":"fixed_addon","amount":1.005}"#, "USD", "pricing_rule.amount"),
        (OfferType::Bump, r#"{"type":"fixed_addon","amount":1.5}"#, "JPY", "pricing_rule.amount"),
        (OfferType::Bump, r#"{"type":"percent_addon","value":0}"#, "USD", "pricing_rule.value"),
        (OfferType::Bump, r#"{"type":"percent_addon","value":100.5}"#, "USD", "pricing_rule.value"),
        (OfferType::Upsell, r#"{"type":"free_gift"}"#, "USD", "pricing_rule.type"),
        (OfferType::Downsell, r#"{"type":"fixed_addon","amount":1}"#, "USD", "pricing_rule.type"),
    ];
    for (kind, text, currency, field) in table {
        let fault = check_pricing(kind, &rule(text), Currency::parse(currency).unwrap()).unwrap_err();
        assert!(fault.params.contains_key(field), "{text}: {fault}");
    }
    let rules: TargetingRules = json::from_text(r#"{"product_in_cart":[0]}"#).unwrap();
    let fault = check_targeting("targeting_rules", &rules, Currency::USD).unwrap_err();
    assert!(fault.params.contains_key("targeting_rules.product_in_cart"));
    assert!(json::from_text::<PricingRule>(r#"{"type":"list_price","amount":2}"#).is_err());
    assert!(json::from_text::<PricingRule>(r#"{"type":"fixed_price","amount":2,"x":1}"#).is_err());
}
