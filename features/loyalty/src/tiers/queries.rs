//! Reading tiers.

use kernel::Fault;
use kernel::ids::TierId;
use runtime::Tx;

use super::model::Tier;
use super::store;
use crate::members::model::Member;

/// All tiers, lowest first.
pub fn all(tx: &mut Tx) -> Result<Vec<Tier>, Fault> {
    store::all(tx).map(|tiers| tiers.to_vec())
}

/// The tier that everyone starts in.
pub fn lowest(tx: &mut Tx) -> Result<Tier, Fault> {
    store::all(tx)?.first().cloned().ok_or_else(|| Fault::bug("there are no tiers"))
}

/// A tier by its row.
pub fn get(tx: &mut Tx, id: TierId) -> Result<Tier, Fault> {
    store::all(tx)?.iter().find(|tier| tier.id == id).cloned().ok_or_else(|| Fault::not_found("tier"))
}

/// How far a member is on the way to the next tier.
#[derive(Debug, Clone)]
pub struct Progress {
    /// The tier held.
    pub tier: Tier,
    /// The next one, or none at the top.
    pub next: Option<Tier>,
    /// Points still missing; 0 at the top.
    pub missing: i64,
    /// Percent of the way from this tier's threshold to the next one's, 0 to 100.
    pub percent: i64,
}

/// Reads the tier held and the way to the next.
pub fn progress(tx: &mut Tx, member: &Member) -> Result<Progress, Fault> {
    let tiers = store::all(tx)?;
    let tier = tiers.iter().find(|tier| tier.id == member.tier_id).cloned();
    let tier = tier.ok_or_else(|| Fault::bug("a member's tier is gone"))?;
    let next = tiers
        .iter()
        .find(|other| other.rank > tier.rank && other.threshold().is_some_and(|at| at > 0))
        .cloned();
    let Some(goal) = next.as_ref().and_then(Tier::threshold) else {
        return Ok(Progress { tier, next: None, missing: 0, percent: 100 });
    };
    let start = tier.threshold().unwrap_or(0);
    let span = (goal - start).max(1);
    let gone = (member.lifetime_earned - start).clamp(0, span);
    let percent = i64::try_from(i128::from(gone) * 100 / i128::from(span)).unwrap_or(0);
    Ok(Progress { tier, next, missing: (goal - member.lifetime_earned).max(0), percent })
}
