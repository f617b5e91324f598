//! Entries of the journal.

use kernel::Moment;
use kernel::contracts::oloyalty::LedgerRecord;
use kernel::ids::{LedgerEntryId, MemberId, OrderId, UserId};
use schemars::JsonSchema;
use serde::Serialize;

/// What moved the points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// Awarded for something.
    Earn,
    /// Spent on a reward.
    Redeem,
    /// Corrected by hand.
    Adjust,
    /// An earn or a redeem taken back.
    Reverse,
    /// Lapsed.
    Expire,
}

impl EntryKind {
    /// As the column holds it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Earn => "earn",
            Self::Redeem => "redeem",
            Self::Adjust => "adjust",
            Self::Reverse => "reverse",
            Self::Expire => "expire",
        }
    }
}

/// A movement to be written. `source` and `source_id` name its cause: one cause moves a member's points once.
#[derive(Debug, Clone)]
pub struct NewEntry {
    /// Member.
    pub member_id: MemberId,
    /// What it is.
    pub kind: EntryKind,
    /// Change, with sign; never 0.
    pub points: i64,
    /// Change of the points that tiers look at.
    pub lifetime_delta: i64,
    /// Kind of cause, such as `order.completed`.
    pub source: &'static str,
    /// Key of the cause among its kind.
    pub source_id: String,
    /// The order, or 0.
    pub order_id: OrderId,
    /// A sentence for people, or empty.
    pub note: String,
    /// When these points lapse, or none.
    pub expires_at: Option<Moment>,
    /// When the cause happened.
    pub event_at: Moment,
}

/// A row of `oloyalty_ledger`.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct LedgerEntry {
    /// Row.
    pub id: LedgerEntryId,
    /// Member.
    pub member_id: MemberId,
    /// Position in the member's journal, from 1, without gaps.
    pub seq: i64,
    /// `earn`, `redeem`, `adjust`, `expire`, `reverse`, `transfer`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Change, with sign.
    pub points: i64,
    /// Balance after it.
    pub balance_after: i64,
    /// Change of the points that tiers look at.
    pub lifetime_delta: i64,
    /// Kind of cause.
    pub source: String,
    /// Key of the cause.
    pub source_id: String,
    /// The order, or 0.
    pub order_id: OrderId,
    /// A sentence for people, or empty.
    pub note: String,
    /// When these points lapse, or none.
    pub expires_at: Option<Moment>,
    /// When the cause happened.
    pub event_at: Moment,
    /// When it was written.
    pub created_at: Moment,
}

impl LedgerEntry {
    /// As hooks carry it.
    #[must_use]
    pub fn record(&self, user_id: UserId) -> LedgerRecord {
        LedgerRecord {
            id: self.id,
            member_id: self.member_id,
            user_id,
            seq: self.seq,
            kind: self.kind.clone(),
            points: self.points,
            balance_after: self.balance_after,
            source: self.source.clone(),
            source_id: self.source_id.clone(),
        }
    }

    /// The movement in a few words for members and staff.
    #[must_use]
    pub fn title(&self) -> String {
        title(&self.source, self.order_id, &self.note)
    }
}

/// Source of the points that a reward cost.
pub const REWARD: &str = "reward";
/// Source of the points that came back with a reward.
pub const REWARD_REVERSED: &str = "reward.reversed";

/// Source of the points that lapsed with their account.
pub const ACCOUNT_DELETED: &str = "account.deleted";

/// How a movement changes the points ever redeemed, less those given back.
#[must_use]
pub fn redeemed_delta(source: &str, points: i64) -> i64 {
    if matches!(source, REWARD | REWARD_REVERSED) { points.saturating_neg() } else { 0 }
}

/// A movement in a few words, by its cause.
#[must_use]
pub fn title(source: &str, order_id: OrderId, note: &str) -> String {
    match source {
        "order.completed" => format!("Purchase, order #{order_id}"),
        "order.restored" => format!("Points given back, order #{order_id}"),
        "order.refund" => format!("Refund, order #{order_id}"),
        "order.undone" => format!("Taken back, order #{order_id}"),
        "account.created" => "Welcome bonus".to_owned(),
        ACCOUNT_DELETED => "Account deleted".to_owned(),
        REWARD => format!("Reward: {note}"),
        REWARD_REVERSED => format!("Given back, reward: {note}"),
        "admin" if note.is_empty() => "Correction".to_owned(),
        "admin" => note.to_owned(),
        other => other.to_owned(),
    }
}

/// An entry and whether this call wrote it, or an earlier one of the same cause.
#[derive(Debug, Clone)]
pub struct Posted {
    /// The entry.
    pub entry: LedgerEntry,
    /// False when it stood there already.
    pub fresh: bool,
}

/// Which entries a list holds; empty and none for all.
#[derive(Debug, Clone, Default)]
pub struct LedgerFilter {
    /// Entry type.
    pub kind: String,
    /// Kind of cause.
    pub source: String,
    /// Written at or after.
    pub after: Option<Moment>,
    /// Written before.
    pub before: Option<Moment>,
}

/// `4820` as `4,820`.
#[must_use]
pub fn grouped(points: i64) -> String {
    let digits = points.unsigned_abs().to_string();
    let mut text = if points < 0 { "-".to_owned() } else { String::new() };
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// As [`grouped`], with a plus before what is added.
#[must_use]
pub fn signed(points: i64) -> String {
    if points > 0 { format!("+{}", grouped(points)) } else { grouped(points) }
}
