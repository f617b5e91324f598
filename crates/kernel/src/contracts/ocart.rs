//! OCart's hooks, with the names of the specification.

use serde::{Deserialize, Serialize};

use crate::contracts::shop::CartSnapshot;
use crate::decimal::Decimal;
use crate::ids::{CartId, FunnelId, OfferId, OrderId, ProductId, RunId, SequenceId, StepId};
use crate::money::{Currency, Money};
use crate::time::Moment;
use crate::{Request, event};

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

/// A bump's line for the cart of a shop that keeps its carts itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BumpLine {
    /// The offer; there is at most one line of an offer in a cart.
    pub offer_id: OfferId,
    /// What is added (the parent of a variation).
    pub product_id: ProductId,
    /// The variation, or 0.
    pub variation_id: ProductId,
    /// Units.
    pub quantity: i64,
    /// Price of one, as the shop enters prices.
    pub unit_price: Decimal,
}

/// A bump as a shop of its own shows it in its checkout.
#[derive(Debug, Clone)]
pub struct ShownBump {
    /// What taking it puts into the cart.
    pub line: BumpLine,
    /// Headline.
    pub headline: String,
    /// A sentence or two.
    pub description: String,
    /// On whatever accepts.
    pub accept_label: String,
    /// `above_payment`, `in_shipping` or `in_summary`.
    pub position: String,
    /// Its name.
    pub product_name: String,
    /// Picture address, or empty.
    pub image: String,
    /// Price of all units.
    pub price: Money,
    /// The same without the offer.
    pub regular_price: Money,
    /// In the cart already?
    pub accepted: bool,
}

/// What a funnel adds to a checkout that another program shows.
#[derive(Debug, Clone)]
pub struct FunnelCheckout {
    /// The funnel; 0 for the plain checkout.
    pub funnel_id: FunnelId,
    /// Its name in addresses.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// Bumps that the cart may take, in the funnel's order.
    pub bumps: Vec<ShownBump>,
    /// Lines of taken bumps whose price is another now.
    pub changed: Vec<BumpLine>,
    /// Taken bumps that no longer fit the cart.
    pub gone: Vec<OfferId>,
}

/// What a checkout elsewhere is to show. The funnel is a slug; empty for the one that fits the cart.
#[derive(Debug, Clone)]
pub struct ShowCheckout {
    /// Slug, or empty.
    pub funnel: String,
    /// The cart as it stands.
    pub cart: CartSnapshot,
}

impl Request for ShowCheckout {
    const NAME: &'static str = "ocart/show_checkout";
    type Reply = FunnelCheckout;
}

/// Which offers a cart holds that are not for it any more, or at another price. Asked before such a cart is shown or paid.
#[derive(Debug, Clone)]
pub struct CheckOffers {
    /// The cart as it stands.
    pub cart: CartSnapshot,
}

/// What has to change of a cart's offers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OfferChanges {
    /// Lines whose price or units are others now.
    pub changed: Vec<BumpLine>,
    /// Offers that the cart may not hold any more.
    pub gone: Vec<OfferId>,
}

impl Request for CheckOffers {
    const NAME: &'static str = "ocart/check_offers";
    type Reply = OfferChanges;
}

/// A shopper ticked a bump of a checkout elsewhere, or unticked it. Answered with the line to put in; none takes it out.
#[derive(Debug, Clone)]
pub struct AnswerBump {
    /// Slug, or empty.
    pub funnel: String,
    /// The bump.
    pub offer_id: OfferId,
    /// Ticked?
    pub accepted: bool,
    /// The cart as it stands.
    pub cart: CartSnapshot,
}

impl Request for AnswerBump {
    const NAME: &'static str = "ocart/answer_bump";
    type Reply = Option<BumpLine>;
}

/// An order made elsewhere is paid: where its buyer goes before the thank-you page, if anywhere.
#[derive(Debug, Clone)]
pub struct AfterPayment {
    /// The order.
    pub order_id: OrderId,
    /// Its key: another's order looks like none at all.
    pub order_key: String,
}

impl Request for AfterPayment {
    const NAME: &'static str = "ocart/after_payment";
    type Reply = Option<String>;
}
