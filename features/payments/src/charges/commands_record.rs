//! Recording what the gateway answered.

use kernel::contracts::payments::ChargeSettled;
use kernel::{Fault, Money};
use runtime::audit::AuditLog;
use runtime::{Audit, Emit, Tx};
use serde::Serialize;

use super::model::{Attempt, State};
use super::rules::Recorded;
use super::store;

/// Signalled when an attempt has an answer: whoever waits for the same key looks again.
pub(crate) const ANSWERED: &str = "payments/answered";

/// What the shop keeper has to look at.
#[derive(Serialize)]
struct Note<'a> {
    order_id: i64,
    gateway: &'a str,
    transaction_id: &'a str,
    asked: String,
    answered: String,
}

/// Records an answer. An attempt that has come to its end keeps what it had, save that money which moved after it was
/// given up is money all the same.
pub(crate) fn record(tx: &mut Tx, key: &str, recorded: &Recorded) -> Result<Attempt, Fault> {
    let before = store::by_key(tx, key)?.ok_or_else(|| Fault::not_found("payment"))?;
    if !store::record(tx, key, recorded)? {
        if !before.state.is_final() {
            // Another has settled it since this transaction began to read.
            tx.run_again();
            return Err(Fault::unavailable("The payment has just been settled. Ask again."));
        }
        if recorded.state == State::Succeeded && before.state != State::Succeeded {
            note(tx, "payment.paid_after_end", &before, &recorded.transaction_id, before.amount)?;
        }
        return Ok(before);
    }
    let after = store::by_key(tx, key)?.ok_or_else(|| Fault::not_found("payment"))?;
    match recorded.other_amount {
        Some(amount) if before.code != recorded.code => {
            note(tx, "payment.amount_mismatch", &after, &after.transaction_id, amount)?;
        }
        _ => {}
    }
    if before.state == State::Abandoned {
        note(tx, "payment.paid_after_end", &after, &after.transaction_id, after.amount)?;
    }
    if let Some(token) = recorded.saved_method.as_deref().filter(|_| after.state == State::Succeeded) {
        store::keep_method(tx, &after, token, &after.method_label)?;
    }
    if after.state.is_final() {
        announce(tx, &after)?;
    }
    tx.signal(ANSWERED);
    Ok(after)
}

/// Says that an attempt has come to its end.
fn announce(tx: &mut Tx, attempt: &Attempt) -> Result<(), Fault> {
    tx.emit(&ChargeSettled {
        key: attempt.key.clone(),
        order_id: attempt.order_id,
        amount: attempt.amount,
        outcome: attempt.outcome(),
    })
}

fn note(
    tx: &mut Tx,
    action: &str,
    attempt: &Attempt,
    transaction_id: &str,
    answered: Money,
) -> Result<(), Fault> {
    let note = Note {
        order_id: attempt.order_id.0,
        gateway: &attempt.gateway,
        transaction_id,
        asked: attempt.amount.display(),
        answered: answered.display(),
    };
    tracing::error!(
        order_id = attempt.order_id.0,
        gateway = attempt.gateway,
        transaction_id,
        action,
        "a payment needs the shop keeper's eye"
    );
    tx.audit(AuditLog::OCart, action, ("payment_attempt", attempt.id.to_string()), None, Some(&note))
}
