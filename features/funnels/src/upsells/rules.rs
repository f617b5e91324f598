//! Tokens and attempts, pure.

use kernel::ids::{OfferId, OrderId, StepId};
use kernel::{Fault, FaultKind, Moment};
use runtime::SecretKey;

use super::model::{Attempt, AttemptState, Ticket};

/// Purpose of the signature.
const PURPOSE: &str = "one_click";
/// Attempts at one offer, at most.
pub const MOST_ATTEMPTS: i64 = 3;

/// The token of a ticket, good until `expires`.
#[must_use]
pub fn token(secret: &SecretKey, ticket: Ticket, expires: Moment) -> String {
    secret.token(PURPOSE, &payload(ticket), expires)
}

fn payload(ticket: Ticket) -> String {
    format!("{}:{}:{}", ticket.order_id, ticket.offer_id, ticket.step_id)
}

fn parse(payload: &str) -> Result<Ticket, Fault> {
    let numbers: Vec<i64> = payload.split(':').filter_map(|part| part.parse().ok()).collect();
    match numbers.as_slice() {
        [order, offer, step] => {
            Ok(Ticket { order_id: OrderId(*order), offer_id: OfferId(*offer), step_id: StepId(*step) })
        }
        _ => Err(Fault::new(FaultKind::Forbidden, "invalid_token", "This link or token is not valid.")),
    }
}

/// The ticket of a token that is whole and in time; 403 `invalid_token` or `expired_token`.
pub fn open(secret: &SecretKey, token: &str, now: Moment) -> Result<Ticket, Fault> {
    parse(&secret.open(PURPOSE, token, now)?)
}

/// The ticket of a token that is whole, and whether it is in time: an expired page still knows its order.
pub fn open_late(secret: &SecretKey, token: &str, now: Moment) -> Result<(Ticket, bool), Fault> {
    match secret.open(PURPOSE, token, now) {
        Ok(payload) => Ok((parse(&payload)?, true)),
        // The signature is checked before the time, so that what stands in the token is our own.
        Err(fault) if fault.code == "expired_token" => {
            Ok((parse(token.split('.').next().unwrap_or_default())?, false))
        }
        Err(fault) => Err(fault),
    }
}

/// What an acceptance comes to, given the attempts so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Course {
    /// A fresh attempt with this number.
    Begin(i64),
    /// The answer of an attempt that is there, by its place in the list.
    Join(usize),
}

/// A second click joins the first; only a failed attempt may be followed by another, and only by someone who has
/// seen it fail and asks for the next number.
#[must_use]
pub fn course(attempts: &[Attempt], asked: Option<i64>) -> Course {
    let Some(last) = attempts.last() else { return Course::Begin(1) };
    let again = last.state == AttemptState::Failed && asked == Some(last.attempt + 1);
    if again && last.attempt < MOST_ATTEMPTS {
        return Course::Begin(last.attempt + 1);
    }
    let place = attempts.iter().position(|attempt| Some(attempt.attempt) == asked);
    // An attempt that worked is the answer to every other.
    let succeeded = attempts.iter().position(|attempt| attempt.state == AttemptState::Succeeded);
    Course::Join(succeeded.or(place).unwrap_or(attempts.len() - 1))
}

/// The key of an attempt.
#[must_use]
pub fn attempt_key(order: OrderId, offer: OfferId, attempt: i64) -> String {
    format!("ocart:{order}:{offer}:{attempt}")
}
