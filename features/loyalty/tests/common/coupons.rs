//! A shop that makes coupons, or does not, and nothing else.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use kernel::contracts::shop::{Address, CartSnapshot, OrderSnapshot, ProductSnapshot};
use kernel::ids::{OfferId, OrderId, ProductId, UserId};
use kernel::{Fault, Moment};
use runtime::ports::{
    AddToCart, ChildOrder, Host, MadeCoupon, NewCoupon, NewOrder, OfferLine, OrderQuote, RestoreLine,
    RestoreOutcome,
};
use runtime::testing::EmptyHost;

#[derive(Default)]
pub struct State {
    /// By key.
    pub made: BTreeMap<String, (MadeCoupon, NewCoupon)>,
    /// How often the shop was asked.
    pub asked: usize,
    /// What it says to the next calls, last first.
    pub faults: Vec<Fault>,
    /// It makes the next coupon and its answer is lost.
    pub loses_an_answer: bool,
}

#[derive(Clone, Default)]
pub struct CouponShop(pub Arc<Mutex<State>>);

#[async_trait]
impl Host for CouponShop {
    async fn create_coupon(&self, key: &str, coupon: &NewCoupon) -> Result<MadeCoupon, Fault> {
        let mut state = self.0.lock().unwrap();
        state.asked += 1;
        if let Some(fault) = state.faults.pop() {
            return Err(fault);
        }
        let id = i64::try_from(state.made.len()).unwrap() + 1;
        let made = MadeCoupon { id, code: coupon.code.clone() };
        let made = state.made.entry(key.to_owned()).or_insert((made, coupon.clone())).0.clone();
        if std::mem::take(&mut state.loses_an_answer) {
            return Err(Fault::unavailable("The answer was lost."));
        }
        Ok(made)
    }
    async fn product(&self, id: ProductId) -> Result<Option<ProductSnapshot>, Fault> {
        EmptyHost.product(id).await
    }
    async fn find_products(&self, search: &str, limit: i64) -> Result<Vec<ProductSnapshot>, Fault> {
        EmptyHost.find_products(search, limit).await
    }
    async fn open_cart(&self, customer: UserId) -> Result<CartSnapshot, Fault> {
        EmptyHost.open_cart(customer).await
    }
    async fn cart(&self, token: &str) -> Result<Option<CartSnapshot>, Fault> {
        EmptyHost.cart(token).await
    }
    async fn add_to_cart(&self, token: &str, product: &AddToCart) -> Result<CartSnapshot, Fault> {
        EmptyHost.add_to_cart(token, product).await
    }
    async fn put_offer_line(&self, token: &str, line: &OfferLine) -> Result<CartSnapshot, Fault> {
        EmptyHost.put_offer_line(token, line).await
    }
    async fn remove_offer_line(&self, token: &str, offer: OfferId) -> Result<CartSnapshot, Fault> {
        EmptyHost.remove_offer_line(token, offer).await
    }
    async fn set_destination(
        &self,
        token: &str,
        billing: &Address,
        shipping: &Address,
    ) -> Result<CartSnapshot, Fault> {
        EmptyHost.set_destination(token, billing, shipping).await
    }
    async fn restore_cart(
        &self,
        token: &str,
        lines: &[RestoreLine],
        coupons: &[String],
    ) -> Result<RestoreOutcome, Fault> {
        EmptyHost.restore_cart(token, lines, coupons).await
    }
    async fn place_order(&self, order: &NewOrder) -> Result<OrderSnapshot, Fault> {
        EmptyHost.place_order(order).await
    }
    async fn complete_payment(&self, order: OrderId, transaction: &str) -> Result<OrderSnapshot, Fault> {
        EmptyHost.complete_payment(order, transaction).await
    }
    async fn fail_payment(&self, order: OrderId, reason: &str) -> Result<OrderSnapshot, Fault> {
        EmptyHost.fail_payment(order, reason).await
    }
    async fn quote_child_order(&self, child: &ChildOrder) -> Result<OrderQuote, Fault> {
        EmptyHost.quote_child_order(child).await
    }
    async fn place_child_order(&self, child: &ChildOrder) -> Result<OrderSnapshot, Fault> {
        EmptyHost.place_child_order(child).await
    }
    async fn order(&self, id: OrderId) -> Result<Option<OrderSnapshot>, Fault> {
        EmptyHost.order(id).await
    }
    async fn child_orders(&self, id: OrderId) -> Result<Vec<OrderSnapshot>, Fault> {
        EmptyHost.child_orders(id).await
    }
    async fn add_note(&self, id: OrderId, note: &str) -> Result<(), Fault> {
        EmptyHost.add_note(id, note).await
    }
    async fn set_order_meta(&self, id: OrderId, meta: &[(String, String)]) -> Result<(), Fault> {
        EmptyHost.set_order_meta(id, meta).await
    }
    async fn has_ordered_since(&self, email: &str, since: Moment) -> Result<bool, Fault> {
        EmptyHost.has_ordered_since(email, since).await
    }
}
