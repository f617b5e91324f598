//! Earn rules and the terms of an award.

use std::collections::BTreeMap;

use kernel::ids::{MemberId, OrderItemId};
use kernel::{Decimal, Moment};
use serde::{Deserialize, Serialize};

/// Action of the rule for purchases.
pub const ORDER_COMPLETED: &str = "order.completed";
/// Action of the rule for new accounts.
pub const ACCOUNT_CREATED: &str = "account.created";

/// A row of `oloyalty_earn_rules`.
#[derive(Debug, Clone)]
pub struct EarnRule {
    /// Row.
    pub id: i64,
    /// What earns, such as `order.completed`.
    pub action: String,
    /// Points, per unit of currency or at once.
    pub points: i64,
    /// How points follow from the event.
    pub formula: Formula,
    /// What multiplies them.
    pub multipliers: Multipliers,
    /// What limits them.
    pub caps: Caps,
    /// What earns nothing.
    pub exclusions: Exclusions,
}

/// `{"type":"per_currency","per":"1"}` or `{"type":"fixed"}`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Formula {
    /// `per_currency`: the rule's points for each `per` units of currency. `fixed`: the rule's points at once.
    #[serde(rename = "type")]
    pub kind: String,
    /// Units of currency; 1 unless given.
    #[serde(default)]
    pub per: Option<Decimal>,
}

/// `{"tier":true,"campaign":true,"products":{"42":"2"},"categories":{"7":"1.5"}}`. A product's own multiplier beats its
/// categories'; among categories the largest counts.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Multipliers {
    /// Does the member's tier multiply?
    pub tier: bool,
    /// Does the running campaign multiply?
    pub campaign: bool,
    /// By product.
    pub products: BTreeMap<String, Decimal>,
    /// By category.
    pub categories: BTreeMap<String, Decimal>,
}

/// Limits on the points of a rule, each none for no limit.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Caps {
    /// Points of one event.
    pub per_event: Option<i64>,
    /// Points of a member's day in the shop's time zone.
    pub per_day: Option<i64>,
    /// Points of a member, ever.
    pub lifetime: Option<i64>,
    /// Events of a member's day.
    pub events_per_day: Option<i64>,
}

/// Products and categories that earn nothing.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Exclusions {
    /// Product ids.
    pub products: Vec<i64>,
    /// Category ids.
    pub categories: Vec<i64>,
}

/// Which amounts of an order earn, as the settings say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Basis {
    /// `earn.include_tax`.
    pub include_tax: bool,
    /// `earn.include_shipping`.
    pub include_shipping: bool,
    /// `earn.after_discounts`.
    pub after_discounts: bool,
}

/// Everything an award was computed by, kept with it: refunds are measured against these, never against today's rules.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Terms {
    /// Rule row.
    pub rule_id: i64,
    /// Rule's points per `per` units of currency.
    pub points: i64,
    /// Units of currency.
    pub per: Decimal,
    /// Which amounts earn.
    pub basis: Basis,
    /// Earning lines and their multiplier in basis points.
    pub lines: Vec<(OrderItemId, i64)>,
    /// Tier's multiplier in basis points.
    pub tier: i64,
    /// Campaign's multiplier in basis points.
    pub campaign: i64,
    /// The exact amount that earned, each line times its multiplier.
    pub weighted: Decimal,
    /// Points before the caps.
    pub uncapped: i64,
    /// Refunds take by the share of the amount, as the points follow from no rate: a filter set them, or they are fixed.
    pub by_share: bool,
    /// What limited them.
    pub caps: Caps,
}

/// A row of `cartwright_point_awards`.
#[derive(Debug, Clone)]
pub struct Award {
    /// Row.
    pub id: i64,
    /// Member.
    pub member_id: MemberId,
    /// Recorded in shadow mode: the ledger knows nothing of it.
    pub shadow: bool,
    /// What it was computed by; none for fixed awards and for causes that could not earn.
    pub terms: Option<Terms>,
    /// Points given at first, after the caps.
    pub awarded: i64,
    /// Points that the caps held back.
    pub clipped: i64,
    /// Points it keeps now, after refunds.
    pub kept: i64,
    /// The latest state of the order that was looked at.
    pub order_version: i64,
    /// The member's day, `YYYY-MM-DD` in the shop's zone.
    pub local_day: String,
    /// When its points lapse, or none.
    pub expires_at: Option<Moment>,
}

/// What a member has kept of a rule so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// Points of the day.
    pub day: i64,
    /// Events of the day that earned.
    pub day_events: i64,
    /// Points ever.
    pub lifetime: i64,
}
