//! What can be had of the store beyond the shop's port: categories, customers, an order with its refunds, refunds, changed
//! orders. What writes bears a key: the same key gives the first result again.

use kernel::contracts::shop::OrderSnapshot;
use kernel::ids::{OrderId, OrderItemId, UserId};
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

    /// Writes a refund. More than can be refunded is 400.
    pub async fn refund(&self, refund: &NewRefund) -> Result<Refund, Fault> {
        let arguments = serde_json::to_value(refund)?;
        self.host("refund", &arguments, self.patience().write).await
    }
}
