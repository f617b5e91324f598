//! Where WooCommerce's use of binary fractions shows in the result. A percentage of a line is cut down to the whole
//! cent, and 35 % of 7.00 comes out as 244.99999999999997 cents: the cent that is lost goes to the dearest line instead.
//! And which line is the dearest is told by dividing doubles. Both are repeated here with the same 53-bit roundings,
//! in whole numbers.

/// Bits of an IEEE 754 double's significand.
const BITS: u32 = 53;

/// A number `significand × 2^exponent` that is zero or has a significand of exactly 53 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Binary64 {
    significand: u128,
    exponent: i32,
}

impl Ord for Binary64 {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let key = |number: &Self| (number.significand > 0, number.exponent, number.significand);
        key(self).cmp(&key(other))
    }
}

impl PartialOrd for Binary64 {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Binary64 {
    /// The double nearest to `numerator / denominator`, ties to even. Both below 2^64, the denominator not zero.
    pub(super) fn nearest(numerator: u128, denominator: u128) -> Self {
        Self::rounded(numerator, denominator, 0)
    }

    /// Divided by a whole number below 2^64.
    pub(super) fn over(self, divisor: u128) -> Self {
        Self::rounded(self.significand, divisor, self.exponent)
    }

    /// Times another.
    pub(super) fn times(self, other: Self) -> Self {
        Self::rounded(self.significand * other.significand, 1, self.exponent + other.exponent)
    }

    /// The whole number below it. Numbers beyond 2^100 are not asked for.
    pub(super) fn floor(self) -> u128 {
        let shift = self.exponent.unsigned_abs();
        if self.exponent >= 0 {
            self.significand.checked_shl(shift).unwrap_or(u128::MAX)
        } else {
            self.significand.checked_shr(shift).unwrap_or(0)
        }
    }

    /// `numerator / denominator × 2^exponent` with 53 bits.
    fn rounded(numerator: u128, denominator: u128, exponent: i32) -> Self {
        if numerator == 0 {
            return Self { significand: 0, exponent: 0 };
        }
        // The quotient gets all the bits there is room for; what it leaves over only decides a tie.
        let room = numerator.leading_zeros();
        let quotient = (numerator << room) / denominator;
        let leftover = !(numerator << room).is_multiple_of(denominator);
        let exponent = exponent - room.cast_signed();
        let surplus = (u128::BITS - quotient.leading_zeros()).saturating_sub(BITS);
        let kept = quotient >> surplus;
        let dropped = quotient - (kept << surplus);
        let half = if surplus == 0 { 0 } else { 1_u128 << (surplus - 1) };
        let up = dropped > half || (dropped == half && half > 0 && (leftover || kept & 1 == 1));
        let significand = kept + u128::from(up);
        let exponent = exponent + surplus.cast_signed();
        if significand == 1 << BITS {
            Self { significand: 1 << (BITS - 1), exponent: exponent + 1 }
        } else {
            Self { significand, exponent }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Binary64;

    fn percentage(cents: u128, quantity: u128, applied: u128, percent: u128) -> u128 {
        let rate = Binary64::nearest(percent, 100).over(100);
        Binary64::nearest(cents, quantity).times(Binary64::nearest(applied, 1)).times(rate).floor()
    }

    #[test]
    fn loses_the_cents_that_doubles_lose() {
        assert_eq!(percentage(700, 1, 1, 3500), 244);
        assert_eq!(percentage(100, 1, 1, 2900), 28);
        assert_eq!(percentage(1800, 1, 1, 1500), 270);
        assert_eq!(percentage(0, 1, 1, 1500), 0);
    }

    proptest! {
        #[test]
        #[expect(clippy::float_arithmetic, clippy::cast_precision_loss, clippy::cast_possible_truncation,
            clippy::cast_sign_loss, reason = "compares with the machine's own doubles")]
        fn agrees_with_the_machine(
            cents in 0_u64..1_000_000_000, quantity in 1_u64..1000, applied in 1_u64..1000, percent in 0_u64..20_000,
        ) {
            let rate = (percent as f64 / 100.0) / 100.0;
            let expected = ((cents as f64 / quantity as f64) * applied as f64 * rate).floor() as u128;
            let [cents, quantity, applied, percent] = [cents, quantity, applied, percent].map(u128::from);
            prop_assert_eq!(percentage(cents, quantity, applied, percent), expected);
        }
    }
}
