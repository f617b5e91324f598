//! The unit that totals are worked out in: a millionth of a millionth of a minor unit, as a whole number.

use std::ops::{Add, AddAssign, Neg, Sub, SubAssign};

use kernel::decimal::{Decimal, Rounding, SCALE, divide};

/// Digits after the minor unit that the working unit keeps.
const DIGITS: u32 = 12;
/// Digits after the point to which every amount is settled before it is rounded further.
const PRECISION: u32 = 6;
/// One minor unit.
const ONE: i128 = 10_i128.pow(DIGITS);

/// An amount in working units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Working(i128);

impl Working {
    pub(super) const ZERO: Self = Self(0);

    /// Whole minor units.
    pub(super) const fn minor(units: i128) -> Self {
        Self(units * ONE)
    }

    /// Major units of a currency with `decimals` digits, settled to the digits WooCommerce works with.
    pub(super) fn from_major(amount: Decimal, decimals: u32) -> Self {
        let exact = Self(amount.raw() * 10_i128.pow(DIGITS + decimals - SCALE));
        exact.settled().round(precision(decimals) - decimals, Rounding::HalfUp)
    }

    /// Back to major units with eight digits.
    pub(super) fn major(self, decimals: u32) -> Decimal {
        Decimal::from_raw(divide(self.0, 10_i128.pow(DIGITS + decimals - SCALE), Rounding::HalfUp))
    }

    /// Times `numerator / denominator`, to the nearest working unit.
    pub(super) fn ratio(self, numerator: i128, denominator: i128) -> Self {
        Self(divide(self.0 * numerator, denominator, Rounding::HalfUp))
    }

    /// The share `part / whole` of this, where `part` lies between zero and `whole`. Divides in two steps, because
    /// the product of two amounts in working units does not fit.
    pub(super) fn share(self, part: Self, whole: Self) -> Self {
        let coarse = 10_i128.pow(DIGITS - PRECISION);
        let [amount, part, whole] =
            [self, part, whole].map(|value| divide(value.0, coarse, Rounding::HalfUp));
        let product = amount * part;
        let quotient = product.div_euclid(whole);
        let rest = product.rem_euclid(whole);
        Self(quotient * coarse + divide(rest * coarse, whole, Rounding::HalfUp))
    }

    /// Rounded to `digits` after the minor unit.
    pub(super) fn round(self, digits: u32, rounding: Rounding) -> Self {
        let step = 10_i128.pow(DIGITS.saturating_sub(digits));
        Self(divide(self.0, step, rounding) * step)
    }

    /// Rounded to the six digits that come before any other rounding, so that 0.4949999996 counts as 0.495.
    pub(super) fn settled(self) -> Self {
        self.round(PRECISION, Rounding::HalfUp)
    }

    /// Settled, then rounded to a whole minor unit.
    pub(super) fn whole(self, rounding: Rounding) -> Self {
        self.settled().round(0, rounding)
    }

    /// The whole minor units in it, towards minus infinity.
    pub(super) fn units(self) -> i128 {
        self.0.div_euclid(ONE)
    }

    /// Millionths of a minor unit; nothing below zero.
    pub(super) fn millionths(self) -> u128 {
        let count = divide(self.0, 10_i128.pow(DIGITS - PRECISION), Rounding::HalfUp);
        u128::try_from(count).unwrap_or_default()
    }

    /// True below zero.
    pub(super) const fn is_negative(self) -> bool {
        self.0 < 0
    }

    /// Its distance from zero.
    pub(super) const fn magnitude(self) -> Self {
        Self(self.0.abs())
    }
}

/// Digits after the point of major units to which taxes are kept.
pub(super) fn precision(decimals: u32) -> u32 {
    PRECISION.max(decimals + 2)
}

impl Add for Working {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl Sub for Working {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl Neg for Working {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl AddAssign for Working {
    fn add_assign(&mut self, other: Self) {
        self.0 += other.0;
    }
}

impl SubAssign for Working {
    fn sub_assign(&mut self, other: Self) {
        self.0 -= other.0;
    }
}

impl std::iter::Sum for Working {
    fn sum<I: Iterator<Item = Self>>(terms: I) -> Self {
        Self(terms.map(|term| term.0).sum())
    }
}
