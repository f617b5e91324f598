//! Giving money back once per key.

use kernel::contracts::payments::{ChargeOutcome, RefundCharge, RefundSettled, ReverseCharge};
use kernel::ids::OrderId;
use kernel::{Fault, FaultKind, Money};
use runtime::ports::GatewayError;
use runtime::{Actor, Emit, Engine, Tx};

use super::model::Refund;
use super::store;
use crate::charges::commands::ANSWER;
use crate::charges::jobs::SETTLE_AFTER_SECONDS;
use crate::charges::model::{Attempt, State};
use crate::charges::store as charges;

/// A refund begun, with the payment it comes out of.
enum Begun {
    /// Held by this call: ask the gateway.
    Held(Box<Held>),
    /// Settled, or held by another.
    Told(ChargeOutcome),
}

struct Held {
    refund: Refund,
    payment: Attempt,
    /// May the gateway have been asked before?
    again: bool,
}

/// Answers [`RefundCharge`].
pub async fn refund(engine: Engine, request: RefundCharge) -> Result<ChargeOutcome, Fault> {
    if !(1..=191).contains(&request.key.len()) || !request.key.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Fault::invalid("key", "Use 1 to 191 visible ASCII characters."));
    }
    if request.amount.minor() <= 0 {
        return Err(Fault::invalid("amount", "There is nothing to give back."));
    }
    // An accepted offer's order was paid on its parent's name; its own transaction id names the payment.
    let order = engine.host().order(request.order_id).await?;
    let transaction = order.map(|order| order.transaction_id).unwrap_or_default();
    let claim = engine.entropy().hex(16);
    let begun = engine.write(Actor::system(), move |tx| begin(tx, &request, &transaction, &claim)).await?;
    go_on(engine, begun).await
}

/// Asks again for every refund that has had no answer for a minute.
pub(crate) async fn settle_open(engine: &Engine) -> Result<(), Fault> {
    let keys = engine
        .read(|tx| {
            let before = tx.now().plus_seconds(-SETTLE_AFTER_SECONDS);
            store::unsettled(tx, before)
        })
        .await?;
    for key in keys {
        let claim = engine.entropy().hex(16);
        let begun = engine.write(Actor::system(), move |tx| take_up(tx, &key, &claim)).await?;
        if let Err(fault) = go_on(engine.clone(), begun).await {
            tracing::warn!(code = fault.code, detail = fault.message, "a refund could not be settled yet");
        }
    }
    Ok(())
}

fn begin(tx: &mut Tx, request: &RefundCharge, transaction: &str, claim: &str) -> Result<Begun, Fault> {
    if let Some(before) = store::by_key(tx, &request.key)? {
        if before.order_id != request.order_id || before.amount != request.amount {
            return Err(Fault::new(
                FaultKind::Conflict,
                "refund_key_reused",
                "This refund was begun for something else. Start the refund again.",
            ));
        }
        return take_up(tx, &request.key, claim);
    }
    let mut payments = charges::captured(tx, request.order_id, transaction)?;
    payments.retain(|payment| payment.amount.currency() == request.amount.currency());
    // The order's own payment first, then those of its offers.
    payments.sort_by_key(|payment| payment.transaction_id != transaction);
    for payment in payments {
        if store::count_in(tx, payment.id, request.amount)? {
            return write(tx, (&request.key, request.order_id, request.amount), payment, claim);
        }
    }
    Ok(Begun::Told(nothing_left()))
}

fn nothing_left() -> ChargeOutcome {
    ChargeOutcome::Declined {
        code: "nothing_to_refund".to_owned(),
        message: "No payment of this order has so much left to give back.".to_owned(),
    }
}

/// Writes a refund whose amount is counted against the payment already.
fn write(
    tx: &mut Tx,
    (key, order_id, amount): (&str, OrderId, Money),
    payment: Attempt,
    claim: &str,
) -> Result<Begun, Fault> {
    let refund = Refund {
        key: key.to_owned(),
        gateway_key: Some(charges::gateway_key(tx)),
        order_id,
        attempt_id: payment.id,
        amount,
        state: State::Open,
        gateway_refund_id: String::new(),
        code: String::new(),
        message: String::new(),
    };
    store::insert(tx, &refund, claim)?;
    Ok(Begun::Held(Box::new(Held { refund, payment, again: false })))
}

/// Answers [`ReverseCharge`]: the charge of this very attempt goes back, whatever else its order has been paid with.
pub async fn reverse(engine: Engine, request: ReverseCharge) -> Result<ChargeOutcome, Fault> {
    let claim = engine.entropy().hex(16);
    let begun = engine.write(Actor::system(), move |tx| begin_reversal(tx, &request.key, &claim)).await?;
    go_on(engine, begun).await
}

fn begin_reversal(tx: &mut Tx, attempt: &str, claim: &str) -> Result<Begun, Fault> {
    let key = format!("reverse:{}", kernel::hash::sha256(attempt));
    if store::by_key(tx, &key)?.is_some() {
        return take_up(tx, &key, claim);
    }
    let payment = charges::by_key(tx, attempt)?.ok_or_else(|| Fault::not_found("payment"))?;
    let left = Money::new(payment.amount.minor() - payment.refunded, payment.amount.currency());
    if left.minor() <= 0 || !store::count_in(tx, payment.id, left)? {
        return Ok(Begun::Told(nothing_left()));
    }
    write(tx, (&key, payment.order_id, left), payment, claim)
}

/// Goes on with a refund that was written before.
fn take_up(tx: &mut Tx, key: &str, claim: &str) -> Result<Begun, Fault> {
    let refund = store::by_key(tx, key)?.ok_or_else(|| Fault::not_found("refund"))?;
    let held = match refund.state {
        State::Down => {
            let reopened = store::reopen(tx, key, claim)?;
            if reopened && !store::count_in(tx, refund.attempt_id, refund.amount)? {
                return Err(Fault::refused("nothing_to_refund", "This has been given back meanwhile."));
            }
            reopened
        }
        state if state.is_final() => false,
        _ => store::claim(tx, key, claim)?,
    };
    if !held {
        return Ok(Begun::Told(refund.outcome()));
    }
    let payment = charges::by_id(tx, refund.attempt_id)?.ok_or_else(|| Fault::not_found("payment"))?;
    let again = refund.state != State::Down;
    let refund = Refund { state: State::Open, ..refund };
    Ok(Begun::Held(Box::new(Held { refund, payment, again })))
}

async fn go_on(engine: Engine, begun: Begun) -> Result<ChargeOutcome, Fault> {
    let Held { refund, payment, again } = match begun {
        Begun::Held(held) => *held,
        Begun::Told(outcome) => return Ok(outcome),
    };
    // A task of its own: a browser that goes away does not stop the recording.
    let work = runtime::spawn(async move {
        let answer = match engine.gateway(&payment.gateway) {
            Ok(gateway) => {
                let key = refund.gateway_key.as_deref().unwrap_or(&refund.key);
                let asked = gateway.refund(key, &payment.transaction_id, refund.amount);
                let answer = tokio::time::timeout(ANSWER, asked).await;
                answer.unwrap_or_else(|_| Err(GatewayError::Unknown("No answer in time.".to_owned())))
            }
            Err(_) => Err(GatewayError::Down("The gateway is switched off.".to_owned())),
        };
        let answer = match answer {
            // Nothing was given back this time; an earlier time may have.
            Err(GatewayError::Down(reason)) if again => Err(GatewayError::Unknown(reason)),
            answer => answer,
        };
        let refund = answered(refund, answer);
        engine.write(Actor::system(), move |tx| finish(tx, &refund)).await
    });
    work.await.map_err(|_| Fault::bug("a refund was broken off"))?
}

fn answered(mut refund: Refund, answer: Result<String, GatewayError>) -> Refund {
    let (state, code, message) = match answer {
        Ok(id) => {
            refund.gateway_refund_id = id;
            (State::Succeeded, String::new(), String::new())
        }
        Err(GatewayError::Declined { code, message }) => (State::Declined, code, message),
        Err(GatewayError::Refused(message)) => (State::Refused, "refused".to_owned(), message),
        Err(GatewayError::Unknown(message)) => (State::Unknown, "unknown".to_owned(), message),
        Err(GatewayError::Down(_)) => {
            let message = "The payment provider cannot be reached. Nothing was given back; please try again.";
            (State::Down, "gateway_down".to_owned(), message.to_owned())
        }
    };
    refund.state = state;
    refund.code = code.chars().take(100).collect();
    refund.message = message.chars().take(300).collect();
    refund
}

fn finish(tx: &mut Tx, refund: &Refund) -> Result<ChargeOutcome, Fault> {
    if !store::record(tx, refund)? {
        let before = store::by_key(tx, &refund.key)?.ok_or_else(|| Fault::not_found("refund"))?;
        return Ok(before.outcome());
    }
    let given = matches!(refund.state, State::Succeeded | State::Unknown);
    if !given && !store::count_out(tx, refund.attempt_id, refund.amount)? {
        return Err(Fault::bug("a refund was not counted against its payment"));
    }
    if refund.state.is_final() && refund.state != State::Down {
        tx.emit(&RefundSettled {
            key: refund.key.clone(),
            order_id: refund.order_id,
            amount: refund.amount,
            outcome: refund.outcome(),
        })?;
    }
    Ok(refund.outcome())
}
