//! Accepting and declining what is offered after the payment.

use kernel::contracts::ocart::{UpsellBeforeCharge, UpsellDeclined};
use kernel::contracts::shop::OrderSnapshot;
use kernel::ids::{OfferId, OrderId, StepId};
use kernel::{Fault, FaultKind, Money};
use runtime::{Actor, Emit, Engine, Tx};

use super::commands_charge::drive;
use super::model::{Attempt, AttemptState, OpenOffer, Ticket, UpsellAnswer, bought};
use super::rules::{self, Course};
use super::{queries, store};
use crate::offers::store_events::NewEvent;
use crate::steps::model::{Branch, FunnelStep};

fn gone() -> Fault {
    Fault::refused("offer_gone", "This offer is no longer there.")
}

/// Charges the offer's price to the method the order was paid with and writes the child order. However often and from
/// wherever it is asked, there is one charge and one answer. `asked` is the attempt the shopper saw: the number after
/// a failed one tries again. `expected` is the total he was shown, else the one he was shown last counts: another is refused
/// with 409 `total_changed`, which shows him the new one.
pub async fn accept(
    engine: &Engine,
    actor: Actor,
    ticket: Ticket,
    token: &str,
    (asked, expected): (Option<i64>, Option<Money>),
) -> Result<UpsellAnswer, Fault> {
    let order = queries::order(engine, ticket.order_id).await?;
    let step = queries::step_of(engine, ticket).await?.ok_or_else(gone)?;
    let (id, offer_id) = (ticket.order_id, ticket.offer_id);
    let attempts = engine.read(move |tx| store::of_offer(tx, id, offer_id)).await?;
    let attempt = match rules::course(&attempts, asked) {
        Course::Join(place) => attempts.into_iter().nth(place).ok_or_else(gone)?,
        Course::Begin(_) => {
            let Some(offer) = queries::offer_of(engine, &order, &step).await? else {
                return Err(queries::sold_out(engine, &step).await?.unwrap_or_else(gone));
            };
            as_shown(engine, &offer, expected).await?;
            engine.write(actor, move |tx| begin(tx, &offer, asked)).await?
        }
    };
    let attempt = drive(engine, attempt, &format!("/offer/{token}/return")).await?;
    answer(engine, &order, &step, &attempt, token).await
}

/// Refuses another total than the buyer was shown, and remembers that he is shown the present one now.
async fn as_shown(engine: &Engine, open: &OpenOffer, expected: Option<Money>) -> Result<(), Fault> {
    let (order_id, offer_id, total) = (open.order.id, open.offer.id, open.quote.total);
    let expected = match expected {
        Some(expected) => Some(expected),
        None => engine.read(move |tx| store::quoted(tx, order_id, offer_id)).await?,
    };
    if expected.is_none_or(|expected| expected == total) {
        return Ok(());
    }
    engine.write(Actor::system(), move |tx| store::quote(tx, order_id, offer_id, total)).await?;
    let amount = kernel::json::to_text(&total.amount());
    Err(Fault::conflict(
        "total_changed",
        format!("The offer now comes to {}. Look it over and confirm again.", total.display()),
    )
    .with("amount", serde_json::from_str::<serde_json::Value>(&amount).unwrap_or_default())
    .with("currency", total.currency().code()))
}

/// Unit 1: the attempt under its unique key, before anything is charged.
fn begin(tx: &mut Tx, open: &OpenOffer, asked: Option<i64>) -> Result<Attempt, Fault> {
    let (order_id, offer_id) = (open.order.id, open.offer.id);
    let attempts = store::of_offer(tx, order_id, offer_id)?;
    let number = match rules::course(&attempts, asked) {
        Course::Join(place) => return attempts.into_iter().nth(place).ok_or_else(gone),
        Course::Begin(number) => number,
    };
    let attempt = Attempt {
        key: rules::attempt_key(order_id, offer_id, number),
        order_id,
        offer_id,
        step_id: open.step.id,
        funnel_id: open.step.funnel_id,
        attempt: number,
        state: AttemptState::Open,
        product: bought(&open.offer),
        unit_price: open.unit_price,
        amount: open.quote.total,
        child_order_id: OrderId(0),
        challenge: String::new(),
        message: String::new(),
    };
    store::insert(tx, &attempt)?;
    tx.emit(&UpsellBeforeCharge {
        order_id,
        offer_id,
        idempotency_key: attempt.key.clone(),
        amount: attempt.amount,
    })?;
    Ok(attempt)
}

/// What the shopper is told, and where he goes next.
pub(crate) async fn answer(
    engine: &Engine,
    order: &OrderSnapshot,
    step: &FunnelStep,
    attempt: &Attempt,
    token: &str,
) -> Result<UpsellAnswer, Fault> {
    let branch = match attempt.state {
        AttemptState::Succeeded => Branch::Accepted,
        AttemptState::Failed => Branch::Declined,
        AttemptState::Open | AttemptState::RequiresAction => {
            return Ok(UpsellAnswer::of(attempt, format!("/offer/{token}/return")));
        }
    };
    let next = queries::next_address(engine, order, step.funnel_id, Some(step.id), branch).await?;
    Ok(UpsellAnswer::of(attempt, next))
}

/// Records the no; the downsell branch follows. After an acceptance that is under way or done, its answer stands.
pub async fn decline(
    engine: &Engine,
    actor: Actor,
    ticket: Ticket,
    token: &str,
) -> Result<UpsellAnswer, Fault> {
    let order = queries::order(engine, ticket.order_id).await?;
    let step = queries::step_of(engine, ticket).await?.ok_or_else(gone)?;
    let currency = order.currency;
    let (funnel, step_id) = (step.funnel_id, step.id);
    let standing = engine
        .write(actor, move |tx| {
            let attempts = store::of_offer(tx, ticket.order_id, ticket.offer_id)?;
            if let Some(last) = attempts.into_iter().next_back() {
                // A failed one stays on record as failed; the way goes on as after a no.
                return Ok(Some(last));
            }
            let no = event(ticket, funnel, step_id, "declined", Money::zero(currency));
            let (offer_event, changed) = store::answer(tx, &no)?;
            if changed {
                tx.emit(&UpsellDeclined { offer_event })?;
            }
            Ok(None)
        })
        .await?;
    if let Some(attempt) = standing {
        return answer(engine, &order, &step, &attempt, token).await;
    }
    let next = queries::next_address(engine, &order, step.funnel_id, Some(step.id), Branch::Declined).await?;
    Ok(UpsellAnswer {
        status: "declined".to_owned(),
        order_id: ticket.order_id,
        offer_id: ticket.offer_id,
        attempt: 0,
        child_order_id: OrderId(0),
        amount: Money::zero(currency).amount(),
        currency,
        message: String::new(),
        challenge: String::new(),
        next,
    })
}

/// An event of a ticket.
pub(crate) fn event(
    ticket: Ticket,
    funnel: kernel::ids::FunnelId,
    step: StepId,
    event_type: &'static str,
    amount: Money,
) -> NewEvent<'static> {
    NewEvent {
        offer_id: ticket.offer_id,
        funnel_id: funnel,
        step_id: step,
        event_type,
        session_token: "",
        order_id: ticket.order_id,
        child_order_id: OrderId(0),
        amount,
    }
}

/// A token with what it is for.
pub struct Issued {
    /// The token.
    pub token: String,
    /// Good until.
    pub expires_at: kernel::Moment,
    /// The offer.
    pub offer_id: OfferId,
    /// What accepting it charges.
    pub amount: Money,
}

/// A token for an offer of the order's funnel, asked for by the buyer within the lifetime after the payment. Without
/// an offer it is for the first that is open.
pub async fn issue_token(
    engine: &Engine,
    order: &OrderSnapshot,
    offer: Option<OfferId>,
) -> Result<Issued, Fault> {
    if queries::window_ends(engine, order).await? < engine.now() {
        return Err(Fault::new(
            FaultKind::Forbidden,
            "expired_token",
            "The time for one-click offers on this order is over.",
        ));
    }
    let funnel = queries::funnel_of(order);
    let steps = engine.read(move |tx| crate::steps::store::of_funnel(tx, funnel)).await?;
    let wanted = |step: &&FunnelStep| {
        step.enabled
            && step.kind.is_after_payment()
            && step.kind.has_offer()
            && offer.is_none_or(|offer| offer == step.offer_id)
    };
    for step in steps.iter().filter(wanted) {
        if let Some(open) = queries::offer_of(engine, order, step).await? {
            let (token, expires) = queries::mint(engine, order, step).await?;
            let (order_id, offer_id, total) = (order.id, step.offer_id, open.quote.total);
            engine.write(Actor::system(), move |tx| store::quote(tx, order_id, offer_id, total)).await?;
            return Ok(Issued { token, expires_at: expires, offer_id, amount: total });
        }
    }
    Err(Fault::refused("offer_not_open", "There is no such offer for this order."))
}
