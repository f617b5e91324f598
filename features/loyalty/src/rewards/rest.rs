//! `oloyalty/v1/rewards` and what members redeemed.

use http::Method;
use kernel::Fault;
use kernel::capability::{OLOYALTY_MANAGE_MEMBERS, OLOYALTY_MANAGE_REWARDS};
use runtime::Tx;
use web::{Access, Call, Reply, Routes};

use super::commands::{self, NewReward, RewardChange};
use super::commands_redeem::{self, Redeemed};
use super::model::{ACTIVE, INACTIVE, Redemption, Reward, RewardFilter};
use super::queries;
use crate::members;
use crate::members::rest::{NoFields, not_a_member};

const NAMESPACE: &str = "oloyalty/v1";

pub(crate) fn routes(routes: &mut Routes) {
    catalogue(routes);
    routes
        .rest(Method::POST, NAMESPACE, "/rewards/{id}/redeem")
        .summary("Redeem a reward for the member that is calling.")
        .access(Access::LoggedIn)
        .body::<NoFields>()
        .replies::<Redeemed>()
        .status(201)
        .unit(redeem);
    routes
        .rest(Method::GET, NAMESPACE, "/members/me/redemptions")
        .summary("What the member that is calling redeemed.")
        .access(Access::LoggedIn)
        .paged()
        .replies::<Vec<Redemption>>()
        .read(|call, tx| match members::queries::of_user(tx, call.caller.user()?.id)? {
            Some(member) => redemptions(call, tx, member.id),
            None => Err(not_a_member()),
        });
    routes
        .rest(Method::GET, NAMESPACE, "/members/{id}/redemptions")
        .summary("What a member redeemed.")
        .requires(OLOYALTY_MANAGE_MEMBERS)
        .paged()
        .replies::<Vec<Redemption>>()
        .read(|call, tx| {
            let member = members::queries::get(tx, call.id("id")?)?;
            redemptions(call, tx, member.id)
        });
}

fn catalogue(routes: &mut Routes) {
    routes
        .rest(Method::GET, NAMESPACE, "/rewards")
        .summary("Active rewards of the catalogue; whoever manages rewards may ask for the others.")
        .access(Access::LoggedIn)
        .paged()
        .query("type", "cart_pct, cart_fixed or free_ship.")
        .query("status", "active (the default), inactive or all.")
        .replies::<Vec<Reward>>()
        .read(|call, tx| {
            let paging = call.paging(&queries::REWARD_COLUMNS)?;
            Ok(Reply::list(&queries::rewards(tx, &paging, &filter(call)?)?, &paging))
        });
    routes
        .rest(Method::POST, NAMESPACE, "/rewards")
        .summary("Put a reward into the catalogue.")
        .requires(OLOYALTY_MANAGE_REWARDS)
        .body::<NewReward>()
        .replies::<Reward>()
        .status(201)
        .unit(|call, tx| {
            let new: NewReward = call.body()?;
            Ok(Reply::created(&commands::create(tx, &new)?))
        });
    routes
        .rest(Method::GET, NAMESPACE, "/rewards/{id}")
        .summary("A reward.")
        .requires(OLOYALTY_MANAGE_REWARDS)
        .replies::<Reward>()
        .read(|call, tx| Ok(Reply::json(&queries::reward(tx, call.id("id")?)?)));
    for method in [Method::PATCH, Method::PUT] {
        routes
            .rest(method, NAMESPACE, "/rewards/{id}")
            .summary("Change a reward. What was redeemed before stays as it was.")
            .requires(OLOYALTY_MANAGE_REWARDS)
            .body::<RewardChange>()
            .replies::<Reward>()
            .unit(|call, tx| {
                let change: RewardChange = call.body()?;
                Ok(Reply::json(&commands::update(tx, call.id("id")?, &change)?))
            });
    }
}

fn redeem(call: &Call, tx: &mut Tx) -> Result<Reply, Fault> {
    let NoFields {} = call.body()?;
    let user = call.caller.user()?.id;
    let now = tx.now();
    // The caller's key stays the key of the redemption for good, longer than the kit keeps its answer.
    let key = match call.idempotency_key()? {
        Some(key) => key,
        None => tx.entropy().uuid(now),
    };
    let request = kernel::hash::sha256(format!("{user}:{key}"));
    Ok(Reply::created(&commands_redeem::redeem(tx, user, call.id("id")?, &request)?))
}

fn redemptions(call: &Call, tx: &mut Tx, member: kernel::ids::MemberId) -> Result<Reply, Fault> {
    let paging = call.paging(&queries::REDEMPTION_COLUMNS)?;
    Ok(Reply::list(&queries::redemptions(tx, member, &paging)?, &paging))
}

/// `type` and `status` of the catalogue's query.
fn filter(call: &Call) -> Result<RewardFilter, Fault> {
    let status = match call.query("status").unwrap_or(ACTIVE) {
        "" | ACTIVE => ACTIVE,
        given if !call.caller.user()?.can(OLOYALTY_MANAGE_REWARDS) => {
            return Err(match given {
                INACTIVE | "all" => Fault::forbidden(),
                _ => Fault::invalid("status", "Use active."),
            });
        }
        INACTIVE => INACTIVE,
        "all" => "",
        _ => return Err(Fault::invalid("status", "Use active, inactive or all.")),
    };
    RewardFilter::of(call.query("type").unwrap_or_default(), status)
}
