//! Attempts to pay an order at the shop's own checkout: one at a time is at a gateway.
//!
//! 1. An attempt is begun together with the order as it is to be paid. While its outcome is not known, everybody who pays
//!    the same order joins it: nothing of the order changes, and nothing is charged under another key.
//! 2. After a refusal, and beside a challenge that nobody has answered, the next attempt has a key of its own.
//! 3. Money that arrives pays the order once, and only for what is still there; any other payment goes back by itself.

use kernel::contracts::payments::ReverseCharge;
use kernel::contracts::shop::OrderSnapshot;
use kernel::ids::OrderId;
use kernel::{Decimal, Fault, Money};
use runtime::{Actor, Engine, Tx};

use super::commands_place::REPLACED_BY;
use super::model::Order;
use super::{commands, rules, store};
use crate::stock::commands as stock;

/// Metadata that counts an order's payment attempts.
const ATTEMPT: &str = "_payment_attempt";
/// Metadata that says where the last of them stands.
const STATE: &str = "_payment_state";
const ASKING: &str = "asking";
/// The shopper is asked by the bank.
pub(crate) const CHALLENGED: &str = "challenged";
/// Refused; another attempt may work.
pub(crate) const DECLINED: &str = "declined";

/// Is an attempt at its gateway, its outcome not known?
pub(crate) fn is_asking(order: &Order) -> bool {
    order.meta(STATE) == Some(ASKING)
}

fn number(order: &Order) -> i64 {
    order.meta(ATTEMPT).and_then(|text| text.parse().ok()).unwrap_or(1)
}

/// The key of an attempt.
pub(crate) fn key(id: OrderId, attempt: i64) -> String {
    format!("order:{id}:{attempt}")
}

/// The order and the attempt of a key; none for keys of other features.
pub(crate) fn of_key(key: &str) -> Option<(OrderId, i64)> {
    let (id, attempt) = key.strip_prefix("order:")?.split_once(':')?;
    Some((OrderId(id.parse().ok()?), attempt.parse().ok()?))
}

/// The attempt that pays the order, which is held: the one that is under way, else the next.
pub(crate) fn begin(tx: &mut Tx, order: &Order) -> Result<i64, Fault> {
    let last = number(order);
    let attempt = match order.meta(STATE) {
        Some(CHALLENGED | DECLINED) => last + 1,
        Some(ASKING) => return Ok(last),
        _ => last,
    };
    if order.meta(ATTEMPT) != Some(attempt.to_string().as_str()) {
        store::put_meta(tx, order.id, ATTEMPT, &attempt.to_string())?;
    }
    store::put_meta(tx, order.id, STATE, ASKING)?;
    Ok(attempt)
}

/// Writes down what has become of an attempt, unless another follows it already.
pub(crate) fn end(tx: &mut Tx, id: OrderId, attempt: i64, state: &'static str) -> Result<(), Fault> {
    let order = commands::hold(tx, id)?;
    if number(&order) != attempt || order.meta(STATE) == Some(state) {
        return Ok(());
    }
    store::put_meta(tx, id, STATE, state)?;
    if state == DECLINED {
        store::add_note(tx, id, "The payment was declined.", false, "system")?;
    }
    Ok(())
}

/// What became of money that has arrived for an order.
pub(crate) enum Received {
    /// It has paid the order, now or before.
    Paid(Box<OrderSnapshot>),
    /// The order has no use for it, and why.
    Useless(String),
}

/// Money has arrived. It pays what was ordered, and only if that can be had: whatever is sold or cancelled meanwhile is not
/// sold twice.
pub(crate) fn receive(
    tx: &mut Tx,
    id: OrderId,
    amount: Option<Money>,
    transaction_id: &str,
) -> Result<Received, Fault> {
    let order = commands::hold(tx, id)?;
    if order.transaction_id == transaction_id && !transaction_id.is_empty() {
        return super::queries::snapshot(tx, &order).map(Box::new).map(Received::Paid);
    }
    if !rules::may_be_paid(&order.status) {
        return Ok(Received::Useless(format!(
            "the order is {} already",
            rules::status_name(&order.status).to_lowercase()
        )));
    }
    if amount.is_some_and(|amount| Decimal::from(amount) != order.total) {
        return Ok(Received::Useless("the order has come to another total".to_owned()));
    }
    if commands::is_undone(&order.status) {
        if order.meta(REPLACED_BY).is_some() {
            return Ok(Received::Useless("another order of the same cart has taken its place".to_owned()));
        }
        if let Some(code) = commands::coupon_used_elsewhere(tx, &order)? {
            return Ok(Received::Useless(format!("coupon \"{code}\" has been used by another order")));
        }
    }
    if !order.stock_reduced && !stock::renew(tx, &order)? {
        return Ok(Received::Useless("what was ordered is sold out".to_owned()));
    }
    commands::complete(tx, order, transaction_id).map(Box::new).map(Received::Paid)
}

/// Lets money that has arrived for an order pay it; what the order has no use for goes back through its gateway, with a
/// note for people. None: it went back.
pub(crate) async fn settle(
    engine: &Engine,
    id: OrderId,
    key: String,
    (amount, transaction_id): (Money, String),
) -> Result<Option<OrderSnapshot>, Fault> {
    let received = engine
        .write(Actor::system(), move |tx| {
            let received = receive(tx, id, Some(amount), &transaction_id)?;
            if let Received::Useless(reason) = &received {
                note_return(tx, id, amount, &transaction_id, reason)?;
            }
            Ok(received)
        })
        .await?;
    match received {
        Received::Paid(order) => Ok(Some(*order)),
        Received::Useless(_) => {
            engine.ask(ReverseCharge { key }).await?;
            Ok(None)
        }
    }
}

/// Tells people of a payment that goes back, once.
fn note_return(
    tx: &mut Tx,
    id: OrderId,
    amount: Money,
    transaction_id: &str,
    reason: &str,
) -> Result<(), Fault> {
    let mark = format!("_returned_{transaction_id}");
    if store::find(tx, id)?.is_none_or(|order| order.meta(&mark).is_some()) {
        return Ok(());
    }
    store::put_meta(tx, id, &mark, &amount.major())?;
    let note = format!(
        "A payment of {} ({transaction_id}) arrived although {reason}. It is given back by itself.",
        amount.display()
    );
    store::add_note(tx, id, &note, false, "system").map(drop)
}
