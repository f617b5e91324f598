//! A shop that makes coupons, or does not, and nothing else.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use kernel::Fault;
use kernel::ids::UserId;
use runtime::ports::{MadeCoupon, NewCoupon};
use runtime::testing::TestHost;
use tokio::sync::Notify;

#[derive(Default)]
pub struct State {
    /// By key.
    pub made: BTreeMap<String, (MadeCoupon, NewCoupon)>,
    /// How often the shop was asked for a coupon.
    pub asked: usize,
    /// What it says to the next calls, last first.
    pub faults: Vec<Fault>,
    /// It makes the next coupon and its answer is lost.
    pub loses_an_answer: bool,
    /// Addresses of accounts as they are now.
    pub addresses: BTreeMap<UserId, String>,
    /// What it says when it is asked for an address.
    pub address_fault: Option<Fault>,
    /// It makes the next coupon, tells the first, and answers when the second was told.
    pub gate: Option<(Arc<Notify>, Arc<Notify>)>,
}

#[derive(Clone, Default)]
pub struct CouponShop(pub Arc<Mutex<State>>);

impl CouponShop {
    fn make(&self, key: &str, coupon: &NewCoupon) -> Result<MadeCoupon, Fault> {
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
}

#[async_trait]
impl TestHost for CouponShop {
    async fn customer_email(&self, id: UserId) -> Result<Option<String>, Fault> {
        let state = self.0.lock().unwrap();
        state.address_fault.clone().map_or_else(|| Ok(state.addresses.get(&id).cloned()), Err)
    }
    async fn create_coupon(&self, key: &str, coupon: &NewCoupon) -> Result<MadeCoupon, Fault> {
        let made = self.make(key, coupon);
        let gate = self.0.lock().unwrap().gate.take();
        if let Some((begun, goes_on)) = gate {
            begun.notify_one();
            goes_on.notified().await;
        }
        made
    }
}
