//! The bank: a gateway outside of the shop's servers with a record of its own, which no crash of theirs touches.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use db::{Db, Sql, params};
use http::StatusCode;
use kernel::{Clock, Fault, Moment, Money, hash};
use runtime::ports::{Gateway, GatewayCharge, GatewayCommand, GatewayError, GatewaySource, Webhook};
use serde_json::json;

use crate::board::{Board, Gate, Word};
use crate::client::Client;
use crate::plants::Plant;

type Answer = Result<GatewayCharge, GatewayError>;

/// A question of the bank that nobody has answered for so long is over.
const QUESTION_SECONDS: i64 = 3_600;
/// Longer than anybody waits for the bank.
const LONG: Duration = Duration::from_secs(45);
/// Two servers' clocks may differ by so much.
pub const SKEW_SECONDS: i64 = 7;
const HELD_UNTIL: Sql =
    Sql::new("SELECT claimed_until FROM {p}cartwright_payment_attempts WHERE gateway_key = ?");

/// What the bank's own calls are signed with.
fn proof(key: &str) -> String {
    hash::hmac_sha256(b"the bank", key.as_bytes())
}

/// The bank tells the shop to look at a charge: once or more often, at once or after a pause.
pub async fn calls_the_shop(mut client: Client, key: String) {
    let body = json!({ "key": key, "proof": proof(&key) });
    for _ in 0..client.chance.between(1, 3) {
        match client.call("POST", "ocart/v1/webhooks/test", &body, "").await {
            Ok(visit) if visit.status != StatusCode::OK => {
                let complaint = format!("the bank's call about {key} was answered {}", visit.status);
                client.model.known().complaints.push(complaint);
            }
            _ => {}
        }
        if client.chance.percent(50) {
            client.wait().await;
        }
    }
}

/// What became of a charge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The money has moved.
    Paid,
    /// The bank asks the shopper.
    Asks,
    /// Code and sentence.
    Declined(&'static str, &'static str),
}

/// A charge of the record.
#[derive(Debug, Clone)]
pub struct Charge {
    /// How much.
    pub amount: Money,
    /// What became of it.
    pub verdict: Verdict,
    /// The bank's number of it.
    pub transaction: String,
    /// Saved method.
    pub saved: Option<String>,
    /// Given back in all, minor units.
    pub refunded: i64,
    /// Asked for at.
    pub at: Moment,
}

#[derive(Default)]
struct Record {
    charges: BTreeMap<String, Charge>,
    refunds: BTreeMap<String, (String, i64, String)>,
    number: u64,
    lines: BTreeMap<String, Moment>,
    complaints: Vec<String>,
}

/// The bank.
pub struct Bank {
    clock: Arc<dyn Clock>,
    audit: Db,
    plant: Option<Plant>,
    record: Mutex<Record>,
}

impl std::fmt::Debug for Bank {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Bank")
    }
}

impl Bank {
    /// With an empty record.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>, audit: Db, plant: Option<Plant>) -> Arc<Self> {
        Arc::new(Self { clock, audit, plant, record: Mutex::default() })
    }

    fn record(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Every charge by its key.
    #[must_use]
    pub fn charges(&self) -> BTreeMap<String, Charge> {
        self.record().charges.clone()
    }

    /// What the bank itself found wrong in how it was asked.
    #[must_use]
    pub fn complaints(&self) -> Vec<String> {
        self.record().complaints.clone()
    }

    /// Somebody begins to talk about a charge. Nobody else may, until his hold on it has run out.
    fn opened(&self, key: &str) {
        let now = self.clock.now();
        let owned = key.to_owned();
        let held = self.audit.read_now(move |tx| {
            Ok(tx.one(&HELD_UNTIL, params![&owned], |row| row.get::<Option<Moment>>("claimed_until"))?)
        });
        let until = held.ok().flatten().flatten().unwrap_or_default();
        let mut record = self.record();
        if let Some(before) = record.lines.insert(key.to_owned(), until)
            && now.plus_seconds(SKEW_SECONDS) < before
        {
            let complaint = format!("{key} was asked for by two at once, in spite of the lease");
            record.complaints.push(complaint);
        }
    }

    fn closed(&self, key: &str) {
        self.record().lines.remove(key);
    }

    fn charge(&self, command: &GatewayCommand) -> Answer {
        let now = self.clock.now();
        let mut record = self.record();
        let mut key = command.key.clone();
        if self.plant == Some(Plant::ChargeWithoutKey) {
            record.number += 1;
            key = format!("{key}#{}", record.number);
        }
        if let Some(before) = record.charges.get(&key) {
            if before.amount != command.amount {
                record.complaints.push(format!("{key} was used for two amounts"));
                return Err(GatewayError::Refused("This key was used for another amount.".to_owned()));
            }
            return answer(before, now);
        }
        let (word, present) = match &command.source {
            GatewaySource::Fresh(number) => (number.rsplit(' ').next().unwrap_or_default().to_owned(), true),
            GatewaySource::Saved(method) => (method.rsplit('_').next().unwrap_or_default().to_owned(), false),
        };
        let verdict = match (word.as_str(), present) {
            ("0002", _) => Verdict::Declined("card_declined", "The card was declined. Try another card."),
            ("9995", false) => Verdict::Declined("insufficient_funds", "The card has insufficient funds."),
            ("3155", true) => Verdict::Asks,
            _ => Verdict::Paid,
        };
        record.number += 1;
        let number = record.number;
        let saved = (present && command.save_method && !matches!(verdict, Verdict::Declined(..)))
            .then(|| format!("pm_{number}_{word}"));
        let transaction = format!("bk_{number}");
        let charge = Charge { amount: command.amount, verdict, transaction, saved, refunded: 0, at: now };
        record.charges.insert(key, charge.clone());
        answer(&charge, now)
    }

    fn look_up(&self, key: &str) -> Option<Answer> {
        self.record().charges.get(key).map(|charge| answer(charge, self.clock.now()))
    }

    fn refund(&self, key: &str, transaction: &str, amount: Money) -> Result<String, GatewayError> {
        let mut record = self.record();
        let mut key = key.to_owned();
        if self.plant == Some(Plant::RefundWithoutKey) {
            record.number += 1;
            key = format!("{key}#{}", record.number);
        }
        if let Some((of, minor, id)) = record.refunds.get(&key).cloned() {
            if of == transaction && minor == amount.minor() {
                return Ok(id);
            }
            record.complaints.push(format!("{key} was used for two refunds"));
            return Err(GatewayError::Refused("This key was used for another refund.".to_owned()));
        }
        record.number += 1;
        let id = format!("rf_{}", record.number);
        let charge = record.charges.values_mut().find(|charge| charge.transaction == transaction);
        match charge.filter(|charge| charge.verdict == Verdict::Paid) {
            Some(charge) if charge.refunded + amount.minor() <= charge.amount.minor() => {
                charge.refunded += amount.minor();
            }
            Some(_) => return Err(GatewayError::Refused("No more than was charged.".to_owned())),
            None => return Err(GatewayError::Refused("There is no such payment.".to_owned())),
        }
        record.refunds.insert(key, (transaction.to_owned(), amount.minor(), id.clone()));
        Ok(id)
    }

    fn end_question(&self, transaction: &str, approve: bool) -> Answer {
        let now = self.clock.now();
        let mut record = self.record();
        let Some(charge) = record.charges.values_mut().find(|charge| charge.transaction == transaction)
        else {
            return Err(GatewayError::Refused("There is no such payment.".to_owned()));
        };
        if charge.verdict == Verdict::Asks && now.seconds_since(charge.at) <= QUESTION_SECONDS {
            charge.verdict = if approve {
                Verdict::Paid
            } else {
                Verdict::Declined("authentication_required", "Your bank did not approve the payment.")
            };
        }
        answer(charge, now)
    }
}

fn answer(charge: &Charge, now: Moment) -> Answer {
    match &charge.verdict {
        Verdict::Paid => Ok(GatewayCharge::Succeeded {
            transaction_id: charge.transaction.clone(),
            amount: charge.amount,
            saved_method: charge.saved.clone(),
            method_label: "Card of the simulation".to_owned(),
        }),
        Verdict::Asks if now.seconds_since(charge.at) <= QUESTION_SECONDS => {
            Ok(GatewayCharge::RequiresAction {
                challenge: format!("/test-gateway/challenge/{}", charge.transaction),
                transaction_id: charge.transaction.clone(),
            })
        }
        Verdict::Asks => Err(GatewayError::Declined {
            code: "authentication_expired".to_owned(),
            message: "Your bank's question was not answered in time. Nothing was charged.".to_owned(),
        }),
        Verdict::Declined(code, message) => {
            Err(GatewayError::Declined { code: (*code).to_owned(), message: (*message).to_owned() })
        }
    }
}

/// One server's line to the bank, on which things may go wrong.
pub struct Line {
    /// Whose.
    pub server: usize,
    /// The bank.
    pub bank: Arc<Bank>,
    /// Where its calls wait.
    pub board: Arc<Board>,
}

/// The line is closed whichever way the call ends, a crash of the server included.
struct Open<'a>(&'a Bank, &'a str);

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.0.closed(self.1);
    }
}

impl Line {
    async fn call<T>(&self, ask: impl FnOnce() -> Result<T, GatewayError>) -> Result<T, GatewayError> {
        let down = || GatewayError::Down("No line to the bank.".to_owned());
        let lost = || GatewayError::Unknown("The line broke.".to_owned());
        match self.board.park(self.server, Gate::Bank).await {
            Word::Refuse | Word::Bounce => return Err(down()),
            Word::Lose => {
                let _ = ask();
                return Err(lost());
            }
            Word::Hang => {
                let answer = ask();
                tokio::time::sleep(LONG).await;
                return answer;
            }
            Word::Go | Word::Twice => {}
        }
        let answer = ask();
        match self.board.park(self.server, Gate::BankAnswer).await {
            Word::Go | Word::Twice => answer,
            _ => Err(lost()),
        }
    }
}

#[async_trait]
impl Gateway for Line {
    fn id(&self) -> &'static str {
        "test"
    }

    fn title(&self) -> &'static str {
        "Credit card"
    }

    fn one_click(&self) -> bool {
        true
    }

    async fn charge(&self, command: &GatewayCommand) -> Answer {
        self.bank.opened(&command.key);
        let _open = Open(&self.bank, &command.key);
        self.call(|| self.bank.charge(command)).await
    }

    async fn look_up(&self, key: &str) -> Result<Option<Answer>, GatewayError> {
        self.call(|| Ok(self.bank.look_up(key))).await
    }

    async fn refund(&self, key: &str, transaction_id: &str, amount: Money) -> Result<String, GatewayError> {
        self.call(|| self.bank.refund(key, transaction_id, amount)).await
    }

    async fn answer_challenge(&self, transaction_id: &str, approve: bool) -> Answer {
        self.call(|| self.bank.end_question(transaction_id, approve)).await
    }

    fn read_webhook(&self, webhook: &Webhook) -> Result<Option<String>, Fault> {
        let body: serde_json::Value = serde_json::from_slice(&webhook.body).unwrap_or_default();
        let word = |name: &str| body.get(name).and_then(serde_json::Value::as_str).unwrap_or_default();
        if hash::same(word("proof"), &proof(word("key"))) {
            Ok(Some(word("key").to_owned()))
        } else {
            Err(Fault::unauthenticated())
        }
    }
}
