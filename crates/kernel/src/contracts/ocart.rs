//! OCart's hooks, with the names of the specification.

use serde::{Deserialize, Serialize};

use crate::event;
use crate::ids::{CartId, FunnelId, OfferId, OrderId, RunId, SequenceId, StepId};
use crate::money::{Currency, Money};
use crate::time::Moment;

/// A row of `ocart_carts` as hooks carry it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CartRecord {
    /// Row.
    pub id: CartId,
    /// The shop's cart token.
    pub session_token: String,
    /// Captured address, or empty.
    pub email: String,
    /// `active`, `abandoned`, `converted`, `expired`.
    pub status: String,
    /// Total at the last change.
    pub total: Money,
    /// Units.
    pub item_count: i64,
    /// When it last changed.
    pub updated_at: Moment,
}

/// A row of `ocart_offer_events` as hooks carry it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OfferEvent {
    /// Row.
    pub id: i64,
    /// The offer.
    pub offer_id: OfferId,
    /// The funnel it was shown in.
    pub funnel_id: FunnelId,
    /// `shown`, `accepted`, `declined`, `failed`, `expired`.
    pub event_type: String,
    /// The order (for an upsell, the parent), or 0.
    pub order_id: OrderId,
    /// The child order, or 0.
    pub child_order_id: OrderId,
    /// Amount accepted, minor units.
    pub amount_minor: i64,
    /// Currency.
    pub currency: Currency,
    /// When.
    pub created_at: Moment,
}

/// A row of `ocart_recovery_runs` as hooks carry it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RunRecord {
    /// Row.
    pub id: RunId,
    /// The cart.
    pub cart_id: CartId,
    /// The sequence.
    pub sequence_id: SequenceId,
    /// Zero-based step that is next.
    pub current_step: i64,
    /// `pending`, `running`, `converted`, `stopped`.
    pub status: String,
}

event! {
    /// A cart row was written.
    CartCreated = "ocart/cart/created", |event| format!("cart:{}", event.cart.session_token);
    {
        /// The cart.
        cart: CartRecord,
    }
}

event! {
    /// A cart crossed the abandonment threshold.
    CartAbandoned = "ocart/cart/abandoned", |event| format!("cart:{}", event.cart.session_token);
    {
        /// The cart.
        cart: CartRecord,
    }
}

event! {
    /// A cart became an order.
    CartConverted = "ocart/cart/converted", |event| format!("cart:{}", event.cart.session_token);
    {
        /// The cart.
        cart: CartRecord,
        /// The order.
        order_id: OrderId,
    }
}

event! {
    /// A bump was shown to a shopper.
    BumpShown = "ocart/bump/shown", |event| format!("offer:{}", event.offer_event.offer_id);
    {
        /// The event row.
        offer_event: OfferEvent,
    }
}

event! {
    /// A bump was taken.
    BumpAccepted = "ocart/bump/accepted", |event| format!("offer:{}", event.offer_event.offer_id);
    {
        /// The event row.
        offer_event: OfferEvent,
    }
}

event! {
    /// An upsell is about to be charged.
    UpsellBeforeCharge = "ocart/upsell/before_charge", |event| format!("order:{}", event.order_id);
    {
        /// The parent.
        order_id: OrderId,
        /// The offer.
        offer_id: OfferId,
        /// The attempt.
        idempotency_key: String,
        /// Amount.
        amount: Money,
    }
}

event! {
    /// An upsell was taken, charged, and its child order written.
    UpsellAccepted = "ocart/upsell/accepted", |event| format!("order:{}", event.offer_event.order_id);
    {
        /// The event row.
        offer_event: OfferEvent,
    }
}

event! {
    /// An upsell was declined; the downsell branch is evaluated next.
    UpsellDeclined = "ocart/upsell/declined", |event| format!("order:{}", event.offer_event.order_id);
    {
        /// The event row.
        offer_event: OfferEvent,
    }
}

event! {
    /// A step of a sequence went out.
    RecoveryDispatched = "ocart/recovery/dispatched", |event| format!("run:{}", event.run.id);
    {
        /// The run.
        run: RunRecord,
        /// Zero-based step.
        step: i64,
        /// `email` or `sms`.
        channel: String,
    }
}

event! {
    /// A run ended in an order.
    RecoveryConverted = "ocart/recovery/converted", |event| format!("run:{}", event.run.id);
    {
        /// The run.
        run: RunRecord,
        /// The order.
        order_id: OrderId,
        /// Revenue attributed.
        revenue: Money,
    }
}

/// What a funnel tells the page about the step that comes next.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NextStep {
    /// The step, or none when the funnel is at its end.
    pub step_id: Option<StepId>,
    /// Where to send the browser.
    pub address: String,
}
