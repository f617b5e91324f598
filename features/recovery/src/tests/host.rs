//! A shop that has carts, orders when told so, and a list of sessions.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use kernel::contracts::shop::{CartLine, CartSnapshot};
use kernel::ids::{ProductId, UserId};
use kernel::{Currency, Decimal, Fault, FaultKind, Moment, Money};
use runtime::ports::{RestoreLine, RestoreOutcome, RestoredLine, SessionOrder};
use runtime::testing::TestHost;

#[derive(Debug, Default)]
pub(crate) struct FakeHost {
    pub(crate) carts: Mutex<BTreeMap<String, CartSnapshot>>,
    pub(crate) ordered: Mutex<bool>,
    pub(crate) sessions: Mutex<BTreeMap<i64, SessionOrder>>,
    /// Does not answer for its order list.
    pub(crate) away: Mutex<bool>,
    /// How often its order list was asked for something.
    pub(crate) asked: Mutex<usize>,
}

pub(crate) fn line(product_id: i64, name: &str, cents: i64) -> CartLine {
    let price = Decimal::from(Money::new(cents, Currency::USD));
    CartLine {
        key: format!("key{product_id}"),
        product_id: ProductId(product_id),
        variation_id: ProductId(0),
        quantity: 1,
        variation: Vec::new(),
        name: name.to_owned(),
        sku: String::new(),
        unit_price: price,
        subtotal: price,
        total: price,
        total_tax: Decimal::from(Money::zero(Currency::USD)),
        image: String::new(),
        permalink: format!("/product/{product_id}"),
        category_ids: Vec::new(),
        product_type: "simple".to_owned(),
        offer_id: None,
    }
}

pub(crate) fn cart(token: &str, lines: Vec<CartLine>, cents: i64) -> CartSnapshot {
    let (total, nothing) = (Money::new(cents, Currency::USD), Money::zero(Currency::USD));
    CartSnapshot {
        token: token.to_owned(),
        customer_id: UserId(0),
        item_count: i64::try_from(lines.len()).unwrap(),
        hash: format!("{cents}"),
        notices: Vec::new(),
        lines,
        coupon_codes: Vec::new(),
        currency: Currency::USD,
        subtotal: total,
        discount_total: nothing,
        shipping_total: nothing,
        total_tax: nothing,
        total,
        needs_shipping: true,
    }
}

/// A shared shop.
#[derive(Debug, Clone, Default)]
pub(crate) struct SharedHost(pub(crate) Arc<FakeHost>);

impl SharedHost {
    /// The order list is asked for something.
    fn answer(&self) -> Result<(), Fault> {
        *self.0.asked.lock().unwrap() += 1;
        if *self.0.away.lock().unwrap() {
            return Err(Fault::new(FaultKind::Upstream, "away", "The shop is away."));
        }
        Ok(())
    }
}

#[async_trait]
impl TestHost for SharedHost {
    async fn cart(&self, token: &str) -> Result<Option<CartSnapshot>, Fault> {
        Ok(self.0.carts.lock().unwrap().get(token).cloned())
    }
    /// At today's prices: everything costs 24.
    async fn restore_cart(
        &self,
        token: &str,
        lines: &[RestoreLine],
        _: &[String],
    ) -> Result<RestoreOutcome, Fault> {
        let mut carts = self.0.carts.lock().unwrap();
        let token =
            if carts.contains_key(token) { token.to_owned() } else { format!("fresh{}", carts.len()) };
        let mut held = carts.get(&token).map(|cart| cart.lines.clone()).unwrap_or_default();
        for wanted in lines {
            if held.iter().all(|line| line.product_id != wanted.product.product_id) {
                held.push(line(wanted.product.product_id.0, &wanted.name, 2400));
            }
        }
        let cents = 2400 * i64::try_from(held.len()).unwrap();
        let outcomes = lines
            .iter()
            .map(|wanted| RestoredLine { name: wanted.name.clone(), outcome: "price_changed" })
            .collect();
        let rebuilt = cart(&token, held, cents);
        carts.insert(token, rebuilt.clone());
        Ok(RestoreOutcome { cart: rebuilt, lines: outcomes })
    }
    async fn has_ordered_since(&self, _: &str, _: Moment) -> Result<bool, Fault> {
        Ok(*self.0.ordered.lock().unwrap())
    }
    async fn put_session_order(&self, session: &SessionOrder) -> Result<(), Fault> {
        self.answer()?;
        self.0.sessions.lock().unwrap().insert(session.session_id, session.clone());
        Ok(())
    }
    async fn remove_session_order(&self, session_id: i64) -> Result<(), Fault> {
        self.answer()?;
        self.0.sessions.lock().unwrap().remove(&session_id);
        Ok(())
    }
}
