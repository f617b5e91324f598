//! An order as it is stored.

use kernel::contracts::shop::Address;
use kernel::ids::{OrderId, OrderItemId, ProductId, UserId};
use kernel::{Currency, Decimal, Moment};

use crate::wire::Dates;

/// A line, shipping, tax, coupon or fee of an order, with its metadata.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Item {
    /// Row, or 0 before it is stored.
    pub id: i64,
    /// Name.
    pub name: String,
    /// `line_item`, `shipping`, `tax`, `coupon`, `fee`.
    pub kind: String,
    /// Metadata in its order.
    pub meta: Vec<(String, String)>,
}

impl Item {
    /// An item of a kind.
    #[must_use]
    pub fn new(kind: &str, name: &str) -> Self {
        Self { id: 0, name: name.to_owned(), kind: kind.to_owned(), meta: Vec::new() }
    }

    /// The same with one more metadata value.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl ToString) -> Self {
        self.meta.push((key.to_owned(), value.to_string()));
        self
    }

    /// The row.
    #[must_use]
    pub const fn item_id(&self) -> OrderItemId {
        OrderItemId(self.id)
    }

    /// A metadata value, or empty.
    #[must_use]
    pub fn get(&self, key: &str) -> &str {
        self.meta.iter().find(|(name, _)| name == key).map_or("", |(_, value)| value.as_str())
    }

    /// A metadata value as an amount; nothing is zero.
    #[must_use]
    pub fn amount(&self, key: &str) -> Decimal {
        Decimal::parse(self.get(key)).unwrap_or(Decimal::ZERO)
    }

    /// A metadata value as a whole number; nothing is zero.
    #[must_use]
    pub fn number(&self, key: &str) -> i64 {
        self.get(key).parse().unwrap_or(0)
    }

    /// The product of a line.
    #[must_use]
    pub fn product_id(&self) -> ProductId {
        ProductId(self.number("_product_id"))
    }

    /// The variation of a line, or 0.
    #[must_use]
    pub fn variation_id(&self) -> ProductId {
        ProductId(self.number("_variation_id"))
    }

    /// What a line has taken out of the stock.
    #[must_use]
    pub fn sold_id(&self) -> ProductId {
        if self.variation_id().0 > 0 { self.variation_id() } else { self.product_id() }
    }
}

/// A private or customer note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Row.
    pub id: i64,
    /// Text.
    pub note: String,
    /// The customer may read it.
    pub customer_note: bool,
    /// Who wrote it.
    pub author: String,
    /// When.
    pub created_at: Moment,
}

/// An order or a refund, with all that belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The order.
    pub id: OrderId,
    /// `shop_order` or `shop_order_refund`.
    pub kind: String,
    /// Order it belongs to, or 0.
    pub parent_id: OrderId,
    /// Status without `wc-`.
    pub status: String,
    /// Currency.
    pub currency: Currency,
    /// Account, or 0.
    pub customer_id: UserId,
    /// Billing.
    pub billing: Address,
    /// Shipping.
    pub shipping: Address,
    /// Gateway id.
    pub payment_method: String,
    /// What shoppers read of it.
    pub payment_method_title: String,
    /// The gateway's id of the payment.
    pub transaction_id: String,
    /// Address of the shopper's machine.
    pub ip_address: String,
    /// Browser.
    pub user_agent: String,
    /// The shopper's note.
    pub customer_note: String,
    /// `checkout`, `ocart_upsell`, `rest-api`, `store-api`, `cartbay`.
    pub created_via: String,
    /// Key in the thank-you address.
    pub order_key: String,
    /// The cart it came from.
    pub cart_token: String,
    /// Hash of that cart's content.
    pub cart_hash: String,
    /// Prices were entered with tax.
    pub prices_include_tax: bool,
    /// Stock has been taken.
    pub stock_reduced: bool,
    /// Coupons, without tax.
    pub discount_total: Decimal,
    /// The tax that went with them.
    pub discount_tax: Decimal,
    /// Shipping, without tax.
    pub shipping_total: Decimal,
    /// Its tax.
    pub shipping_tax: Decimal,
    /// All tax.
    pub total_tax: Decimal,
    /// What is paid; of a refund what is given back, below zero.
    pub total: Decimal,
    /// Items.
    pub items: Vec<Item>,
    /// Metadata.
    pub meta: Vec<(String, String)>,
    /// Placed.
    pub created_at: Moment,
    /// Changed.
    pub updated_at: Moment,
    /// Paid.
    pub paid_at: Option<Moment>,
    /// Completed.
    pub completed_at: Option<Moment>,
    /// Counts up with every change.
    pub version: i64,
}

impl Order {
    /// Items of a kind.
    pub fn of_kind<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Item> {
        self.items.iter().filter(move |item| item.kind == kind)
    }

    /// A metadata value.
    #[must_use]
    pub fn meta(&self, key: &str) -> Option<&str> {
        self.meta.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    /// Stands among the orders for a session of an abandoned cart, and is none.
    #[must_use]
    pub fn is_session(&self) -> bool {
        self.created_via == kernel::contracts::cartbay::CREATED_VIA
    }

    /// Paid and not undone.
    #[must_use]
    pub fn is_paid(&self) -> bool {
        super::rules::is_paid(&self.status)
    }
}

/// What a list of orders can be ordered by; ties go by number in the same direction.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum SortBy {
    /// Placed.
    #[default]
    Date,
    /// Changed.
    Modified,
    /// Number.
    Id,
    /// As the ids of `include` stand there.
    Include,
}

/// What a list of orders is narrowed and ordered by.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Statuses without `wc-`; none is every one but `trash` and CartBay's.
    pub statuses: Vec<String>,
    /// Only this account.
    pub customer_id: Option<i64>,
    /// Only children of these orders.
    pub parents: Option<Vec<i64>>,
    /// Only those that are no children of these.
    pub not_parents: Option<Vec<i64>>,
    /// Only orders with this product or variation.
    pub product_id: Option<i64>,
    /// Words in the address or the order's number.
    pub search: String,
    /// Placed and changed between these.
    pub dates: Dates,
    /// Only these.
    pub include: Option<Vec<i64>>,
    /// Not these.
    pub exclude: Option<Vec<i64>>,
    /// Only orders that came about in one of these ways.
    pub created_via: Option<Vec<String>>,
    /// Order.
    pub sort_by: SortBy,
    /// Oldest first.
    pub ascending: bool,
    /// Rows to skip.
    pub offset: i64,
    /// Rows at most.
    pub limit: i64,
}
