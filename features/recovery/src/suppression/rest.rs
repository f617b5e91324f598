//! `recovery/suppression` and `recovery/deliverability` over REST.

use http::Method;
use kernel::capability::OCART_MANAGE_RECOVERY;
use kernel::{Fault, text};
use schemars::JsonSchema;
use serde::Deserialize;
use web::{Reply, Routes};

use super::model::{DeliverabilityEvent, Suppression};
use super::{commands, store};

/// An address to suppress.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct SuppressionBody {
    /// Address.
    email: String,
    /// `manual` unless said.
    reason: Option<String>,
}

/// Which suppression to lift.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct LiftBody {
    /// Row.
    id: Option<i64>,
    /// Or the address.
    email: Option<String>,
}

pub(crate) fn routes(routes: &mut Routes) {
    routes
        .rest(Method::GET, "ocart/v1", "/recovery/suppression")
        .summary("List suppressed addresses")
        .requires(OCART_MANAGE_RECOVERY)
        .paged()
        .replies::<Vec<Suppression>>()
        .read(|call, tx| {
            let paging = call.paging(&["id"])?;
            Ok(Reply::list(&store::list(tx, &paging)?, &paging))
        });
    routes
        .rest(Method::POST, "ocart/v1", "/recovery/suppression")
        .summary("Suppress an address: nothing is captured for it or sent to it")
        .requires(OCART_MANAGE_RECOVERY)
        .body::<SuppressionBody>()
        .replies::<Suppression>()
        .status(201)
        .unit(|call, tx| {
            let body: SuppressionBody = call.body()?;
            let reason = body.reason.as_deref().unwrap_or("manual");
            Ok(Reply::created(&commands::add(tx, &body.email, reason, "rest")?))
        });
    routes
        .rest(Method::DELETE, "ocart/v1", "/recovery/suppression")
        .summary("Lift a suppression, by id or address")
        .requires(OCART_MANAGE_RECOVERY)
        .query("id", "Row.")
        .query("email", "Or the address.")
        .body::<LiftBody>()
        .replies::<Suppression>()
        .unit(|call, tx| {
            let body: LiftBody = call.body()?;
            let id = match call.query("id") {
                Some(id) => Some(id.parse().map_err(|_| Fault::invalid("id", "Give a positive number."))?),
                None => body.id,
            };
            let email = call.query("email").map(str::to_owned).or(body.email);
            let id = match (id, email) {
                (Some(id), _) => id,
                (None, Some(email)) => {
                    let hash = text::email_hash(&text::email("email", &email)?);
                    store::find(tx, &hash)?.ok_or_else(|| Fault::not_found("suppression"))?.id
                }
                (None, None) => return Err(Fault::missing("id")),
            };
            Ok(Reply::json(&commands::remove(tx, id)?))
        });
    routes
        .rest(Method::GET, "ocart/v1", "/recovery/deliverability")
        .summary("What became of the messages, newest first")
        .requires(OCART_MANAGE_RECOVERY)
        .paged()
        .replies::<Vec<DeliverabilityEvent>>()
        .read(|call, tx| {
            let paging = call.paging(&["id"])?;
            Ok(Reply::list(&store::events(tx, &paging)?, &paging))
        });
}
