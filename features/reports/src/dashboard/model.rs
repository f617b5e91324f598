//! The dashboard as REST answers it. Amounts are net of nothing unless a field says so; rates are fractions of one.

use kernel::{Amount, Decimal};
use schemars::JsonSchema;
use serde::Serialize;

/// Days that are asked for, both ends included, as `YYYY-MM-DD` in the shop's time zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Period {
    /// First day.
    pub from: String,
    /// Last day.
    pub to: String,
    /// Every day, in order.
    pub days: Vec<String>,
    /// As many days right before.
    pub before: Vec<String>,
}

/// Everything of a period.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Dashboard {
    /// First day, `YYYY-MM-DD` in the shop's time zone.
    pub from: String,
    /// Last day, included.
    pub to: String,
    /// Time zone of the days.
    pub time_zone: String,
    /// Currency of every amount; orders in others are under `other_currencies`.
    pub currency: String,
    /// The headline numbers.
    #[serde(flatten)]
    pub headline: Headline,
    /// The headline numbers of as many days right before.
    pub previous: Headline,
    /// From cart to order.
    pub conversion: Conversion,
    /// Order bumps.
    pub bumps: Bumps,
    /// Upsells and downsells after the purchase.
    pub upsells: Upsells,
    /// Cart recovery.
    pub recovery: Recovery,
    /// The loyalty programme.
    pub loyalty: Loyalty,
    /// One entry per day, quiet days included.
    pub series: Vec<Day>,
    /// Sales in currencies other than the shop's.
    pub other_currencies: Vec<OtherCurrency>,
}

/// Orders and revenue.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Headline {
    /// Orders paid, an order and its upsells counting as one.
    pub orders: i64,
    /// Paid for orders and upsells, before refunds.
    pub gross_revenue: Amount,
    /// Refunds made.
    pub refunds: i64,
    /// Given back, and paid orders called off.
    pub refunded: Amount,
    /// `gross_revenue` less `refunded`.
    pub revenue: Amount,
    /// `gross_revenue` per order; zero without orders.
    pub average_order_value: Amount,
}

/// From cart to order.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Conversion {
    /// Carts begun.
    pub carts: i64,
    /// Orders placed from a cart, paid or not.
    pub checkouts: i64,
    /// Of the orders placed from a cart, those paid.
    pub orders: i64,
    /// Carts that became an order.
    pub carts_converted: i64,
    /// `checkouts` of `carts`; null without carts.
    pub checkout_rate: Option<Decimal>,
    /// `orders` of `checkouts`; null without checkouts.
    pub payment_rate: Option<Decimal>,
    /// `orders` of `carts`; null without carts.
    pub conversion_rate: Option<Decimal>,
}

/// Order bumps.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Bumps {
    /// Shown, once per cart.
    pub shown: i64,
    /// Taken, once per cart.
    pub accepted: i64,
    /// `accepted` of `shown`; null when none was shown.
    pub take_rate: Option<Decimal>,
    /// Bumps in paid orders.
    pub sold: i64,
    /// What they brought, with tax, before refunds.
    pub revenue: Amount,
}

/// Upsells and downsells after the purchase.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Upsells {
    /// Answered: taken or declined.
    pub answered: i64,
    /// Taken and charged.
    pub accepted: i64,
    /// Declined.
    pub declined: i64,
    /// `accepted` of `answered`; null without answers.
    pub take_rate: Option<Decimal>,
    /// What they brought, before refunds.
    pub revenue: Amount,
}

/// Cart recovery.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Recovery {
    /// Carts left.
    pub abandoned: i64,
    /// What was in them.
    pub abandoned_value: Amount,
    /// Recovery e-mails sent.
    pub emails: i64,
    /// Recovery texts sent.
    pub texts: i64,
    /// Carts brought back.
    pub recovered: i64,
    /// `recovered` of `abandoned`; null when none was left.
    pub recovery_rate: Option<Decimal>,
    /// Revenue of carts brought back, less their refunds.
    pub revenue: Amount,
}

/// The loyalty programme.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Loyalty {
    /// Members at the end of the period.
    pub members: i64,
    /// Enrolled in the period.
    pub joined: i64,
    /// Points earned in the period.
    pub earned: i64,
    /// Points taken back in the period.
    pub reversed: i64,
    /// Points that members could spend at the end of the period.
    pub outstanding: i64,
}

/// A day.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Day {
    /// `YYYY-MM-DD`.
    pub day: String,
    /// Orders paid.
    pub orders: i64,
    /// Paid, before refunds.
    pub gross_revenue: Amount,
    /// Given back or called off on this day.
    pub refunded: Amount,
    /// Paid less given back; below zero on a day of refunds.
    pub revenue: Amount,
    /// Carts begun.
    pub carts: i64,
    /// Carts left.
    pub abandoned: i64,
    /// Carts brought back.
    pub recovered: i64,
    /// Points earned.
    pub points_earned: i64,
}

/// Sales in another currency.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct OtherCurrency {
    /// ISO 4217 code.
    pub currency: String,
    /// Orders paid.
    pub orders: i64,
    /// Paid less given back.
    pub revenue: Amount,
}
