//! `/admin/oloyalty`: the programme at a glance.

use http::Method;
use kernel::capability::{OLOYALTY_MANAGE, OLOYALTY_MANAGE_MEMBERS};
use runtime::engine::Surroundings;
use web::{Reply, Routes, Template, context};

use super::queries::{self, DAYS};
use crate::ledger::model::{grouped, signed};

/// Template of the slice.
pub const OVERVIEW: Template = ("loyalty/overview.html", include_str!("pages/overview.html"));

pub(crate) fn routes(routes: &mut Routes) {
    routes.page(Method::GET, "/admin/oloyalty").requires(OLOYALTY_MANAGE).read(|call, tx| {
        let found = queries::overview(tx)?;
        let zone = tx.zone().to_owned();
        let tiers: Vec<minijinja::Value> = found
            .tiers
            .iter()
            .map(|tier| {
                context! { name => tier.name, members => grouped(tier.members), points => grouped(tier.points) }
            })
            .collect();
        let recent: Vec<minijinja::Value> = found
            .recent
            .iter()
            .map(|entry| {
                context! {
                    id => entry.member_id.0, email => entry.email, title => entry.title(), points => signed(entry.points),
                    at => entry.created_at.display(&zone),
                }
            })
            .collect();
        let value = format!("{}{}", found.liability.currency().symbol(), found.value_per_point);
        Ok(Reply::page(
            OVERVIEW.0,
            context! {
                members => grouped(found.members), joined => grouped(found.joined),
                outstanding => grouped(found.outstanding), liability => found.liability.display(), value => value,
                earned => grouped(found.earned), reversed => grouped(found.reversed.saturating_neg()), days => DAYS,
                tiers => tiers, recent => recent, shadow => found.shadow, enabled => found.enabled,
                may_see_members => call.caller.can(OLOYALTY_MANAGE_MEMBERS),
            },
        ))
    });
}
