//! `ocart/v1/funnels/{id}/steps`.

use http::Method;
use kernel::capability::OCART_MANAGE_FUNNELS;
use kernel::ids::FunnelId;
use web::{Deleted, Reply, Routes};

use super::commands::{self, NewStep, StepChange};
use super::model::FunnelStep;
use super::store;
use crate::funnels;

pub(crate) fn routes(routes: &mut Routes) {
    routes
        .rest(Method::GET, "ocart/v1", "/funnels/{id}/steps")
        .summary("Steps of a funnel, in order.")
        .requires(OCART_MANAGE_FUNNELS)
        .replies::<Vec<FunnelStep>>()
        .read(|call, tx| {
            let funnel = funnels::queries::get(tx, call.id("id")?)?;
            Ok(Reply::json(&store::of_funnel(tx, funnel.id)?))
        });
    routes
        .rest(Method::POST, "ocart/v1", "/funnels/{id}/steps")
        .summary("Add a step.")
        .requires(OCART_MANAGE_FUNNELS)
        .body::<NewStep>()
        .replies::<FunnelStep>()
        .status(201)
        .unit(|call, tx| {
            let funnel = funnels::queries::get(tx, call.id("id")?)?;
            Ok(Reply::created(&commands::add(tx, funnel.id, &call.body()?)?))
        });
    for method in [Method::PATCH, Method::PUT] {
        routes
            .rest(method, "ocart/v1", "/funnels/{id}/steps/{step}")
            .summary("Change or move a step.")
            .requires(OCART_MANAGE_FUNNELS)
            .body::<StepChange>()
            .replies::<FunnelStep>()
            .unit(|call, tx| {
                let funnel: FunnelId = call.id("id")?;
                Ok(Reply::json(&commands::update(tx, funnel, call.id("step")?, &call.body()?)?))
            });
    }
    routes
        .rest(Method::DELETE, "ocart/v1", "/funnels/{id}/steps/{step}")
        .summary("Take a step out.")
        .requires(OCART_MANAGE_FUNNELS)
        .replies::<Deleted<FunnelStep>>()
        .unit(|call, tx| {
            let step = commands::remove(tx, call.id("id")?, call.id("step")?)?;
            Ok(Reply::deleted(step))
        });
}
