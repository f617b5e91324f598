//! Charging, as funnels ask for it and payments does it.

use serde::{Deserialize, Serialize};

use crate::Request;
use crate::ids::OrderId;
use crate::money::Money;

/// The transaction of what is paid without a gateway, as its order is: nobody was asked, nothing was charged.
pub const WITHOUT_CHARGE: &str = "without-charge";
/// A method of payment that no gateway charges.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OfflineMethod {
    /// As WooCommerce names it.
    pub name: &'static str,
    /// How the money comes, for people: `on delivery`.
    pub how: &'static str,
    /// Is an order worked on before the money has come? Else it is on hold until then.
    pub at_once: bool,
}

/// Cash on delivery, bank transfer, cheque.
const OFFLINE: [OfflineMethod; 3] = [
    OfflineMethod { name: "cod", how: "on delivery", at_once: true },
    OfflineMethod { name: "bacs", how: "by bank transfer", at_once: false },
    OfflineMethod { name: "cheque", how: "by cheque", at_once: false },
];

/// The method of this name, where no gateway charges it.
#[must_use]
pub fn offline(method: &str) -> Option<OfflineMethod> {
    OFFLINE.into_iter().find(|known| known.name == method)
}

/// What a charge came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum ChargeOutcome {
    /// The money has moved.
    Succeeded {
        /// The gateway's id of the payment.
        transaction_id: String,
    },
    /// The shopper must pass a challenge first; then ask again with [`ConfirmCharge`].
    RequiresAction {
        /// The attempt to confirm.
        attempt_key: String,
        /// Where the challenge is, or the gateway's client secret.
        challenge: String,
    },
    /// Refused by the card's bank; another method may work.
    Declined {
        /// Machine-readable reason, such as `card_declined`.
        code: String,
        /// A sentence for the shopper.
        message: String,
    },
    /// Not known yet. Reconciliation settles it; it is never tried under another key.
    Pending {
        /// The attempt that is open.
        attempt_key: String,
    },
}

/// How to pay the first time.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum PaymentSource {
    /// What the shopper typed or the gateway's form produced. Never stored, never logged.
    Fresh {
        /// Gateway id, such as `test`.
        gateway: String,
        /// Card number of the test gateway, or the gateway's token.
        token: String,
    },
    /// The method saved with an earlier order.
    SavedWithOrder {
        /// That order.
        order_id: OrderId,
    },
}

/// Charge once. The same `key` always gives the same outcome, however often and from wherever it is asked.
#[derive(Debug, Clone)]
pub struct Charge {
    /// Unique key of this attempt, such as `ocart:{parent}:{offer}:{attempt}`.
    pub key: String,
    /// The order being paid (for an upsell, the parent).
    pub order_id: OrderId,
    /// How much; calculated on the server.
    pub amount: Money,
    /// What pays.
    pub source: PaymentSource,
    /// Keep the method for one-click offers.
    pub save_method: bool,
    /// Shown on the statement and in the gateway's record.
    pub description: String,
    /// Page of this site (`/…`) to which the shopper comes back after a challenge.
    pub return_url: String,
}

impl Request for Charge {
    const NAME: &'static str = "payments/charge";
    type Reply = ChargeOutcome;
}

/// The shopper has passed (or left) the challenge: ask the gateway what became of the attempt.
#[derive(Debug, Clone)]
pub struct ConfirmCharge {
    /// The attempt's key.
    pub key: String,
}

impl Request for ConfirmCharge {
    const NAME: &'static str = "payments/confirm";
    type Reply = ChargeOutcome;
}

crate::event! {
    /// An attempt has come to its end: at once, by a confirmation, a webhook or reconciliation. Once per attempt,
    /// save that one given up as `abandoned` and found paid later is announced again as `Succeeded`.
    ChargeSettled = "cartwright/charge/settled", |event| format!("charge:{}", event.key);
    {
        /// The attempt's key.
        key: String,
        /// The order being paid.
        order_id: OrderId,
        /// Amount.
        amount: Money,
        /// Final: `Succeeded` or `Declined`.
        outcome: ChargeOutcome,
    }
}

/// Gives money back through the gateway that took it. Idempotent by `key`.
#[derive(Debug, Clone)]
pub struct RefundCharge {
    /// Unique key of the refund, such as `refund:{refund order id}`.
    pub key: String,
    /// The order that was paid.
    pub order_id: OrderId,
    /// How much.
    pub amount: Money,
}

impl Request for RefundCharge {
    const NAME: &'static str = "payments/refund";
    type Reply = ChargeOutcome;
}

/// Gives back all that is left of a charge whose order has no use for it. Idempotent: a charge goes back once.
#[derive(Debug, Clone)]
pub struct ReverseCharge {
    /// The attempt's key.
    pub key: String,
}

impl Request for ReverseCharge {
    const NAME: &'static str = "payments/reverse";
    type Reply = ChargeOutcome;
}

crate::event! {
    /// A refund has come to its end: at once or by reconciliation. Once per refund.
    RefundSettled = "cartwright/refund/settled", |event| format!("charge-refund:{}", event.key);
    {
        /// The refund's key.
        key: String,
        /// The order that was paid.
        order_id: OrderId,
        /// Amount.
        amount: Money,
        /// Final: `Succeeded` with the gateway's id of the refund, or `Declined`.
        outcome: ChargeOutcome,
    }
}

/// Which method a one-click offer would charge for this order.
#[derive(Debug, Clone)]
pub struct SavedMethod {
    /// The order the method was saved with.
    pub order_id: OrderId,
}

/// A method that is kept for one-click offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedMethodSnapshot {
    /// Gateway id, such as `test`.
    pub gateway: String,
    /// For people: `Visa ending 4242`.
    pub label: String,
}

impl Request for SavedMethod {
    const NAME: &'static str = "payments/saved_method";
    type Reply = Option<SavedMethodSnapshot>;
}
