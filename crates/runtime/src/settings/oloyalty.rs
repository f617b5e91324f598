//! `oloyalty_settings`, with the keys and defaults of the specification.

use super::{Kind, Setting};

/// The options row.
pub const OPTION: &str = "oloyalty_settings";

/// `points.enabled`: Off ignores every event that would earn points.
pub const POINTS_ENABLED: Setting = Setting {
    option: OPTION,
    key: "points.enabled",
    kind: Kind::Boolean(true),
    label: "Points are on",
    help: "Off ignores every event that would earn points.",
};
/// `points.value_per_point`: Currency value of one point, for liability snapshots.
pub const POINTS_VALUE_PER_POINT: Setting = Setting {
    option: OPTION,
    key: "points.value_per_point",
    kind: Kind::Decimal { default: "0.01", least: "0", most: "1000" },
    label: "Value of a point",
    help: "Currency value of one point, for liability snapshots.",
};
/// `points.expire_after_days`: Days after which earned points expire; 0 never.
pub const POINTS_EXPIRE_AFTER_DAYS: Setting = Setting {
    option: OPTION,
    key: "points.expire_after_days",
    kind: Kind::Integer { default: 365, least: 0, most: 36500 },
    label: "Points expire after",
    help: "Days after which earned points expire; 0 never.",
};
/// `points.allow_negative_balance`: Whether redemptions may take a member below zero.
pub const POINTS_ALLOW_NEGATIVE_BALANCE: Setting = Setting {
    option: OPTION,
    key: "points.allow_negative_balance",
    kind: Kind::Boolean(false),
    label: "Allow negative balances",
    help: "Whether redemptions may take a member below zero.",
};
/// `points.shadow_mode`: Compute and record, but credit and debit nothing.
pub const POINTS_SHADOW_MODE: Setting = Setting {
    option: OPTION,
    key: "points.shadow_mode",
    kind: Kind::Boolean(true),
    label: "Shadow mode",
    help: "Compute and record, but credit and debit nothing.",
};
/// `earn.on_processing`: Award when an order is processing rather than completed; the first status reached counts.
pub const EARN_ON_PROCESSING: Setting = Setting {
    option: OPTION,
    key: "earn.on_processing",
    kind: Kind::Boolean(false),
    label: "Award when processing",
    help: "Award when an order is processing rather than completed; the first status reached counts.",
};
/// `earn.include_tax`: Whether tax counts towards points.
pub const EARN_INCLUDE_TAX: Setting = Setting {
    option: OPTION,
    key: "earn.include_tax",
    kind: Kind::Boolean(false),
    label: "Earn on tax",
    help: "Whether tax counts towards points.",
};
/// `earn.include_shipping`: Whether shipping counts towards points.
pub const EARN_INCLUDE_SHIPPING: Setting = Setting {
    option: OPTION,
    key: "earn.include_shipping",
    kind: Kind::Boolean(false),
    label: "Earn on shipping",
    help: "Whether shipping counts towards points.",
};
/// `earn.after_discounts`: Whether coupons reduce what earns points.
pub const EARN_AFTER_DISCOUNTS: Setting = Setting {
    option: OPTION,
    key: "earn.after_discounts",
    kind: Kind::Boolean(true),
    label: "Earn after discounts",
    help: "Whether coupons reduce what earns points.",
};
/// `referrals.referrer_points`: Points for the referrer when a friend converts.
pub const REFERRALS_REFERRER_POINTS: Setting = Setting {
    option: OPTION,
    key: "referrals.referrer_points",
    kind: Kind::Integer { default: 500, least: 0, most: 1000000 },
    label: "Referrer points",
    help: "Points for the referrer when a friend converts.",
};
/// `referrals.friend_points`: Points for the referred friend.
pub const REFERRALS_FRIEND_POINTS: Setting = Setting {
    option: OPTION,
    key: "referrals.friend_points",
    kind: Kind::Integer { default: 250, least: 0, most: 1000000 },
    label: "Friend points",
    help: "Points for the referred friend.",
};
/// `referrals.fraud_threshold`: A score at or above this goes to manual review.
pub const REFERRALS_FRAUD_THRESHOLD: Setting = Setting {
    option: OPTION,
    key: "referrals.fraud_threshold",
    kind: Kind::Decimal { default: "0.7", least: "0", most: "1" },
    label: "Fraud threshold",
    help: "A score at or above this goes to manual review.",
};
/// `referrals.min_friend_order_total`: First orders below this subtotal do not convert a referral.
pub const REFERRALS_MIN_FRIEND_ORDER_TOTAL: Setting = Setting {
    option: OPTION,
    key: "referrals.min_friend_order_total",
    kind: Kind::Decimal { default: "10", least: "0", most: "1000000" },
    label: "Smallest first order",
    help: "First orders below this subtotal do not convert a referral.",
};
/// `tiers.recalc_cron`: How often tiers are evaluated anew.
pub const TIERS_RECALC_CRON: Setting = Setting {
    option: OPTION,
    key: "tiers.recalc_cron",
    kind: Kind::Choice { default: "daily", options: &["hourly", "twicedaily", "daily", "weekly"] },
    label: "Tier recalculation",
    help: "How often tiers are evaluated anew.",
};
/// `tiers.downgrade_grace_days`: Days a member may stay below a threshold.
pub const TIERS_DOWNGRADE_GRACE_DAYS: Setting = Setting {
    option: OPTION,
    key: "tiers.downgrade_grace_days",
    kind: Kind::Integer { default: 30, least: 0, most: 3650 },
    label: "Grace before a downgrade",
    help: "Days a member may stay below a threshold.",
};

/// All of them, in order.
pub const ALL: &[Setting] = &[
    POINTS_ENABLED,
    POINTS_VALUE_PER_POINT,
    POINTS_EXPIRE_AFTER_DAYS,
    POINTS_ALLOW_NEGATIVE_BALANCE,
    POINTS_SHADOW_MODE,
    EARN_ON_PROCESSING,
    EARN_INCLUDE_TAX,
    EARN_INCLUDE_SHIPPING,
    EARN_AFTER_DISCOUNTS,
    REFERRALS_REFERRER_POINTS,
    REFERRALS_FRIEND_POINTS,
    REFERRALS_FRAUD_THRESHOLD,
    REFERRALS_MIN_FRIEND_ORDER_TOTAL,
    TIERS_RECALC_CRON,
    TIERS_DOWNGRADE_GRACE_DAYS,
];
