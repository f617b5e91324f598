//! Answers to the shop of record: what its checkout shows, what a tick means, where the buyer goes after the payment.

use kernel::contracts::ocart::{
    AfterPayment, AnswerBump, BumpLine, CheckOffers, FunnelCheckout, OfferChanges, ShowCheckout,
};
use kernel::ids::OfferId;
use kernel::{Fault, Money, hash};
use runtime::{Actor, Engine};

use super::queries;
use crate::steps::model::Branch;
use crate::{bumps, upsells};

/// Answers [`ShowCheckout`]; what is shown is recorded once per cart.
pub(crate) async fn show(engine: Engine, request: ShowCheckout) -> Result<FunnelCheckout, Fault> {
    let cart = request.cart;
    let funnel = queries::funnel(&engine, &request.funnel, &cart).await?;
    let bumps = bumps::queries::eligible(&engine, funnel.id, &cart).await?;
    let checkout = queries::checkout(&funnel, &cart, &bumps)?;
    if !bumps.is_empty() && !cart.token.is_empty() {
        engine.write(Actor::system(), move |tx| bumps::commands::show(tx, &cart.token, &bumps)).await?;
    }
    Ok(checkout)
}

/// Answers [`AnswerBump`]: records the answer and gives the line at its price now. What the shop's cart then holds decides
/// in the end: the order is read after the payment.
pub(crate) async fn answer_bump(engine: Engine, request: AnswerBump) -> Result<Option<BumpLine>, Fault> {
    let AnswerBump { funnel, offer_id, accepted, cart } = request;
    let funnel = queries::funnel(&engine, &funnel, &cart).await?.id;
    let place = engine.read(move |tx| bumps::commands::shown_in(tx, offer_id, Some(funnel))).await;
    let nothing = Money::zero(cart.currency);
    let (offer, funnel, step) = match place {
        Ok(place) => place,
        // Taking out what is not offered any more is always right.
        Err(_) if !accepted => return Ok(None),
        Err(fault) => return Err(fault),
    };
    if !accepted {
        let place = (offer_id, funnel, step);
        engine
            .write(Actor::system(), move |tx| bumps::commands::leave(tx, &cart.token, place, nothing))
            .await?;
        return Ok(None);
    }
    let Some(bump) = bumps::queries::priced(&engine, funnel, offer, &cart).await? else {
        return Err(Fault::refused("bump_not_eligible", "This offer is not for the cart as it is now."));
    };
    let line = queries::line(&bump);
    let amount = bump.unit_price.times(bump.quantity).to_money(cart.currency)?;
    let place = (offer_id, funnel, step);
    engine.write(Actor::system(), move |tx| bumps::commands::take(tx, &cart.token, place, amount)).await?;
    Ok(Some(line))
}

/// Answers [`CheckOffers`], whichever funnel has shown the offers.
pub(crate) async fn check_offers(engine: Engine, request: CheckOffers) -> Result<OfferChanges, Fault> {
    let cart = request.cart;
    let mut bumps = Vec::new();
    for id in cart.lines.iter().filter_map(|line| line.offer_id).map(OfferId) {
        match engine.read(move |tx| bumps::commands::shown_in(tx, id, None)).await {
            Ok((offer, funnel, _)) => {
                bumps.extend(bumps::queries::priced(&engine, funnel, offer, &cart).await?);
            }
            // Not shown any more: gone.
            Err(fault) if fault.status() < 500 => {}
            Err(fault) => return Err(fault),
        }
    }
    let (changed, gone) = queries::differences(&cart, &bumps);
    Ok(OfferChanges { changed, gone })
}

/// Answers [`AfterPayment`]: ties the cart's answers to the order and gives the first page for it, with its token. An order
/// that is not bought, or that nothing is offered for, has none.
pub(crate) async fn after_payment(engine: Engine, request: AfterPayment) -> Result<Option<String>, Fault> {
    let order = engine.host().order(request.order_id).await?;
    let order = order
        .filter(|order| !order.order_key.is_empty() && hash::same(&order.order_key, &request.order_key))
        .ok_or_else(|| Fault::not_found("order"))?;
    let funnel = upsells::queries::funnel_of(&order);
    if !order.is_bought() || order.parent_id.0 != 0 {
        return Ok(None);
    }
    if !order.cart_token.is_empty() {
        let bought = order.clone();
        engine
            .write(Actor::system(), move |tx| bumps::commands::bind(tx, &bought.cart_token, funnel, &bought))
            .await?;
    }
    if upsells::queries::window_ends(&engine, &order).await? < engine.now() {
        return Ok(None);
    }
    let next = upsells::queries::next_address(&engine, &order, funnel, None, Branch::Default).await?;
    let is_ours = next.starts_with("/offer/");
    Ok(is_ours.then(|| format!("{}{next}", engine.public_url().trim_end_matches('/'))))
}
