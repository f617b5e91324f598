//! `ocart/v1/bumps`: what a shopper does, by the cart's token.

use http::Method;
use kernel::Fault;
use web::{Access, Call, Reply, Routes};

use super::model::{BumpAnswer, EligibleBump};
use super::{commands, queries};
use crate::funnels;

async fn eligible(call: Call) -> Result<Reply, Fault> {
    let cart = commands::cart(&call.engine, call.cart_token()?).await?;
    let slug = call.query("funnel").map(str::to_owned);
    let (inner, engine) = (cart.clone(), call.engine.clone());
    let funnel = engine
        .read(move |tx| match &slug {
            Some(slug) => funnels::queries::by_slug(tx, slug),
            None => funnels::queries::for_cart(tx, &inner),
        })
        .await?;
    Ok(Reply::json(&queries::eligible(&engine, funnel.id, &cart).await?))
}

pub(crate) fn routes(routes: &mut Routes) {
    routes
        .rest(Method::GET, "ocart/v1", "/bumps/eligible")
        .summary("Bumps that the caller's cart may take, with their prices.")
        .access(Access::Shopper)
        .query("funnel", "Slug of the funnel; the cart's own when left out.")
        .replies::<Vec<EligibleBump>>()
        .flow(eligible);
    routes
        .rest(Method::POST, "ocart/v1", "/bumps/{id}/accept")
        .summary("Put the bump into the caller's cart.")
        .access(Access::Shopper)
        .limit("bumps", 120, 60)
        .replies::<BumpAnswer>()
        .flow(|call: Call| async move {
            call.body::<Nothing>()?;
            let token = call.cart_token()?.to_owned();
            let actor = call.caller.actor();
            Ok(Reply::json(&commands::accept(&call.engine, actor, &token, call.id("id")?, None).await?))
        });
    routes
        .rest(Method::POST, "ocart/v1", "/bumps/{id}/decline")
        .summary("Leave the bump, or take it out of the caller's cart.")
        .access(Access::Shopper)
        .limit("bumps", 120, 60)
        .replies::<BumpAnswer>()
        .flow(|call: Call| async move {
            call.body::<Nothing>()?;
            let token = call.cart_token()?.to_owned();
            let actor = call.caller.actor();
            Ok(Reply::json(&commands::decline(&call.engine, actor, &token, call.id("id")?, None).await?))
        });
}

/// A body without fields.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}
