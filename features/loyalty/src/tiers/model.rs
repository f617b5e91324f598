//! Tiers: what one must have earned and what one gets.

use kernel::ids::TierId;
use kernel::{Decimal, Fault};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A row of `oloyalty_tiers`.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Tier {
    /// Row.
    pub id: TierId,
    /// Lower-case name that does not change, such as `gold`.
    pub slug: String,
    /// Name.
    pub name: String,
    /// Order, from 1.
    pub rank: i64,
    /// What a member must have reached; see [`Qualification`].
    pub qualification_rules: Value,
    /// What members of the tier get; see [`Perks`].
    pub perks: Value,
    /// Colour of the badge, such as `#b7791f`.
    pub color: String,
    /// Name of the icon.
    pub icon: String,
}

impl Tier {
    /// The qualification rules as their struct.
    pub fn qualification(&self) -> Result<Qualification, Fault> {
        Ok(serde_json::from_value(self.qualification_rules.clone())?)
    }

    /// The earn multiplier in basis points: 10,000 is 1×. Perks without one count as 1×.
    #[must_use]
    pub fn multiplier(&self) -> i64 {
        let perks: Perks = serde_json::from_value(self.perks.clone()).unwrap_or_default();
        perks.earn_multiplier.map_or(ONCE, basis_points)
    }

    /// Lifetime points that the rules ask for, when that is all they ask for.
    #[must_use]
    pub fn threshold(&self) -> Option<i64> {
        self.qualification().ok()?.lifetime_threshold()
    }
}

/// 1× in basis points.
pub const ONCE: i64 = 10_000;

/// `1.25` as 12,500; never below 0 nor above 1,000×.
#[must_use]
pub fn basis_points(multiplier: Decimal) -> i64 {
    let points = kernel::decimal::divide(
        multiplier.raw(),
        10_i128.pow(kernel::decimal::SCALE - 4),
        kernel::decimal::Rounding::Floor,
    );
    i64::try_from(points.clamp(0, 10_000_000)).unwrap_or(ONCE)
}

/// `12500` as `1.25×`.
#[must_use]
pub fn times(basis_points: i64) -> String {
    let raw = i128::from(basis_points) * 10_i128.pow(kernel::decimal::SCALE - 4);
    format!("{}×", Decimal::from_raw(raw))
}

/// What a tier gives. Other members of the document are for other readers.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Perks {
    /// Times the points of purchases, such as `1.25`.
    pub earn_multiplier: Option<Decimal>,
}

/// A condition on a member: a comparison, or several conditions together. An empty one always holds:
/// `{"all":[{"metric":"lifetime_earned","op":">=","value":500}]}`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Qualification {
    /// Each must hold.
    pub all: Option<Vec<Qualification>>,
    /// At least one must hold.
    pub any: Option<Vec<Qualification>>,
    /// Must not hold.
    pub not: Option<Box<Qualification>>,
    /// `lifetime_earned`, `lifetime_redeemed`, `points_balance` or `member_days`.
    pub metric: Option<String>,
    /// `>=`, `>`, `<=`, `<` or `=`.
    pub op: Option<String>,
    /// Compared with.
    pub value: Option<i64>,
}

/// What a recalculation did. The numbers after `recalculated` add up to it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Recalculation {
    /// Members looked at.
    pub recalculated: i64,
    /// Moved up.
    pub promotions: i64,
    /// Moved down.
    pub demotions: i64,
    /// Stayed.
    pub unchanged: i64,
    /// Below their threshold, but within the grace period.
    pub in_grace: i64,
    /// Suspended or banned.
    pub skipped: i64,
}
