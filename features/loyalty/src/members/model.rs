//! A member.

use kernel::ids::{MemberId, TierId, UserId};
use kernel::{Fault, Moment};
use schemars::JsonSchema;
use serde::Serialize;

/// A row of `oloyalty_members` with the slug of its tier.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Member {
    /// Row.
    pub id: MemberId,
    /// The account.
    pub user_id: UserId,
    /// Address of the account when it enrolled.
    pub email: String,
    /// What friends of the member enter.
    pub referral_code: String,
    /// `active`, `suspended` or `banned`.
    pub status: String,
    /// Why the member was suspended or banned, or empty.
    pub status_reason: String,
    /// Points to spend. Below zero after points that were spent have been taken back.
    pub points_balance: i64,
    /// Points ever earned, less those taken back. Tiers look at it.
    pub lifetime_earned: i64,
    /// Points ever redeemed, less those given back.
    pub lifetime_redeemed: i64,
    /// Tier.
    pub tier_id: TierId,
    /// Slug of the tier.
    pub tier: String,
    /// Since when in this tier, or none for the first one.
    pub tier_changed_at: Option<Moment>,
    /// Since when below the tier's threshold, or none.
    pub below_since: Option<Moment>,
    /// Entries in the ledger.
    pub ledger_seq: i64,
    /// Enrolled at.
    pub enrolled_at: Moment,
    /// Counts the member's awards, so that two at once are known.
    #[serde(skip)]
    pub award_seq: i64,
}

impl Member {
    /// May this member earn and redeem?
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.status == ACTIVE
    }
}

/// Status of a member in good standing.
pub const ACTIVE: &str = "active";

/// Ways to shut a member out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exclusion {
    /// For a while: nothing is earned or redeemed.
    Suspended,
    /// For good: codes do not work either.
    Banned,
}

impl Exclusion {
    /// Reads `suspended` or `banned`.
    pub fn parse(field: &str, text: &str) -> Result<Self, Fault> {
        match text {
            "suspended" => Ok(Self::Suspended),
            "banned" => Ok(Self::Banned),
            _ => Err(Fault::invalid(field, "Use suspended or banned.")),
        }
    }

    /// As the column holds it.
    #[must_use]
    pub const fn status(self) -> &'static str {
        match self {
            Self::Suspended => "suspended",
            Self::Banned => "banned",
        }
    }
}

/// Which members a list holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MemberFilter {
    /// Slug of a tier, or empty for all.
    pub tier: String,
    /// Status, or empty for all.
    pub status: String,
}
