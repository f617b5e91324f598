//! Carts with the totals that WooCommerce's own classes gave for them.
#![expect(clippy::panic, clippy::unwrap_used, reason = "a test tells by panicking")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use kernel::decimal::{Decimal, Rounding};
use serde_json::Value;
use shop::totals::{
    Coupon, DiscountKind, Fee, Input, Line, Rate, RatesByClass, Settings, Shipping, ShippingTaxClass,
    TaxStatus, Taxes, Totals, calculate,
};

/// The vectors hold six digits, the last of them as far as doubles carry it; ours have eight.
const TOLERANCE: i128 = 151;

#[test]
fn woocommerce_totals() {
    let Some((path, text)) = vectors() else {
        println!("skipped: ../shared/vectors/woocommerce-totals.jsonl is not there");
        return;
    };
    let mut problems = Vec::new();
    let mut count = 0;
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let vector: Value = serde_json::from_str(line)
            .unwrap_or_else(|error| panic!("line {} of {}: {error}", number + 1, path.display()));
        let name = vector["name"].as_str().unwrap_or_default();
        match calculate(&input(&vector["in"])) {
            Ok(totals) => problems.extend(
                differences(&totals, &vector["out"]).into_iter().map(|text| format!("{name}: {text}")),
            ),
            Err(fault) => problems.push(format!("{name}: {fault}")),
        }
        count += 1;
    }
    println!("{count} carts compared");
    assert!(count > 0, "{} holds no carts", path.display());
    assert!(problems.is_empty(), "{} differences:\n{}", problems.len(), problems.join("\n"));
}

/// The file that the environment names, from here or from the workspace; else the shared one, if it is there.
fn vectors() -> Option<(PathBuf, String)> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    if let Some(named) = std::env::var_os("CARTWRIGHT_TOTALS_VECTORS") {
        let here = PathBuf::from(&named);
        let path = if here.exists() { here } else { workspace.join(named) };
        let text = std::fs::read_to_string(&path);
        return Some((path.clone(), text.unwrap_or_else(|error| panic!("{}: {error}", path.display()))));
    }
    let path = workspace.join("../shared/vectors/woocommerce-totals.jsonl");
    let text = std::fs::read_to_string(&path).ok()?;
    Some((path, text))
}

fn flag(value: &Value) -> bool {
    value.as_bool().unwrap_or_else(|| value.as_i64().unwrap_or(0) != 0)
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// Reads a number with or without an exponent.
fn decimal(value: &Value) -> Decimal {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned).to_lowercase();
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.trim_start_matches('+').parse().unwrap_or_else(|_| panic!("number {text}"));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let shift = exponent - i32::try_from(fraction.len()).unwrap() + 8;
    let all: i128 = format!("{whole}{fraction}").parse().unwrap_or_else(|_| panic!("number {text}"));
    let power = 10_i128.pow(shift.unsigned_abs());
    Decimal::from_raw(if shift >= 0 {
        all * power
    } else {
        kernel::decimal::divide(all, power, Rounding::HalfUp)
    })
}

fn rates(value: &Value) -> RatesByClass {
    let mut rates: RatesByClass = BTreeMap::new();
    for rate in list(value) {
        rates.entry(rate["class"].as_str().unwrap_or_default().to_owned()).or_default().push(Rate {
            id: rate["id"].as_i64().unwrap(),
            percent: decimal(&rate["pct"]),
            compound: flag(&rate["compound"]),
            shipping: rate.get("shipping").is_none_or(flag),
        });
    }
    rates
}

fn settings(given: &Value) -> Settings {
    let decimals = given.get("dec").and_then(Value::as_u64).unwrap_or(2);
    Settings {
        taxes_enabled: !flag(&given["notax"]),
        prices_include_tax: flag(&given["incl"]),
        round_at_subtotal: flag(&given["ras"]),
        sequential_discounts: flag(&given["seq"]),
        vat_exempt: flag(&given["exempt"]),
        adjust_for_destination: !flag(&given["noadjust"]),
        shipping_tax_class: match given["shipclass"].as_str() {
            Some("inherit") => ShippingTaxClass::Inherit,
            class => ShippingTaxClass::Class(class.unwrap_or_default().to_owned()),
        },
        ..Settings::standard(u32::try_from(decimals).unwrap())
    }
}

fn line(index: usize, item: &Value) -> Line {
    Line {
        key: format!("line{index}"),
        unit_price: decimal(&item[0]),
        quantity: u32::try_from(item[1].as_u64().unwrap()).unwrap(),
        tax_class: item[2].as_str().unwrap_or_default().to_owned(),
        tax_status: match item[3].as_str() {
            Some("none") => TaxStatus::None,
            Some("shipping") => TaxStatus::Shipping,
            _ => TaxStatus::Taxable,
        },
    }
}

fn coupon(given: &Value) -> Coupon {
    Coupon {
        id: given[5].as_i64().unwrap_or(0),
        code: given[0].as_str().unwrap().to_owned(),
        kind: match given[1].as_str() {
            Some("percent") => DiscountKind::Percent,
            Some("fixed_product") => DiscountKind::FixedProduct,
            Some("fixed_cart") => DiscountKind::FixedCart,
            other => panic!("discount type {other:?}"),
        },
        amount: decimal(&given[2]),
        item_limit: given[3].as_u64().map(|limit| u32::try_from(limit).unwrap()),
        eligible: given[4].as_array().map(|lines| lines.iter().map(|line| format!("line{line}")).collect()),
    }
}

fn input(given: &Value) -> Input {
    let destination = rates(&given["rates"]);
    let fee = |(index, fee): (usize, &Value)| Fee {
        key: format!("fee{index}"),
        amount: decimal(&fee[0]),
        taxable: flag(&fee[1]),
        tax_class: fee[2].as_str().unwrap_or_default().to_owned(),
    };
    let shipping = |(index, cost): (usize, &Value)| Shipping {
        key: format!("package{index}"),
        cost: decimal(cost),
        taxable: true,
    };
    Input {
        settings: settings(given),
        base_rates: given.get("base").map_or_else(|| destination.clone(), rates),
        rates: destination,
        lines: list(&given["items"]).iter().enumerate().map(|(index, item)| line(index, item)).collect(),
        coupons: list(&given["coupons"]).iter().map(coupon).collect(),
        shipping: list(&given["ship"]).iter().enumerate().map(shipping).collect(),
        fees: list(&given["fees"]).iter().enumerate().map(fee).collect(),
    }
}

/// Names every member of `expected` that ours does not equal.
fn differences(totals: &Totals, expected: &Value) -> Vec<String> {
    let mut problems = Vec::new();
    let mut compare = |member: String, ours: Decimal, expected: &Value| {
        if expected.is_null() || (ours.raw() - decimal(expected).raw()).abs() > TOLERANCE {
            problems.push(format!("{member} is {ours}, expected {expected}"));
        }
    };
    let named = |name: &str| match name {
        "subtotal" => totals.subtotal,
        "subtotal_tax" => totals.subtotal_tax,
        "discount" => totals.discount,
        "discount_tax" => totals.discount_tax,
        "items" => totals.items,
        "items_tax" => totals.items_tax,
        "ship" => totals.shipping,
        "ship_tax" => totals.shipping_tax,
        "fee" => totals.fees,
        "fee_tax" => totals.fees_tax,
        "total_tax" => totals.total_tax,
        "total" => totals.total,
        other => panic!("unknown member {other}"),
    };
    for (name, value) in expected.as_object().unwrap() {
        match name.as_str() {
            "coupon" => {
                for coupon in &totals.coupons {
                    compare(format!("coupon {}", coupon.code), coupon.discount, &value[&coupon.code]);
                }
            }
            "lines" => {
                for (index, line) in totals.lines.iter().enumerate() {
                    let row = &value[index];
                    compare(format!("line {index} subtotal"), line.subtotal, &row[0]);
                    compare(format!("line {index} subtotal tax"), line.subtotal_tax, &row[1]);
                    compare(format!("line {index} total"), line.total, &row[2]);
                    compare(format!("line {index} tax"), line.tax, &row[3]);
                    for (rate, tax) in &line.taxes {
                        compare(format!("line {index} rate {rate}"), *tax, &row[4][rate.to_string()]);
                    }
                }
            }
            name => compare(name.to_owned(), named(name), value),
        }
    }
    problems.extend(counts(totals, expected));
    problems
}

/// Nothing expected may be missing in ours.
fn counts(totals: &Totals, expected: &Value) -> Vec<String> {
    let members = |value: &Value| value.as_object().map_or(0, serde_json::Map::len);
    let rates = |taxes: &Taxes| taxes.len();
    let mut problems = Vec::new();
    if members(&expected["coupon"]) != totals.coupons.len() {
        problems.push(format!("coupons are {:?}", totals.coupons));
    }
    if list(&expected["lines"]).len() != totals.lines.len() {
        problems.push(format!("lines are {:?}", totals.lines));
    }
    for (line, row) in totals.lines.iter().zip(list(&expected["lines"])) {
        if members(&row[4]) != rates(&line.taxes) {
            problems.push(format!("{} has the rates {:?}", line.key, line.taxes));
        }
    }
    problems
}
