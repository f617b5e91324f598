//! What can be had of the store beyond the shop's port: categories, customers, an order with its refunds, coupons, refunds,
//! changed orders. What writes bears a key: the same key gives the first result again.

use kernel::contracts::shop::OrderSnapshot;
use kernel::ids::{OrderId, OrderItemId, ProductId, UserId};
use kernel::{Decimal, Fault, Moment, Money};
use runtime::ports::AddToCart;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::link::Link;
use crate::orders::model::{OrderState, Refund};

/// A product category.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Category {
    /// Its id.
    pub id: i64,
    /// The one above, or 0.
    pub parent: i64,
    /// Name.
    pub name: String,
    /// Part of its address.
    pub slug: String,
    /// Products in it.
    pub count: i64,
}

/// A WordPress user as a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customer {
    /// The user.
    pub id: UserId,
    /// Login name.
    pub login: String,
    /// Address.
    pub email: String,
    /// Name shown.
    pub display_name: String,
    /// Given name.
    pub first_name: String,
    /// Family name.
    pub last_name: String,
    /// Roles.
    pub roles: Vec<String>,
    /// Made at.
    pub registered_at: Moment,
    /// ISO 3166 country of billing, or empty.
    pub country: String,
}

/// A line that is put into an order.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AddedLine {
    /// What is added.
    #[serde(flatten)]
    pub product: AddToCart,
    /// Price of one as the shop enters prices.
    pub unit_price: Decimal,
}

/// A coupon to be made.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct NewCoupon {
    /// Its code; none: the store makes one that nobody guesses.
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

/// A line that goes back.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RefundedLine {
    /// Line of the order.
    pub item_id: OrderItemId,
    /// Units.
    pub quantity: i64,
    /// Without tax.
    pub total: Decimal,
    /// Tax.
    pub tax: Decimal,
}

/// A refund to be written; the store's gateway is not asked.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NewRefund {
    /// Unique key.
    pub key: String,
    /// The order.
    pub order_id: OrderId,
    /// How much; none: what the lines come to.
    pub amount: Option<Money>,
    /// Why.
    pub reason: String,
    /// Lines; their units go back into the stock.
    pub lines: Vec<RefundedLine>,
}

impl Link {
    /// Product categories.
    pub async fn categories(&self) -> Result<Vec<Category>, Fault> {
        self.host("categories", &json!({}), self.patience().read).await
    }

    /// A WordPress user as a customer.
    pub async fn customer(&self, id: UserId) -> Result<Option<Customer>, Fault> {
        self.host("customer", &json!({ "id": id }), self.patience().read).await
    }

    /// An order as it stands, with its refunds.
    pub async fn order_state(&self, id: OrderId) -> Result<OrderState, Fault> {
        self.host("order_state", &json!({ "id": id }), self.patience().read).await
    }

    /// Takes lines out of an order and puts others in; stock and totals follow.
    pub async fn amend_order(
        &self,
        key: &str,
        id: OrderId,
        add: &[AddedLine],
        remove: &[OrderItemId],
    ) -> Result<OrderSnapshot, Fault> {
        let arguments = json!({ "key": key, "id": id, "add": add, "remove": remove });
        self.host("amend_order", &arguments, self.patience().write).await
    }

    /// Makes a coupon.
    pub async fn create_coupon(&self, key: &str, coupon: &NewCoupon) -> Result<MadeCoupon, Fault> {
        let arguments = json!({ "key": key, "coupon": coupon });
        self.host("create_coupon", &arguments, self.patience().write).await
    }

    /// Writes a refund. More than can be refunded is 400.
    pub async fn refund(&self, refund: &NewRefund) -> Result<Refund, Fault> {
        let arguments = serde_json::to_value(refund)?;
        self.host("refund", &arguments, self.patience().write).await
    }
}
