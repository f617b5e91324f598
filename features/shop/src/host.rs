//! The embedded shop as the port that every other feature sees.

use async_trait::async_trait;
use db::Db;
use kernel::contracts::shop::{Address, CANNOT_BE_PAID, CartSnapshot, OrderSnapshot, ProductSnapshot};
use kernel::ids::{OfferId, OrderId, ProductId, UserId};
use kernel::{Fault, Moment};
use runtime::Tx;
use runtime::ports::{
    AddToCart, ChildOrder, Host, MadeCoupon, NewCoupon, NewOrder, OfferLine, OrderQuote, RestoreLine,
    RestoreOutcome, SessionOrder,
};

use crate::carts::{commands as carts, commands_offers as offer_lines, queries as cart_queries};
use crate::coupons::commands as coupons;
use crate::customers::store as customers;
use crate::orders::commands_attempt::{self as attempts, Received};
use crate::orders::{
    commands as orders, commands_child as children, commands_place as checkout, queries as order_queries,
    rules as order_rules, store as order_store,
};
use crate::products::model_list::{Filter, Only, Order};
use crate::products::queries as products;
use crate::sessions;

/// The embedded shop on its database.
#[derive(Debug, Clone)]
pub struct ShopHost {
    db: Db,
}

impl ShopHost {
    /// On this database.
    #[must_use]
    pub const fn new(db: Db) -> Self {
        Self { db }
    }

    async fn cart_change<F>(&self, change: F) -> Result<CartSnapshot, Fault>
    where
        F: Fn(&mut Tx) -> Result<crate::carts::model::PricedCart, Fault> + Send + 'static,
    {
        self.db.write(move |tx| cart_queries::snapshot(&change(tx)?)).await
    }
}

#[async_trait]
impl Host for ShopHost {
    async fn product(&self, id: ProductId) -> Result<Option<ProductSnapshot>, Fault> {
        self.db
            .read(move |tx| match products::find(tx, id)? {
                Some(product) => products::snapshot(tx, &product).map(Some),
                None => Ok(None),
            })
            .await
    }

    async fn find_products(&self, search: &str, limit: i64) -> Result<Vec<ProductSnapshot>, Fault> {
        let mut only = vec![Only::Published];
        if !search.trim().is_empty() {
            only.push(Only::NameOrSku(search.trim().to_lowercase()));
        }
        let filter = Filter { only, order: Order::Title, limit, ..Filter::default() };
        self.db
            .read(move |tx| {
                let page = products::list(tx, &filter)?;
                page.rows.iter().map(|product| products::snapshot(tx, product)).collect()
            })
            .await
    }

    async fn open_cart(&self, customer_id: UserId) -> Result<CartSnapshot, Fault> {
        self.db
            .write(move |tx| {
                let cart = carts::open(tx, customer_id)?;
                let priced = cart_queries::price(tx, &cart)?;
                cart_queries::snapshot(&priced)
            })
            .await
    }

    async fn cart(&self, token: &str) -> Result<Option<CartSnapshot>, Fault> {
        let token = token.to_owned();
        self.db
            .read(move |tx| match cart_queries::find(tx, &token)? {
                Some(cart) => {
                    let priced = cart_queries::price(tx, &cart)?;
                    cart_queries::snapshot(&priced).map(Some)
                }
                None => Ok(None),
            })
            .await
    }

    async fn add_to_cart(&self, token: &str, product: &AddToCart) -> Result<CartSnapshot, Fault> {
        let (token, product) = (token.to_owned(), product.clone());
        self.cart_change(move |tx| carts::add(tx, &token, &product)).await
    }

    async fn put_offer_line(&self, token: &str, line: &OfferLine) -> Result<CartSnapshot, Fault> {
        let (token, line) = (token.to_owned(), line.clone());
        self.cart_change(move |tx| offer_lines::put_offer_line(tx, &token, &line)).await
    }

    async fn remove_offer_line(&self, token: &str, offer_id: OfferId) -> Result<CartSnapshot, Fault> {
        let token = token.to_owned();
        self.cart_change(move |tx| offer_lines::remove_offer_line(tx, &token, offer_id)).await
    }

    async fn set_destination(
        &self,
        token: &str,
        billing: &Address,
        shipping: &Address,
    ) -> Result<CartSnapshot, Fault> {
        let (token, billing, shipping) = (token.to_owned(), billing.clone(), shipping.clone());
        self.cart_change(move |tx| carts::set_destination(tx, &token, &billing, &shipping)).await
    }

    async fn restore_cart(
        &self,
        token: &str,
        lines: &[RestoreLine],
        coupons: &[String],
    ) -> Result<RestoreOutcome, Fault> {
        let (token, lines, coupons) = (token.to_owned(), lines.to_vec(), coupons.to_vec());
        self.db
            .write(move |tx| {
                let (priced, lines) = carts::restore(tx, &token, &lines, &coupons)?;
                Ok(RestoreOutcome { cart: cart_queries::snapshot(&priced)?, lines })
            })
            .await
    }

    async fn place_order(&self, order: &NewOrder) -> Result<OrderSnapshot, Fault> {
        checkout::place_for(&self.db, order).await
    }

    async fn complete_payment(
        &self,
        order_id: OrderId,
        transaction_id: &str,
    ) -> Result<OrderSnapshot, Fault> {
        let transaction_id = transaction_id.to_owned();
        self.db
            .write(move |tx| match attempts::receive(tx, order_id, None, &transaction_id)? {
                Received::Paid(order) => Ok(*order),
                Received::Useless(reason) => {
                    let order = order_queries::sold(tx, order_id)?;
                    if order_rules::may_be_paid(&order.status) {
                        return Err(Fault::conflict(CANNOT_BE_PAID, reason));
                    }
                    order_queries::snapshot(tx, &order)
                }
            })
            .await
    }

    async fn fail_payment(&self, order_id: OrderId, reason: &str) -> Result<OrderSnapshot, Fault> {
        let reason = reason.to_owned();
        self.db.write(move |tx| orders::fail_payment(tx, order_id, &reason)).await
    }

    async fn quote_child_order(&self, child: &ChildOrder) -> Result<OrderQuote, Fault> {
        let child = child.clone();
        self.db.read(move |tx| children::quote(tx, &child)).await
    }

    async fn place_child_order(&self, child: &ChildOrder) -> Result<OrderSnapshot, Fault> {
        let child = child.clone();
        self.db.write(move |tx| children::place(tx, &child)).await
    }

    async fn reserve_child_order(&self, child: &ChildOrder) -> Result<(), Fault> {
        let child = child.clone();
        self.db.write(move |tx| children::reserve(tx, &child)).await
    }

    async fn release_child_order(&self, key: &str) -> Result<(), Fault> {
        let key = key.to_owned();
        self.db.write(move |tx| children::release(tx, &key)).await
    }

    async fn order(&self, id: OrderId) -> Result<Option<OrderSnapshot>, Fault> {
        self.db
            .read(move |tx| match order_queries::find(tx, id)? {
                Some(order) if order.kind == "shop_order" && !order.is_session() => {
                    order_queries::snapshot(tx, &order).map(Some)
                }
                _ => Ok(None),
            })
            .await
    }

    async fn child_orders(&self, id: OrderId) -> Result<Vec<OrderSnapshot>, Fault> {
        self.db
            .read(move |tx| {
                let children = order_store::children(tx, id)?;
                children.iter().map(|order| order_queries::snapshot(tx, order)).collect()
            })
            .await
    }

    async fn add_note(&self, id: OrderId, note: &str) -> Result<(), Fault> {
        let note = note.to_owned();
        self.db.write(move |tx| orders::add_note(tx, id, &note, false, "system").map(drop)).await
    }

    async fn set_order_meta(&self, id: OrderId, meta: &[(String, String)]) -> Result<(), Fault> {
        let meta = meta.to_vec();
        self.db.write(move |tx| orders::set_meta(tx, id, &meta)).await
    }

    async fn has_ordered_since(&self, email: &str, since: Moment) -> Result<bool, Fault> {
        let email = email.to_owned();
        self.db.read(move |tx| order_store::has_ordered_since(tx, &email, since)).await
    }

    /// The billing address that the shop keeps of him: coupons are held against what stands there at checkout.
    async fn customer_email(&self, id: UserId) -> Result<Option<String>, Fault> {
        let known = self.db.read(move |tx| customers::find(tx, id)).await?;
        Ok(known.map(|(billing, _)| billing.email).filter(|email| !email.is_empty()))
    }

    async fn create_coupon(&self, key: &str, coupon: &NewCoupon) -> Result<MadeCoupon, Fault> {
        let (key, coupon) = (key.to_owned(), coupon.clone());
        self.db.write(move |tx| coupons::create(tx, &key, &coupon)).await
    }

    async fn put_session_order(&self, session: &SessionOrder) -> Result<(), Fault> {
        let session = session.clone();
        self.db.write(move |tx| sessions::commands::put(tx, &session)).await
    }

    async fn remove_session_order(&self, session_id: i64) -> Result<(), Fault> {
        self.db.write(move |tx| sessions::commands::remove(tx, session_id)).await
    }
}
