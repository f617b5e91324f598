//! `recovery/sequences` and `recovery/runs` over REST.

use http::Method;
use kernel::Fault;
use kernel::capability::OCART_MANAGE_RECOVERY;
use kernel::ids::SequenceId;
use schemars::JsonSchema;
use serde::Deserialize;
use web::{Reply, Routes};

use super::commands_sequence::{self, TRIGGER, Wanted};
use super::model::{RunRow, Sequence, SequenceStep};
use super::{commands, queries};

/// A sequence to make, or with `id` to change.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct SequenceBody {
    /// Changes this one.
    id: Option<SequenceId>,
    /// Name for owners.
    name: Option<String>,
    /// `cart_abandoned`.
    trigger_type: Option<String>,
    /// Steps in order.
    steps: Option<Vec<SequenceStep>>,
    /// `active` or `paused`. One sequence is active at a time.
    status: Option<String>,
}

pub(crate) fn routes(routes: &mut Routes) {
    routes
        .rest(Method::GET, "ocart/v1", "/recovery/sequences")
        .summary("List recovery sequences")
        .requires(OCART_MANAGE_RECOVERY)
        .replies::<Vec<Sequence>>()
        .read(|_, tx| Ok(Reply::json(&queries::sequences(tx)?)));
    routes
        .rest(Method::POST, "ocart/v1", "/recovery/sequences")
        .summary("Make a recovery sequence, or change one")
        .requires(OCART_MANAGE_RECOVERY)
        .body::<SequenceBody>()
        .replies::<Sequence>()
        .status(201)
        .also(200)
        .unit(|call, tx| {
            let body: SequenceBody = call.body()?;
            if body.trigger_type.as_deref().is_some_and(|trigger| trigger != TRIGGER) {
                return Err(Fault::invalid("trigger_type", format!("Use {TRIGGER}.")));
            }
            let wanted = Wanted { name: body.name, steps: body.steps, status: body.status };
            match body.id {
                Some(id) => Ok(Reply::json(&commands_sequence::change(tx, id, &wanted)?)),
                None => Ok(Reply::created(&commands_sequence::create(tx, &wanted)?)),
            }
        });
    routes
        .rest(Method::GET, "ocart/v1", "/recovery/runs")
        .summary("List recovery runs")
        .requires(OCART_MANAGE_RECOVERY)
        .paged()
        .query("status", "pending, running, converted or stopped.")
        .replies::<Vec<RunRow>>()
        .read(|call, tx| {
            let paging = call.paging(&["id"])?;
            let status = call.query("status").unwrap_or_default();
            Ok(Reply::list(&queries::runs(tx, status, &paging)?, &paging))
        });
    routes
        .rest(Method::POST, "ocart/v1", "/recovery/runs/{id}/stop")
        .summary("Stop a run: what has not been sent is cancelled")
        .requires(OCART_MANAGE_RECOVERY)
        .replies::<RunRow>()
        .unit(|call, tx| {
            let run = commands::stop(tx, call.id("id")?)?;
            Ok(Reply::json(&RunRow::from(&run)))
        });
}
