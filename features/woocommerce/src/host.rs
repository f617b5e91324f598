//! The store as the port that every other feature sees: each function is one signed call of the same name.

use async_trait::async_trait;
use kernel::contracts::shop::{Address, CartSnapshot, OrderSnapshot, ProductSnapshot};
use kernel::ids::{OfferId, OrderId, ProductId, UserId};
use kernel::{Fault, Moment};
use runtime::ports::{
    AddToCart, ChildOrder, Host, MadeCoupon, NewCoupon, NewOrder, OfferLine, OrderQuote, RestoreLine,
    RestoreOutcome, RestoredLine, SessionOrder,
};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::link::Link;
use crate::refusals;

/// A WooCommerce as the shop of record.
#[derive(Debug, Clone)]
pub struct WooCommerceHost {
    link: Link,
}

/// What may become of a restored line, as the port names it.
const OUTCOMES: [&str; 5] = ["added", "reduced", "price_changed", "missing", "out_of_stock"];

#[derive(Deserialize)]
struct Restored {
    cart: CartSnapshot,
    lines: Vec<RestoredName>,
}

#[derive(Deserialize)]
struct RestoredName {
    name: String,
    outcome: String,
}

impl WooCommerceHost {
    /// Over this link.
    #[must_use]
    pub const fn new(link: Link) -> Self {
        Self { link }
    }

    async fn read<T: DeserializeOwned>(&self, operation: &str, arguments: Value) -> Result<T, Fault> {
        self.link.host(operation, &arguments, self.link.patience().read).await
    }

    async fn write<T: DeserializeOwned>(&self, operation: &str, arguments: Value) -> Result<T, Fault> {
        self.link.host(operation, &arguments, self.link.patience().write).await
    }

    /// For operations whose result says nothing.
    async fn done(&self, operation: &str, arguments: Value) -> Result<(), Fault> {
        self.write::<Value>(operation, arguments).await.map(drop)
    }
}

#[async_trait]
impl Host for WooCommerceHost {
    fn address(&self) -> Option<String> {
        Some(self.link.url().to_owned())
    }

    async fn product(&self, id: ProductId) -> Result<Option<ProductSnapshot>, Fault> {
        self.read("product", json!({ "id": id })).await
    }

    async fn find_products(&self, search: &str, limit: i64) -> Result<Vec<ProductSnapshot>, Fault> {
        self.read("find_products", json!({ "search": search, "limit": limit })).await
    }

    async fn open_cart(&self, customer_id: UserId) -> Result<CartSnapshot, Fault> {
        self.write("open_cart", json!({ "customer_id": customer_id })).await
    }

    async fn cart(&self, token: &str) -> Result<Option<CartSnapshot>, Fault> {
        self.read("cart", json!({ "token": token })).await
    }

    async fn add_to_cart(&self, token: &str, product: &AddToCart) -> Result<CartSnapshot, Fault> {
        self.write("add_to_cart", json!({ "token": token, "product": product })).await
    }

    async fn put_offer_line(&self, token: &str, line: &OfferLine) -> Result<CartSnapshot, Fault> {
        self.write("put_offer_line", json!({ "token": token, "line": line })).await
    }

    async fn remove_offer_line(&self, token: &str, offer_id: OfferId) -> Result<CartSnapshot, Fault> {
        self.write("remove_offer_line", json!({ "token": token, "offer_id": offer_id })).await
    }

    async fn set_destination(
        &self,
        token: &str,
        billing: &Address,
        shipping: &Address,
    ) -> Result<CartSnapshot, Fault> {
        let arguments = json!({ "token": token, "billing": billing, "shipping": shipping });
        self.write("set_destination", arguments).await
    }

    async fn restore_cart(
        &self,
        token: &str,
        lines: &[RestoreLine],
        coupons: &[String],
    ) -> Result<RestoreOutcome, Fault> {
        let arguments = json!({ "token": token, "lines": lines, "coupons": coupons });
        let restored: Restored = self.write("restore_cart", arguments).await?;
        let lines = restored.lines.into_iter().map(|line| {
            let outcome = OUTCOMES.into_iter().find(|known| *known == line.outcome);
            let outcome =
                outcome.ok_or_else(|| refusals::trouble("host/restore_cart", "a line's outcome is none"))?;
            Ok(RestoredLine { name: line.name, outcome })
        });
        Ok(RestoreOutcome { cart: restored.cart, lines: lines.collect::<Result<_, Fault>>()? })
    }

    async fn place_order(&self, order: &NewOrder) -> Result<OrderSnapshot, Fault> {
        self.write("place_order", json!({ "order": order })).await
    }

    async fn complete_payment(
        &self,
        order_id: OrderId,
        transaction_id: &str,
    ) -> Result<OrderSnapshot, Fault> {
        let arguments = json!({ "order_id": order_id, "transaction_id": transaction_id });
        self.write("complete_payment", arguments).await
    }

    async fn fail_payment(&self, order_id: OrderId, reason: &str) -> Result<OrderSnapshot, Fault> {
        self.write("fail_payment", json!({ "order_id": order_id, "reason": reason })).await
    }

    async fn quote_child_order(&self, child: &ChildOrder) -> Result<OrderQuote, Fault> {
        self.read("quote_child_order", json!({ "child": child })).await
    }

    async fn place_child_order(&self, child: &ChildOrder) -> Result<OrderSnapshot, Fault> {
        self.write("place_child_order", json!({ "child": child })).await
    }

    async fn order(&self, id: OrderId) -> Result<Option<OrderSnapshot>, Fault> {
        self.read("order", json!({ "id": id })).await
    }

    async fn child_orders(&self, id: OrderId) -> Result<Vec<OrderSnapshot>, Fault> {
        self.read("child_orders", json!({ "id": id })).await
    }

    async fn add_note(&self, id: OrderId, note: &str) -> Result<(), Fault> {
        self.done("add_note", json!({ "id": id, "note": note })).await
    }

    async fn set_order_meta(&self, id: OrderId, meta: &[(String, String)]) -> Result<(), Fault> {
        self.done("set_order_meta", json!({ "id": id, "meta": meta })).await
    }

    async fn has_ordered_since(&self, email: &str, since: Moment) -> Result<bool, Fault> {
        self.read("has_ordered_since", json!({ "email": email, "since": since })).await
    }

    async fn customer_email(&self, id: UserId) -> Result<Option<String>, Fault> {
        Ok(self.link.customer(id).await?.map(|customer| customer.email))
    }

    async fn create_coupon(&self, key: &str, coupon: &NewCoupon) -> Result<MadeCoupon, Fault> {
        self.write("create_coupon", json!({ "key": key, "coupon": coupon })).await
    }

    async fn put_session_order(&self, session: &SessionOrder) -> Result<(), Fault> {
        self.done("put_session_order", json!({ "session": session })).await
    }

    async fn remove_session_order(&self, session_id: i64) -> Result<(), Fault> {
        self.done("remove_session_order", json!({ "session_id": session_id })).await
    }
}
