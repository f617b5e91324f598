//! How coupons come off the lines, unit by unit and cent by cent.

use kernel::decimal::{Decimal, Rounding, SCALE};

use super::model::{Coupon, DiscountKind};
use super::rules_binary64::Binary64;
use super::rules_working::Working;

/// A line as coupons see it.
#[derive(Debug, Clone)]
pub(super) struct Discountable {
    /// The line's key.
    pub(super) key: String,
    /// Price of all units, gross or net as the shop enters its prices.
    pub(super) price: Working,
    /// How many units.
    pub(super) quantity: u32,
}

/// What the coupons took, each by line in the order of the lines.
#[derive(Debug, Clone)]
pub(super) struct Discounts {
    /// In the order in which the coupons were taken: the coupon's place in the input, and its discount by line.
    pub(super) by_coupon: Vec<(usize, Vec<Working>)>,
    /// All coupons together by line.
    pub(super) by_line: Vec<Working>,
}

/// How the shop takes discounts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Manner {
    /// A percentage is taken on what earlier coupons left.
    pub(super) sequential: bool,
    /// Digits after the point of the currency.
    pub(super) decimals: u32,
}

/// Takes all coupons off the lines in WooCommerce's order.
pub(super) fn apply(lines: &[Discountable], coupons: &[Coupon], manner: Manner) -> Discounts {
    let mut taking = Taking { lines, manner, taken: vec![Working::ZERO; lines.len()], current: Vec::new() };
    let dearest_first = dearest_first(lines);
    let mut by_coupon = Vec::new();
    for index in order(coupons) {
        let coupon = &coupons[index];
        taking.current = vec![Working::ZERO; lines.len()];
        let chosen: Vec<usize> = dearest_first
            .iter()
            .copied()
            .filter(|line| taking.left(*line) > 0 && lines[*line].quantity > 0)
            .filter(|line| coupon.eligible.as_ref().is_none_or(|keys| keys.contains(&lines[*line].key)))
            .collect();
        let amount = Working::from_major(coupon.amount, manner.decimals);
        match coupon.kind {
            DiscountKind::FixedProduct => {
                taking.fixed_product(coupon, &chosen, amount);
            }
            DiscountKind::Percent => taking.percent(coupon, &chosen),
            DiscountKind::FixedCart => taking.fixed_cart(coupon, chosen, amount),
        }
        by_coupon.push((index, std::mem::take(&mut taking.current)));
    }
    Discounts { by_coupon, by_line: taking.taken }
}

/// Kind, then the smaller limit of items (unlimited first), then the smaller amount, then the newer coupon.
fn order(coupons: &[Coupon]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..coupons.len()).collect();
    order.sort_by_key(|index| {
        let coupon = &coupons[*index];
        (coupon.kind, coupon.item_limit, coupon.amount, std::cmp::Reverse(coupon.id))
    });
    order
}

/// The lines by unit price, the dearest first; of two alike the earlier one. Alike means alike as doubles: 49 units
/// of 17.192 come to another double each than 7 of them, and so one of the two lines goes first.
fn dearest_first(lines: &[Discountable]) -> Vec<usize> {
    let unit_prices: Vec<Binary64> = lines
        .iter()
        .map(|line| {
            let price = Binary64::nearest(line.price.millionths(), 1_000_000);
            if line.quantity > 1 { price.over(u128::from(line.quantity)) } else { price }
        })
        .collect();
    let mut order: Vec<usize> = (0..lines.len()).collect();
    order.sort_by_key(|line| std::cmp::Reverse(unit_prices[*line]));
    order
}

struct Taking<'lines> {
    lines: &'lines [Discountable],
    manner: Manner,
    taken: Vec<Working>,
    current: Vec<Working>,
}

impl Taking<'_> {
    /// Whole cents that a line still has. A line whose fraction of a cent was over-discounted counts by its distance
    /// from zero.
    fn left(&self, line: usize) -> i128 {
        (self.lines[line].price - self.taken[line]).whole(Rounding::HalfUp).magnitude().units()
    }

    fn quantity(&self, line: usize) -> i128 {
        i128::from(self.lines[line].quantity)
    }

    fn take(&mut self, line: usize, discount: Working) {
        self.taken[line] += discount;
        self.current[line] += discount;
    }

    /// Units of a line that a coupon's limit leaves, when `used` are discounted already.
    fn units_within_limit(&self, coupon: &Coupon, line: usize, used: i128) -> i128 {
        match coupon.item_limit {
            None | Some(0) => self.quantity(line),
            Some(limit) => (i128::from(limit) - used).clamp(0, self.quantity(line)),
        }
    }

    /// Cuts the percentage of each line down to whole cents, then hands out the cents that the percentage of the sum
    /// has over them.
    fn percent(&mut self, coupon: &Coupon, chosen: &[usize]) {
        let percent = coupon.amount;
        let mut given = Working::ZERO;
        let mut discountable = Working::ZERO;
        let mut used = 0;
        for line in chosen.iter().copied() {
            let left = self.left(line);
            let price = if self.manner.sequential {
                left
            } else {
                self.lines[line].price.whole(Rounding::HalfUp).units()
            };
            let units = self.units_within_limit(coupon, line, used);
            let discount = Working::minor(percentage(price, self.quantity(line), units, percent).min(left));
            self.take(line, discount);
            given += discount;
            discountable += Working::minor(price).ratio(units, self.quantity(line));
            used += units;
        }
        let due = discountable.ratio(percent.raw(), 100 * 10_i128.pow(SCALE)).whole(Rounding::HalfDown);
        if given < due {
            self.remainder(chosen, due - given);
        }
    }

    /// Takes `amount` off every unit, at most what the line has left. Gives what was taken.
    fn fixed_product(&mut self, coupon: &Coupon, chosen: &[usize], amount: Working) -> Working {
        let limited = coupon.item_limit.is_some_and(|limit| limit > 0);
        let mut given = Working::ZERO;
        let mut used = 0;
        for line in chosen.iter().copied() {
            let units = self.units_within_limit(coupon, line, used);
            let mut discount = amount.ratio(units, 1);
            if limited {
                discount = discount.min(self.lines[line].price.ratio(units, self.quantity(line)));
            }
            let discount = discount.min(Working::minor(self.left(line)));
            self.take(line, discount);
            given += discount;
            used += units;
        }
        given
    }

    /// Takes the same whole cents off every unit that has any left, again and again, until less than a cent per unit
    /// is over; that goes out in single cents.
    fn fixed_cart(&mut self, coupon: &Coupon, mut chosen: Vec<usize>, amount: Working) {
        let mut rest = amount;
        loop {
            chosen.retain(|line| self.left(*line) > 0);
            let units: i128 = chosen.iter().map(|line| self.quantity(*line)).sum();
            if units == 0 || rest <= Working::ZERO {
                return;
            }
            let each = rest.units().div_euclid(units);
            if each == 0 {
                self.remainder(&chosen, rest);
                return;
            }
            let given = self.fixed_product(coupon, &chosen, Working::minor(each));
            if given <= Working::ZERO {
                return;
            }
            rest -= given;
        }
    }

    /// Hands out `amount` in single cents, one per unit, from the dearest line on.
    fn remainder(&mut self, chosen: &[usize], amount: Working) {
        let mut given = Working::ZERO;
        for line in chosen.iter().copied() {
            for _ in 0..self.lines[line].quantity {
                let left = self.left(line);
                if left == 0 {
                    break;
                }
                let cent = Working::minor(left.min(1));
                self.take(line, cent);
                given += cent;
                if given >= amount {
                    return;
                }
            }
        }
    }
}

/// Whole cents of `percent` of `units` out of `quantity` that cost `price` cents together, cut down.
fn percentage(price: i128, quantity: i128, units: i128, percent: Decimal) -> i128 {
    let [price, quantity, units, percent] =
        [price, quantity, units, percent.raw()].map(|number| u128::try_from(number).unwrap_or_default());
    let rate = Binary64::nearest(percent, 10_u128.pow(SCALE)).over(100);
    let discountable = Binary64::nearest(price, quantity.max(1)).times(Binary64::nearest(units, 1));
    i128::try_from(discountable.times(rate).floor()).unwrap_or(i128::MAX)
}
