//! Shipping and fees: what they cost and the taxes on them.

use std::collections::BTreeMap;

use kernel::decimal::Rounding;

use super::model::{Input, Rate, RatesByClass, ShippingTaxClass, TaxStatus};
use super::rules_taxes::WorkingTaxes;
use super::rules_working::Working;

/// A package's shipping or a fee, worked out.
#[derive(Debug, Clone)]
pub(super) struct Charge {
    /// Its key.
    pub(super) key: String,
    /// Net.
    pub(super) total: Working,
    /// Tax by rate, not yet rounded to the cent where the shop rounds per line.
    pub(super) taxes: WorkingTaxes,
}

/// An item's share in what a negative fee is spread over.
#[derive(Debug, Clone, Copy)]
pub(super) struct Share<'input> {
    /// Slug of the tax class; none when the item is not taxed.
    pub(super) tax_class: Option<&'input str>,
    /// Net after coupons.
    pub(super) total: Working,
}

/// The rates of a class, none when the place has none.
pub(super) fn rates_of<'input>(rates: &'input RatesByClass, tax_class: &str) -> &'input [Rate] {
    rates.get(tax_class).map_or(&[], Vec::as_slice)
}

/// The class that shipping is taxed with; none when nothing in the cart has its shipping taxed.
fn shipping_class(input: &Input) -> Option<&str> {
    if let ShippingTaxClass::Class(class) = &input.settings.shipping_tax_class {
        return Some(class);
    }
    if input.lines.is_empty() {
        return Some("");
    }
    let taxed: Vec<&str> = input
        .lines
        .iter()
        .filter(|line| line.tax_status != TaxStatus::None)
        .map(|line| line.tax_class.as_str())
        .collect();
    let first = *taxed.first()?;
    if taxed.contains(&"") {
        return Some("");
    }
    if taxed.iter().all(|class| *class == first) {
        return Some(first);
    }
    let in_order = input.settings.tax_classes.iter().map(String::as_str);
    in_order.into_iter().find(|class| taxed.contains(class)).or(Some(""))
}

/// The cost of each package and its taxes. They are worked out in major units, so they keep six digits there.
pub(super) fn shipping(input: &Input, calculate_tax: bool) -> Vec<Charge> {
    let settings = &input.settings;
    let decimals = settings.decimals;
    let class = if calculate_tax { shipping_class(input) } else { None };
    let rates: Vec<Rate> = class
        .map(|class| rates_of(&input.rates, class))
        .unwrap_or_default()
        .iter()
        .filter(|rate| rate.shipping)
        .cloned()
        .collect();
    let charge = |shipping: &super::model::Shipping| {
        let mut total = Working::from_major(shipping.cost, decimals);
        let mut taxes = WorkingTaxes::default();
        if shipping.taxable && !total.is_negative() && total != Working::ZERO {
            let of_cost = WorkingTaxes::of(total, &rates, settings.shipping_includes_tax, decimals);
            taxes = of_cost.map(|tax| tax.round(6_u32.saturating_sub(decimals), Rounding::HalfUp));
            if settings.shipping_includes_tax {
                total = Working::from_major((total - taxes.sum()).major(decimals), decimals);
            }
        }
        if !settings.round_at_subtotal {
            taxes = taxes.map(|tax| tax.whole(Rounding::HalfUp));
        }
        Charge { key: shipping.key.clone(), total, taxes }
    };
    input.shipping.iter().map(charge).collect()
}

/// The fees from the largest to the smallest, each with its taxes. A negative one is limited to what is in the cart by
/// then, and gives back tax in proportion to the tax classes there.
pub(super) fn fees(
    input: &Input,
    items: &[Share<'_>],
    items_total: Working,
    shipping: &[Charge],
    calculate_tax: bool,
) -> Vec<Charge> {
    let decimals = input.settings.decimals;
    // Of two alike the later goes first, as WooCommerce's comparison has it.
    let mut order: Vec<&super::model::Fee> = input.fees.iter().rev().collect();
    order.sort_by_key(|fee| std::cmp::Reverse(fee.amount));
    let shipping_total: Working = shipping.iter().map(|charge| charge.total).sum();
    let mut shares = items.to_vec();
    shares.extend(shipping.iter().map(|charge| Share {
        tax_class: match &input.settings.shipping_tax_class {
            ShippingTaxClass::Class(class) => Some(class.as_str()),
            ShippingTaxClass::Inherit => input.lines.first().map(|line| line.tax_class.as_str()),
        },
        total: charge.total,
    }));
    let mut running = Working::ZERO;
    let mut charges = Vec::new();
    for fee in order {
        let mut total = Working::from_major(fee.amount, decimals);
        if total.is_negative() {
            total = total.max(-(items_total + running + shipping_total).whole(Rounding::HalfUp));
        }
        running += total;
        let mut taxes = WorkingTaxes::default();
        if calculate_tax && total.is_negative() {
            taxes = given_back(total, &shares, input);
        } else if calculate_tax && fee.taxable {
            taxes = WorkingTaxes::of(total, rates_of(&input.rates, &fee.tax_class), false, decimals);
        }
        shares.push(Share { tax_class: fee.taxable.then_some(fee.tax_class.as_str()), total });
        charges.push(Charge { key: fee.key.clone(), total, taxes });
    }
    charges
}

/// The taxes that a discount of `total` gives back, spread over the tax classes by what they come to.
fn given_back(total: Working, shares: &[Share<'_>], input: &Input) -> WorkingTaxes {
    let mut costs: BTreeMap<&str, Working> = BTreeMap::new();
    let mut whole = Working::ZERO;
    for share in shares.iter().filter(|share| !share.total.is_negative()) {
        whole += share.total;
        if let Some(class) = share.tax_class {
            *costs.entry(class).or_default() += share.total;
        }
    }
    let mut taxes = WorkingTaxes::default();
    if whole == Working::ZERO {
        return taxes;
    }
    for (class, cost) in costs {
        let part = total.share(cost, whole);
        taxes.add(&WorkingTaxes::of(part, rates_of(&input.rates, class), false, input.settings.decimals));
    }
    taxes
}
