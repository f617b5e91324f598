//! `/admin/ocart-recovery/suppression`: who is never written to.

use http::Method;
use kernel::Fault;
use kernel::capability::OCART_MANAGE_RECOVERY;
use runtime::Tx;
use web::{Call, Reply, Routes, Template, context};

use super::model::REASONS;
use super::{commands, store};

pub(crate) const TEMPLATES: &[Template] =
    &[("recovery/suppression.html", include_str!("pages/suppression.html"))];

const ADDRESS: &str = "/admin/ocart-recovery/suppression";
const PER_PAGE: u32 = 30;

pub(crate) fn routes(routes: &mut Routes) {
    routes.page(Method::GET, ADDRESS).requires(OCART_MANAGE_RECOVERY).read(show);
    routes.page(Method::POST, ADDRESS).requires(OCART_MANAGE_RECOVERY).unit(|call, tx| {
        let form = call.form();
        commands::add(tx, form.text("email"), form.text("reason"), "admin")?;
        Ok(Reply::redirect(ADDRESS).notice("success", "The address is suppressed."))
    });
    routes
        .page(Method::POST, "/admin/ocart-recovery/suppression/{id}/remove")
        .requires(OCART_MANAGE_RECOVERY)
        .unit(|call, tx| {
            commands::remove(tx, call.id("id")?)?;
            Ok(Reply::redirect(ADDRESS).notice("success", "The address may be written to again."))
        });
}

fn show(call: &Call, tx: &mut Tx) -> Result<Reply, Fault> {
    let mut paging = call.paging(&["id"])?;
    paging.per_page = PER_PAGE;
    let page = store::list(tx, &paging)?;
    let zone = call.engine.zone();
    let rows: Vec<minijinja::Value> = page
        .rows
        .iter()
        .map(|row| {
            context! {
                id => row.id, email => row.email, reason => row.reason.replace('_', " "),
                source => row.source.replace('_', " "), since => row.created_at.display(zone),
            }
        })
        .collect();
    Ok(Reply::page(
        "recovery/suppression.html",
        context! {
            rows => rows, reasons => REASONS, search => paging.search, total => page.total, page => paging.page,
            pages => (page.total + i64::from(PER_PAGE) - 1) / i64::from(PER_PAGE),
        },
    ))
}
