//! A shop of record of which a test writes only what it is about.

use async_trait::async_trait;
use kernel::contracts::shop::{Address, CartSnapshot, OrderSnapshot, ProductSnapshot};
use kernel::ids::{OfferId, OrderId, ProductId, UserId};
use kernel::{Fault, Moment};

use crate::ports::{
    AddToCart, ChildOrder, Host, MadeCoupon, NewCoupon, NewOrder, OfferLine, OrderQuote, RestoreLine,
    RestoreOutcome, SessionOrder,
};

/// A shop that has nothing and refuses everything.
#[derive(Debug, Clone, Copy, Default)]
pub struct EmptyHost;

impl TestHost for EmptyHost {}

fn closed<T>() -> Result<T, Fault> {
    Err(Fault::unavailable("This test has no shop."))
}

/// A [`Host`] in which everything that is not written answers as [`EmptyHost`] does.
#[async_trait]
pub trait TestHost: Send + Sync + 'static {
    /// [`Host::address`].
    fn address(&self) -> Option<String> {
        None
    }
    /// [`Host::product`].
    async fn product(&self, _id: ProductId) -> Result<Option<ProductSnapshot>, Fault> {
        Ok(None)
    }
    /// [`Host::find_products`].
    async fn find_products(&self, _search: &str, _limit: i64) -> Result<Vec<ProductSnapshot>, Fault> {
        Ok(Vec::new())
    }
    /// [`Host::open_cart`].
    async fn open_cart(&self, _customer_id: UserId) -> Result<CartSnapshot, Fault> {
        closed()
    }
    /// [`Host::cart`].
    async fn cart(&self, _token: &str) -> Result<Option<CartSnapshot>, Fault> {
        Ok(None)
    }
    /// [`Host::add_to_cart`].
    async fn add_to_cart(&self, _token: &str, _product: &AddToCart) -> Result<CartSnapshot, Fault> {
        closed()
    }
    /// [`Host::put_offer_line`].
    async fn put_offer_line(&self, _token: &str, _line: &OfferLine) -> Result<CartSnapshot, Fault> {
        closed()
    }
    /// [`Host::remove_offer_line`].
    async fn remove_offer_line(&self, _token: &str, _offer_id: OfferId) -> Result<CartSnapshot, Fault> {
        closed()
    }
    /// [`Host::set_destination`].
    async fn set_destination(
        &self,
        _token: &str,
        _billing: &Address,
        _shipping: &Address,
    ) -> Result<CartSnapshot, Fault> {
        closed()
    }
    /// [`Host::restore_cart`].
    async fn restore_cart(
        &self,
        _token: &str,
        _lines: &[RestoreLine],
        _coupons: &[String],
    ) -> Result<RestoreOutcome, Fault> {
        closed()
    }
    /// [`Host::place_order`].
    async fn place_order(&self, _order: &NewOrder) -> Result<OrderSnapshot, Fault> {
        closed()
    }
    /// [`Host::complete_payment`].
    async fn complete_payment(
        &self,
        _order_id: OrderId,
        _transaction_id: &str,
    ) -> Result<OrderSnapshot, Fault> {
        closed()
    }
    /// [`Host::fail_payment`].
    async fn fail_payment(&self, _order_id: OrderId, _reason: &str) -> Result<OrderSnapshot, Fault> {
        closed()
    }
    /// [`Host::quote_child_order`].
    async fn quote_child_order(&self, _child: &ChildOrder) -> Result<OrderQuote, Fault> {
        closed()
    }
    /// [`Host::place_child_order`].
    async fn place_child_order(&self, _child: &ChildOrder) -> Result<OrderSnapshot, Fault> {
        closed()
    }
    /// [`Host::order`].
    async fn order(&self, _id: OrderId) -> Result<Option<OrderSnapshot>, Fault> {
        Ok(None)
    }
    /// [`Host::child_orders`].
    async fn child_orders(&self, _id: OrderId) -> Result<Vec<OrderSnapshot>, Fault> {
        Ok(Vec::new())
    }
    /// [`Host::add_note`].
    async fn add_note(&self, _id: OrderId, _note: &str) -> Result<(), Fault> {
        closed()
    }
    /// [`Host::set_order_meta`].
    async fn set_order_meta(&self, _id: OrderId, _meta: &[(String, String)]) -> Result<(), Fault> {
        closed()
    }
    /// [`Host::has_ordered_since`].
    async fn has_ordered_since(&self, _email: &str, _since: Moment) -> Result<bool, Fault> {
        Ok(false)
    }
    /// [`Host::customer_email`].
    async fn customer_email(&self, _id: UserId) -> Result<Option<String>, Fault> {
        Ok(None)
    }
    /// [`Host::create_coupon`].
    async fn create_coupon(&self, _key: &str, _coupon: &NewCoupon) -> Result<MadeCoupon, Fault> {
        closed()
    }
    /// [`Host::put_session_order`].
    async fn put_session_order(&self, _session: &SessionOrder) -> Result<(), Fault> {
        Ok(())
    }
    /// [`Host::remove_session_order`].
    async fn remove_session_order(&self, _session_id: i64) -> Result<(), Fault> {
        Ok(())
    }
}

#[async_trait]
impl<T: TestHost> Host for T {
    fn address(&self) -> Option<String> {
        TestHost::address(self)
    }
    async fn product(&self, id: ProductId) -> Result<Option<ProductSnapshot>, Fault> {
        TestHost::product(self, id).await
    }
    async fn find_products(&self, search: &str, limit: i64) -> Result<Vec<ProductSnapshot>, Fault> {
        TestHost::find_products(self, search, limit).await
    }
    async fn open_cart(&self, customer_id: UserId) -> Result<CartSnapshot, Fault> {
        TestHost::open_cart(self, customer_id).await
    }
    async fn cart(&self, token: &str) -> Result<Option<CartSnapshot>, Fault> {
        TestHost::cart(self, token).await
    }
    async fn add_to_cart(&self, token: &str, product: &AddToCart) -> Result<CartSnapshot, Fault> {
        TestHost::add_to_cart(self, token, product).await
    }
    async fn put_offer_line(&self, token: &str, line: &OfferLine) -> Result<CartSnapshot, Fault> {
        TestHost::put_offer_line(self, token, line).await
    }
    async fn remove_offer_line(&self, token: &str, offer_id: OfferId) -> Result<CartSnapshot, Fault> {
        TestHost::remove_offer_line(self, token, offer_id).await
    }
    async fn set_destination(
        &self,
        token: &str,
        billing: &Address,
        shipping: &Address,
    ) -> Result<CartSnapshot, Fault> {
        TestHost::set_destination(self, token, billing, shipping).await
    }
    async fn restore_cart(
        &self,
        token: &str,
        lines: &[RestoreLine],
        coupons: &[String],
    ) -> Result<RestoreOutcome, Fault> {
        TestHost::restore_cart(self, token, lines, coupons).await
    }
    async fn place_order(&self, order: &NewOrder) -> Result<OrderSnapshot, Fault> {
        TestHost::place_order(self, order).await
    }
    async fn complete_payment(
        &self,
        order_id: OrderId,
        transaction_id: &str,
    ) -> Result<OrderSnapshot, Fault> {
        TestHost::complete_payment(self, order_id, transaction_id).await
    }
    async fn fail_payment(&self, order_id: OrderId, reason: &str) -> Result<OrderSnapshot, Fault> {
        TestHost::fail_payment(self, order_id, reason).await
    }
    async fn quote_child_order(&self, child: &ChildOrder) -> Result<OrderQuote, Fault> {
        TestHost::quote_child_order(self, child).await
    }
    async fn place_child_order(&self, child: &ChildOrder) -> Result<OrderSnapshot, Fault> {
        TestHost::place_child_order(self, child).await
    }
    async fn order(&self, id: OrderId) -> Result<Option<OrderSnapshot>, Fault> {
        TestHost::order(self, id).await
    }
    async fn child_orders(&self, id: OrderId) -> Result<Vec<OrderSnapshot>, Fault> {
        TestHost::child_orders(self, id).await
    }
    async fn add_note(&self, id: OrderId, note: &str) -> Result<(), Fault> {
        TestHost::add_note(self, id, note).await
    }
    async fn set_order_meta(&self, id: OrderId, meta: &[(String, String)]) -> Result<(), Fault> {
        TestHost::set_order_meta(self, id, meta).await
    }
    async fn has_ordered_since(&self, email: &str, since: Moment) -> Result<bool, Fault> {
        TestHost::has_ordered_since(self, email, since).await
    }
    async fn customer_email(&self, id: UserId) -> Result<Option<String>, Fault> {
        TestHost::customer_email(self, id).await
    }
    async fn create_coupon(&self, key: &str, coupon: &NewCoupon) -> Result<MadeCoupon, Fault> {
        TestHost::create_coupon(self, key, coupon).await
    }
    async fn put_session_order(&self, session: &SessionOrder) -> Result<(), Fault> {
        TestHost::put_session_order(self, session).await
    }
    async fn remove_session_order(&self, session_id: i64) -> Result<(), Fault> {
        TestHost::remove_session_order(self, session_id).await
    }
}
