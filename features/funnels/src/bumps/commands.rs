//! Taking and leaving bumps.

use kernel::contracts::ocart::{BumpAccepted, BumpShown, OfferEvent};
use kernel::contracts::shop::{CartSnapshot, OrderSnapshot};
use kernel::ids::{FunnelId, OfferId, OrderId, ProductId, StepId};
use kernel::{Decimal, Fault, Money};
use runtime::ports::{AddToCart, OfferLine};
use runtime::{Actor, Emit, Engine, Tx};

use super::model::{BumpAnswer, EligibleBump};
use super::queries;
use crate::offers::model::{Offer, OfferType};
use crate::offers::store_events::{self, NewEvent, key};
use crate::{offers, steps};

/// The answer's key: one per cart and offer until the cart has become an order.
fn answer_key(token: &str, offer: OfferId) -> String {
    key(&format!("bump:answer:{token}:{offer}"))
}

/// The cart of a token, or 404.
pub(crate) async fn cart(engine: &Engine, token: &str) -> Result<CartSnapshot, Fault> {
    engine.host().cart(token).await?.ok_or_else(|| Fault::not_found("cart"))
}

/// The bump and the funnel that shows it: the given one, or the first active one.
pub(crate) fn shown_in(
    tx: &mut Tx,
    id: OfferId,
    funnel: Option<FunnelId>,
) -> Result<(Offer, FunnelId, StepId), Fault> {
    let offer = offers::queries::find(tx, id)?
        .filter(|offer| offer.kind == OfferType::Bump)
        .ok_or_else(|| Fault::not_found("bump"))?;
    let step = steps::store::of_offer(tx, id)?
        .into_iter()
        .find(|step| funnel.is_none_or(|funnel| funnel == step.funnel_id))
        .ok_or_else(|| Fault::refused("bump_not_shown", "No active funnel shows this bump."))?;
    Ok((offer, step.funnel_id, step.id))
}

/// Puts the bump into the cart. Twice is once.
pub async fn accept(
    engine: &Engine,
    actor: Actor,
    token: &str,
    id: OfferId,
    funnel: Option<FunnelId>,
) -> Result<BumpAnswer, Fault> {
    let before = cart(engine, token).await?;
    let (offer, funnel, step) = engine.read(move |tx| shown_in(tx, id, funnel)).await?;
    let Some(bump) = queries::priced(engine, funnel, offer, &before).await? else {
        return Err(Fault::refused("bump_not_eligible", "This offer is not for the cart as it is now."));
    };
    let cart = engine.host().put_offer_line(token, &line(&bump)).await?;
    let amount = taken(&cart, id)?;
    let (owned, total) = (token.to_owned(), cart.total);
    engine
        .write(actor, move |tx| {
            let event = take(tx, &owned, (id, funnel, step), amount)?;
            Ok(BumpAnswer::new(&event, total))
        })
        .await
}

/// Records the yes of a cart; the same again is nothing new.
pub(crate) fn take(
    tx: &mut Tx,
    token: &str,
    (id, funnel, step): (OfferId, FunnelId, StepId),
    amount: Money,
) -> Result<OfferEvent, Fault> {
    let key = answer_key(token, id);
    let before = store_events::by_key(tx, &key)?;
    let (event, _) = store_events::insert(tx, &key, &answer(token, (id, funnel, step), "accepted", amount))?;
    if before.is_some_and(|before| before.event_type == "accepted" && before.amount_minor == amount.minor()) {
        return Ok(event);
    }
    store_events::choose(tx, &key, "accepted", amount)?;
    let event = store_events::by_key(tx, &key)?.unwrap_or(event);
    tx.emit(&BumpAccepted { offer_event: event.clone() })?;
    Ok(event)
}

/// Records the no of a cart.
pub(crate) fn leave(
    tx: &mut Tx,
    token: &str,
    (id, funnel, step): (OfferId, FunnelId, StepId),
    nothing: Money,
) -> Result<OfferEvent, Fault> {
    let key = answer_key(token, id);
    let (event, _) = store_events::insert(tx, &key, &answer(token, (id, funnel, step), "declined", nothing))?;
    store_events::choose(tx, &key, "declined", nothing)?;
    Ok(store_events::by_key(tx, &key)?.unwrap_or(event))
}

fn answer<'a>(
    token: &'a str,
    (id, funnel, step): (OfferId, FunnelId, StepId),
    event_type: &'static str,
    amount: Money,
) -> NewEvent<'a> {
    NewEvent {
        offer_id: id,
        funnel_id: funnel,
        step_id: step,
        event_type,
        session_token: token,
        order_id: OrderId(0),
        child_order_id: OrderId(0),
        amount,
    }
}

/// Takes the bump out of the cart, or says no to it.
pub async fn decline(
    engine: &Engine,
    actor: Actor,
    token: &str,
    id: OfferId,
    funnel: Option<FunnelId>,
) -> Result<BumpAnswer, Fault> {
    cart(engine, token).await?;
    let (_, funnel, step) = engine.read(move |tx| shown_in(tx, id, funnel)).await?;
    let cart = engine.host().remove_offer_line(token, id).await?;
    let (owned, total) = (token.to_owned(), cart.total);
    engine
        .write(actor, move |tx| {
            let event = leave(tx, &owned, (id, funnel, step), Money::zero(total.currency()))?;
            Ok(BumpAnswer::new(&event, total))
        })
        .await
}

pub(crate) fn line(bump: &EligibleBump) -> OfferLine {
    let offer = &bump.offer;
    let own = offer.given_product() == offer.product_id;
    OfferLine {
        offer_id: offer.id,
        product: AddToCart {
            product_id: offer.given_product(),
            variation_id: if own { offer.variation_id } else { ProductId(0) },
            quantity: offer.quantity,
            variation: Vec::new(),
        },
        unit_price: bump.unit_price,
    }
}

/// What the offer's line comes to with tax.
fn taken(cart: &CartSnapshot, id: OfferId) -> Result<Money, Fault> {
    let line = cart.lines.iter().find(|line| line.offer_id == Some(id.0));
    line.map_or(Decimal::ZERO, |line| line.total + line.total_tax).to_money(cart.currency)
}

/// Brings the bumps of a cart up to date: prices anew, and out with those that no longer fit. Gives the cart.
pub(crate) async fn refresh(
    engine: &Engine,
    funnel: FunnelId,
    mut cart: CartSnapshot,
) -> Result<CartSnapshot, Fault> {
    let taken: Vec<i64> = cart.lines.iter().filter_map(|line| line.offer_id).collect();
    if taken.is_empty() {
        return Ok(cart);
    }
    let bumps = queries::eligible(engine, funnel, &cart).await?;
    let token = cart.token.clone();
    for id in taken {
        let line_price = |cart: &CartSnapshot| {
            cart.lines.iter().find(|line| line.offer_id == Some(id)).map(|line| line.unit_price)
        };
        match bumps.iter().find(|bump| bump.id.0 == id) {
            Some(bump) if line_price(&cart) != Some(bump.unit_price) => {
                let notices = std::mem::take(&mut cart.notices);
                cart = engine.host().put_offer_line(&token, &line(bump)).await?;
                cart.notices.extend(notices);
            }
            Some(_) => {}
            None => {
                let gone = cart.lines.iter().find(|line| line.offer_id == Some(id));
                let name = gone.map_or_else(String::new, |line| line.name.clone());
                let mut notices = std::mem::take(&mut cart.notices);
                cart = engine.host().remove_offer_line(&token, OfferId(id)).await?;
                notices
                    .push(format!("The offer “{name}” is not for the cart as it is now and was taken out."));
                notices.extend(std::mem::take(&mut cart.notices));
                cart.notices = notices;
            }
        }
    }
    Ok(cart)
}

/// Records that the bumps were shown to this cart: once each.
pub(crate) fn show(tx: &mut Tx, token: &str, bumps: &[EligibleBump]) -> Result<(), Fault> {
    for bump in bumps {
        let fresh = NewEvent {
            offer_id: bump.id,
            funnel_id: bump.funnel_id,
            step_id: StepId(0),
            event_type: "shown",
            session_token: token,
            order_id: OrderId(0),
            child_order_id: OrderId(0),
            amount: Money::zero(bump.currency),
        };
        let key = key(&format!("bump:shown:{token}:{}", bump.id));
        if store_events::by_key(tx, &key)?.is_none() {
            let (event, is_fresh) = store_events::insert(tx, &key, &fresh)?;
            if is_fresh {
                tx.emit(&BumpShown { offer_event: event })?;
            }
        }
    }
    Ok(())
}

/// Ties a cart's answers to the order it became. The order decides: what stands in it was accepted.
pub(crate) fn bind(tx: &mut Tx, token: &str, funnel: FunnelId, order: &OrderSnapshot) -> Result<(), Fault> {
    let bound_key = |offer: OfferId, what: &str| key(&format!("bump:order:{}:{offer}:{what}", order.id));
    let sold = |offer: OfferId| order.lines.iter().find(|line| line.offer_id == Some(offer.0));
    for (id, offer, event_type) in store_events::of_cart(tx, token)? {
        let nothing = Money::zero(order.currency);
        if event_type == "shown" {
            store_events::bind(tx, id, order.id, &bound_key(offer, "shown"), "shown", nothing)?;
            continue;
        }
        let (event_type, amount) = match sold(offer) {
            Some(line) => ("accepted", (line.total + line.total_tax).to_money(order.currency)?),
            None => ("declined", nothing),
        };
        store_events::bind(tx, id, order.id, &bound_key(offer, "answer"), event_type, amount)?;
    }
    for line in &order.lines {
        let Some(offer) = line.offer_id.map(OfferId) else { continue };
        // Put in without its event having been written: the server stopped in between.
        let fresh = NewEvent {
            offer_id: offer,
            funnel_id: funnel,
            step_id: StepId(0),
            event_type: "accepted",
            session_token: token,
            order_id: order.id,
            child_order_id: OrderId(0),
            amount: (line.total + line.total_tax).to_money(order.currency)?,
        };
        store_events::insert(tx, &bound_key(offer, "answer"), &fresh)?;
    }
    Ok(())
}
