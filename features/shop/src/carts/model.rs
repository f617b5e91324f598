//! A cart as it is stored, and as it is priced.

use kernel::contracts::shop::Address;
use kernel::ids::{OrderId, ProductId, UserId};
use kernel::{Currency, Decimal};
use serde::{Deserialize, Serialize};

use crate::coupons::Coupon;
use crate::products::model::Product;
use crate::totals::{LineTotals, Totals};

/// A line as it is stored: what and how many, never what it costs. Only an offer's price stands with its line, and only
/// the server puts it there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredLine {
    /// Key of the line within its cart.
    pub key: String,
    /// The product (the parent of a variation).
    pub product_id: ProductId,
    /// The variation, or 0.
    pub variation_id: ProductId,
    /// Units, at least 1.
    pub quantity: i64,
    /// Attribute name to value, for attributes that a variation leaves open.
    pub variation: Vec<(String, String)>,
    /// The bump that put the line there.
    #[serde(default)]
    pub offer_id: Option<i64>,
    /// The bump's price of one.
    #[serde(default)]
    pub offer_price: Option<Decimal>,
}

impl StoredLine {
    /// What is taken out of the stock: the variation, or the product.
    #[must_use]
    pub const fn sold_id(&self) -> ProductId {
        if self.variation_id.0 > 0 { self.variation_id } else { self.product_id }
    }
}

/// A cart's document.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CartDocument {
    /// Account that owns it, or 0.
    pub customer_id: i64,
    /// Lines.
    pub lines: Vec<StoredLine>,
    /// Codes in their normal form.
    pub coupons: Vec<String>,
    /// Billing address, as far as it is known.
    pub billing: Address,
    /// Shipping address; empty means billing.
    pub shipping: Address,
    /// Orders that this cart has become so far: the same content bought again is another order.
    pub orders: i64,
    /// The order that it is becoming, or 0: what that order holds of stock and coupons is the cart's own.
    pub open_order: i64,
    /// Hash of the content and total that its holder was shown last.
    pub shown: String,
    /// What fell away and why, until the holder changes the cart.
    pub notices: Vec<String>,
}

impl CartDocument {
    /// The account, or 0.
    #[must_use]
    pub const fn customer(&self) -> UserId {
        UserId(self.customer_id)
    }

    /// The order that it is becoming, or 0.
    #[must_use]
    pub const fn own(&self) -> OrderId {
        OrderId(self.open_order)
    }
}

/// A document with its place in the table.
#[derive(Debug, Clone)]
pub struct StoredCart {
    /// The cart's token.
    pub token: String,
    /// Counts up with every write.
    pub revision: i64,
    /// What is in it.
    pub document: CartDocument,
}

/// A line with what it costs.
#[derive(Debug, Clone)]
pub struct PricedLine {
    /// As stored.
    pub line: StoredLine,
    /// What is sold: the variation, or the product.
    pub product: Product,
    /// Name with the variation's values.
    pub name: String,
    /// Slug of the page it is sold on.
    pub slug: String,
    /// `simple`, `variable`, …
    pub product_type: String,
    /// Price of one.
    pub unit_price: Decimal,
    /// What the line comes to.
    pub totals: LineTotals,
}

/// A cart with what it costs.
#[derive(Debug, Clone)]
pub struct PricedCart {
    /// The token.
    pub token: String,
    /// Account that owns it, or 0.
    pub customer_id: UserId,
    /// Lines that can still be had.
    pub lines: Vec<PricedLine>,
    /// Coupons that hold.
    pub coupons: Vec<Coupon>,
    /// What was taken out, a sentence each.
    pub removed: Vec<String>,
    /// Coupons of the cart that no longer hold: code and why.
    pub removed_coupons: Vec<(String, String)>,
    /// What was taken out before and has been told, a sentence each.
    pub notices: Vec<String>,
    /// Currency.
    pub currency: Currency,
    /// Everything calculated.
    pub totals: Totals,
    /// Any line must be shipped.
    pub needs_shipping: bool,
    /// What shoppers read of the shipping.
    pub shipping_title: String,
    /// Billing address.
    pub billing: Address,
    /// Shipping address, filled from billing.
    pub shipping: Address,
    /// Prices are entered and shown with tax.
    pub prices_include_tax: bool,
    /// Names of the rates in `totals.rates`, by id.
    pub rate_names: Vec<(i64, String)>,
    /// Changes with every change of content.
    pub hash: String,
}

impl PricedCart {
    /// What was taken out, now or before, each sentence once.
    #[must_use]
    pub fn told(&self) -> Vec<String> {
        let mut told = self.notices.clone();
        told.extend(self.removed.iter().filter(|sentence| !self.notices.contains(sentence)).cloned());
        told
    }

    /// Units in all lines.
    #[must_use]
    pub fn item_count(&self) -> i64 {
        self.lines.iter().map(|line| line.line.quantity).sum()
    }
}
