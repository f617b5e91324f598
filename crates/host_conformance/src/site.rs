//! A shop under test, and what the cases have in common.

use std::future::Future;
use std::pin::Pin;

use async_trait::async_trait;
use kernel::contracts::shop::{Address, CartSnapshot, OrderSnapshot, ProductSnapshot};
use kernel::ids::{OrderId, OrderItemId, ProductId, UserId};
use kernel::{Currency, Decimal, Fault, Money};
use runtime::ports::{AddToCart, Host, NewOrder};
use serde::{Deserialize, Serialize};

/// A case on its way.
pub type Running<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// A line that goes back.
#[derive(Debug, Clone)]
pub struct RefundLine {
    /// Line of the order.
    pub item_id: OrderItemId,
    /// Units.
    pub quantity: i64,
    /// Without tax.
    pub total: Decimal,
    /// Tax.
    pub tax: Decimal,
}

/// Money that goes back.
#[derive(Debug, Clone)]
pub struct RefundOrder {
    /// Unique key: the same key gives the same refund.
    pub key: String,
    /// The order.
    pub order_id: OrderId,
    /// How much; none: what the lines come to.
    pub amount: Option<Money>,
    /// Lines; what goes back is put into stock again.
    pub lines: Vec<RefundLine>,
}

/// An order as the shop's own list shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedOrder {
    /// The order.
    pub id: OrderId,
    /// Status without `wc-`.
    pub status: String,
    /// Where it came from.
    pub created_via: String,
    /// Billing e-mail.
    pub email: String,
    /// What it comes to.
    pub total: Decimal,
    /// Currency.
    pub currency: Currency,
    /// Names and units of its lines.
    pub lines: Vec<(String, i64)>,
    /// CartBay's metadata.
    pub meta: Vec<(String, String)>,
}

/// A shop with the catalogue, its stock untouched and no orders.
#[async_trait]
pub trait Site: Send + Sync {
    /// The port under test.
    fn host(&self) -> &dyn Host;

    /// Refunds by hand, not through a gateway. The port has no such function: shops are refunded in their own admin.
    async fn refund(&self, refund: &RefundOrder) -> Result<OrderId, Fault>;

    /// Takes a simple product out of the shop, or puts it back.
    async fn publish(&self, sku: &str, published: bool);

    /// The shop's list of orders, past the port: those of these statuses, separated by commas, or all that it shows
    /// when none is named (an empty text).
    async fn listed(&self, statuses: &str) -> Vec<ListedOrder>;

    /// Lets time pass; false where it cannot be moved.
    async fn let_pass(&self, _seconds: i64) -> bool {
        false
    }
}

/// A product by its number (SKU).
pub async fn product(site: &dyn Site, sku: &str) -> ProductSnapshot {
    site.host().find_products(sku, 10).await.unwrap().into_iter().next().unwrap()
}

/// So many of a simple product, or of the variation of this name.
pub async fn wanted(site: &dyn Site, sku: &str, quantity: i64) -> AddToCart {
    let (sku, size) = sku.split_once('/').unwrap_or((sku, ""));
    let found = product(site, sku).await;
    let variation = found.variations.iter().find(|(_, name)| !size.is_empty() && name.contains(size));
    AddToCart {
        product_id: found.id,
        variation_id: variation.map_or(ProductId(0), |(id, _)| *id),
        quantity,
        variation: Vec::new(),
    }
}

/// Adds to a cart by number.
pub async fn add(site: &dyn Site, token: &str, sku: &str, quantity: i64) -> Result<CartSnapshot, Fault> {
    let product = wanted(site, sku, quantity).await;
    site.host().add_to_cart(token, &product).await
}

/// A cart with these in it, for an address in the United States.
pub async fn cart_of(site: &dyn Site, lines: &[(&str, i64)]) -> CartSnapshot {
    let cart = site.host().open_cart(UserId(0)).await.unwrap();
    for (sku, quantity) in lines {
        add(site, &cart.token, sku, *quantity).await.unwrap();
    }
    site.host().set_destination(&cart.token, &home(), &Address::default()).await.unwrap()
}

/// A paid order of these.
pub async fn paid(site: &dyn Site, lines: &[(&str, i64)]) -> OrderSnapshot {
    let cart = cart_of(site, lines).await;
    let order = site.host().place_order(&new_order(&cart, "paid")).await.unwrap();
    site.host().complete_payment(order.id, "charge").await.unwrap()
}

/// Where the shopper lives.
#[must_use]
pub fn home() -> Address {
    Address {
        first_name: "Ada".to_owned(),
        last_name: "Lovelace".to_owned(),
        address_1: "1 Main St".to_owned(),
        city: "Springfield".to_owned(),
        state: "IL".to_owned(),
        postcode: "62701".to_owned(),
        country: "US".to_owned(),
        email: "ada@example.com".to_owned(),
        ..Address::default()
    }
}

/// A checkout of the cart.
#[must_use]
pub fn new_order(cart: &CartSnapshot, key: &str) -> NewOrder {
    NewOrder {
        key: format!("{key}:{}:{}", cart.token, cart.hash),
        cart_token: cart.token.clone(),
        billing: home(),
        shipping: Address::default(),
        payment_method: "test".to_owned(),
        payment_method_title: "Test card".to_owned(),
        customer_id: UserId(0),
        customer_note: String::new(),
        meta: vec![("_ocart_funnel_id".to_owned(), "1".to_owned())],
        ip_address: String::new(),
        user_agent: String::new(),
        expected_total: None,
    }
}

/// Dollars, in cents.
#[must_use]
pub const fn money(minor: i64) -> Money {
    Money::new(minor, Currency::USD)
}
