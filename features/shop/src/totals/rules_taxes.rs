//! Taxes of an amount: on top of a net one, or contained in a gross one.

use std::collections::BTreeMap;

use kernel::decimal::Rounding;

use super::model::{Rate, Taxes};
use super::rules_working::{Working, precision};

/// Hundred per cent, as a rate's raw percentage counts it.
const HUNDRED: i128 = 100 * 10_i128.pow(kernel::decimal::SCALE);

/// Taxes by rate id, in working units.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct WorkingTaxes(BTreeMap<i64, Working>);

impl WorkingTaxes {
    /// The taxes that come on top of `net`, or that `gross` contains; each settled to the working precision.
    pub(super) fn of(amount: Working, rates: &[Rate], amount_is_gross: bool, decimals: u32) -> Self {
        let exact = if amount_is_gross { contained(amount, rates) } else { on_top(amount, rates) };
        exact.map(|tax| tax.settled().round(precision(decimals), Rounding::HalfUp))
    }

    /// Each tax changed by `change`.
    pub(super) fn map(&self, change: impl Fn(Working) -> Working) -> Self {
        Self(self.0.iter().map(|(id, tax)| (*id, change(*tax))).collect())
    }

    /// Adds the other's taxes, rate by rate.
    pub(super) fn add(&mut self, other: &Self) {
        for (id, tax) in &other.0 {
            *self.0.entry(*id).or_default() += *tax;
        }
    }

    /// All of them together.
    pub(super) fn sum(&self) -> Working {
        self.0.values().copied().sum()
    }

    /// The tax of one rate.
    pub(super) fn get(&self, rate_id: i64) -> Working {
        self.0.get(&rate_id).copied().unwrap_or_default()
    }

    /// The ids of the rates in it.
    pub(super) fn rate_ids(&self) -> impl Iterator<Item = i64> + '_ {
        self.0.keys().copied()
    }

    /// In major units.
    pub(super) fn major(&self, decimals: u32) -> Taxes {
        self.0.iter().map(|(id, tax)| (*id, tax.major(decimals))).collect()
    }
}

/// Ordinary rates on the net amount; compound ones, in order, on it and all taxes so far.
fn on_top(net: Working, rates: &[Rate]) -> WorkingTaxes {
    let mut taxes = WorkingTaxes::default();
    for rate in rates.iter().filter(|rate| !rate.compound) {
        *taxes.0.entry(rate.id).or_default() += net.ratio(rate.percent.raw(), HUNDRED);
    }
    for rate in rates.iter().filter(|rate| rate.compound) {
        let with_taxes = net + taxes.sum();
        *taxes.0.entry(rate.id).or_default() += with_taxes.ratio(rate.percent.raw(), HUNDRED);
    }
    taxes
}

/// Compound rates are peeled off from the last backwards; the ordinary ones share what is left.
fn contained(gross: Working, rates: &[Rate]) -> WorkingTaxes {
    let mut taxes = WorkingTaxes::default();
    let mut rest = gross;
    for rate in rates.iter().rev().filter(|rate| rate.compound) {
        let tax = rest.ratio(rate.percent.raw(), HUNDRED + rate.percent.raw());
        *taxes.0.entry(rate.id).or_default() += tax;
        rest -= tax;
    }
    let ordinary = || rates.iter().filter(|rate| !rate.compound);
    let divisor = HUNDRED + ordinary().map(|rate| rate.percent.raw()).sum::<i128>();
    for rate in ordinary() {
        *taxes.0.entry(rate.id).or_default() += rest.ratio(rate.percent.raw(), divisor);
    }
    taxes
}
