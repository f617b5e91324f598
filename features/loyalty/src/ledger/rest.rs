//! A member's journal and corrections of it.

use http::Method;
use kernel::capability::OLOYALTY_MANAGE_MEMBERS;
use kernel::ids::MemberId;
use kernel::{Fault, Moment};
use runtime::Tx;
use web::{Call, Reply, Routes};

use super::commands::{self, Adjust, Adjusted};
use super::model::{LedgerEntry, LedgerFilter};
use super::queries;
use crate::members;

const NAMESPACE: &str = "oloyalty/v1";
const KINDS: [&str; 6] = ["earn", "redeem", "adjust", "expire", "reverse", "transfer"];

pub(crate) fn routes(routes: &mut Routes) {
    routes
        .rest(Method::POST, NAMESPACE, "/members/{id}/adjust")
        .summary("Correct a member's points by hand.")
        .requires(OLOYALTY_MANAGE_MEMBERS)
        .body::<Adjust>()
        .replies::<Adjusted>()
        .unit(adjust);
    routes
        .rest(Method::GET, NAMESPACE, "/members/{id}/ledger")
        .summary("A member's ledger entries.")
        .requires(OLOYALTY_MANAGE_MEMBERS)
        .paged()
        .query("type", "earn, redeem, adjust, expire, reverse or transfer.")
        .query("source", "Kind of cause, such as order.completed.")
        .query("after", "Entries written at or after this time.")
        .query("before", "Entries written before this time.")
        .replies::<Vec<LedgerEntry>>()
        .read(|call, tx| {
            let member = members::queries::get(tx, call.id("id")?)?;
            let paging = call.paging(&queries::ORDER_COLUMNS)?;
            Ok(Reply::list(&queries::list(tx, member.id, &paging, &filter(call)?)?, &paging))
        });
}

fn adjust(call: &Call, tx: &mut Tx) -> Result<Reply, Fault> {
    let body: Adjust = call.body()?;
    let member: MemberId = call.id("id")?;
    let now = tx.now();
    // The caller's key stays the key of the correction for good, longer than the kit keeps its answer.
    let key = match call.idempotency_key()? {
        Some(key) => kernel::hash::sha256(format!("{}:{key}", call.caller.user()?.id)),
        None => tx.entropy().uuid(now),
    };
    Ok(Reply::json(&commands::adjust(tx, member, &body, &key)?))
}

fn filter(call: &Call) -> Result<LedgerFilter, Fault> {
    let kind = call.query("type").unwrap_or_default();
    if !kind.is_empty() && !KINDS.contains(&kind) {
        return Err(Fault::invalid("type", format!("Use one of: {}.", KINDS.join(", "))));
    }
    let moment = |name: &str| match call.query(name) {
        None | Some("") => Ok(None),
        Some(text) => Moment::parse(text)
            .map(Some)
            .ok_or_else(|| Fault::invalid(name, "Use a time such as 2026-05-07T14:42:00Z.")),
    };
    Ok(LedgerFilter {
        kind: kind.to_owned(),
        source: call.query("source").unwrap_or_default().to_owned(),
        after: moment("after")?,
        before: moment("before")?,
    })
}
