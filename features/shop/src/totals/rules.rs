//! The calculation from the cart to its totals.

use std::collections::BTreeSet;

use kernel::decimal::{Decimal, Rounding};
use kernel::fault::Fault;

use super::model::{
    ChargeTotals, CouponTotals, Input, Line, LineTotals, Rate, RateTotals, Settings, TaxStatus, Totals,
};
use super::rules_charges::{self, Charge, Share, rates_of};
use super::rules_discounts::{self, Discountable, Discounts, Manner};
use super::rules_taxes::WorkingTaxes;
use super::rules_working::Working;

/// Prices, fees, shipping and coupons together may come to so many major units times ten to the decimals.
const LARGEST_MINOR: i128 = 1_000_000_000_000;
/// Units in a cart.
const MOST_UNITS: u64 = 1_000_000;
/// Percent of all rates of a class together.
const LARGEST_PERCENT: i64 = 600;
/// Digits after the point that a currency may have here.
const MOST_DECIMALS: u32 = 4;

/// Works out what the cart comes to, as WooCommerce does, to the cent.
///
/// Refused are amounts together beyond 10^12 minor units, more than a million units, negative prices, negative tax
/// rates and rates of one class beyond 600 % together.
pub fn calculate(input: &Input) -> Result<Totals, Fault> {
    check(input)?;
    let settings = &input.settings;
    let calculate_tax = settings.taxes_enabled && !settings.vat_exempt;
    let mut lines: Vec<Priced<'_>> =
        input.lines.iter().map(|line| Priced::new(line, input, calculate_tax)).collect();
    let discounts = take_discounts(&mut lines, input);
    let items_total: Working = lines.iter().map(|line| item_rounding(settings, line.total)).sum();
    let shipping = rules_charges::shipping(input, calculate_tax);
    let shares: Vec<Share<'_>> = lines.iter().map(Priced::share).collect();
    let fees = rules_charges::fees(input, &shares, items_total, &shipping, calculate_tax);
    Ok(Summary { settings, lines: &lines, discounts: &discounts, shipping: &shipping, fees: &fees }
        .totals(input, items_total))
}

/// Refuses what would not fit the working units.
fn check(input: &Input) -> Result<(), Fault> {
    let settings = &input.settings;
    if settings.decimals > MOST_DECIMALS {
        return Err(Fault::refused("too_many_decimals", "Prices can have at most 4 decimals."));
    }
    let large = || Fault::refused("amount_too_large", "The amounts are larger than the shop can add up.");
    let mut raw: i128 = 0;
    let mut units: u64 = 0;
    for line in &input.lines {
        if line.unit_price.is_negative() {
            return Err(Fault::refused("negative_price", "The price of a product cannot be below zero."));
        }
        let price = line.unit_price.raw().checked_mul(i128::from(line.quantity)).ok_or_else(large)?;
        raw = raw.checked_add(price).ok_or_else(large)?;
        units += u64::from(line.quantity);
    }
    if input.coupons.iter().any(|coupon| coupon.amount.is_negative()) {
        return Err(Fault::refused("negative_coupon", "The amount of a coupon cannot be below zero."));
    }
    let others = input
        .coupons
        .iter()
        .map(|coupon| coupon.amount)
        .chain(input.fees.iter().map(|fee| fee.amount))
        .chain(input.shipping.iter().map(|shipping| shipping.cost));
    for amount in others {
        let magnitude = amount.raw().checked_abs().ok_or_else(large)?;
        raw = raw.checked_add(magnitude).ok_or_else(large)?;
    }
    let minor = raw.checked_mul(10_i128.pow(settings.decimals)).ok_or_else(large)?;
    if minor > LARGEST_MINOR * Decimal::whole(1).raw() {
        return Err(large());
    }
    if units > MOST_UNITS {
        return Err(Fault::refused("too_many_units", "A cart can hold at most a million units."));
    }
    let fits = |rates: &Vec<Rate>| {
        let together: Decimal = rates.iter().map(|rate| rate.percent).sum();
        !rates.iter().any(|rate| rate.percent.is_negative()) && together <= Decimal::whole(LARGEST_PERCENT)
    };
    if input.rates.values().chain(input.base_rates.values()).all(fits) {
        Ok(())
    } else {
        Err(Fault::refused("tax_rate_out_of_range", "Tax rates must lie between 0 and 600 percent."))
    }
}

/// Rounds a line's net amount before it is summed, unless the shop rounds at the end.
fn item_rounding(settings: &Settings, amount: Working) -> Working {
    if settings.round_at_subtotal { amount } else { amount.whole(Rounding::HalfUp) }
}

/// Rounds one tax of one line before it is summed, unless the shop rounds at the end. The half cent goes to the
/// customer where prices include the tax.
fn tax_rounding(settings: &Settings, tax: Working) -> Working {
    if settings.round_at_subtotal {
        tax
    } else if settings.prices_include_tax {
        tax.whole(Rounding::HalfDown)
    } else {
        tax.whole(Rounding::HalfUp)
    }
}

/// A line with its price and taxes.
struct Priced<'input> {
    line: &'input Line,
    rates: &'input [Rate],
    /// Price of all units as discounts see it.
    price: Working,
    /// The price is gross.
    gross: bool,
    /// Tax is worked out for it.
    taxed: bool,
    subtotal: Working,
    subtotal_taxes: WorkingTaxes,
    total: Working,
    taxes: WorkingTaxes,
}

impl<'input> Priced<'input> {
    fn new(line: &'input Line, input: &'input Input, calculate_tax: bool) -> Self {
        let settings = &input.settings;
        let taxable = settings.taxes_enabled && line.tax_status == TaxStatus::Taxable;
        let entered = line.unit_price.times(i64::from(line.quantity));
        let mut priced = Self {
            line,
            rates: if settings.taxes_enabled { rates_of(&input.rates, &line.tax_class) } else { &[] },
            price: Working::from_major(entered, settings.decimals),
            gross: settings.taxes_enabled && settings.prices_include_tax,
            taxed: calculate_tax && taxable,
            subtotal: Working::ZERO,
            subtotal_taxes: WorkingTaxes::default(),
            total: Working::ZERO,
            taxes: WorkingTaxes::default(),
        };
        if priced.gross && taxable {
            priced.move_to_destination(rates_of(&input.base_rates, &line.tax_class), settings);
        }
        (priced.subtotal, priced.subtotal_taxes) = priced.net(priced.price, settings);
        priced
    }

    /// Takes the tax of the shop's base out of a gross price and puts the destination's in.
    fn move_to_destination(&mut self, base_rates: &[Rate], settings: &Settings) {
        let decimals = settings.decimals;
        if settings.vat_exempt {
            let contained = if settings.adjust_for_destination { base_rates } else { self.rates };
            let taxes = WorkingTaxes::of(self.price, contained, true, decimals);
            self.price = (self.price - taxes.sum()).whole(Rounding::HalfUp);
            self.gross = false;
        } else if settings.adjust_for_destination && self.rates != base_rates {
            let net = self.price - WorkingTaxes::of(self.price, base_rates, true, decimals).sum();
            self.price = net + WorkingTaxes::of(net, self.rates, false, decimals).sum();
        }
    }

    /// The net part of an amount that is priced as the line is, and its taxes.
    fn net(&self, amount: Working, settings: &Settings) -> (Working, WorkingTaxes) {
        if !self.taxed {
            return (amount, WorkingTaxes::default());
        }
        let taxes = WorkingTaxes::of(amount, self.rates, self.gross, settings.decimals);
        let net = if self.gross { amount - taxes.sum() } else { amount };
        (net, taxes)
    }

    fn share(&self) -> Share<'input> {
        let taxable = self.line.tax_status == TaxStatus::Taxable;
        Share { tax_class: taxable.then_some(self.line.tax_class.as_str()), total: self.total }
    }

    fn totals(&self, settings: &Settings) -> LineTotals {
        let decimals = settings.decimals;
        let rounded = |taxes: &WorkingTaxes| taxes.map(|tax| tax_rounding(settings, tax)).sum();
        LineTotals {
            key: self.line.key.clone(),
            subtotal: self.subtotal.major(decimals),
            subtotal_tax: rounded(&self.subtotal_taxes).major(decimals),
            subtotal_taxes: self.subtotal_taxes.major(decimals),
            total: self.total.major(decimals),
            tax: rounded(&self.taxes).major(decimals),
            taxes: self.taxes.major(decimals),
        }
    }
}

/// Takes the coupons off the lines and works out what is left of each.
fn take_discounts(lines: &mut [Priced<'_>], input: &Input) -> Discounts {
    let settings = &input.settings;
    let discountable: Vec<Discountable> = lines
        .iter()
        .map(|priced| Discountable {
            key: priced.line.key.clone(),
            price: priced.price,
            quantity: priced.line.quantity,
        })
        .collect();
    let manner = Manner { sequential: settings.sequential_discounts, decimals: settings.decimals };
    let discounts = rules_discounts::apply(&discountable, &input.coupons, manner);
    for (priced, discount) in lines.iter_mut().zip(&discounts.by_line) {
        (priced.total, priced.taxes) = priced.net(priced.price - *discount, settings);
    }
    discounts
}

/// What has been worked out, ready to be summed.
struct Summary<'parts> {
    settings: &'parts Settings,
    lines: &'parts [Priced<'parts>],
    discounts: &'parts Discounts,
    shipping: &'parts [Charge],
    fees: &'parts [Charge],
}

impl Summary<'_> {
    fn totals(&self, input: &Input, items_total: Working) -> Totals {
        let settings = self.settings;
        let decimals = settings.decimals;
        let round = |tax: Working| tax_rounding(settings, tax);
        let items_tax = self.items_tax();
        let fees_total: Working = self.fees.iter().map(|fee| fee.total).sum();
        let fees_tax: Working = self.fees.iter().map(|fee| fee.taxes.map(round).sum()).sum();
        let shipping_total: Working = self.shipping.iter().map(|charge| charge.total).sum();
        let shipping_tax: Working = self.shipping.iter().map(|charge| charge.taxes.sum()).sum();
        let shipping_tax_due: Working =
            self.shipping.iter().map(|charge| charge.taxes.map(round).sum()).sum();
        let charged_tax = (fees_tax + shipping_tax_due)
            .round(6_u32.saturating_sub(decimals), Rounding::HalfUp)
            .round(0, Rounding::HalfUp);
        let due = items_total + fees_total + shipping_total + items_tax.sum() + fees_tax + shipping_tax_due;
        let coupons = self.coupons(input);
        let discount_tax: Working = coupons.iter().map(|(_, _, tax)| *tax).sum();
        let taken: Working = self.discounts.by_line.iter().copied().sum();
        let prices_gross = settings.taxes_enabled && settings.prices_include_tax;
        let subtotal = self.lines.iter().map(|line| item_rounding(settings, line.subtotal)).sum::<Working>();
        let subtotal_tax =
            self.lines.iter().map(|line| line.subtotal_taxes.map(round).sum()).sum::<Working>();
        Totals {
            subtotal: subtotal.major(decimals),
            subtotal_tax: subtotal_tax.major(decimals),
            discount: if prices_gross { taken - discount_tax } else { taken }.major(decimals),
            discount_tax: discount_tax.major(decimals),
            items: items_total.major(decimals),
            items_tax: items_tax.sum().major(decimals),
            shipping: shipping_total.major(decimals),
            shipping_tax: shipping_tax.major(decimals),
            fees: fees_total.major(decimals),
            fees_tax: fees_tax.major(decimals),
            total_tax: (items_tax.sum() + charged_tax).major(decimals),
            total: due.whole(Rounding::HalfUp).max(Working::ZERO).major(decimals),
            coupons: coupons
                .into_iter()
                .map(|(code, discount, tax)| CouponTotals {
                    code,
                    discount: discount.major(decimals),
                    discount_tax: tax.major(decimals),
                })
                .collect(),
            lines: self.lines.iter().map(|line| line.totals(settings)).collect(),
            shipping_lines: self.charges(self.shipping),
            fee_lines: self.charges(self.fees),
            rates: self.rates(&items_tax),
        }
    }

    /// Taxes of the items by rate, each rounded by line.
    fn items_tax(&self) -> WorkingTaxes {
        let mut taxes = WorkingTaxes::default();
        for line in self.lines {
            taxes.add(&line.taxes.map(|tax| tax_rounding(self.settings, tax)));
        }
        taxes
    }

    /// Code, net discount and its tax, coupon by coupon.
    fn coupons(&self, input: &Input) -> Vec<(String, Working, Working)> {
        let mut coupons = Vec::new();
        for (index, by_line) in &self.discounts.by_coupon {
            let mut discount: Working = by_line.iter().copied().sum();
            let mut discount_tax = Working::ZERO;
            for (priced, amount) in self.lines.iter().zip(by_line) {
                if priced.taxed {
                    let decimals = self.settings.decimals;
                    let tax = WorkingTaxes::of(*amount, priced.rates, priced.gross, decimals).sum();
                    discount_tax += tax;
                    if priced.gross {
                        discount -= tax;
                    }
                }
            }
            coupons.push((input.coupons[*index].code.clone(), discount, discount_tax));
        }
        coupons
    }

    fn charges(&self, charges: &[Charge]) -> Vec<ChargeTotals> {
        let decimals = self.settings.decimals;
        charges
            .iter()
            .map(|charge| ChargeTotals {
                key: charge.key.clone(),
                total: charge.total.major(decimals),
                tax: charge.taxes.map(|tax| tax_rounding(self.settings, tax)).sum().major(decimals),
                taxes: charge.taxes.major(decimals),
            })
            .collect()
    }

    /// Every rate that was used, with what it brings in.
    fn rates(&self, items_tax: &WorkingTaxes) -> Vec<RateTotals> {
        let decimals = self.settings.decimals;
        let mut on_goods = items_tax.clone();
        self.fees.iter().for_each(|fee| on_goods.add(&fee.taxes));
        let mut on_shipping = WorkingTaxes::default();
        self.shipping.iter().for_each(|charge| on_shipping.add(&charge.taxes));
        let ids: BTreeSet<i64> = on_goods.rate_ids().chain(on_shipping.rate_ids()).collect();
        ids.into_iter()
            .map(|rate_id| RateTotals {
                rate_id,
                tax: on_goods.get(rate_id).major(decimals),
                shipping_tax: on_shipping.get(rate_id).major(decimals),
            })
            .collect()
    }
}
