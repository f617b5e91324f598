//! Exact decimal amounts with up to eight digits after the point, as WooCommerce's `DECIMAL(26,8)` columns and
//! price strings hold them. Sub-cent unit prices and unrounded line totals live here; what is charged is [`Money`].

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::fault::Fault;
use crate::money::{Currency, Money};

/// Digits after the point that a [`Decimal`] keeps.
pub const SCALE: u32 = 8;
const ONE: i128 = 100_000_000;
/// Minor units that no amount reaches.
const MINOR_END: u64 = 1_000_000_000_000_000_000;

/// How a division or a rounding settles what does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rounding {
    /// Away from zero at exactly one half (PHP's `round`).
    HalfUp,
    /// Towards zero at exactly one half (WooCommerce's tax rounding in inclusive shops).
    HalfDown,
    /// Towards minus infinity.
    Floor,
    /// Towards plus infinity.
    Ceiling,
}

/// Divides with a named rounding. `denominator` must be positive.
#[must_use]
pub fn divide(numerator: i128, denominator: i128, rounding: Rounding) -> i128 {
    let quotient = numerator.div_euclid(denominator);
    let remainder = numerator.rem_euclid(denominator);
    if remainder == 0 {
        return quotient;
    }
    let twice = remainder * 2;
    let up = match rounding {
        Rounding::Floor => false,
        Rounding::Ceiling => true,
        Rounding::HalfUp => twice > denominator || (twice == denominator && numerator > 0),
        Rounding::HalfDown => twice > denominator || (twice == denominator && numerator < 0),
    };
    quotient + i128::from(up)
}

/// An exact decimal number, eight digits after the point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Decimal(i128);

impl Decimal {
    /// Zero.
    pub const ZERO: Self = Self(0);

    /// From a count of hundred-millionths.
    #[must_use]
    pub const fn from_raw(raw: i128) -> Self {
        Self(raw)
    }

    /// The count of hundred-millionths.
    #[must_use]
    pub const fn raw(self) -> i128 {
        self.0
    }

    /// A whole number.
    #[must_use]
    pub const fn whole(number: i64) -> Self {
        Self(number as i128 * ONE)
    }

    /// Reads `-12.345`: optional sign, digits, optional point and up to eight digits. No exponent, no blanks inside,
    /// at most 18 digits before the point.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let fraction =
            if fraction.len() > SCALE as usize { fraction.trim_end_matches('0') } else { fraction };
        let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if (whole.is_empty() && fraction.is_empty()) || whole.len() > 18 || fraction.len() > SCALE as usize {
            return None;
        }
        if !all_digits(whole) || !all_digits(fraction) {
            return None;
        }
        let whole: i128 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
        let padded = format!("{fraction:0<8}");
        let raw = whole * ONE + padded.parse::<i128>().ok()?;
        Some(Self(if negative { -raw } else { raw }))
    }

    /// This many times itself.
    #[must_use]
    pub const fn times(self, count: i64) -> Self {
        Self(self.0 * count as i128)
    }

    /// Times `numerator / denominator`, rounded once.
    #[must_use]
    pub fn ratio(self, numerator: i128, denominator: i128, rounding: Rounding) -> Self {
        Self(divide(self.0 * numerator, denominator, rounding))
    }

    /// Rounded to `digits` after the point.
    #[must_use]
    pub fn round(self, digits: u32, rounding: Rounding) -> Self {
        let step = 10_i128.pow(SCALE.saturating_sub(digits));
        Self(divide(self.0, step, rounding) * step)
    }

    /// Rounded half up to the currency's exponent, as money. An amount beyond `i64` minor units is a fault.
    pub fn to_money(self, currency: Currency) -> Result<Money, Fault> {
        let step = 10_i128.pow(SCALE - currency.exponent());
        // What is held can be read again as an amount, which has at most 18 digits before the point.
        i64::try_from(divide(self.0, step, Rounding::HalfUp))
            .ok()
            .filter(|minor| minor.unsigned_abs() < MINOR_END)
            .map(|minor| Money::new(minor, currency))
            .ok_or_else(|| Fault::refused("amount_too_large", "The amount is larger than the shop can hold."))
    }

    /// True below zero.
    #[must_use]
    pub const fn is_negative(self) -> bool {
        self.0 < 0
    }

    /// True at exactly zero.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// With exactly `digits` after the point (half up): `fixed(2)` of 24.975 is `24.98`.
    #[must_use]
    pub fn fixed(self, digits: u32) -> String {
        let rounded = self.round(digits, Rounding::HalfUp).0;
        let sign = if rounded < 0 { "-" } else { "" };
        let absolute = rounded.unsigned_abs();
        let whole = absolute / ONE.unsigned_abs();
        let fraction = format!("{:08}", absolute % ONE.unsigned_abs());
        if digits == 0 {
            format!("{sign}{whole}")
        } else {
            format!("{sign}{whole}.{}", &fraction[..digits as usize])
        }
    }
}

impl std::fmt::Display for Decimal {
    /// Shortest exact form: `24.975`, `10`, `-0.5`.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let full = self.fixed(SCALE);
        let trimmed = full.trim_end_matches('0').trim_end_matches('.');
        formatter.write_str(trimmed)
    }
}

impl std::ops::Add for Decimal {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl std::ops::Sub for Decimal {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl std::ops::Neg for Decimal {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl std::iter::Sum for Decimal {
    fn sum<I: Iterator<Item = Self>>(terms: I) -> Self {
        Self(terms.map(|term| term.0).sum())
    }
}

impl From<Money> for Decimal {
    fn from(money: Money) -> Self {
        Self(i128::from(money.minor()) * 10_i128.pow(SCALE - money.currency().exponent()))
    }
}

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = crate::money::NumberText::deserialize(deserializer)?;
        Self::parse(&text.0).ok_or_else(|| {
            serde::de::Error::custom("expected a decimal with at most 8 digits after the point")
        })
    }
}

impl schemars::JsonSchema for Decimal {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Decimal".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": ["string", "number"], "pattern": "^-?[0-9]+(\\.[0-9]{1,8})?$" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_shop_holds_can_be_read_again() {
        let yen = Currency::parse("JPY").unwrap();
        let most = Decimal::parse("999999999999999999").unwrap();
        let money = most.to_money(yen).unwrap();
        assert_eq!(Decimal::parse(&money.major()), Some(most));
        let beyond = Decimal::parse("999999999999999999.5").unwrap();
        assert_eq!(beyond.to_money(yen).unwrap_err().code, "amount_too_large");
    }
}
