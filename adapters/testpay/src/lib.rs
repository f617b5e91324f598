//! The test gateway: Stripe's well-known card numbers, its own record.
//!
//! It stands for a company outside: it writes in transactions of its own, keeps what it answered under each key, and
//! can be told to hold its answers back, so that a crash may fall between its commit and its answer. Card numbers are
//! read and forgotten; a saved method's id names what kind of card it was.

mod cards;
mod migrations;
mod record;
pub mod webhook;

use std::time::Duration;

use async_trait::async_trait;
use db::{Db, Tx};
use kernel::{Fault, Money};
use runtime::ports::{Gateway, GatewayCharge, GatewayCommand, GatewayError, GatewaySource, Webhook};

use cards::{Kind, Verdict};
pub use migrations::MIGRATIONS;
use record::{Charged, refused};

type Answer = Result<GatewayCharge, GatewayError>;

/// The gateway `test`.
#[derive(Clone)]
pub struct TestGateway {
    db: Db,
    hold: Duration,
    webhook_secret: Option<String>,
}

impl std::fmt::Debug for TestGateway {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("TestGateway")
    }
}

impl TestGateway {
    /// With its record in `db`. Every answer to a change is held back for `hold` after its commit; zero but in tests
    /// of crashes.
    #[must_use]
    pub const fn new(db: Db, hold: Duration) -> Self {
        Self { db, hold, webhook_secret: None }
    }

    /// Takes calls in its name that are signed with this secret; without one none are taken.
    #[must_use]
    pub fn with_webhooks(mut self, secret: Option<String>) -> Self {
        self.webhook_secret = secret;
        self
    }

    /// The shopper approves the challenge of a payment: the money moves.
    pub async fn confirm(&self, transaction_id: &str) -> Answer {
        self.end_challenge(transaction_id, true).await
    }

    /// The shopper refuses the challenge of a payment: nothing is charged.
    pub async fn deny(&self, transaction_id: &str) -> Answer {
        self.end_challenge(transaction_id, false).await
    }

    async fn end_challenge(&self, transaction_id: &str, approve: bool) -> Answer {
        let transaction_id = transaction_id.to_owned();
        let answer = self.db.write(move |tx| end_challenge(tx, &transaction_id, approve)).await;
        self.held(answer).await
    }

    /// Waits as long as it was told to, then answers. What the record could not say is unknown.
    async fn held<T>(&self, answer: Result<Result<T, GatewayError>, Fault>) -> Result<T, GatewayError> {
        if !self.hold.is_zero() {
            tokio::time::sleep(self.hold).await;
        }
        answer.unwrap_or_else(|fault| Err(GatewayError::Unknown(fault.message)))
    }
}

#[async_trait]
impl Gateway for TestGateway {
    fn id(&self) -> &'static str {
        "test"
    }

    fn title(&self) -> &'static str {
        "Credit card (test)"
    }

    fn one_click(&self) -> bool {
        true
    }

    async fn charge(&self, command: &GatewayCommand) -> Answer {
        if command.amount.minor() <= 0 {
            return Err(refused("The amount must be more than zero."));
        }
        check_key(&command.key)?;
        let command = command.clone();
        let answer = self.db.write(move |tx| charge(tx, &command)).await;
        self.held(answer).await
    }

    async fn look_up(&self, key: &str) -> Result<Option<Answer>, GatewayError> {
        check_key(key)?;
        let key = key.to_owned();
        let found = self.db.read(move |tx| {
            let now = tx.now();
            Ok(record::by_key(tx, &key)?.map(|charge| charge.answer(now)))
        });
        found.await.map_err(|fault| GatewayError::Unknown(fault.message))
    }

    async fn refund(&self, key: &str, transaction_id: &str, amount: Money) -> Result<String, GatewayError> {
        if amount.minor() <= 0 {
            return Err(refused("The amount must be more than zero."));
        }
        check_key(key)?;
        let (key, transaction_id) = (key.to_owned(), transaction_id.to_owned());
        let answer = self.db.write(move |tx| match record::by_transaction(tx, &transaction_id)? {
            Some(charge) if charge.amount.currency() == amount.currency() => {
                record::refund(tx, &key, &charge, amount)
            }
            Some(_) => Ok(Err(refused("The payment was made in another currency."))),
            None => Ok(Err(refused("There is no such payment."))),
        });
        let answer = answer.await;
        self.held(answer).await
    }

    async fn answer_challenge(&self, transaction_id: &str, approve: bool) -> Answer {
        self.end_challenge(transaction_id, approve).await
    }

    fn read_webhook(&self, call: &Webhook) -> Result<Option<String>, Fault> {
        match &self.webhook_secret {
            Some(secret) => webhook::read(secret, call),
            None => Err(Fault::not_found("webhook")),
        }
    }
}

fn check_key(key: &str) -> Result<(), GatewayError> {
    let fits = (1..=191).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
    if fits { Ok(()) } else { Err(refused("A key has 1 to 191 visible ASCII characters.")) }
}

fn charge(tx: &mut Tx<'_>, command: &GatewayCommand) -> Result<Answer, Fault> {
    let now = tx.now();
    if let Some(before) = record::by_key(tx, &command.key)? {
        let same = before.amount == command.amount;
        return Ok(if same {
            before.answer(now)
        } else {
            Err(refused("This key was used for another amount."))
        });
    }
    let (kind, present) = match &command.source {
        GatewaySource::Fresh(number) => (Kind::of_number(number), true),
        GatewaySource::Saved(method) if record::has_method(tx, method)? => (Kind::of_method(method), false),
        GatewaySource::Saved(_) => return Ok(Err(refused("There is no such saved method."))),
    };
    let wrong_number = ("incorrect_number", "The card number is incorrect. Check it and try again.");
    let verdict =
        kind.map_or(Verdict::Declines(wrong_number.0, wrong_number.1), |kind| kind.verdict(present));
    let (state, code, message) = match verdict {
        Verdict::Pays => ("succeeded", "", ""),
        Verdict::Asks => ("requires_action", "", ""),
        Verdict::Declines(code, message) => ("declined", code, message),
    };
    let attaches = state != "declined" || kind == Some(Kind::AttachesOnly);
    let saved_method = kind
        .filter(|_| present && command.save_method && attaches)
        .map(|kind| format!("pm_{}_{}", tx.entropy().alphanumeric(24), kind.word()));
    let charged = Charged {
        id: 0,
        amount: command.amount,
        state: state.to_owned(),
        code: code.to_owned(),
        message: message.to_owned(),
        transaction_id: format!("tp_{}", tx.entropy().alphanumeric(24)),
        saved_method,
        method_label: kind.map(Kind::label).unwrap_or_default(),
        created_at: now,
    };
    record::insert(tx, &command.key, &charged, &command.description)?;
    Ok(charged.answer(now))
}

fn end_challenge(tx: &mut Tx<'_>, transaction_id: &str, approve: bool) -> Result<Answer, Fault> {
    let now = tx.now();
    let Some(mut charged) = record::by_transaction(tx, transaction_id)? else {
        return Ok(Err(refused("There is no such payment.")));
    };
    if charged.state != "requires_action" || charged.expired(now) {
        return Ok(charged.answer(now));
    }
    if approve {
        charged.state = "succeeded".to_owned();
    } else {
        charged.state = "declined".to_owned();
        charged.code = "authentication_required".to_owned();
        charged.message = "Your bank did not approve the payment. Nothing was charged.".to_owned();
        charged.saved_method = None;
    }
    if record::settle(tx, &charged)? {
        return Ok(charged.answer(now));
    }
    // Answered in another window a moment ago: that answer stands.
    let before = record::by_transaction(tx, transaction_id)?;
    Ok(before.map_or_else(|| Err(refused("There is no such payment.")), |charged| charged.answer(now)))
}
