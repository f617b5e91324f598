//! Reading members.

use kernel::contracts::oloyalty::{BalanceOf, MemberBalance};
use kernel::ids::{MemberId, UserId};
use kernel::{Fault, Page, Paging};
use runtime::settings::{oloyalty, shop};
use runtime::{Engine, Settings, Tx};

use super::model::{Member, MemberFilter};
use super::store;
use crate::ledger::model::grouped;
use crate::tiers;

/// Columns a list may be ordered by.
pub const ORDER_COLUMNS: [&str; 5] = ["id", "points_balance", "lifetime_earned", "enrolled_at", "email"];

/// A member, or 404.
pub fn get(tx: &mut Tx, id: MemberId) -> Result<Member, Fault> {
    store::by_id(tx, id)?.ok_or_else(|| Fault::not_found("member"))
}

/// A member whose row is held until the transaction ends, or 404: what is read stays true.
pub(crate) fn held(tx: &mut Tx, id: MemberId) -> Result<Member, Fault> {
    store::hold(tx, id)?.ok_or_else(|| Fault::not_found("member"))
}

/// The member of an account, if enrolled.
pub fn of_user(tx: &mut Tx, user: UserId) -> Result<Option<Member>, Fault> {
    store::by_user(tx, user)
}

/// A page of members.
pub fn list(tx: &mut Tx, paging: &Paging, filter: &MemberFilter) -> Result<Page<Member>, Fault> {
    store::list(tx, paging, filter)
}

/// Answers [`BalanceOf`].
pub(crate) async fn balance_of(engine: Engine, request: BalanceOf) -> Result<Option<MemberBalance>, Fault> {
    engine.read(move |tx| balance(tx, request.user_id)).await
}

fn balance(tx: &mut Tx, user: UserId) -> Result<Option<MemberBalance>, Fault> {
    let Some(member) = store::by_user(tx, user)? else { return Ok(None) };
    let value = Settings::load(tx, oloyalty::OPTION)?.decimal(&oloyalty::POINTS_VALUE_PER_POINT);
    let currency = shop::currency(tx)?;
    let progress = tiers::queries::progress(tx, &member)?;
    Ok(Some(MemberBalance {
        points: member.points_balance,
        points_text: grouped(member.points_balance),
        worth: value.times(member.points_balance.max(0)).to_money(currency)?,
        tier: progress.tier.slug,
        tier_name: progress.tier.name,
        next_tier: progress.next.map(|tier| tier.name).unwrap_or_default(),
        missing: progress.missing,
    }))
}
