//! A session and what the faces show of it.

use std::collections::BTreeMap;

use kernel::contracts::shop::{CartLine, CartSnapshot};
use kernel::ids::{CartId, OrderId, ProductId};
use kernel::{Amount, Currency, Moment, Money};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Inside the timeout.
pub(crate) const CAPTURED: &str = "captured";
/// Idle beyond it.
pub(crate) const ABANDONED: &str = "abandoned";
/// Closed by an order that recovery had a part in.
pub(crate) const RECOVERED: &str = "recovered";
/// Closed by an order that it had no part in.
pub(crate) const CLOSED: &str = "closed";
/// Past retention, or a newer cart of the same shopper took its place.
pub(crate) const EXPIRED: &str = "expired";

/// A row of `cartwright_sessions`.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    pub(crate) id: i64,
    pub(crate) version: i64,
    pub(crate) cart_id: CartId,
    /// The shop's cart that it follows; another one after a restore on another device.
    pub(crate) cart_token: String,
    pub(crate) email: String,
    pub(crate) email_hash: String,
    pub(crate) phone: String,
    pub(crate) state: String,
    pub(crate) close_reason: String,
    pub(crate) source: String,
    /// Slug of the funnel whose checkout captured it, or empty.
    pub(crate) funnel: String,
    pub(crate) consent: bool,
    pub(crate) consent_text: String,
    pub(crate) consent_at: Moment,
    pub(crate) fingerprint: String,
    pub(crate) total: Money,
    pub(crate) item_count: i64,
    pub(crate) cart: CartSnapshot,
    pub(crate) captured_at: Moment,
    pub(crate) last_activity_at: Moment,
    pub(crate) abandoned_at: Option<Moment>,
    pub(crate) closed_at: Option<Moment>,
    pub(crate) closed_order_id: OrderId,
    pub(crate) recovered_at: Option<Moment>,
    pub(crate) recovered_order_id: OrderId,
    pub(crate) recovered_revenue: Money,
    pub(crate) restore_clicked_at: Option<Moment>,
    pub(crate) restore_result: Option<RestoreResult>,
    pub(crate) coupon_code: String,
    pub(crate) coupon_expires_at: Option<Moment>,
    pub(crate) updated_at: Moment,
}

impl Session {
    /// Captured or abandoned: nothing has ended it.
    pub(crate) fn is_open(&self) -> bool {
        matches!(self.state.as_str(), CAPTURED | ABANDONED)
    }

    /// Takes a cart's content over.
    pub(crate) fn take(&mut self, cart: &CartSnapshot) {
        self.fingerprint = super::rules::fingerprint(&cart.lines);
        self.total = cart.total;
        self.recovered_revenue = Money::zero(cart.currency);
        self.item_count = cart.item_count;
        self.cart = cart.clone();
    }
}

/// What came of a restore: `_cartbay_restore_result`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RestoreResult {
    /// Lines asked for.
    pub total_items: i64,
    /// Lines put back whole.
    pub added: i64,
    /// Lines put back in part.
    pub partial: i64,
    /// Lines that could not be put back.
    pub failed: i64,
    /// Line by line.
    pub results: Vec<RestoreLineResult>,
    /// When.
    pub recorded_at: Moment,
}

/// One line of a restore.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RestoreLineResult {
    /// Name.
    pub name: String,
    /// `added`, `reduced`, `price_changed`, `missing`, `out_of_stock`.
    pub outcome: String,
}

/// An entry of the event log.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct SessionEvent {
    /// When.
    pub timestamp: Moment,
    /// `captured`, `abandoned`, `email_sent`, …
    pub event: String,
    /// What belongs to it.
    pub data: serde_json::Value,
}

/// A saved cart, as `_cartbay_cart_snapshot` holds it.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Snapshot {
    /// Lines.
    pub items: Vec<SnapshotItem>,
    /// Currency of all amounts.
    pub currency: Currency,
    /// Coupons applied.
    pub applied_coupons: Vec<String>,
    /// Lines before coupons, without tax.
    pub cart_subtotal: Amount,
    /// Discount.
    pub discount_total: Amount,
    /// All tax.
    pub tax_total: Amount,
    /// Shipping.
    pub shipping_total: Amount,
    /// What is to be paid.
    pub grand_total: Amount,
    /// Changes with every change of content.
    pub cart_hash: String,
    /// Units.
    pub cart_item_count: i64,
    /// When it was taken.
    pub captured_at: Moment,
}

/// A line of a saved cart.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct SnapshotItem {
    /// Key of the line in its cart.
    pub cart_item_key: String,
    /// Product.
    pub product_id: ProductId,
    /// Variation, or 0.
    pub variation_id: ProductId,
    /// Units.
    pub quantity: i64,
    /// Attribute to value.
    pub variation: BTreeMap<String, String>,
    /// Name with the variation's values.
    pub product_name: String,
    /// Stock keeping unit.
    pub sku: String,
    /// Address of the product's page.
    pub permalink: String,
    /// Picture.
    pub image_url: String,
    /// Line before coupons, without tax.
    pub line_subtotal: Amount,
    /// Line after coupons, without tax.
    pub line_total: Amount,
    /// Tax on the line.
    pub line_tax: Amount,
    /// Currency.
    pub currency: Currency,
}

impl Snapshot {
    pub(crate) fn of(session: &Session) -> Self {
        let cart = &session.cart;
        let item = |line: &CartLine| SnapshotItem {
            cart_item_key: line.key.clone(),
            product_id: line.product_id,
            variation_id: line.variation_id,
            quantity: line.quantity,
            variation: line.variation.iter().cloned().collect(),
            product_name: line.name.clone(),
            sku: line.sku.clone(),
            permalink: line.permalink.clone(),
            image_url: line.image.clone(),
            line_subtotal: line.subtotal.into(),
            line_total: line.total.into(),
            line_tax: line.total_tax.into(),
            currency: cart.currency,
        };
        Self {
            items: cart.lines.iter().map(item).collect(),
            currency: cart.currency,
            applied_coupons: cart.coupon_codes.clone(),
            cart_subtotal: cart.subtotal.amount(),
            discount_total: cart.discount_total.amount(),
            tax_total: cart.total_tax.amount(),
            shipping_total: cart.shipping_total.amount(),
            grand_total: cart.total.amount(),
            cart_hash: cart.hash.clone(),
            cart_item_count: cart.item_count,
            captured_at: session.last_activity_at,
        }
    }
}

/// A session as REST and the command line show it in lists.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct SessionRow {
    /// The session.
    pub id: i64,
    /// `wc-cartbay-…`.
    pub status: String,
    /// Captured address.
    pub email: String,
    /// `classic` or `block`.
    pub source: String,
    /// What the cart came to.
    pub cart_total: Amount,
    /// Its currency.
    pub currency: Currency,
    /// Units.
    pub cart_item_count: i64,
    /// Captured at.
    pub captured_at: Moment,
    /// Last activity.
    pub last_activity_at: Moment,
    /// Abandoned at.
    pub abandoned_at: Option<Moment>,
    /// Closed by an order or by time at.
    pub closed_at: Option<Moment>,
    /// `ordered`, `organic`, `superseded`, `retention`, or empty.
    pub close_reason: String,
    /// Recovered at.
    pub recovered_at: Option<Moment>,
    /// The order that recovered it, or 0.
    pub recovered_order_id: OrderId,
    /// Its revenue, net of refunds.
    pub recovered_revenue: Amount,
    /// Messages accepted by the next server.
    pub emails_sent: i64,
}

/// An entry of the consent journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Consent {
    /// Given, or taken back.
    pub given: bool,
    /// The text it was about.
    pub text: String,
    /// Where: `classic`, `block`, `unsubscribe`, …
    pub source: String,
    /// When.
    pub at: Moment,
}

/// A session with all that belongs to it.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct SessionDetail {
    /// The list's columns.
    #[serde(flatten)]
    pub row: SessionRow,
    /// Consent given.
    pub consent: bool,
    /// The text that was consented to.
    pub consent_text: String,
    /// Since when; giving it once more changes nothing.
    pub consent_at: Moment,
    /// Every word on it, oldest first.
    pub consent_history: Vec<Consent>,
    /// Identity of the content.
    pub cart_fingerprint: String,
    /// The saved cart.
    pub cart_snapshot: Snapshot,
    /// Last click on a restore link.
    pub restore_clicked_at: Option<Moment>,
    /// What came of it.
    pub restore_result: Option<RestoreResult>,
    /// `click`, `coupon`, `assisted`, `organic`, or empty.
    pub attribution_source: String,
    /// Event log, oldest first.
    pub events: Vec<SessionEvent>,
    /// Messages.
    pub notifications: Vec<crate::runs::model::Notification>,
}
