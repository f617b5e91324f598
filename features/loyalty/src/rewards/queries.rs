//! Reading rewards and redemptions.

use kernel::ids::{MemberId, RewardId};
use kernel::{Fault, Page, Paging};
use runtime::Tx;

use super::model::{Redemption, Reward, RewardFilter};
use super::store;

/// Columns a list of rewards may be ordered by.
pub const REWARD_COLUMNS: [&str; 4] = ["id", "points_cost", "name", "created_at"];
/// Columns a list of redemptions may be ordered by.
pub const REDEMPTION_COLUMNS: [&str; 2] = ["id", "issued_at"];

/// A reward, or 404.
pub fn reward(tx: &mut Tx, id: RewardId) -> Result<Reward, Fault> {
    store::reward(tx, id)?.ok_or_else(|| Fault::not_found("reward"))
}

/// A reward whose row is held until the transaction ends, or 404: what is read stays true.
pub(crate) fn held(tx: &mut Tx, id: RewardId) -> Result<Reward, Fault> {
    store::hold_reward(tx, id)?.ok_or_else(|| Fault::not_found("reward"))
}

/// A page of the catalogue.
pub fn rewards(tx: &mut Tx, paging: &Paging, filter: &RewardFilter) -> Result<Page<Reward>, Fault> {
    store::rewards(tx, paging, filter)
}

/// A page of what a member redeemed.
pub fn redemptions(tx: &mut Tx, member: MemberId, paging: &Paging) -> Result<Page<Redemption>, Fault> {
    store::redemptions(tx, member, paging)
}
