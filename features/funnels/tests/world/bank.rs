//! Payments in memory: each key has one outcome, and moved money is counted.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use kernel::contracts::cartbay::CapturedEmail;
use kernel::contracts::payments::{
    Charge, ChargeOutcome, ConfirmCharge, PaymentSource, ReverseCharge, SavedMethod, SavedMethodSnapshot,
};
use kernel::{Fault, Money};
use runtime::Module;
use runtime::ports::{Gateway, GatewayCharge, GatewayCommand, GatewayError};

/// What becomes of the next charges.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mood {
    #[default]
    Pays,
    Declines,
    /// Asks for a challenge; the confirmation pays.
    Challenges,
    /// Charges, but the answer is lost: the first caller gets a fault.
    LosesAnswer,
    /// Does not know; the next question pays.
    Unknown,
}

#[derive(Default)]
pub struct State {
    pub mood: Mood,
    pub moved: Vec<(String, Money)>,
    pub outcomes: BTreeMap<String, ChargeOutcome>,
    pub asked: usize,
    pub reversed: Vec<String>,
}

#[derive(Default)]
pub struct Bank {
    state: Mutex<State>,
}

impl Bank {
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn pay(state: &mut State, key: &str, amount: Money) -> ChargeOutcome {
        state.moved.push((key.to_owned(), amount));
        let outcome = ChargeOutcome::Succeeded { transaction_id: format!("txn_{}", state.moved.len()) };
        state.outcomes.insert(key.to_owned(), outcome.clone());
        outcome
    }

    fn charge(&self, charge: &Charge) -> Result<ChargeOutcome, Fault> {
        let mut state = self.state();
        state.asked += 1;
        let mood = match &charge.source {
            PaymentSource::Fresh { token, .. } if token == "4000000000000002" => Mood::Declines,
            _ => state.mood,
        };
        match state.outcomes.get(&charge.key).cloned() {
            Some(ChargeOutcome::Pending { .. }) => {
                return Ok(Self::pay(&mut state, &charge.key, charge.amount));
            }
            Some(outcome) => return Ok(outcome),
            None => {}
        }
        let attempt_key = charge.key.clone();
        let outcome = match mood {
            Mood::Pays => return Ok(Self::pay(&mut state, &charge.key, charge.amount)),
            Mood::LosesAnswer => {
                Self::pay(&mut state, &charge.key, charge.amount);
                return Err(Fault::unavailable("The connection broke."));
            }
            Mood::Declines => ChargeOutcome::Declined {
                code: "card_declined".to_owned(),
                message: "Your card was declined.".to_owned(),
            },
            Mood::Challenges => {
                ChargeOutcome::RequiresAction { attempt_key, challenge: "/challenge/1".to_owned() }
            }
            Mood::Unknown => ChargeOutcome::Pending { attempt_key },
        };
        state.outcomes.insert(charge.key.clone(), outcome.clone());
        Ok(outcome)
    }

    fn confirm(&self, key: &str) -> Result<ChargeOutcome, Fault> {
        let mut state = self.state();
        match state.outcomes.get(key).cloned() {
            None => Err(Fault::not_found("payment")),
            Some(ChargeOutcome::RequiresAction { .. } | ChargeOutcome::Pending { .. })
                if state.mood == Mood::Pays =>
            {
                let amount = Money::new(1, kernel::Currency::USD);
                Ok(Self::pay(&mut state, key, amount))
            }
            Some(outcome) => Ok(outcome),
        }
    }
}

pub fn module(bank: &Arc<Bank>) -> Module {
    let mut module = Module::default();
    let (charging, confirming, reversing) = (Arc::clone(bank), Arc::clone(bank), Arc::clone(bank));
    module.requests(move |requests| {
        requests.answer(move |_, charge: Charge| {
            let bank = Arc::clone(&charging);
            async move {
                // Others come in between.
                tokio::task::yield_now().await;
                bank.charge(&charge)
            }
        });
        requests.answer(move |_, confirm: ConfirmCharge| {
            let bank = Arc::clone(&confirming);
            async move { bank.confirm(&confirm.key) }
        });
        requests.answer(move |_, reverse: ReverseCharge| {
            reversing.state().reversed.push(reverse.key);
            async { Ok(ChargeOutcome::Succeeded { transaction_id: "back".to_owned() }) }
        });
        requests.answer(|_, _: SavedMethod| async {
            Ok(Some(SavedMethodSnapshot { gateway: "test".to_owned(), label: "Visa ending 4242".to_owned() }))
        });
        requests.answer(|_, _: CapturedEmail| async { Ok(None) });
    });
    module
}

/// Only its name is asked for; charges go through the requests.
pub struct Card;

#[async_trait]
impl Gateway for Card {
    fn id(&self) -> &'static str {
        "test"
    }
    fn title(&self) -> &'static str {
        "Card"
    }
    fn one_click(&self) -> bool {
        true
    }
    async fn charge(&self, _: &GatewayCommand) -> Result<GatewayCharge, GatewayError> {
        Err(GatewayError::Down("not in this test".to_owned()))
    }
    async fn look_up(&self, _: &str) -> Result<Option<Result<GatewayCharge, GatewayError>>, GatewayError> {
        Ok(None)
    }
    async fn refund(&self, _: &str, _: &str, _: Money) -> Result<String, GatewayError> {
        Err(GatewayError::Down("not in this test".to_owned()))
    }
}
