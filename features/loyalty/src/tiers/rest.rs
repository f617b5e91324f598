//! `oloyalty/v1/tiers`.

use http::{Method, StatusCode};
use kernel::capability::OLOYALTY_MANAGE;
use runtime::{Enqueue, Job};
use schemars::JsonSchema;
use serde::Serialize;
use web::{Reply, Routes};

use super::jobs::{JOB_KEY, RecalculateTiers};
use super::model::Tier;
use super::queries;
use crate::members::rest::NoFields;

/// The recalculation that will run.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Scheduled {
    /// The job; a second call while it waits gives the same one.
    pub job: String,
    /// `scheduled`.
    pub status: String,
}

pub(crate) fn routes(routes: &mut Routes) {
    routes
        .rest(Method::GET, "oloyalty/v1", "/tiers")
        .summary("Tiers, lowest first.")
        .requires(OLOYALTY_MANAGE)
        .replies::<Vec<Tier>>()
        .read(|_, tx| Ok(Reply::json(&queries::all(tx)?)));
    routes
        .rest(Method::POST, "oloyalty/v1", "/tiers/recalculate")
        .summary("Evaluate every member's tier anew, in the background.")
        .requires(OLOYALTY_MANAGE)
        .body::<NoFields>()
        .replies::<Scheduled>()
        .status(202)
        .unit(|call, tx| {
            let NoFields {} = call.body()?;
            let now = tx.now();
            tx.enqueue(&RecalculateTiers::default(), JOB_KEY, now)?;
            let scheduled = Scheduled {
                job: format!("{}:{JOB_KEY}", RecalculateTiers::KIND),
                status: "scheduled".to_owned(),
            };
            Ok(Reply::with_status(StatusCode::ACCEPTED, &scheduled))
        });
}
