//! What holds for every cart.

use std::collections::BTreeMap;

use kernel::decimal::{Decimal, Rounding};
use proptest::prelude::*;

use super::{
    Coupon, DiscountKind, Fee, Input, Line, Rate, RatesByClass, Settings, Shipping, ShippingTaxClass,
    TaxStatus, calculate,
};

fn cents(count: i64) -> Decimal {
    Decimal::from_raw(i128::from(count) * 1_000_000)
}

fn lines() -> impl Strategy<Value = Vec<Line>> {
    let line = (0_i64..50_000, 1_u32..12, prop::bool::weighted(0.3), 0_u8..10);
    prop::collection::vec(line, 1..7).prop_map(|lines| {
        let line = |(index, (price, quantity, reduced, status)): (usize, (i64, u32, bool, u8))| Line {
            key: index.to_string(),
            unit_price: cents(price),
            quantity,
            tax_class: if reduced { "reduced-rate".to_owned() } else { String::new() },
            tax_status: if status == 0 { TaxStatus::None } else { TaxStatus::Taxable },
        };
        lines.into_iter().enumerate().map(line).collect()
    })
}

fn coupons() -> impl Strategy<Value = Vec<Coupon>> {
    let coupon = (0_u8..3, 0_i64..15_000, prop::option::of(1_u32..6));
    prop::collection::vec(coupon, 0..4).prop_map(|coupons| {
        let coupon = |(index, (kind, amount, item_limit)): (usize, (u8, i64, Option<u32>))| Coupon {
            id: i64::try_from(index).unwrap(),
            code: format!("coupon{index}"),
            kind: [DiscountKind::FixedProduct, DiscountKind::Percent, DiscountKind::FixedCart]
                [usize::from(kind)],
            amount: cents(amount),
            item_limit,
            eligible: None,
        };
        coupons.into_iter().enumerate().map(coupon).collect()
    })
}

fn rates() -> impl Strategy<Value = RatesByClass> {
    let rate = (0_i64..3_000, any::<bool>(), any::<bool>());
    prop::collection::vec((any::<bool>(), rate), 0..4).prop_map(|rates| {
        let mut by_class: RatesByClass = BTreeMap::new();
        for (id, (reduced, (percent, compound, shipping))) in (1_i64..).zip(rates) {
            let class = if reduced { "reduced-rate" } else { "" };
            let rate = Rate { id, percent: cents(percent), compound, shipping };
            by_class.entry(class.to_owned()).or_default().push(rate);
        }
        by_class
    })
}

fn settings() -> impl Strategy<Value = Settings> {
    prop::array::uniform6(any::<bool>()).prop_map(|[gross, late, sequential, exempt, adjust, fixed_class]| {
        Settings {
            prices_include_tax: gross,
            round_at_subtotal: late,
            sequential_discounts: sequential,
            vat_exempt: exempt,
            adjust_for_destination: adjust,
            shipping_tax_class: if fixed_class {
                ShippingTaxClass::Class("reduced-rate".to_owned())
            } else {
                ShippingTaxClass::Inherit
            },
            ..Settings::standard(2)
        }
    })
}

prop_compose! {
    fn carts()(
        settings in settings(), rates in rates(), base_rates in rates(), lines in lines(), coupons in coupons(),
        costs in prop::collection::vec(0_i64..3_000, 0..3),
        amounts in prop::collection::vec((-20_000_i64..5_000, any::<bool>()), 0..3),
    ) -> Input {
        let shipping = |(index, cost): (usize, i64)| Shipping {
            key: index.to_string(), cost: cents(cost), taxable: true,
        };
        let fee = |(index, (amount, taxable)): (usize, (i64, bool))| Fee {
            key: index.to_string(), amount: cents(amount), taxable, tax_class: String::new(),
        };
        Input {
            settings, rates, base_rates, lines, coupons,
            shipping: costs.into_iter().enumerate().map(shipping).collect(),
            fees: amounts.into_iter().enumerate().map(fee).collect(),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn the_total_is_the_sum_of_its_parts(input in carts()) {
        let totals = calculate(&input).unwrap();
        let parts = totals.items + totals.shipping + totals.fees;
        let taxes = totals.items_tax + totals.shipping_tax + totals.fees_tax;
        let due = (parts + taxes).round(2, Rounding::HalfUp);
        let slack = if input.settings.round_at_subtotal { 1 } else { 0 };
        let expected = due.max(Decimal::ZERO);
        prop_assert!((totals.total.raw() - expected.raw()).abs() <= slack * 1_000_000, "{} {}", totals.total, expected);
        prop_assert!(!totals.total.is_negative());
        prop_assert_eq!(totals.total, totals.total.round(2, Rounding::HalfUp));
    }

    #[test]
    fn coupons_take_no_more_than_there_is(input in carts()) {
        let totals = calculate(&input).unwrap();
        prop_assert!(!totals.discount.is_negative());
        // Gross prices moved to another place have fractions of a cent, which a coupon rounds away line by line.
        let slack = cents(i64::try_from(input.lines.len()).unwrap());
        prop_assert!(totals.discount.raw() <= (totals.subtotal + slack).raw());
        for line in &totals.lines {
            prop_assert!(line.total.raw() <= line.subtotal.raw());
            prop_assert!(line.total.raw() >= -cents(1).raw());
        }
        let by_coupon: Decimal = totals.coupons.iter().map(|coupon| coupon.discount).sum();
        prop_assert!((by_coupon - totals.discount).raw().abs() < 100);
    }

    #[test]
    fn the_order_of_coupons_does_not_matter(input in carts()) {
        let mut turned = input.clone();
        turned.coupons.reverse();
        prop_assert_eq!(calculate(&input).unwrap(), calculate(&turned).unwrap());
    }

    #[test]
    fn an_exempt_customer_pays_no_tax(mut input in carts()) {
        input.settings.vat_exempt = true;
        let totals = calculate(&input).unwrap();
        prop_assert!(totals.total_tax.is_zero() && totals.rates.is_empty());
    }
}

fn one_line(price: Decimal, quantity: u32) -> Input {
    let rate = Rate { id: 1, percent: Decimal::whole(20), compound: false, shipping: true };
    let rates = BTreeMap::from([(String::new(), vec![rate])]);
    Input {
        settings: Settings::standard(2),
        base_rates: rates.clone(),
        rates,
        lines: vec![Line {
            key: "a".to_owned(),
            unit_price: price,
            quantity,
            tax_class: String::new(),
            tax_status: TaxStatus::Taxable,
        }],
        coupons: Vec::new(),
        shipping: Vec::new(),
        fees: Vec::new(),
    }
}

#[test]
fn amounts_that_do_not_fit_are_refused() {
    let code = |input: &Input| calculate(input).unwrap_err().code;
    assert_eq!(code(&one_line(Decimal::whole(i64::MAX), u32::MAX)), "amount_too_large");
    assert_eq!(code(&one_line(Decimal::from_raw(i128::MAX), 2)), "amount_too_large");
    assert_eq!(code(&one_line(Decimal::whole(-1), 1)), "negative_price");
    assert_eq!(code(&one_line(cents(1), 2_000_000)), "too_many_units");
    let mut input = one_line(cents(1), 1);
    input.rates.entry(String::new()).or_default()[0].percent = Decimal::whole(601);
    assert_eq!(code(&input), "tax_rate_out_of_range");
}

#[test]
fn the_largest_cart_is_worked_out() {
    let mut input = one_line(Decimal::whole(4_999_999_999), 1);
    input.settings.prices_include_tax = true;
    input.rates.entry(String::new()).or_default()[0].percent = Decimal::whole(600);
    input.fees.push(Fee {
        key: "discount".to_owned(),
        amount: Decimal::whole(-4_999_999_999),
        taxable: true,
        tax_class: String::new(),
    });
    let totals = calculate(&input).unwrap();
    assert_eq!(totals.subtotal.fixed(2), "4166666665.83");
    assert!(totals.total < Decimal::whole(1));
}

#[test]
fn shipping_takes_the_class_of_what_is_shipped() {
    let mut input = one_line(cents(1000), 1);
    let class =
        |rate: i64| vec![Rate { id: rate, percent: Decimal::whole(rate), compound: false, shipping: true }];
    input.rates =
        ["", "zero-rate", "reduced-rate"].map(str::to_owned).into_iter().zip([20, 1, 5].map(class)).collect();
    input.base_rates = input.rates.clone();
    input.shipping.push(Shipping { key: "flat".to_owned(), cost: cents(1000), taxable: true });
    let shipping_tax = |input: &Input| calculate(input).unwrap().shipping_tax.fixed(2);
    assert_eq!(shipping_tax(&input), "2.00");
    input.lines[0].tax_class = "zero-rate".to_owned();
    assert_eq!(shipping_tax(&input), "0.10");
    input.lines.push(Line {
        key: "b".to_owned(),
        tax_class: "reduced-rate".to_owned(),
        ..input.lines[0].clone()
    });
    assert_eq!(shipping_tax(&input), "0.50");
    input.lines.iter_mut().for_each(|line| line.tax_status = TaxStatus::None);
    assert_eq!(shipping_tax(&input), "0.00");
}
