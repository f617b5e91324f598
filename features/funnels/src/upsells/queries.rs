//! Which offer comes next for an order, and for how much.

use kernel::contracts::payments::{SavedMethod, SavedMethodSnapshot, offline};
use kernel::contracts::shop::{OrderSnapshot, ProductSnapshot};
use kernel::ids::{FunnelId, OfferId, OrderId, StepId};
use kernel::{Decimal, Fault, Moment};
use runtime::settings::ocart;
use runtime::{Engine, Settings};

use super::model::{OpenOffer, Ticket, bought};
use super::rules;
use crate::offers::rules::{self as offer_rules, Surroundings};
use crate::steps::model::{Branch, FunnelStep, StepType};
use crate::{offers, steps};

/// The order, or 404.
pub(crate) async fn order(engine: &Engine, id: OrderId) -> Result<OrderSnapshot, Fault> {
    engine.host().order(id).await?.ok_or_else(|| Fault::not_found("order"))
}

/// Address of the thank-you page: ours, or the shop's where its pages are not here.
#[must_use]
pub fn thank_you(engine: &Engine, order: &OrderSnapshot) -> String {
    match engine.host().address() {
        None => format!("/order/{}/{}", order.id, order.order_key),
        Some(shop) => format!("{shop}/?cartwright_order={}&key={}", order.id, order.order_key),
    }
}

/// May this order still be offered something: bought, not a child, nothing given back?
fn is_open(order: &OrderSnapshot) -> bool {
    order.is_bought() && order.parent_id.0 == 0 && order.refunded_total.minor() == 0
}

/// What may be offered: all but what it comes to.
pub(crate) struct Offered {
    offer: offers::model::Offer,
    product: ProductSnapshot,
    unit_price: Decimal,
    method: SavedMethodSnapshot,
}

/// The offer of a step for this order, without its taxes, which cost the shop a question of their own; none when it is not
/// for the order, cannot be bought, or cannot be charged.
async fn offered(
    engine: &Engine,
    order: &OrderSnapshot,
    step: &FunnelStep,
) -> Result<Option<Offered>, Fault> {
    if !is_open(order) {
        return Ok(None);
    }
    let id = step.offer_id;
    let Some(offer) = engine.read(move |tx| offers::queries::find(tx, id)).await? else { return Ok(None) };
    let Some(product) = engine.host().product(offer.priced_product()).await? else { return Ok(None) };
    let around = Surroundings::of_order(order);
    if !offer_rules::is_eligible(&offer, &product, &around) {
        return Ok(None);
    }
    let unit_price = offer_rules::unit_price(&offer.pricing_rule, &product, &around);
    if unit_price <= Decimal::ZERO {
        // Nothing to charge: a gift belongs to the checkout, as a bump.
        return Ok(None);
    }
    let Some(method) = engine.ask(SavedMethod { order_id: order.id }).await? else { return Ok(None) };
    Ok(Some(Offered { offer, product, unit_price, method }))
}

/// The offer of a step for this order with what it comes to; none when it is not for it, cannot be bought, or cannot be
/// charged.
pub(crate) async fn offer_of(
    engine: &Engine,
    order: &OrderSnapshot,
    step: &FunnelStep,
) -> Result<Option<OpenOffer>, Fault> {
    let Some(Offered { offer, product, unit_price, method }) = offered(engine, order, step).await? else {
        return Ok(None);
    };
    let host = engine.host();
    let mut child = runtime::ports::ChildOrder {
        key: String::new(),
        parent_id: order.id,
        offer_id: offer.id,
        product: bought(&offer),
        unit_price,
        transaction_id: String::new(),
        meta: Vec::new(),
    };
    let quote = host.quote_child_order(&child).await?;
    child.unit_price = product.price;
    let regular = host.quote_child_order(&child).await?;
    if quote.total.minor() <= 0 {
        return Ok(None);
    }
    Ok(Some(OpenOffer {
        order: order.clone(),
        step: step.clone(),
        offer,
        product,
        unit_price,
        quote,
        regular,
        offline: offline(&method.gateway).map(|known| known.how),
        method: method.label,
    }))
}

/// Says that what a step offers is sold out, when it is.
pub(crate) async fn sold_out(engine: &Engine, step: &FunnelStep) -> Result<Option<Fault>, Fault> {
    let id = step.offer_id;
    let Some(offer) = engine.read(move |tx| offers::queries::find(tx, id)).await? else { return Ok(None) };
    let product = engine.host().product(offer.priced_product()).await?.filter(|product| !product.purchasable);
    Ok(product.map(|product| {
        Fault::refused(
            "offer_sold_out",
            format!("“{}” is sold out. Nothing was charged for it.", product.name),
        )
    }))
}

/// The step of a ticket as it stands, and its funnel's steps.
pub(crate) async fn step_of(engine: &Engine, ticket: Ticket) -> Result<Option<FunnelStep>, Fault> {
    engine
        .read(move |tx| {
            let step = steps::store::by_id(tx, ticket.step_id)?;
            Ok(step.filter(|step| step.offer_id == ticket.offer_id && step.kind.is_after_payment()))
        })
        .await
}

/// Minutes for which a token is good.
async fn lifetime(engine: &Engine) -> Result<i64, Fault> {
    engine
        .read(|tx| Ok(Settings::load(tx, ocart::OPTION)?.integer(&ocart::UPSELLS_ONE_CLICK_TOKEN_TTL_MIN)))
        .await
}

/// A token for a step of this order. However late and however often one is made, the time for offers counts from the
/// payment.
pub(crate) async fn mint(
    engine: &Engine,
    order: &OrderSnapshot,
    step: &FunnelStep,
) -> Result<(String, Moment), Fault> {
    let expires = window_ends(engine, order).await?;
    let ticket = Ticket { order_id: order.id, offer_id: step.offer_id, step_id: step.id };
    Ok((rules::token(engine.secret(), ticket, expires), expires))
}

/// Until when the order may be offered something in one click: the lifetime from the payment on.
pub(crate) async fn window_ends(engine: &Engine, order: &OrderSnapshot) -> Result<Moment, Fault> {
    Ok(order.paid_at.unwrap_or(order.created_at).plus_minutes(lifetime(engine).await?))
}

/// The address that comes after a step of the funnel (after the payment, when none): the next page for this order
/// with its token, else the thank-you page. Offers that are not for the order are passed.
pub async fn next_address(
    engine: &Engine,
    order: &OrderSnapshot,
    funnel: FunnelId,
    after: Option<StepId>,
    answer: Branch,
) -> Result<String, Fault> {
    if window_ends(engine, order).await? <= engine.now() {
        return Ok(thank_you(engine, order));
    }
    let steps = engine.read(move |tx| steps::store::of_funnel(tx, funnel)).await?;
    let (mut current, mut answer) = (after, answer);
    while let Some(step) = steps::rules::next(&steps, current, answer) {
        let shows = match step.kind {
            StepType::Custom => true,
            _ => {
                !answered(engine, order.id, step.offer_id).await?
                    && offered(engine, order, step).await?.is_some()
            }
        };
        if shows {
            let (token, _) = mint(engine, order, step).await?;
            return Ok(format!("/offer/{token}"));
        }
        (current, answer) = (Some(step.id), Branch::Default);
    }
    Ok(thank_you(engine, order))
}

/// Bought already?
async fn answered(engine: &Engine, order: OrderId, offer: OfferId) -> Result<bool, Fault> {
    let event = engine.read(move |tx| super::store::answered(tx, order, offer)).await?;
    Ok(event.is_some_and(|event| event.event_type == "accepted"))
}

/// The funnel an order came through: of its checkout, else by its metadata.
pub(crate) fn funnel_of(order: &OrderSnapshot) -> FunnelId {
    let id = order.meta("_ocart_funnel_id").and_then(|id| id.parse().ok());
    FunnelId(id.unwrap_or_default())
}
