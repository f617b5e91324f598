//! Points of an order, exactly: one division at the end, rounded down.

use kernel::Decimal;
use kernel::contracts::shop::{OrderLine, OrderSnapshot};
use kernel::decimal::{Rounding, divide};
use kernel::ids::OrderItemId;

use super::model::{Basis, Caps, Exclusions, Multipliers, Terms, Usage};
use crate::tiers::model::{ONCE, basis_points};

/// Most that tier and campaign may multiply together, in basis points: guards against a slip of the pen.
pub const MOST_MULTIPLIER: i64 = 100_000;

/// The multiplier of a line in basis points; none when it earns nothing.
#[must_use]
pub fn line_multiplier(line: &OrderLine, multipliers: &Multipliers, exclusions: &Exclusions) -> Option<i64> {
    let products = [line.variation_id.0, line.product_id.0];
    if exclusions.products.iter().any(|id| products.contains(id))
        || exclusions.categories.iter().any(|id| line.category_ids.contains(id))
    {
        return None;
    }
    let own = products.iter().find_map(|id| multipliers.products.get(&id.to_string()));
    let category =
        line.category_ids.iter().filter_map(|id| multipliers.categories.get(&id.to_string())).max();
    Some(own.or(category).map_or(ONCE, |multiplier| basis_points(*multiplier)))
}

/// What of a line earns before refunds.
fn line_base(line: &OrderLine, basis: Basis) -> Decimal {
    let net = if basis.after_discounts { line.total } else { line.subtotal };
    if !basis.include_tax || line.total.is_zero() {
        return net;
    }
    net + net.ratio(line.total_tax.raw(), line.total.raw(), Rounding::Floor)
}

/// `amount` in the proportion of what is left of the line after its own refunds.
fn left_of(line: &OrderLine, amount: Decimal) -> Decimal {
    let (left, whole) = if line.total > Decimal::ZERO {
        (line.total.raw() - line.refunded_total.raw(), line.total.raw())
    } else {
        (i128::from(line.quantity - line.refunded_quantity), i128::from(line.quantity))
    };
    if whole <= 0 || left <= 0 {
        return Decimal::ZERO;
    }
    amount.ratio(left.min(whole), whole, Rounding::Floor)
}

fn with_tax(line: &OrderLine, net: Decimal) -> Decimal {
    if line.total.is_zero() {
        return net;
    }
    net + net.ratio(line.total_tax.raw(), line.total.raw(), Rounding::HalfUp)
}

/// The refunded money that no line of goods or of shipping accounts for, and the money still in the goods, both with tax.
/// Where lines were refunded, the rest is shipping and fees first. Differences below a minor unit per refunded line come from rounded
/// tax and count as nothing.
fn refunded_beside_lines(order: &OrderSnapshot) -> (Decimal, Decimal) {
    let on_lines: Decimal = order.lines.iter().map(|line| with_tax(line, line.refunded_total)).sum();
    let in_lines: Decimal = order.lines.iter().map(|line| with_tax(line, left_of(line, line.total))).sum();
    let touched = order.lines.iter().filter(|line| !line.refunded_total.is_zero()).count();
    let on_shipping = order.refunded_shipping + order.refunded_shipping_tax;
    let touched = touched + usize::from(!on_shipping.is_zero());
    let mut beside = Decimal::from(order.refunded_total) - on_lines - on_shipping;
    if touched > 0 {
        let goods: Decimal = order.lines.iter().map(|line| with_tax(line, line.total)).sum();
        beside = beside - (Decimal::from(order.total) - goods - on_shipping).max(Decimal::ZERO);
    }
    let unit = Decimal::from(kernel::Money::new(1, order.currency));
    let slack = unit.times(i64::try_from(touched).unwrap_or(i64::MAX));
    if beside <= slack { (Decimal::ZERO, in_lines) } else { (beside, in_lines) }
}

/// The exact amount that earns: each earning line after refunds times its multiplier, in basis points of 1×. A refund
/// without lines takes from every line by value; what exceeds the goods (shipping) takes nothing.
#[must_use]
pub fn weighted_base(order: &OrderSnapshot, basis: Basis, lines: &[(OrderItemId, i64)]) -> Decimal {
    let mut weighted = Decimal::ZERO;
    for line in &order.lines {
        if let Some((_, multiplier)) = lines.iter().find(|(id, _)| *id == line.id) {
            let left = left_of(line, line_base(line, basis));
            weighted = weighted + left.ratio(i128::from(*multiplier), i128::from(ONCE), Rounding::Floor);
        }
    }
    if basis.include_shipping {
        weighted =
            weighted + (Decimal::from(order.shipping_total) - order.refunded_shipping).max(Decimal::ZERO);
    }
    let (beside, in_lines) = refunded_beside_lines(order);
    if beside.is_zero() {
        return weighted;
    }
    if in_lines <= beside {
        return Decimal::ZERO;
    }
    weighted.ratio((in_lines - beside).raw(), in_lines.raw(), Rounding::Floor)
}

/// `weighted` times the rule, the tier and the campaign, rounded down; never below 0.
#[must_use]
pub fn points(weighted: Decimal, rule_points: i64, per: Decimal, tier: i64, campaign: i64) -> i64 {
    let both = divide(i128::from(tier) * i128::from(campaign), i128::from(ONCE), Rounding::Floor);
    let both = both.clamp(0, i128::from(MOST_MULTIPLIER));
    let per = per.raw().max(1);
    let product = weighted.raw().max(0).checked_mul(i128::from(rule_points.max(0)) * both);
    let product = product.and_then(|product| per.checked_mul(i128::from(ONCE)).map(|whole| product / whole));
    product.and_then(|points| i64::try_from(points).ok()).unwrap_or(crate::ledger::commands::MOST_POINTS)
}

/// Points that an order should have kept by the terms of its award, before the award's own cap.
#[must_use]
pub fn deserved(terms: &Terms, order: &OrderSnapshot) -> i64 {
    let weighted = weighted_base(order, terms.basis, &terms.lines);
    if !terms.by_share {
        return points(weighted, terms.points, terms.per, terms.tier, terms.campaign);
    }
    if terms.weighted.is_zero() {
        return terms.uncapped;
    }
    let share = divide(
        i128::from(terms.uncapped) * weighted.raw().clamp(0, terms.weighted.raw()),
        terms.weighted.raw(),
        Rounding::Floor,
    );
    i64::try_from(share).unwrap_or(0)
}

/// How many of `points` the caps let through.
#[must_use]
pub fn capped(points: i64, caps: &Caps, usage: Usage) -> i64 {
    if caps.events_per_day.is_some_and(|most| usage.day_events >= most) {
        return 0;
    }
    let mut allowed = points.max(0);
    for (cap, used) in [(caps.per_event, 0), (caps.per_day, usage.day), (caps.lifetime, usage.lifetime)] {
        if let Some(cap) = cap {
            allowed = allowed.min((cap - used).max(0));
        }
    }
    allowed
}

/// What an order's status means for its award.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The status earns.
    Earning,
    /// Neither earned nor undone: what is kept may shrink, but not grow.
    Waiting,
    /// Undone: nothing is kept.
    Undone,
}

/// Reads a status. With `on_processing` a processing order earns as a completed one does.
#[must_use]
pub fn standing(status: &str, on_processing: bool) -> Standing {
    match status {
        "completed" => Standing::Earning,
        "processing" if on_processing => Standing::Earning,
        "refunded" | "cancelled" | "failed" | "trash" => Standing::Undone,
        _ => Standing::Waiting,
    }
}
