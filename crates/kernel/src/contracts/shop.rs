//! The shop of record as others see it: order and cart snapshots, and what happens to them. The embedded shop and a
//! real WooCommerce both speak this.

use serde::{Deserialize, Serialize};

use crate::decimal::Decimal;
use crate::event;
use crate::ids::{OrderId, OrderItemId, ProductId, UserId};
use crate::money::{Currency, Money};
use crate::time::Moment;

/// A postal address with WooCommerce's field names. `email` and `phone` are for billing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Address {
    /// Given name.
    pub first_name: String,
    /// Family name.
    pub last_name: String,
    /// Company.
    pub company: String,
    /// Street and number.
    pub address_1: String,
    /// Second line.
    pub address_2: String,
    /// City.
    pub city: String,
    /// State or province code.
    pub state: String,
    /// Postcode.
    pub postcode: String,
    /// ISO 3166 alpha-2 country.
    pub country: String,
    /// E-mail.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub email: String,
    /// Telephone.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub phone: String,
}

/// A line of an order with its refunded part. Amounts are exact and without tax, as WooCommerce stores them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OrderLine {
    /// The order item.
    pub id: OrderItemId,
    /// The product (the parent of a variation).
    pub product_id: ProductId,
    /// The variation, or 0.
    pub variation_id: ProductId,
    /// Name as sold.
    pub name: String,
    /// Units.
    pub quantity: i64,
    /// Before coupons, without tax.
    pub subtotal: Decimal,
    /// After coupons, without tax.
    pub total: Decimal,
    /// Tax on `total`.
    pub total_tax: Decimal,
    /// Units refunded so far.
    pub refunded_quantity: i64,
    /// Refunded so far, without tax, as a positive amount.
    pub refunded_total: Decimal,
    /// Categories of the product.
    pub category_ids: Vec<i64>,
    /// The offer that put this line there, when it was a bump, upsell or downsell.
    pub offer_id: Option<i64>,
}

/// An order as it stands. Statuses carry no `wc-` prefix.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OrderSnapshot {
    /// The order.
    pub id: OrderId,
    /// The order this one belongs to (an accepted upsell), or 0.
    pub parent_id: OrderId,
    /// The key in the thank-you address.
    pub order_key: String,
    /// `pending`, `processing`, `on-hold`, `completed`, `cancelled`, `refunded`, `failed`.
    pub status: String,
    /// Currency of all amounts.
    pub currency: Currency,
    /// The account that bought, or 0 for a guest.
    pub customer_id: UserId,
    /// Billing e-mail, case kept.
    pub billing_email: String,
    /// `checkout`, `ocart_upsell`, `rest-api`, …
    pub created_via: String,
    /// Gateway id.
    pub payment_method: String,
    /// The gateway's id of the payment.
    pub transaction_id: String,
    /// Lines.
    pub lines: Vec<OrderLine>,
    /// Coupon codes used.
    pub coupon_codes: Vec<String>,
    /// Discount, without tax.
    pub discount_total: Money,
    /// Shipping, without tax.
    pub shipping_total: Money,
    /// All tax.
    pub total_tax: Money,
    /// What is paid.
    pub total: Money,
    /// Refunded so far, as a positive amount.
    pub refunded_total: Money,
    /// What of that was refunded of shipping itself, without tax.
    #[serde(default)]
    pub refunded_shipping: Decimal,
    /// The tax refunded with it.
    #[serde(default)]
    pub refunded_shipping_tax: Decimal,
    /// The cart the order came from (its token), or empty.
    pub cart_token: String,
    /// Metadata with scalar values, such as `_ocart_funnel_id` and `_cartbay_session_id`.
    pub meta: Vec<(String, String)>,
    /// Placed at.
    pub created_at: Moment,
    /// Paid at.
    pub paid_at: Option<Moment>,
    /// Completed at.
    pub completed_at: Option<Moment>,
    /// Counts up with every change of the order, so that an old announcement is known as old.
    pub version: i64,
}

impl OrderSnapshot {
    /// The first metadata value under `key`.
    #[must_use]
    pub fn meta(&self, key: &str) -> Option<&str> {
        self.meta.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    /// Paid and not undone: `processing` or `completed`.
    #[must_use]
    pub fn is_paid(&self) -> bool {
        matches!(self.status.as_str(), "processing" | "completed")
    }

    /// Bought for good: paid, or on hold until the money comes by a way that no gateway charges. An order whose payment
    /// is still under way, or has failed, is not.
    #[must_use]
    pub fn is_bought(&self) -> bool {
        let awaited = || super::payments::offline(&self.payment_method).is_some();
        self.is_paid() || (self.status == "on-hold" && awaited())
    }

    fn order_aggregate(&self) -> String {
        format!("order:{}", self.id)
    }
}

/// The code of a shop's refusal (409) of money that has arrived for an order which it can no longer sell: what was ordered
/// is gone, or its coupon. Whoever took the money gives it back.
pub const CANNOT_BE_PAID: &str = "order_cannot_be_paid";

/// A line of a cart with the shop's own price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CartLine {
    /// Key of the line within its cart.
    pub key: String,
    /// The product (the parent of a variation).
    pub product_id: ProductId,
    /// The variation, or 0.
    pub variation_id: ProductId,
    /// Units.
    pub quantity: i64,
    /// Attribute name to value, such as `attribute_color` → `Blue`.
    pub variation: Vec<(String, String)>,
    /// Name with the variation's values.
    pub name: String,
    /// Stock keeping unit.
    pub sku: String,
    /// Price of one as shown.
    pub unit_price: Decimal,
    /// Line before coupons, without tax.
    pub subtotal: Decimal,
    /// Line after coupons, without tax.
    pub total: Decimal,
    /// Tax on `total`.
    pub total_tax: Decimal,
    /// Picture address, or empty.
    pub image: String,
    /// Address of the product's page.
    pub permalink: String,
    /// Categories of the product.
    pub category_ids: Vec<i64>,
    /// `simple`, `variable`, …
    pub product_type: String,
    /// The bump that put the line there, or none.
    pub offer_id: Option<i64>,
}

/// A cart as it stands, with totals calculated by the shop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CartSnapshot {
    /// The cart's own token.
    pub token: String,
    /// Account that owns it, or 0.
    pub customer_id: UserId,
    /// Lines.
    pub lines: Vec<CartLine>,
    /// Coupon codes applied.
    pub coupon_codes: Vec<String>,
    /// Currency of all amounts.
    pub currency: Currency,
    /// Lines before coupons, without tax.
    pub subtotal: Money,
    /// Discount, without tax.
    pub discount_total: Money,
    /// Shipping, without tax.
    pub shipping_total: Money,
    /// All tax.
    pub total_tax: Money,
    /// What is to be paid.
    pub total: Money,
    /// Units in all lines.
    pub item_count: i64,
    /// True when any line must be shipped.
    pub needs_shipping: bool,
    /// Changes with every change of content.
    pub hash: String,
    /// What fell away and why, a sentence each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notices: Vec<String>,
}

/// A product as an offer or a page needs it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ProductSnapshot {
    /// The product.
    pub id: ProductId,
    /// Parent of a variation, or 0.
    pub parent_id: ProductId,
    /// `simple`, `variable`, `variation`, `grouped`, `external`.
    pub kind: String,
    /// Name.
    pub name: String,
    /// Slug in `/product/{slug}`.
    pub slug: String,
    /// Plain-text short description.
    pub short_description: String,
    /// What it costs now.
    pub price: Decimal,
    /// What it costs without a sale.
    pub regular_price: Decimal,
    /// Picture address, or empty.
    pub image: String,
    /// Can be bought now: published, priced, in stock.
    pub purchasable: bool,
    /// Only one in a cart.
    pub sold_individually: bool,
    /// Categories.
    pub category_ids: Vec<i64>,
    /// Variations of a variable product: id and what names it, such as `Blue, Large`.
    pub variations: Vec<(ProductId, String)>,
}

event! {
    /// A cart's content changed (`woocommerce_cart_updated`, once per change).
    CartUpdated = "woocommerce/cart/updated", |event| format!("cart:{}", event.cart.token);
    {
        /// The cart after the change. Empty lines mean that it was emptied.
        cart: CartSnapshot,
        /// When.
        at: Moment,
    }
}

/// Somebody logs out: the browser's cart is kept for the account, and its token ends.
#[derive(Debug, Clone)]
pub struct LeaveCart {
    /// The browser's token.
    pub cart_token: String,
    /// The account.
    pub user_id: UserId,
}

impl crate::Request for LeaveCart {
    const NAME: &'static str = "shop/leave_cart";
    type Reply = ();
}

/// Somebody has logged in: what the account has kept and what the browser holds, under a fresh token, which is the
/// answer. None when there is neither.
#[derive(Debug, Clone)]
pub struct EnterCart {
    /// The browser's token.
    pub cart_token: Option<String>,
    /// The account.
    pub user_id: UserId,
}

impl crate::Request for EnterCart {
    const NAME: &'static str = "shop/enter_cart";
    type Reply = Option<String>;
}

event! {
    /// A cart goes on under another token: its browser was given a new secret, and the old one opens nothing any more.
    CartRenewed = "woocommerce/cart/renewed", |event| format!("cart:{}", event.to);
    {
        /// The token that has ended.
        from: String,
        /// The token from now on.
        to: String,
    }
}

event! {
    /// An order was written, not yet paid.
    OrderPlaced = "woocommerce/order/placed", |event| event.order.order_aggregate();
    {
        /// The order.
        order: OrderSnapshot,
    }
}

event! {
    /// The order's money has arrived (`woocommerce_payment_complete`, or an offline gateway's status change).
    OrderPaid = "woocommerce/order/paid", |event| event.order.order_aggregate();
    {
        /// The order.
        order: OrderSnapshot,
    }
}

event! {
    /// The order's status changed, whatever the cause. Loyalty and recovery compute from the present state.
    OrderStatusChanged = "woocommerce/order/status_changed", |event| event.order.order_aggregate();
    {
        /// Status before.
        from: String,
        /// Status now.
        to: String,
        /// The order.
        order: OrderSnapshot,
    }
}

event! {
    /// A refund was written, in part or in full; the snapshot holds all refunds so far.
    OrderRefunded = "woocommerce/order/refunded", |event| event.order.order_aggregate();
    {
        /// The refund, the only safe key.
        refund_id: OrderId,
        /// Amount of this refund.
        amount: Money,
        /// The order with its refunded parts.
        order: OrderSnapshot,
    }
}

event! {
    /// A customer account was made.
    CustomerCreated = "woocommerce/customer/created", |event| format!("user:{}", event.user_id);
    {
        /// The account.
        user_id: UserId,
        /// Its address.
        email: String,
        /// When.
        at: Moment,
    }
}

event! {
    /// A customer whose account is older than what the server knows of its store: no news for anybody but the server.
    CustomerFound = "woocommerce/customer/found", |event| format!("user:{}", event.user_id);
    {
        /// The account.
        user_id: UserId,
        /// Its address.
        email: String,
    }
}

event! {
    /// A review was approved, or its approval was taken back.
    ReviewChanged = "woocommerce/review/changed", |event| format!("review:{}", event.review_id);
    {
        /// The review (WordPress's comment).
        review_id: i64,
        /// The product it is about.
        product_id: ProductId,
        /// The account that wrote it, or 0 for a guest.
        user_id: UserId,
        /// The author's address.
        email: String,
        /// Can it be read in the shop?
        approved: bool,
        /// Stars, 1 to 5; 0 for none.
        rating: i64,
        /// When.
        at: Moment,
    }
}
