//! OLoyalty's hooks, with the names of the specification.

use serde::{Deserialize, Serialize};

use crate::ids::{LedgerEntryId, MemberId, OrderId, TierId, UserId};
use crate::time::Moment;
use crate::{Filter, Money, Request, event};

/// A row of `oloyalty_ledger` as hooks carry it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LedgerRecord {
    /// Row.
    pub id: LedgerEntryId,
    /// Member.
    pub member_id: MemberId,
    /// Account of the member.
    pub user_id: UserId,
    /// Position in the member's journal, from 1, without gaps.
    pub seq: i64,
    /// `earn`, `redeem`, `adjust`, `expire`, `reverse`, `transfer`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Change, with sign.
    pub points: i64,
    /// Balance after it.
    pub balance_after: i64,
    /// Cause, such as `order.completed`.
    pub source: String,
    /// Key of the cause.
    pub source_id: String,
}

event! {
    /// A member row was written.
    MemberEnrolled = "oloyalty/member/enrolled", |event| format!("member:{}", event.member_id);
    {
        /// Member.
        member_id: MemberId,
        /// Account.
        user_id: UserId,
    }
}

event! {
    /// Points were awarded.
    PointsEarned = "oloyalty/points/earned", |event| format!("member:{}", event.entry.member_id);
    {
        /// The ledger entry.
        entry: LedgerRecord,
    }
}

event! {
    /// Points were corrected by hand, taken back or given back.
    PointsAdjusted = "oloyalty/points/adjusted", |event| format!("member:{}", event.entry.member_id);
    {
        /// The ledger entry.
        entry: LedgerRecord,
    }
}

event! {
    /// Points were spent on a reward.
    PointsRedeemed = "oloyalty/points/redeemed", |event| format!("member:{}", event.entry.member_id);
    {
        /// The ledger entry.
        entry: LedgerRecord,
    }
}

event! {
    /// A member moved between tiers.
    TierChanged = "oloyalty/tier/changed", |event| format!("member:{}", event.member_id);
    {
        /// Member.
        member_id: MemberId,
        /// Account; 0 in what was written before accounts were named here.
        #[serde(default = "nobody")]
        user_id: UserId,
        /// Before.
        from: Option<TierId>,
        /// Now.
        to: TierId,
        /// When.
        at: Moment,
    }
}

fn nobody() -> UserId {
    UserId(0)
}

/// What the earning filters may look at.
#[derive(Debug, Clone, Serialize)]
pub struct EarnContext {
    /// Member.
    pub member_id: MemberId,
    /// Account.
    pub user_id: UserId,
    /// Rule action, such as `order.completed`.
    pub action: String,
    /// The order, or 0.
    pub order_id: OrderId,
}

impl EarnContext {
    /// The same in every run of a unit, also of one that enrols the member.
    fn about(&self) -> String {
        format!("{} {} {}", self.user_id, self.action, self.order_id)
    }
}

/// What the tier filter may look at.
#[derive(Debug, Clone, Serialize)]
pub struct TierContext {
    /// Member.
    pub member_id: MemberId,
    /// Account.
    pub user_id: UserId,
    /// The tier.
    pub tier_id: TierId,
}

/// A multiplier in basis points beyond which nobody means it: a hundredfold.
const MOST_MULTIPLIER: i64 = 1_000_000;

/// `oloyalty/earn/eligible`: may this event earn at all?
#[derive(Debug)]
pub struct EarnEligible;
impl Filter for EarnEligible {
    const NAME: &'static str = "oloyalty/earn/eligible";
    type Value = bool;
    type Context = EarnContext;

    fn about(context: &EarnContext) -> String {
        context.about()
    }
}

/// `oloyalty/earn/points`: the computed points, before the cap; a result below zero counts as zero.
#[derive(Debug)]
pub struct EarnPoints;
impl Filter for EarnPoints {
    const NAME: &'static str = "oloyalty/earn/points";
    type Value = i64;
    type Context = EarnContext;

    fn about(context: &EarnContext) -> String {
        context.about()
    }
}

/// `oloyalty/earn/campaign_multiplier`: the active campaign's multiplier in basis points (10,000 is 1×).
#[derive(Debug)]
pub struct CampaignMultiplier;
impl Filter for CampaignMultiplier {
    const NAME: &'static str = "oloyalty/earn/campaign_multiplier";
    type Value = i64;
    type Context = EarnContext;

    fn clamped(value: i64) -> i64 {
        value.clamp(0, MOST_MULTIPLIER)
    }

    fn about(context: &EarnContext) -> String {
        context.about()
    }
}

/// `oloyalty/tier/qualifies`: does the member qualify for the tier?
#[derive(Debug)]
pub struct TierQualifies;
impl Filter for TierQualifies {
    const NAME: &'static str = "oloyalty/tier/qualifies";
    type Value = bool;
    type Context = TierContext;

    fn about(context: &TierContext) -> String {
        format!("{} {}", context.user_id, context.tier_id)
    }
}

/// What a member has, for a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberBalance {
    /// Points to spend; below zero when points that were spent were taken back.
    pub points: i64,
    /// The same for people: `4,820`.
    pub points_text: String,
    /// What they are worth in the shop's currency; never below zero.
    pub worth: Money,
    /// Slug of the tier.
    pub tier: String,
    /// Name of the tier.
    pub tier_name: String,
    /// Name of the next tier; empty at the top.
    pub next_tier: String,
    /// Points missing for it.
    pub missing: i64,
}

/// Asks what an account has; none for one that is not a member.
#[derive(Debug, Clone, Copy)]
pub struct BalanceOf {
    /// The account.
    pub user_id: UserId,
}

impl Request for BalanceOf {
    const NAME: &'static str = "oloyalty/balance_of";
    type Reply = Option<MemberBalance>;
}
