//! `GET ocart/v1/reports/dashboard`.

use http::Method;
use kernel::capability::OCART_VIEW_REPORTS;
use runtime::engine::Surroundings;
use web::{Reply, Routes};

use super::model::Dashboard;
use super::{queries, rules};

pub(crate) fn routes(routes: &mut Routes) {
    routes
        .rest(Method::GET, "ocart/v1", "/reports/dashboard")
        .summary("Orders, average order value, conversion, offers, recovery and loyalty of a period, with a series by day.")
        .requires(OCART_VIEW_REPORTS)
        .query("from", "First day, such as 2026-05-07, in the shop's time zone; 30 days up to `to` unless given.")
        .query("to", "Last day, included; today unless given.")
        .replies::<Dashboard>()
        .read(|call, tx| {
            let zone = tx.zone().to_owned();
            let period = rules::period(call.query("from"), call.query("to"), tx.now(), &zone)?;
            Ok(Reply::json(&queries::dashboard(tx, &period)?))
        });
}
