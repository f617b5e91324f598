//! What is counted, and a row of the journal.

use kernel::{Moment, Money};

macro_rules! metrics {
    ($($(#[$doc:meta])* $variant:ident = $name:literal),* $(,)?) => {
        /// What is counted. The name is stored: never rename it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Metric { $($(#[$doc])* $variant),* }

        impl Metric {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The stored name.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }

            /// The metric of a stored name.
            #[must_use]
            pub fn parse(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|metric| metric.name() == name)
            }
        }
    };
}

metrics! {
    /// Orders with money in, without children; amount is what was paid.
    Orders = "orders",
    /// Children of orders, made by accepted upsells; amount is what was paid.
    UpsellOrders = "upsell_orders",
    /// Refunds; amount is above zero.
    Refunds = "refunds",
    /// Paid orders called off without a refund; amount is above zero, below when one came back.
    Cancellations = "cancellations",
    /// Orders written by a checkout, paid or not.
    Checkouts = "checkouts",
    /// Of the paid orders, those that came from a cart.
    CartOrders = "cart_orders",
    /// Lines of paid orders that a bump put there; amount with tax.
    BumpSales = "bump_sales",
    /// Bumps shown, once per cart.
    BumpsShown = "bumps_shown",
    /// Bumps taken, once per cart; amount as promised then.
    BumpsAccepted = "bumps_accepted",
    /// Upsells taken and charged.
    UpsellsAccepted = "upsells_accepted",
    /// Upsells declined.
    UpsellsDeclined = "upsells_declined",
    /// Carts begun.
    CartsCreated = "carts_created",
    /// Carts left, once per life of the cart; amount is what was in them.
    CartsAbandoned = "carts_abandoned",
    /// Carts that became an order.
    CartsConverted = "carts_converted",
    /// Carts that a recovery sequence brought back; amount is the revenue attributed.
    CartsRecovered = "carts_recovered",
    /// What was refunded or cancelled of recovered orders; no quantity, amount above zero.
    RecoveredLost = "recovered_lost",
    /// Recovery e-mails sent.
    RecoveryEmails = "recovery_emails",
    /// Recovery texts sent.
    RecoveryTexts = "recovery_texts",
    /// Loyalty members enrolled.
    Members = "members",
    /// Points earned; the quantity is the points.
    PointsEarned = "points_earned",
    /// Points taken back for orders that came undone; the quantity is the points, above zero.
    PointsReversed = "points_reversed",
    /// Change of the points that members could spend; debts count as nothing.
    PointsOutstanding = "points_outstanding",
}

/// A row of the journal on its way in.
#[derive(Debug, Clone)]
pub struct Entry {
    /// What it came from, such as `order:17:paid`; once per cause and metric.
    pub cause: String,
    /// What is counted.
    pub metric: Metric,
    /// How many.
    pub quantity: i64,
    /// How much, where there is money.
    pub amount: Option<Money>,
    /// The order it belongs to, or 0.
    pub subject_id: i64,
    /// True when a person would like to read of it.
    pub notable: bool,
    /// When.
    pub at: Moment,
}

impl Entry {
    /// Counts one, without money, not worth telling.
    #[must_use]
    pub const fn one(metric: Metric, cause: String, at: Moment) -> Self {
        Self { cause, metric, quantity: 1, amount: None, subject_id: 0, notable: false, at }
    }

    /// With an amount.
    #[must_use]
    pub fn of(self, amount: Money) -> Self {
        Self { amount: Some(amount), ..self }
    }

    /// With another quantity.
    #[must_use]
    pub fn counting(self, quantity: i64) -> Self {
        Self { quantity, ..self }
    }

    /// Belonging to an order.
    #[must_use]
    pub fn about(self, subject_id: i64) -> Self {
        Self { subject_id, ..self }
    }

    /// Told in the recent activity.
    #[must_use]
    pub fn told(self) -> Self {
        Self { notable: true, ..self }
    }
}

/// What an order counts for so far, in minor units of its currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountedOrder {
    /// Latest version of the order that was looked at; 0 before the first.
    pub version: i64,
    /// Booked as paid.
    pub gross: i64,
    /// Booked as refunded.
    pub refunded: i64,
    /// Booked as called off.
    pub cancelled: i64,
    /// Revenue attributed to recovery; 0 when none.
    pub recovered: i64,
    /// Of it, lost to refunds and cancellations since.
    pub recovered_lost: i64,
}
