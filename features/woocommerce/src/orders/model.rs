//! An order's present state, and what was known of it.

use kernel::contracts::shop::OrderSnapshot;
use kernel::ids::OrderId;
use kernel::{Moment, Money};
use serde::{Deserialize, Serialize};

/// A refund as the store tells of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refund {
    /// The refund, the only safe key.
    pub id: OrderId,
    /// Its amount, positive.
    pub amount: Money,
    /// Written at.
    pub at: Moment,
}

/// The answer to `order_state`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OrderState {
    /// The order; none when it was deleted.
    pub order: Option<OrderSnapshot>,
    /// Its refunds that still stand.
    #[serde(default)]
    pub refunds: Vec<Refund>,
}

/// What was known of an order.
#[derive(Debug, Clone)]
pub struct Known {
    /// As it last stood.
    pub order: OrderSnapshot,
    /// It was told as paid.
    pub is_paid: bool,
    /// It was deleted.
    pub is_gone: bool,
    /// Refunds that were told, those deleted since left out.
    pub refunds: Vec<OrderId>,
}

/// What has happened since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Happening {
    /// It was written.
    Placed,
    /// Its money has arrived.
    Paid,
    /// Its status is another, or, with the same one on both sides, its sums are.
    Changed {
        /// Status before.
        from: String,
    },
    /// A refund was written.
    Refunded {
        /// Which.
        refund: OrderId,
        /// How much.
        amount: Money,
    },
}
