//! `oloyalty/v1/members`.

use http::Method;
use kernel::capability::OLOYALTY_MANAGE_MEMBERS;
use kernel::{Fault, FaultKind};
use web::{Access, Call, Reply, Routes};

use super::commands::{self, Ban};
use super::model::{Member, MemberFilter};
use super::queries;

const NAMESPACE: &str = "oloyalty/v1";

pub(crate) fn routes(routes: &mut Routes) {
    routes
        .rest(Method::GET, NAMESPACE, "/members")
        .summary("Members.")
        .requires(OLOYALTY_MANAGE_MEMBERS)
        .paged()
        .query("tier", "Slug of a tier.")
        .query("status", "active, suspended or banned.")
        .replies::<Vec<Member>>()
        .read(|call, tx| {
            let paging = call.paging(&queries::ORDER_COLUMNS)?;
            Ok(Reply::list(&queries::list(tx, &paging, &filter(call)?)?, &paging))
        });
    routes
        .rest(Method::GET, NAMESPACE, "/members/me")
        .summary("The member that is calling.")
        .access(Access::LoggedIn)
        .replies::<Member>()
        .read(|call, tx| match queries::of_user(tx, call.caller.user()?.id)? {
            Some(member) => Ok(Reply::json(&member)),
            None => Err(not_a_member()),
        });
    routes
        .rest(Method::GET, NAMESPACE, "/members/{id}")
        .summary("A member with its balance and tier.")
        .requires(OLOYALTY_MANAGE_MEMBERS)
        .replies::<Member>()
        .read(|call, tx| Ok(Reply::json(&queries::get(tx, call.id("id")?)?)));
    routes
        .rest(Method::POST, NAMESPACE, "/members/{id}/ban")
        .summary("Suspend or ban a member.")
        .requires(OLOYALTY_MANAGE_MEMBERS)
        .body::<Ban>()
        .replies::<Member>()
        .unit(|call, tx| {
            let ban: Ban = call.body()?;
            Ok(Reply::json(&commands::ban(tx, call.id("id")?, &ban)?))
        });
    routes
        .rest(Method::POST, NAMESPACE, "/members/{id}/unban")
        .summary("Lift a suspension or a ban.")
        .requires(OLOYALTY_MANAGE_MEMBERS)
        .body::<NoFields>()
        .replies::<Member>()
        .unit(|call, tx| {
            let NoFields {} = call.body()?;
            Ok(Reply::json(&commands::unban(tx, call.id("id")?)?))
        });
}

/// An empty body.
#[derive(Debug, serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NoFields {}

/// `tier` and `status` of a list's query.
pub(crate) fn filter(call: &Call) -> Result<MemberFilter, Fault> {
    let filter = MemberFilter {
        tier: call.query("tier").unwrap_or_default().to_lowercase(),
        status: call.query("status").unwrap_or_default().to_owned(),
    };
    if !["", "active", "suspended", "banned"].contains(&filter.status.as_str()) {
        return Err(Fault::invalid("status", "Use active, suspended or banned."));
    }
    Ok(filter)
}

pub(crate) fn not_a_member() -> Fault {
    Fault::new(
        FaultKind::NotFound,
        "oloyalty_not_a_member",
        "This account is not a member yet. Its first paid order enrols it.",
    )
}
