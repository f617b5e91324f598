//! An engine on a fresh database with fake ports, for the tests of every crate.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use db::testing::TestDatabase;
use kernel::contracts::shop::{Address, CartSnapshot, OrderSnapshot, ProductSnapshot};
use kernel::ids::{OfferId, OrderId, ProductId, UserId};
use kernel::{Fault, Moment};

use crate::builder::{Builder, Configuration};
use crate::engine::{Engine, Ports};
use crate::module::Module;
use crate::ports::{
    AddToCart, ChildOrder, Host, MadeCoupon, Mail, MailError, Mailer, NewCoupon, NewOrder, OfferLine,
    OrderQuote, RestoreLine, RestoreOutcome,
};
use crate::signing::SecretKey;

/// A shop that has nothing and refuses everything.
#[derive(Debug, Clone, Copy, Default)]
pub struct EmptyHost;

fn closed<T>() -> Result<T, Fault> {
    Err(Fault::unavailable("This test has no shop."))
}

#[async_trait]
impl Host for EmptyHost {
    async fn product(&self, _: ProductId) -> Result<Option<ProductSnapshot>, Fault> {
        Ok(None)
    }
    async fn find_products(&self, _: &str, _: i64) -> Result<Vec<ProductSnapshot>, Fault> {
        Ok(Vec::new())
    }
    async fn open_cart(&self, _: UserId) -> Result<CartSnapshot, Fault> {
        closed()
    }
    async fn cart(&self, _: &str) -> Result<Option<CartSnapshot>, Fault> {
        Ok(None)
    }
    async fn add_to_cart(&self, _: &str, _: &AddToCart) -> Result<CartSnapshot, Fault> {
        closed()
    }
    async fn put_offer_line(&self, _: &str, _: &OfferLine) -> Result<CartSnapshot, Fault> {
        closed()
    }
    async fn remove_offer_line(&self, _: &str, _: OfferId) -> Result<CartSnapshot, Fault> {
        closed()
    }
    async fn set_destination(&self, _: &str, _: &Address, _: &Address) -> Result<CartSnapshot, Fault> {
        closed()
    }
    async fn restore_cart(&self, _: &str, _: &[RestoreLine], _: &[String]) -> Result<RestoreOutcome, Fault> {
        closed()
    }
    async fn place_order(&self, _: &NewOrder) -> Result<OrderSnapshot, Fault> {
        closed()
    }
    async fn complete_payment(&self, _: OrderId, _: &str) -> Result<OrderSnapshot, Fault> {
        closed()
    }
    async fn fail_payment(&self, _: OrderId, _: &str) -> Result<OrderSnapshot, Fault> {
        closed()
    }
    async fn quote_child_order(&self, _: &ChildOrder) -> Result<OrderQuote, Fault> {
        closed()
    }
    async fn place_child_order(&self, _: &ChildOrder) -> Result<OrderSnapshot, Fault> {
        closed()
    }
    async fn order(&self, _: OrderId) -> Result<Option<OrderSnapshot>, Fault> {
        Ok(None)
    }
    async fn child_orders(&self, _: OrderId) -> Result<Vec<OrderSnapshot>, Fault> {
        Ok(Vec::new())
    }
    async fn add_note(&self, _: OrderId, _: &str) -> Result<(), Fault> {
        closed()
    }
    async fn set_order_meta(&self, _: OrderId, _: &[(String, String)]) -> Result<(), Fault> {
        closed()
    }
    async fn has_ordered_since(&self, _: &str, _: Moment) -> Result<bool, Fault> {
        Ok(false)
    }
    async fn create_coupon(&self, _: &str, _: &NewCoupon) -> Result<MadeCoupon, Fault> {
        closed()
    }
}

/// Keeps what is sent; fails first, when told so.
#[derive(Debug, Default)]
pub struct MemoryMailer {
    sent: Mutex<Vec<Mail>>,
    failures: Mutex<Vec<MailError>>,
}

impl MemoryMailer {
    /// What has been sent so far.
    #[must_use]
    pub fn sent(&self) -> Vec<Mail> {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The next message fails like this.
    pub fn fail_next(&self, error: MailError) {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner).push(error);
    }
}

#[async_trait]
impl Mailer for MemoryMailer {
    fn name(&self) -> &'static str {
        "memory"
    }
    async fn send(&self, mail: &Mail) -> Result<(), MailError> {
        if let Some(error) = self.failures.lock().unwrap_or_else(PoisonError::into_inner).pop() {
            return Err(error);
        }
        self.sent.lock().unwrap_or_else(PoisonError::into_inner).push(mail.clone());
        Ok(())
    }
}

/// Ports that do nothing but keep mail.
#[must_use]
pub fn ports() -> Ports {
    Ports { host: Arc::new(EmptyHost), mailer: Arc::new(MemoryMailer::default()), gateways: BTreeMap::new() }
}

/// The usual test installation: `http://shop.test`, UTC.
pub fn configuration() -> Result<Configuration, Fault> {
    Ok(Configuration {
        secret: SecretKey::parse("0123456789abcdef0123456789abcdef")?,
        public_url: "http://shop.test".to_owned(),
        zone: "UTC".to_owned(),
    })
}

/// An engine with these modules and ports on a test database, migrated.
pub fn engine(database: &TestDatabase, modules: Vec<Module>, ports: Ports) -> Result<Engine, Fault> {
    let builder = Builder::new(database.db.clone(), database.clock.clone(), database.entropy.clone());
    let builder = modules.into_iter().fold(builder, Builder::module);
    let migrations = builder.migrations();
    database.db.migrate(&migrations)?;
    builder.build(configuration()?, ports)
}
