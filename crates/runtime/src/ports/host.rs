//! The shop of record: the embedded shop, or a real WooCommerce through the connector. Both pass one conformance suite.

use async_trait::async_trait;
use kernel::contracts::shop::{Address, CartLine, CartSnapshot, OrderSnapshot, ProductSnapshot};
use kernel::ids::{OfferId, OrderId, ProductId, UserId};
use kernel::{Decimal, Fault, Moment, Money};
use serde::{Deserialize, Serialize};

/// A product on its way into a cart.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AddToCart {
    /// The product (the parent of a variation).
    pub product_id: ProductId,
    /// The variation, or 0.
    pub variation_id: ProductId,
    /// Units, at least 1.
    pub quantity: i64,
    /// Attribute name to value, for variations with "any" attributes.
    pub variation: Vec<(String, String)>,
}

/// A bump's line in the cart: the server's price overrides the product's.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OfferLine {
    /// The offer; there is at most one line of an offer in a cart.
    pub offer_id: OfferId,
    /// What is added.
    pub product: AddToCart,
    /// Price of one.
    pub unit_price: Decimal,
}

/// A line to put back.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RestoreLine {
    /// The product as it was.
    pub product: AddToCart,
    /// Name as it was, for the notice when it is gone.
    pub name: String,
    /// Price of one as it was, to tell of changes.
    pub unit_price: Decimal,
}

/// What became of one restored line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestoredLine {
    /// Name.
    pub name: String,
    /// `added`, `reduced` (less in stock), `price_changed`, `missing`, `out_of_stock`.
    pub outcome: &'static str,
}

/// A rebuilt cart.
#[derive(Debug, Clone)]
pub struct RestoreOutcome {
    /// The cart as it now stands.
    pub cart: CartSnapshot,
    /// Line by line.
    pub lines: Vec<RestoredLine>,
}

/// A checkout turned into an order.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NewOrder {
    /// Unique key: the same key gives the same order.
    pub key: String,
    /// The cart's token.
    pub cart_token: String,
    /// Billing, with e-mail.
    pub billing: Address,
    /// Shipping; empty means billing.
    pub shipping: Address,
    /// Gateway id.
    pub payment_method: String,
    /// What a shopper reads of the gateway.
    pub payment_method_title: String,
    /// The account, or 0.
    pub customer_id: UserId,
    /// The shopper's note.
    pub customer_note: String,
    /// Metadata, such as `_ocart_funnel_id`.
    pub meta: Vec<(String, String)>,
    /// Address of the shopper's machine.
    pub ip_address: String,
    /// Browser.
    pub user_agent: String,
    /// What the shopper was shown; another total now is refused with 409 `total_changed`.
    pub expected_total: Option<Money>,
}

/// An accepted post-purchase offer, as a child order.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ChildOrder {
    /// Unique key: the same key gives the same order.
    pub key: String,
    /// The order it belongs to.
    pub parent_id: OrderId,
    /// The offer.
    pub offer_id: OfferId,
    /// What is bought.
    pub product: AddToCart,
    /// Price of one as the shop enters prices (with or without tax).
    pub unit_price: Decimal,
    /// The gateway's id of the payment; empty for a quote, and where no gateway charges it.
    pub transaction_id: String,
    /// Metadata.
    pub meta: Vec<(String, String)>,
}

/// What a child order would come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderQuote {
    /// Without tax.
    pub subtotal: Money,
    /// Tax.
    pub total_tax: Money,
    /// What would be charged.
    pub total: Money,
}

/// A CartBay session as the shop's order list holds it: an order with `created_via` `cartbay`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SessionOrder {
    /// The session, the order's key: `_cartbay_session_id`.
    pub session_id: i64,
    /// Counts up with every change of the session; an older one than the shop has is left out.
    pub version: i64,
    /// `cartbay-captured`, `cartbay-abandoned`, … as in `kernel::contracts::cartbay`.
    pub status: String,
    /// Billing e-mail.
    pub email: String,
    /// Lines of the captured cart.
    pub lines: Vec<CartLine>,
    /// What the captured cart came to.
    pub total: Money,
    /// `_cartbay_*` metadata.
    pub meta: Vec<(String, String)>,
    /// Captured at.
    pub created_at: Moment,
    /// Changed at.
    pub updated_at: Moment,
}

/// A coupon to be made.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct NewCoupon {
    /// Its code; none: the shop makes one that nobody guesses.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub code: String,
    /// Percent, or an amount in major units.
    pub amount: Decimal,
    /// `percent`, `fixed_cart` or `fixed_product`.
    pub discount_type: String,
    /// For whoever runs the shop.
    pub description: String,
    /// Not good after that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Moment>,
    /// Uses in all; 0 without end.
    pub usage_limit: i64,
    /// Uses of one shopper; 0 without end.
    pub usage_limit_per_user: i64,
    /// Goes with no other coupon.
    pub individual_use: bool,
    /// Ships for nothing.
    pub free_shipping: bool,
    /// Not for what is on sale.
    pub exclude_sale_items: bool,
    /// Only for these products.
    pub product_ids: Vec<ProductId>,
    /// Only for products of these categories.
    pub category_ids: Vec<i64>,
    /// Only for these addresses.
    pub emails: Vec<String>,
    /// Only from this subtotal on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minimum_amount: Option<Decimal>,
    /// Metadata.
    pub meta: Vec<(String, String)>,
}

/// A coupon that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MadeCoupon {
    /// Its id.
    pub id: i64,
    /// What shoppers type.
    pub code: String,
}

/// The shop of record.
#[async_trait]
pub trait Host: Send + Sync + 'static {
    /// Where the shop's own pages are, without a slash at the end, when another program shows them; none when this one
    /// does.
    fn address(&self) -> Option<String> {
        None
    }
    /// A product or variation.
    async fn product(&self, id: ProductId) -> Result<Option<ProductSnapshot>, Fault>;
    /// Published products whose name or SKU contains `search`, for the admin's pickers.
    async fn find_products(&self, search: &str, limit: i64) -> Result<Vec<ProductSnapshot>, Fault>;
    /// Opens an empty cart and gives it.
    async fn open_cart(&self, customer_id: UserId) -> Result<CartSnapshot, Fault>;
    /// A cart by its token.
    async fn cart(&self, token: &str) -> Result<Option<CartSnapshot>, Fault>;
    /// Puts a product into a cart.
    async fn add_to_cart(&self, token: &str, product: &AddToCart) -> Result<CartSnapshot, Fault>;
    /// Puts a bump's line into the cart, or changes it; idempotent by offer.
    async fn put_offer_line(&self, token: &str, line: &OfferLine) -> Result<CartSnapshot, Fault>;
    /// Takes a bump's line out; nothing happens when there is none.
    async fn remove_offer_line(&self, token: &str, offer_id: OfferId) -> Result<CartSnapshot, Fault>;
    /// Sets where the cart would be shipped to, which decides taxes and shipping.
    async fn set_destination(
        &self,
        token: &str,
        billing: &Address,
        shipping: &Address,
    ) -> Result<CartSnapshot, Fault>;
    /// Rebuilds a cart from lines and coupons. `token` names the cart to rebuild; a gone one is opened anew.
    async fn restore_cart(
        &self,
        token: &str,
        lines: &[RestoreLine],
        coupons: &[String],
    ) -> Result<RestoreOutcome, Fault>;
    /// Writes the order `pending`, stock reserved; the cart stays until it is paid. Idempotent by key: while it waits for its
    /// payment, the embedded shop's order takes on what is wanted with every call.
    async fn place_order(&self, order: &NewOrder) -> Result<OrderSnapshot, Fault>;
    /// The money has arrived: `processing` or `completed`, stock reduced, cart emptied. Idempotent: an order that another
    /// transaction has paid stays as it is, and bears that one's id. Refused with `CANNOT_BE_PAID` (409) when what was ordered
    /// is no longer to be had; whoever took the money then gives it back.
    async fn complete_payment(&self, order_id: OrderId, transaction_id: &str)
    -> Result<OrderSnapshot, Fault>;
    /// The payment failed for good: `failed`, stock given back. Idempotent; a paid order is left alone.
    async fn fail_payment(&self, order_id: OrderId, reason: &str) -> Result<OrderSnapshot, Fault>;
    /// What a child order would come to, with the parent's address and the shop's taxes.
    async fn quote_child_order(&self, child: &ChildOrder) -> Result<OrderQuote, Fault>;
    /// Holds what a child order would sell, before it is charged; refused when it is sold out. Idempotent by key, until the
    /// order is placed or [`Host::release_child_order`] gives it back. A shop that cannot hold stock for an order that is not
    /// there yet does nothing.
    async fn reserve_child_order(&self, _child: &ChildOrder) -> Result<(), Fault> {
        Ok(())
    }
    /// Gives back what was held for a child order that comes to nothing. Nothing happens when nothing is held.
    async fn release_child_order(&self, _key: &str) -> Result<(), Fault> {
        Ok(())
    }
    /// Writes a child order with `parent_order_id`: paid, or without a transaction by the parent's own method, where
    /// no gateway charges that: on hold until the money comes by transfer or cheque. Idempotent by key.
    async fn place_child_order(&self, child: &ChildOrder) -> Result<OrderSnapshot, Fault>;
    /// An order.
    async fn order(&self, id: OrderId) -> Result<Option<OrderSnapshot>, Fault>;
    /// Child orders of an order.
    async fn child_orders(&self, id: OrderId) -> Result<Vec<OrderSnapshot>, Fault>;
    /// Adds a private note.
    async fn add_note(&self, id: OrderId, note: &str) -> Result<(), Fault>;
    /// Sets metadata.
    async fn set_order_meta(&self, id: OrderId, meta: &[(String, String)]) -> Result<(), Fault>;
    /// Has this address a paid or on-hold order since then? Recovery asks before every message.
    async fn has_ordered_since(&self, email: &str, since: Moment) -> Result<bool, Fault>;
    /// The present address of a customer's account. None: there is no such account, or the shop keeps no accounts of its
    /// own.
    async fn customer_email(&self, _id: UserId) -> Result<Option<String>, Fault> {
        Ok(None)
    }
    /// Makes a coupon. The same key gives the same coupon; a code that is taken is a 409.
    async fn create_coupon(&self, key: &str, coupon: &NewCoupon) -> Result<MadeCoupon, Fault>;
    /// Writes a CartBay session into the order list, or changes it. Idempotent by session and version. A shop that
    /// keeps sessions elsewhere does nothing.
    async fn put_session_order(&self, _session: &SessionOrder) -> Result<(), Fault> {
        Ok(())
    }
    /// Takes a session out of the order list, after withdrawal or retention. Nothing happens when there is none.
    async fn remove_session_order(&self, _session_id: i64) -> Result<(), Fault> {
        Ok(())
    }
}
