//! Rewards, what they give, and redemptions of them.

use kernel::ids::{MemberId, OrderId, RedemptionId, RewardId};
use kernel::{Amount, Currency, Decimal, Fault, Moment};
use runtime::ports::NewCoupon;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Kinds of the specification that one coupon for a whole order cannot carry.
const NOT_CARRIED: [&str; 6] =
    ["product_pct", "product_fixed", "free_product", "gift_card", "store_credit", "custom"];

const REMEDY: &str = "Use cart_pct, cart_fixed or free_ship.";

/// What a reward gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RewardKind {
    /// A percentage off the whole cart.
    CartPercent,
    /// An amount off the whole cart.
    CartFixed,
    /// Free shipping.
    FreeShipping,
}

impl RewardKind {
    /// Reads `cart_pct`, `cart_fixed` or `free_ship`.
    #[must_use]
    pub fn named(text: &str) -> Option<Self> {
        match text {
            "cart_pct" => Some(Self::CartPercent),
            "cart_fixed" => Some(Self::CartFixed),
            "free_ship" => Some(Self::FreeShipping),
            _ => None,
        }
    }

    /// As [`RewardKind::named`]; the other kinds of the specification are a 422, any other text is a 400.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        match text {
            known if let Some(kind) = Self::named(known) => Ok(kind),
            other if NOT_CARRIED.contains(&other) => Err(Fault::refused(
                "oloyalty_reward_type",
                format!("Rewards of type {other} cannot be paid out: a coupon for the whole order does not carry them. {REMEDY}"),
            )
            .and_invalid("type", REMEDY)),
            _ => Err(Fault::invalid("type", REMEDY)),
        }
    }

    /// As the column holds it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::CartPercent => "cart_pct",
            Self::CartFixed => "cart_fixed",
            Self::FreeShipping => "free_ship",
        }
    }
}

/// How much a reward gives: `percent` for `cart_pct`, `amount` for `cart_fixed`, nothing for `free_ship`.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RewardValue {
    /// Per cent off the cart, above 0 and at most 100, with at most two digits after the point.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percent: Option<Amount>,
    /// Off the cart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Amount>,
    /// Currency of the amounts, also of the least subtotal: the shop's when they were written. None without amounts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<Currency>,
}

/// When a reward's code works.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RewardConditions {
    /// Least subtotal of the cart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cart_min_total: Option<Amount>,
}

/// The amounts with their currency's digits, as the shop writes them.
pub(crate) fn exact(value: RewardValue, conditions: RewardConditions) -> (RewardValue, RewardConditions) {
    let written = |amount: Option<Amount>| {
        let exact = |amount: Amount| Some(amount.in_currency("amount", value.currency?).ok()?.amount());
        amount.map(|amount| exact(amount).unwrap_or(amount))
    };
    let conditions = RewardConditions { cart_min_total: written(conditions.cart_min_total) };
    (RewardValue { amount: written(value.amount), ..value }, conditions)
}

/// A row of `oloyalty_rewards`.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Reward {
    /// Row.
    pub id: RewardId,
    /// What members read.
    pub name: String,
    /// More of it, or empty.
    pub description: String,
    /// `cart_pct`, `cart_fixed` or `free_ship`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Points that it costs, at least 1.
    pub points_cost: i64,
    /// How much it gives.
    pub value: RewardValue,
    /// When its code works.
    pub conditions: RewardConditions,
    /// `active` or `inactive`.
    pub status: String,
    /// Made at.
    pub created_at: Moment,
    /// Changed at.
    pub updated_at: Moment,
}

impl Reward {
    /// What its amounts are in; none where it has no amount.
    #[must_use]
    pub fn currency(&self) -> Option<Currency> {
        let has_amount = self.value.amount.is_some() || self.conditions.cart_min_total.is_some();
        self.value.currency.filter(|_| has_amount)
    }
}

/// Status of a reward that can be redeemed.
pub const ACTIVE: &str = "active";
/// Status of one that cannot.
pub const INACTIVE: &str = "inactive";

/// A reward as it was when it was redeemed: later changes of the catalogue do not touch it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Terms {
    /// Name.
    pub name: String,
    /// Kind.
    #[serde(rename = "type")]
    pub kind: String,
    /// How much it gives.
    pub value: RewardValue,
    /// When its code works.
    pub conditions: RewardConditions,
}

impl Terms {
    /// The reward as it is now.
    #[must_use]
    pub fn of(reward: &Reward) -> Self {
        Self {
            name: reward.name.clone(),
            kind: reward.kind.clone(),
            value: reward.value,
            conditions: reward.conditions,
        }
    }

    /// The coupon of a code, for one use by whoever has this address.
    pub fn coupon(&self, code: &str, email: &str) -> Result<NewCoupon, Fault> {
        let kind = RewardKind::parse(&self.kind)?;
        let given = match kind {
            RewardKind::CartPercent => self.value.percent,
            RewardKind::CartFixed => self.value.amount,
            RewardKind::FreeShipping => None,
        };
        Ok(NewCoupon {
            code: code.to_owned(),
            amount: given.map_or(Decimal::ZERO, Amount::decimal),
            discount_type: if kind == RewardKind::CartPercent { "percent" } else { "fixed_cart" }.to_owned(),
            description: format!("Reward: {}", self.name),
            usage_limit: 1,
            usage_limit_per_user: 1,
            free_shipping: kind == RewardKind::FreeShipping,
            emails: vec![email.to_owned()],
            minimum_amount: self.conditions.cart_min_total.map(Amount::decimal),
            ..NewCoupon::default()
        })
    }
}

/// A row of `oloyalty_redemptions`.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Redemption {
    /// Row.
    pub id: RedemptionId,
    /// Member.
    pub member_id: MemberId,
    /// Reward.
    pub reward_id: RewardId,
    /// What the member enters at checkout. Works once.
    pub code: String,
    /// `pending`, `consumed` or `reversed`.
    pub status: String,
    /// The order that used the code, or 0.
    pub order_id: OrderId,
    /// Points that it cost.
    pub points_spent: i64,
    /// The reward as it was.
    #[serde(rename = "reward")]
    pub terms: Terms,
    /// The shop's coupon of the code; 0 until the shop has it, which takes a moment.
    pub coupon_id: i64,
    /// Redeemed at.
    pub issued_at: Moment,
    /// When the order that used the code was paid, or none.
    pub consumed_at: Option<Moment>,
    /// When the points came back, or none.
    pub reversed_at: Option<Moment>,
}

/// Status of a redemption whose code can be used.
pub const PENDING: &str = "pending";
/// Status of one whose code was used by a paid order.
pub const CONSUMED: &str = "consumed";
/// Status of one whose points came back; it is final.
pub const REVERSED: &str = "reversed";

/// Which rewards a list holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RewardFilter {
    /// Kind, or empty for all.
    pub kind: String,
    /// Status, or empty for all.
    pub status: String,
}

impl RewardFilter {
    /// By a kind and a status as they were typed; empty is all. Others than there are name the field and those there are.
    pub fn of(kind: &str, status: &str) -> Result<Self, Fault> {
        let (kind, status) = (kind.to_lowercase(), status.to_lowercase());
        if !kind.is_empty() && RewardKind::named(&kind).is_none() {
            return Err(Fault::invalid("type", REMEDY));
        }
        if !["", ACTIVE, INACTIVE].contains(&status.as_str()) {
            return Err(Fault::invalid("status", "Use active or inactive."));
        }
        Ok(Self { kind, status })
    }
}
