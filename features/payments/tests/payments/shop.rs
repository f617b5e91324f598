//! A shop that charges through the test gateway, with a gateway in front of it that can lose or change its answers.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use db::testing::TestDatabase;
use kernel::contracts::payments::{
    Charge, ChargeOutcome, ConfirmCharge, PaymentSource, RefundCharge, ReverseCharge,
};
use kernel::ids::OrderId;
use kernel::{Currency, Fault, Money};
use runtime::ports::{Gateway, GatewayCharge, GatewayCommand, GatewayError, Webhook};
use runtime::{Engine, Sql, params};
use testpay::TestGateway;

/// What goes wrong next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// Charges, then the answer is lost.
    AnswerLost,
    /// The request never arrives, and nobody knows.
    RequestLost,
    /// Charges, then says another amount, for good.
    OtherAmount,
    /// Cannot be reached.
    Down,
}

/// What calls in the gateway's name are signed with.
pub const SECRET: &str = "whsec_0123456789abcdef";

/// The test gateway with troubles.
pub struct Troubled {
    inner: TestGateway,
    next: Mutex<Option<Trouble>>,
    shift: AtomicI64,
}

impl Troubled {
    /// The next charge or refund goes wrong like this.
    pub fn next(&self, trouble: Trouble) {
        *self.next.lock().unwrap() = Some(trouble);
    }

    fn shifted(&self, answer: Result<GatewayCharge, GatewayError>) -> Result<GatewayCharge, GatewayError> {
        match answer {
            Ok(GatewayCharge::Succeeded { transaction_id, amount, saved_method, method_label }) => {
                let amount =
                    Money::new(amount.minor() + self.shift.load(Ordering::SeqCst), amount.currency());
                Ok(GatewayCharge::Succeeded { transaction_id, amount, saved_method, method_label })
            }
            other => other,
        }
    }
}

#[async_trait]
impl Gateway for Troubled {
    fn id(&self) -> &'static str {
        "test"
    }
    fn title(&self) -> &'static str {
        self.inner.title()
    }
    fn one_click(&self) -> bool {
        true
    }
    async fn charge(&self, command: &GatewayCommand) -> Result<GatewayCharge, GatewayError> {
        let trouble = self.next.lock().unwrap().take();
        match trouble {
            None => {}
            Some(Trouble::RequestLost) => return Err(GatewayError::Unknown("timed out".to_owned())),
            Some(Trouble::Down) => return Err(GatewayError::Down("no route".to_owned())),
            Some(Trouble::OtherAmount) => self.shift.store(-1, Ordering::SeqCst),
            Some(Trouble::AnswerLost) => {
                let _ = self.inner.charge(command).await;
                return Err(GatewayError::Unknown("timed out".to_owned()));
            }
        }
        self.shifted(self.inner.charge(command).await)
    }
    async fn look_up(&self, key: &str) -> Result<Option<Result<GatewayCharge, GatewayError>>, GatewayError> {
        Ok(self.inner.look_up(key).await?.map(|answer| self.shifted(answer)))
    }
    async fn refund(&self, key: &str, transaction_id: &str, amount: Money) -> Result<String, GatewayError> {
        let trouble = self.next.lock().unwrap().take();
        if trouble == Some(Trouble::Down) {
            return Err(GatewayError::Down("no route".to_owned()));
        }
        let answer = self.inner.refund(key, transaction_id, amount).await;
        if trouble == Some(Trouble::AnswerLost) {
            return Err(GatewayError::Unknown("timed out".to_owned()));
        }
        answer
    }
    async fn answer_challenge(
        &self,
        transaction_id: &str,
        approve: bool,
    ) -> Result<GatewayCharge, GatewayError> {
        self.inner.answer_challenge(transaction_id, approve).await
    }
    fn read_webhook(&self, webhook: &Webhook) -> Result<Option<String>, Fault> {
        self.inner.read_webhook(webhook)
    }
}

const CHARGED: Sql =
    Sql::new("SELECT COUNT(*) FROM {p}cartwright_test_gateway_charges WHERE state = 'succeeded'");
const REFUNDS: Sql = Sql::new("SELECT COUNT(*) FROM {p}cartwright_test_gateway_refunds");
const SETTLED: Sql =
    Sql::new("SELECT COUNT(*) FROM {p}cartwright_outbox WHERE name = 'cartwright/charge/settled'");
const NOTES: Sql = Sql::new("SELECT COUNT(*) FROM {p}ocart_audit_log WHERE action = ?");
const ATTEMPT_CODE: Sql = Sql::new("SELECT state FROM {p}cartwright_payment_attempts WHERE attempt_key = ?");

const GATEWAY_KEY: Sql =
    Sql::new("SELECT gateway_key FROM {p}cartwright_payment_attempts WHERE attempt_key = ?");
const FORGET_ATTEMPTS: Sql = Sql::new("DELETE FROM {p}cartwright_payment_attempts");
const FORGET_REFUNDS: Sql = Sql::new("DELETE FROM {p}cartwright_payment_refunds");
const CHARGE_KEYS: Sql = Sql::new("SELECT charge_key FROM {p}cartwright_test_gateway_charges ORDER BY id");
const REFUND_KEYS: Sql = Sql::new("SELECT refund_key FROM {p}cartwright_test_gateway_refunds ORDER BY id");

/// An engine with payments on a database.
pub struct Shop {
    pub engine: Engine,
    pub gateway: Arc<Troubled>,
}

impl Shop {
    pub fn on(database: &TestDatabase) -> Self {
        database.db.migrate(testpay::MIGRATIONS).unwrap();
        let gateway = Arc::new(Troubled {
            inner: TestGateway::new(database.db.clone(), Duration::ZERO)
                .with_webhooks(Some(SECRET.to_owned())),
            next: Mutex::new(None),
            shift: AtomicI64::new(0),
        });
        let mut ports = runtime::testing::ports();
        ports.gateways.insert("test".to_owned(), gateway.clone());
        let engine = runtime::testing::engine(database, vec![payments::feature().module], ports).unwrap();
        Self { engine, gateway }
    }

    pub async fn pay(&self, key: &str, cents: i64, number: &str) -> ChargeOutcome {
        self.engine.ask(charge(key, 17, cents, fresh(number))).await.unwrap()
    }

    pub async fn pay_saved(&self, key: &str, cents: i64) -> ChargeOutcome {
        let source = PaymentSource::SavedWithOrder { order_id: OrderId(17) };
        self.engine.ask(charge(key, 17, cents, source)).await.unwrap()
    }

    pub async fn confirm(&self, key: &str) -> ChargeOutcome {
        self.engine.ask(ConfirmCharge { key: key.to_owned() }).await.unwrap()
    }

    pub async fn refund(&self, key: &str, cents: i64) -> ChargeOutcome {
        let request = RefundCharge { key: key.to_owned(), order_id: OrderId(17), amount: dollars(cents) };
        self.engine.ask(request).await.unwrap()
    }

    pub async fn reconcile(&self) {
        self.engine.run_hook("cartwright/payments/reconcile").await.unwrap();
    }

    /// Charges in the gateway's own record.
    pub async fn charged(&self) -> i64 {
        self.engine.read(|tx| Ok(tx.count(&CHARGED, params![])?)).await.unwrap()
    }

    /// Refunds in the gateway's own record.
    pub async fn refunded(&self) -> i64 {
        self.engine.read(|tx| Ok(tx.count(&REFUNDS, params![])?)).await.unwrap()
    }

    /// Announcements of charges that have come to their end.
    pub async fn settled(&self) -> i64 {
        self.engine.read(|tx| Ok(tx.count(&SETTLED, params![])?)).await.unwrap()
    }

    pub async fn notes(&self, action: &'static str) -> i64 {
        self.engine.read(move |tx| Ok(tx.count(&NOTES, params![action])?)).await.unwrap()
    }

    /// What the gateway knows an attempt by; the key itself where there is no attempt.
    pub async fn at_gateway(&self, key: &str) -> String {
        let owned = key.to_owned();
        let found = self.engine.read(move |tx| {
            Ok(tx.one(&GATEWAY_KEY, params![&owned], |row| row.get::<Option<String>>("gateway_key"))?)
        });
        found.await.unwrap().flatten().unwrap_or_else(|| key.to_owned())
    }

    /// Keys in the gateway's own record: of charges, then of refunds.
    pub async fn gateway_record(&self) -> Vec<String> {
        self.engine
            .read(|tx| {
                let mut keys: Vec<String> = tx.rows(&CHARGE_KEYS, params![], |row| row.get("charge_key"))?;
                keys.extend(tx.rows(&REFUND_KEYS, params![], |row| row.get::<String>("refund_key"))?);
                Ok(keys)
            })
            .await
            .unwrap()
    }

    /// Forgets every attempt and refund, as a restored database does.
    pub async fn forget(&self) {
        self.engine
            .write(runtime::Actor::system(), |tx| {
                tx.execute(&FORGET_REFUNDS, params![])?;
                tx.execute(&FORGET_ATTEMPTS, params![])?;
                Ok(())
            })
            .await
            .unwrap();
    }

    pub async fn reverse(&self, key: &str) -> ChargeOutcome {
        self.engine.ask(ReverseCharge { key: key.to_owned() }).await.unwrap()
    }

    pub async fn state(&self, key: &'static str) -> String {
        let read =
            move |tx: &mut runtime::Tx| Ok(tx.one(&ATTEMPT_CODE, params![key], |row| row.get("state"))?);
        self.engine.read(read).await.unwrap().unwrap()
    }

    pub async fn holds(&self) {
        for verifier in self.engine.verifiers() {
            let check = verifier.check;
            assert_eq!(self.engine.read(check).await.unwrap(), vec![], "{}", verifier.name);
        }
    }
}

pub fn dollars(cents: i64) -> Money {
    Money::new(cents, Currency::USD)
}

pub fn fresh(number: &str) -> PaymentSource {
    PaymentSource::Fresh { gateway: "test".to_owned(), token: number.to_owned() }
}

pub fn charge(key: &str, order: i64, cents: i64, source: PaymentSource) -> Charge {
    Charge {
        key: key.to_owned(),
        order_id: OrderId(order),
        amount: dollars(cents),
        source,
        save_method: true,
        description: format!("Order {order}"),
        return_url: "/checkout/order-received/17".to_owned(),
    }
}

pub fn code(outcome: &ChargeOutcome) -> &str {
    match outcome {
        ChargeOutcome::Declined { code, .. } => code,
        ChargeOutcome::Succeeded { .. } => "succeeded",
        ChargeOutcome::RequiresAction { .. } => "requires_action",
        ChargeOutcome::Pending { .. } => "pending",
    }
}
