//! Members enrolled, points earned, spent and taken back.

use kernel::contracts::oloyalty::{
    LedgerRecord, MemberEnrolled, PointsAdjusted, PointsEarned, PointsRedeemed,
};
use kernel::{Event, Fault, Moment};
use runtime::{Envelope, Subscriber, Tx};

use super::commands::record;
use super::model::{Entry, Metric};

/// Subscribes to what happens to members and their points.
#[must_use]
pub fn subscribers() -> Vec<Subscriber> {
    vec![
        Subscriber::unit("reports.member_enrolled", MemberEnrolled::NAME, enrolled),
        Subscriber::unit("reports.points_earned", PointsEarned::NAME, earned),
        Subscriber::unit("reports.points_adjusted", PointsAdjusted::NAME, adjusted),
        Subscriber::unit("reports.points_redeemed", PointsRedeemed::NAME, redeemed),
    ]
}

fn enrolled(tx: &mut Tx, envelope: &Envelope) -> Result<(), Fault> {
    let event: MemberEnrolled = envelope.read()?;
    let cause = format!("member:{}", event.member_id);
    record(tx, &Entry::one(Metric::Members, cause, envelope.created_at).told()).map(drop)
}

fn earned(tx: &mut Tx, envelope: &Envelope) -> Result<(), Fault> {
    let PointsEarned { entry } = envelope.read()?;
    let earned = Entry::one(Metric::PointsEarned, cause(&entry), envelope.created_at);
    record(tx, &earned.counting(entry.points).told())?;
    outstanding(tx, &entry, envelope.created_at)
}

fn adjusted(tx: &mut Tx, envelope: &Envelope) -> Result<(), Fault> {
    let PointsAdjusted { entry } = envelope.read()?;
    // Points of a reward that came back were never taken from what was earned.
    if entry.kind == "reverse" && entry.points < 0 {
        let taken = Entry::one(Metric::PointsReversed, cause(&entry), envelope.created_at);
        record(tx, &taken.counting(entry.points.saturating_neg()).told())?;
    }
    outstanding(tx, &entry, envelope.created_at)
}

fn redeemed(tx: &mut Tx, envelope: &Envelope) -> Result<(), Fault> {
    let PointsRedeemed { entry } = envelope.read()?;
    outstanding(tx, &entry, envelope.created_at)
}

fn cause(entry: &LedgerRecord) -> String {
    format!("points:{}", entry.id)
}

/// A member in debt has nothing to spend, so only what is above zero changes the sum.
fn outstanding(tx: &mut Tx, entry: &LedgerRecord, at: Moment) -> Result<(), Fault> {
    let before = entry.balance_after.saturating_sub(entry.points);
    let change = entry.balance_after.max(0).saturating_sub(before.max(0));
    if change != 0 {
        record(tx, &Entry::one(Metric::PointsOutstanding, cause(entry), at).counting(change))?;
    }
    Ok(())
}
