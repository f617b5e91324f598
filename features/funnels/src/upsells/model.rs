//! An attempt to charge an upsell, and what a shopper is told of it.

use kernel::contracts::payments::WITHOUT_CHARGE;
use kernel::contracts::shop::{OrderSnapshot, ProductSnapshot};
use kernel::ids::{FunnelId, OfferId, OrderId, ProductId, StepId};
use kernel::{Amount, Currency, Decimal, Money};
use runtime::ports::{AddToCart, ChildOrder, OrderQuote};
use schemars::JsonSchema;
use serde::Serialize;

use crate::offers::model::Offer;
use crate::steps::model::FunnelStep;

/// How far an attempt has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttemptState {
    /// Written down, not known to have an outcome.
    Open,
    /// The shopper must pass a challenge.
    RequiresAction,
    /// Charged, and the child order is written.
    Succeeded,
    /// Refused; nothing was charged.
    Failed,
}

impl AttemptState {
    /// As the column holds it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::RequiresAction => "requires_action",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
        }
    }

    /// Reads the column.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Open, Self::RequiresAction, Self::Succeeded, Self::Failed]
            .into_iter()
            .find(|state| state.word() == word)
    }

    /// Has an outcome?
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed)
    }
}

/// A row of `cartwright_upsell_attempts`: everything a charge needs to be made again under the same key.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// `ocart:{order}:{offer}:{attempt}`, the gateway's and the child order's key as well.
    pub key: String,
    /// The parent.
    pub order_id: OrderId,
    /// The offer.
    pub offer_id: OfferId,
    /// The step that showed it.
    pub step_id: StepId,
    /// Its funnel.
    pub funnel_id: FunnelId,
    /// From 1.
    pub attempt: i64,
    /// How far it has come.
    pub state: AttemptState,
    /// What is bought.
    pub product: AddToCart,
    /// Price of one, as the shop enters prices.
    pub unit_price: Decimal,
    /// What is charged, tax included.
    pub amount: Money,
    /// The child order, or 0.
    pub child_order_id: OrderId,
    /// Where the challenge is, or empty.
    pub challenge: String,
    /// Why it failed, for the shopper.
    pub message: String,
}

impl Attempt {
    /// The child order of the attempt.
    #[must_use]
    pub fn child_order(&self, transaction_id: &str) -> ChildOrder {
        ChildOrder {
            key: self.key.clone(),
            parent_id: self.order_id,
            offer_id: self.offer_id,
            product: self.product.clone(),
            unit_price: self.unit_price,
            // Whoever pays on delivery, by transfer or by cheque has made no transaction.
            transaction_id: if transaction_id == WITHOUT_CHARGE { "" } else { transaction_id }.to_owned(),
            meta: vec![
                ("_ocart_funnel_id".to_owned(), self.funnel_id.to_string()),
                ("_ocart_offer_id".to_owned(), self.offer_id.to_string()),
            ],
        }
    }
}

/// What a one-click token stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ticket {
    /// The paid order.
    pub order_id: OrderId,
    /// The offer; 0 for a page without one.
    pub offer_id: OfferId,
    /// The step.
    pub step_id: StepId,
}

/// An offer as it stands for one order.
#[derive(Debug, Clone)]
pub struct OpenOffer {
    /// The order.
    pub order: OrderSnapshot,
    /// The step.
    pub step: FunnelStep,
    /// The offer.
    pub offer: Offer,
    /// What is bought.
    pub product: ProductSnapshot,
    /// Price of one, as the shop enters prices.
    pub unit_price: Decimal,
    /// What would be charged.
    pub quote: OrderQuote,
    /// What it would come to without the offer.
    pub regular: OrderQuote,
    /// `Visa ending 4242`.
    pub method: String,
    /// Paid without a gateway, as the order is (`on delivery`): accepting charges nothing.
    pub offline: Option<&'static str>,
}

/// What became of an acceptance; everyone who accepts the same offer is told the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct UpsellAnswer {
    /// `accepted`, `declined`, `failed`, `pending` (the payment is being checked) or `requires_action`.
    pub status: String,
    /// The parent.
    pub order_id: OrderId,
    /// The offer.
    pub offer_id: OfferId,
    /// Which attempt; 0 for a decline.
    pub attempt: i64,
    /// The child order, or 0.
    pub child_order_id: OrderId,
    /// What was or would be charged.
    pub amount: Amount,
    /// Currency.
    pub currency: Currency,
    /// For the shopper, or empty.
    pub message: String,
    /// Where the challenge is, or empty.
    pub challenge: String,
    /// Page that comes next.
    pub next: String,
}

impl UpsellAnswer {
    pub(crate) fn of(attempt: &Attempt, next: String) -> Self {
        let status = match attempt.state {
            AttemptState::Open => "pending",
            AttemptState::RequiresAction => "requires_action",
            AttemptState::Succeeded => "accepted",
            AttemptState::Failed => "failed",
        };
        Self {
            status: status.to_owned(),
            order_id: attempt.order_id,
            offer_id: attempt.offer_id,
            attempt: attempt.attempt,
            child_order_id: attempt.child_order_id,
            amount: attempt.amount.amount(),
            currency: attempt.amount.currency(),
            message: attempt.message.clone(),
            challenge: attempt.challenge.clone(),
            next,
        }
    }
}

/// A product as a cart takes it.
pub(crate) fn bought(offer: &Offer) -> AddToCart {
    AddToCart {
        product_id: offer.product_id,
        variation_id: if offer.variation_id.0 > 0 { offer.variation_id } else { ProductId(0) },
        quantity: offer.quantity,
        variation: Vec::new(),
    }
}
