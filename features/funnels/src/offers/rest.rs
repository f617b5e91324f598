//! `ocart/v1/bumps` and `ocart/v1/upsells`: making, changing, deleting.

use http::Method;
use kernel::Fault;
use kernel::capability::OCART_MANAGE_OFFERS;
use kernel::ids::{OfferId, ProductId};
use web::{Call, Deleted, Reply, Routes};

use super::commands::{self, NewOffer, OfferChange};
use super::model::{Offer, OfferType};
use super::queries;
use crate::funnels;

async fn create(call: Call, bump: bool) -> Result<Reply, Fault> {
    let fresh: NewOffer = call.body()?;
    let kind = match (bump, fresh.kind) {
        (true, None | Some(OfferType::Bump)) => OfferType::Bump,
        (false, None | Some(OfferType::Upsell)) => OfferType::Upsell,
        (false, Some(OfferType::Downsell)) => OfferType::Downsell,
        (true, _) => return Err(Fault::invalid("type", "Only bumps are made here; use /upsells.")),
        (false, _) => {
            return Err(Fault::invalid("type", "Use upsell or downsell; bumps are made at /bumps."));
        }
    };
    let variation = fresh.variation_id.unwrap_or(ProductId(0));
    let product = commands::product(&call.engine, fresh.product_id, variation).await?;
    let offer = call
        .engine
        .write(call.caller.actor(), move |tx| match fresh.funnel_id {
            Some(funnel) => funnels::commands::add_offer(tx, funnel, kind, &fresh, &product.name),
            None => commands::create(tx, kind, &fresh, &product.name),
        })
        .await?;
    Ok(Reply::created(&offer))
}

async fn change(call: Call, bump: bool) -> Result<Reply, Fault> {
    let id: OfferId = call.id("id")?;
    let change: OfferChange = call.body()?;
    let before = call.engine.read(move |tx| queries::get(tx, bump, id)).await?;
    if change.product_id.is_some() || change.variation_id.is_some() {
        let product = change.product_id.unwrap_or(before.product_id);
        commands::product(&call.engine, product, change.variation_id.unwrap_or(before.variation_id)).await?;
    }
    let offer = call
        .engine
        .write(call.caller.actor(), move |tx| {
            let before = queries::get(tx, bump, id)?;
            commands::update(tx, &before, &change)
        })
        .await?;
    Ok(Reply::json(&offer))
}

/// The same five routes for both lists.
fn crud(routes: &mut Routes, bump: bool, list: &str, one: &str) {
    routes
        .rest(Method::GET, "ocart/v1", list)
        .summary(if bump { "Order bumps." } else { "Upsells and downsells." })
        .requires(OCART_MANAGE_OFFERS)
        .paged()
        .replies::<Vec<Offer>>()
        .read(move |call, tx| {
            let paging = call.paging(&queries::ORDER_COLUMNS)?;
            Ok(Reply::list(&queries::list(tx, bump, &paging)?, &paging))
        });
    routes
        .rest(Method::POST, "ocart/v1", list)
        .summary("Make an offer, and with funnel_id its step.")
        .requires(OCART_MANAGE_OFFERS)
        .body::<NewOffer>()
        .replies::<Offer>()
        .status(201)
        .flow(move |call| create(call, bump));
    routes
        .rest(Method::GET, "ocart/v1", one)
        .summary("An offer.")
        .requires(OCART_MANAGE_OFFERS)
        .replies::<Offer>()
        .read(move |call, tx| Ok(Reply::json(&queries::get(tx, bump, call.id("id")?)?)));
    for method in [Method::PATCH, Method::PUT] {
        routes
            .rest(method, "ocart/v1", one)
            .summary("Change an offer.")
            .requires(OCART_MANAGE_OFFERS)
            .body::<OfferChange>()
            .replies::<Offer>()
            .flow(move |call| change(call, bump));
    }
    routes
        .rest(Method::DELETE, "ocart/v1", one)
        .summary("Delete an offer that nothing shows and nobody has answered.")
        .requires(OCART_MANAGE_OFFERS)
        .replies::<Deleted<Offer>>()
        .unit(move |call, tx| {
            let offer = queries::get(tx, bump, call.id("id")?)?;
            commands::delete(tx, &offer)?;
            Ok(Reply::deleted(offer))
        });
}

pub(crate) fn routes(routes: &mut Routes) {
    crud(routes, true, "/bumps", "/bumps/{id}");
    crud(routes, false, "/upsells", "/upsells/{id}");
}
