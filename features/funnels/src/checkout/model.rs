//! A checkout on its way to an order.

use kernel::contracts::shop::Address;
use kernel::ids::{FunnelId, OrderId};
use serde::{Deserialize, Serialize};

/// How far a checkout has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckoutState {
    /// Being filled in, or refused and waiting for another try.
    Open,
    /// Sent; not known to be paid.
    Paying,
    /// The shopper must pass a challenge.
    RequiresAction,
    /// Paid.
    Paid,
}

impl CheckoutState {
    /// As the column holds it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Paying => "paying",
            Self::RequiresAction => "requires_action",
            Self::Paid => "paid",
        }
    }

    /// Reads the column.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Open, Self::Paying, Self::RequiresAction, Self::Paid]
            .into_iter()
            .find(|state| state.word() == word)
    }
}

/// What the shopper has filled in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Details {
    /// Billing address with e-mail and telephone; shipping is the same.
    pub billing: Address,
    /// Note with the order.
    pub note: String,
    /// May be reminded of this cart.
    pub consent: bool,
}

/// A row of `cartwright_checkouts`.
#[derive(Debug, Clone)]
pub struct Checkout {
    /// Row.
    pub id: i64,
    /// The cart.
    pub cart_token: String,
    /// The funnel, or 0 for the plain checkout.
    pub funnel_id: FunnelId,
    /// How far it has come.
    pub state: CheckoutState,
    /// What was filled in.
    pub details: Details,
    /// Attempts to pay so far.
    pub attempt: i64,
    /// Key of the last attempt, or empty.
    pub attempt_key: String,
    /// Counts the orders made of this checkout: another content is another order.
    pub revision: i64,
    /// What the last order was made of.
    pub order_hash: String,
    /// The last order, or 0.
    pub order_id: OrderId,
    /// Where the challenge is, or empty.
    pub challenge: String,
    /// Why the last attempt failed, for the shopper.
    pub message: String,
}

/// A payment as the shopper sends it.
#[derive(Clone)]
pub struct Payment {
    /// Gateway id.
    pub gateway: String,
    /// What the gateway's form produced. Never stored, never logged.
    pub token: String,
    /// The attempt that the page was for.
    pub attempt: i64,
    /// What the shopper was shown.
    pub expected_total: kernel::Money,
    /// Of which lines and amounts, as [`super::rules::quote`] says it; empty where that is not known.
    pub quote: String,
    /// Address of the shopper's machine.
    pub ip_address: String,
    /// Browser.
    pub user_agent: String,
    /// The account, or 0.
    pub customer_id: kernel::ids::UserId,
}

impl std::fmt::Debug for Payment {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Payment(by {}, attempt {})", self.gateway, self.attempt)
    }
}
