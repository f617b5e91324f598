//! A shop in memory: two products and more, 20 % tax on top, no shipping.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use kernel::contracts::shop::{Address, CartLine, CartSnapshot, OrderLine, OrderSnapshot, ProductSnapshot};
use kernel::decimal::Rounding;
use kernel::ids::{OfferId, OrderId, OrderItemId, ProductId, UserId};
use kernel::{Currency, Decimal, Fault, Moment, Money};
use runtime::ports::{
    AddToCart, ChildOrder, Host, MadeCoupon, NewCoupon, NewOrder, OfferLine, OrderQuote, RestoreLine,
    RestoreOutcome,
};

#[derive(Default)]
pub struct State {
    pub carts: BTreeMap<String, Vec<(AddToCart, Decimal, Option<i64>)>>,
    pub orders: BTreeMap<i64, OrderSnapshot>,
    pub keys: BTreeMap<String, i64>,
    pub prices: BTreeMap<i64, Decimal>,
}

#[derive(Default)]
pub struct Shop {
    state: Mutex<State>,
    /// The next child order is not written: the shop does not answer.
    pub stumble: AtomicBool,
}

fn money(decimal: Decimal) -> Money {
    decimal.to_money(Currency::USD).unwrap()
}

fn tax(net: Decimal) -> Decimal {
    net.ratio(20, 100, Rounding::HalfUp).round(2, Rounding::HalfUp)
}

impl Shop {
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn price(&self, id: i64, price: &str) {
        self.state().prices.insert(id, Decimal::parse(price).unwrap());
    }

    pub fn fill(&self, token: &str, id: i64, quantity: i64) {
        let mut state = self.state();
        let price = state.prices[&id];
        let product = AddToCart {
            product_id: ProductId(id),
            variation_id: ProductId(0),
            quantity,
            variation: Vec::new(),
        };
        state.carts.entry(token.to_owned()).or_default().push((product, price, None));
    }

    fn cart_of(state: &State, token: &str) -> CartSnapshot {
        let lines: Vec<CartLine> = state.carts.get(token).into_iter().flatten().map(line).collect();
        let subtotal: Decimal = lines.iter().map(|line| line.total).sum();
        let total_tax: Decimal = lines.iter().map(|line| line.total_tax).sum();
        CartSnapshot {
            token: token.to_owned(),
            customer_id: UserId(0),
            hash: format!("{:?}", state.carts.get(token)),
            notices: Vec::new(),
            item_count: lines.iter().map(|line| line.quantity).sum(),
            lines,
            coupon_codes: Vec::new(),
            currency: Currency::USD,
            subtotal: money(subtotal),
            discount_total: Money::zero(Currency::USD),
            shipping_total: Money::zero(Currency::USD),
            total_tax: money(total_tax),
            total: money(subtotal + total_tax),
            needs_shipping: true,
        }
    }
}

fn line((product, price, offer): &(AddToCart, Decimal, Option<i64>)) -> CartLine {
    let total = price.times(product.quantity);
    CartLine {
        key: format!("{}-{offer:?}", product.product_id),
        product_id: product.product_id,
        variation_id: ProductId(0),
        quantity: product.quantity,
        variation: Vec::new(),
        name: format!("Product {}", product.product_id),
        sku: String::new(),
        unit_price: *price,
        subtotal: total,
        total,
        total_tax: tax(total),
        image: String::new(),
        permalink: String::new(),
        category_ids: vec![9],
        product_type: "simple".to_owned(),
        offer_id: *offer,
    }
}

fn order_line(line: &CartLine) -> OrderLine {
    OrderLine {
        id: OrderItemId(1),
        product_id: line.product_id,
        variation_id: ProductId(0),
        name: line.name.clone(),
        quantity: line.quantity,
        subtotal: line.subtotal,
        total: line.total,
        total_tax: line.total_tax,
        refunded_quantity: 0,
        refunded_total: Decimal::ZERO,
        category_ids: line.category_ids.clone(),
        offer_id: line.offer_id,
    }
}

fn order(id: i64, cart: &CartSnapshot, meta: &[(String, String)]) -> OrderSnapshot {
    OrderSnapshot {
        id: OrderId(id),
        parent_id: OrderId(0),
        order_key: format!("wc_order_{id}"),
        status: "pending".to_owned(),
        currency: Currency::USD,
        customer_id: UserId(0),
        billing_email: String::new(),
        created_via: "checkout".to_owned(),
        payment_method: "test".to_owned(),
        transaction_id: String::new(),
        lines: cart.lines.iter().map(order_line).collect(),
        coupon_codes: Vec::new(),
        discount_total: Money::zero(Currency::USD),
        shipping_total: Money::zero(Currency::USD),
        total_tax: cart.total_tax,
        total: cart.total,
        refunded_total: Money::zero(Currency::USD),
        refunded_shipping: kernel::Decimal::ZERO,
        refunded_shipping_tax: kernel::Decimal::ZERO,
        cart_token: cart.token.clone(),
        meta: meta.to_vec(),
        created_at: Moment::parse("2026-11-21T12:00:00Z").unwrap(),
        paid_at: None,
        completed_at: None,
        version: 1,
    }
}

fn absent<T>() -> Result<T, Fault> {
    Err(Fault::unavailable("not in this test"))
}

#[async_trait]
impl Host for Shop {
    async fn product(&self, id: ProductId) -> Result<Option<ProductSnapshot>, Fault> {
        Ok(self.state().prices.get(&id.0).map(|price| ProductSnapshot {
            id,
            parent_id: ProductId(0),
            kind: "simple".to_owned(),
            name: format!("Product {id}"),
            slug: format!("product-{id}"),
            short_description: String::new(),
            price: *price,
            regular_price: *price,
            image: String::new(),
            purchasable: !price.is_zero(),
            sold_individually: false,
            category_ids: vec![9],
            variations: Vec::new(),
        }))
    }
    async fn find_products(&self, _: &str, _: i64) -> Result<Vec<ProductSnapshot>, Fault> {
        let ids: Vec<i64> = self.state().prices.keys().copied().collect();
        let mut found = Vec::new();
        for id in ids {
            found.extend(self.product(ProductId(id)).await?);
        }
        Ok(found)
    }
    async fn open_cart(&self, _: UserId) -> Result<CartSnapshot, Fault> {
        absent()
    }
    async fn cart(&self, token: &str) -> Result<Option<CartSnapshot>, Fault> {
        let state = self.state();
        Ok(state.carts.contains_key(token).then(|| Self::cart_of(&state, token)))
    }
    async fn add_to_cart(&self, _: &str, _: &AddToCart) -> Result<CartSnapshot, Fault> {
        absent()
    }
    async fn put_offer_line(&self, token: &str, line: &OfferLine) -> Result<CartSnapshot, Fault> {
        let mut state = self.state();
        let lines = state.carts.get_mut(token).unwrap();
        lines.retain(|(_, _, offer)| *offer != Some(line.offer_id.0));
        lines.push((line.product.clone(), line.unit_price, Some(line.offer_id.0)));
        Ok(Self::cart_of(&state, token))
    }
    async fn remove_offer_line(&self, token: &str, offer_id: OfferId) -> Result<CartSnapshot, Fault> {
        let mut state = self.state();
        state.carts.get_mut(token).unwrap().retain(|(_, _, offer)| *offer != Some(offer_id.0));
        Ok(Self::cart_of(&state, token))
    }
    async fn set_destination(&self, token: &str, _: &Address, _: &Address) -> Result<CartSnapshot, Fault> {
        Ok(Self::cart_of(&self.state(), token))
    }
    async fn restore_cart(&self, _: &str, _: &[RestoreLine], _: &[String]) -> Result<RestoreOutcome, Fault> {
        absent()
    }
    async fn place_order(&self, asked: &NewOrder) -> Result<OrderSnapshot, Fault> {
        let mut state = self.state();
        let known = state.keys.get(&asked.key).copied();
        if let Some(id) = known.filter(|id| state.orders[id].status != "pending") {
            return Ok(state.orders[&id].clone());
        }
        let cart = Self::cart_of(&state, &asked.cart_token);
        if asked.expected_total.is_some_and(|total| total != cart.total) {
            return Err(Fault::conflict("total_changed", "The total has changed."));
        }
        let id = known.unwrap_or(100 + i64::try_from(state.orders.len()).unwrap());
        let order = order(id, &cart, &asked.meta);
        state.keys.insert(asked.key.clone(), id);
        state.orders.insert(id, order.clone());
        Ok(order)
    }
    async fn complete_payment(&self, id: OrderId, transaction_id: &str) -> Result<OrderSnapshot, Fault> {
        let mut state = self.state();
        let order = state.orders.get_mut(&id.0).unwrap();
        if order.status == "processing" {
            return Ok(order.clone());
        }
        order.status = "processing".to_owned();
        order.transaction_id = transaction_id.to_owned();
        let order = order.clone();
        state.carts.insert(order.cart_token.clone(), Vec::new());
        Ok(order)
    }
    async fn fail_payment(&self, id: OrderId, _: &str) -> Result<OrderSnapshot, Fault> {
        let mut state = self.state();
        let order = state.orders.get_mut(&id.0).unwrap();
        order.status = "failed".to_owned();
        Ok(order.clone())
    }
    async fn quote_child_order(&self, child: &ChildOrder) -> Result<OrderQuote, Fault> {
        let net = child.unit_price.times(child.product.quantity);
        let total_tax = money(tax(net));
        Ok(OrderQuote { subtotal: money(net), total_tax, total: money(net).plus(total_tax)? })
    }
    async fn place_child_order(&self, child: &ChildOrder) -> Result<OrderSnapshot, Fault> {
        if self.stumble.swap(false, Ordering::SeqCst) {
            return Err(Fault::unavailable("The shop does not answer."));
        }
        let mut state = self.state();
        if let Some(id) = state.keys.get(&child.key) {
            return Ok(state.orders[id].clone());
        }
        let mut cart = Self::cart_of(&state, "");
        let bought = line(&(child.product.clone(), child.unit_price, Some(child.offer_id.0)));
        cart.total_tax = money(bought.total_tax);
        cart.total = money(bought.total + bought.total_tax);
        cart.lines.push(bought);
        let id = 100 + i64::try_from(state.orders.len()).unwrap();
        let mut order = order(id, &cart, &child.meta);
        order.parent_id = child.parent_id;
        order.status = "processing".to_owned();
        order.transaction_id = child.transaction_id.clone();
        state.keys.insert(child.key.clone(), id);
        state.orders.insert(id, order.clone());
        Ok(order)
    }
    async fn order(&self, id: OrderId) -> Result<Option<OrderSnapshot>, Fault> {
        Ok(self.state().orders.get(&id.0).cloned())
    }
    async fn child_orders(&self, id: OrderId) -> Result<Vec<OrderSnapshot>, Fault> {
        Ok(self.state().orders.values().filter(|order| order.parent_id == id).cloned().collect())
    }
    async fn add_note(&self, _: OrderId, _: &str) -> Result<(), Fault> {
        Ok(())
    }
    async fn set_order_meta(&self, _: OrderId, _: &[(String, String)]) -> Result<(), Fault> {
        Ok(())
    }
    async fn create_coupon(&self, _: &str, _: &NewCoupon) -> Result<MadeCoupon, Fault> {
        absent()
    }
    async fn has_ordered_since(&self, _: &str, _: Moment) -> Result<bool, Fault> {
        Ok(false)
    }
}
