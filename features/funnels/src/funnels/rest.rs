//! `ocart/v1/funnels`.

use http::Method;
use kernel::Fault;
use kernel::capability::OCART_MANAGE_FUNNELS;
use web::{Deleted, Reply, Routes};

use super::commands::{self, FunnelChange, NewFunnel};
use super::model::Funnel;
use super::queries;

pub(crate) fn routes(routes: &mut Routes) {
    routes
        .rest(Method::GET, "ocart/v1", "/funnels")
        .summary("Funnels.")
        .requires(OCART_MANAGE_FUNNELS)
        .paged()
        .query("status", "draft, active or archived.")
        .replies::<Vec<Funnel>>()
        .read(|call, tx| {
            let paging = call.paging(&queries::ORDER_COLUMNS)?;
            let status = call.query("status").unwrap_or_default();
            if !matches!(status, "" | "draft" | "active" | "archived") {
                return Err(Fault::invalid("status", "Use draft, active or archived."));
            }
            Ok(Reply::list(&queries::list(tx, status, &paging)?, &paging))
        });
    routes
        .rest(Method::POST, "ocart/v1", "/funnels")
        .summary("Make a funnel with its checkout and thank-you steps.")
        .requires(OCART_MANAGE_FUNNELS)
        .body::<NewFunnel>()
        .replies::<Funnel>()
        .status(201)
        .unit(|call, tx| Ok(Reply::created(&commands::create(tx, &call.body()?)?)));
    routes
        .rest(Method::GET, "ocart/v1", "/funnels/{id}")
        .summary("A funnel.")
        .requires(OCART_MANAGE_FUNNELS)
        .replies::<Funnel>()
        .read(|call, tx| Ok(Reply::json(&queries::get(tx, call.id("id")?)?)));
    for method in [Method::PATCH, Method::PUT] {
        routes
            .rest(method, "ocart/v1", "/funnels/{id}")
            .summary("Change a funnel.")
            .requires(OCART_MANAGE_FUNNELS)
            .body::<FunnelChange>()
            .replies::<Funnel>()
            .unit(|call, tx| Ok(Reply::json(&commands::update(tx, call.id("id")?, &call.body()?)?)));
    }
    routes
        .rest(Method::DELETE, "ocart/v1", "/funnels/{id}")
        .summary("Delete a funnel that no shopper has been through.")
        .requires(OCART_MANAGE_FUNNELS)
        .replies::<Deleted<Funnel>>()
        .unit(|call, tx| {
            let funnel = commands::delete(tx, call.id("id")?)?;
            Ok(Reply::deleted(funnel))
        });
}
