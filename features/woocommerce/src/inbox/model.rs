//! Announcements as they come and as they are kept.

use kernel::Moment;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A batch as the store sends it.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct Batch {
    /// Names of the filters that have something hooked there; none: as before.
    #[serde(default)]
    pub hooked: Option<Vec<String>>,
    /// Announcements, in the store's order.
    #[serde(default)]
    pub events: Vec<Announcement>,
}

/// One announcement. Only its number must be right: what else cannot be read is kept and set aside.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct Announcement {
    /// The store's own number, counting up.
    pub id: i64,
    /// `order`, `cart`, `review`, `customer` or `user`.
    #[serde(default)]
    pub name: String,
    /// What it is about, such as `order:12`; what is of one subject is worked off in order.
    #[serde(default)]
    pub subject: String,
    /// The order, for `order`.
    #[serde(default)]
    pub order_id: i64,
    /// When it was written there.
    #[serde(default)]
    pub at: Option<String>,
    /// By name: a cart, a review, a customer, what a user may do; for an order which hook it was.
    #[serde(default)]
    pub data: Value,
}

/// What was accepted: these need not be sent again.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Accepted {
    /// Numbers.
    pub accepted: Vec<i64>,
}

/// A kept announcement on its way.
#[derive(Debug, Clone)]
pub struct Letter {
    /// Row.
    pub id: i64,
    /// The store's own number.
    pub event_id: i64,
    /// `order`, `cart`, `review`, `customer` or `user`.
    pub name: String,
    /// What it is about.
    pub subject: String,
    /// The order, or 0.
    pub order_id: i64,
    /// When it was written there.
    pub said_at: Moment,
    /// `data` as it came.
    pub payload: String,
}

/// How much waits.
#[derive(Debug, Clone, Copy, Default)]
pub struct Waiting {
    /// Not worked off yet.
    pub waiting: i64,
    /// Set aside.
    pub failed: i64,
}

/// A review as the store announces it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReviewData {
    /// WordPress's comment.
    #[serde(alias = "comment_id")]
    pub id: i64,
    /// The product.
    pub product_id: i64,
    /// The account that wrote it, or 0.
    #[serde(default)]
    pub user_id: i64,
    /// The author's address.
    #[serde(default, alias = "author_email")]
    pub email: String,
    /// Can it be read in the shop?
    pub approved: bool,
    /// Stars, 1 to 5; 0 for none.
    #[serde(default)]
    pub rating: i64,
}

/// A new customer as the store announces him.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CustomerData {
    /// WordPress's user.
    #[serde(alias = "id")]
    pub user_id: i64,
    /// His address.
    pub email: String,
    /// Was the account there before the store and this server were paired?
    #[serde(default)]
    pub existing: bool,
}

/// What a user of the store may do from now on.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct UserData {
    /// WordPress's user; 0 where it may be anyone of them.
    pub user_id: i64,
    /// By name; nothing for one who is gone.
    #[serde(default)]
    pub capabilities: Vec<String>,
}
