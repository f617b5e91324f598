//! Moving members between tiers.

use kernel::Fault;
use kernel::contracts::oloyalty::{TierChanged, TierContext, TierQualifies};
use kernel::ids::{MemberId, TierId};
use runtime::settings::oloyalty as keys;
use runtime::{Actor, ApplyFilter, Emit, Engine, Settings, Tx};

use super::model::{Recalculation, Tier};
use super::rules::{Verdict, verdict};
use super::{queries, store};
use crate::members;
use crate::members::model::Member;

/// Members looked at in one transaction of a recalculation.
const BATCH: i64 = 100;

/// Gives a member the tier it qualifies for: up at once, down only after the grace period. Shut-out members stay.
pub fn settle(tx: &mut Tx, member: &Member) -> Result<Verdict, Fault> {
    let tiers = store::all(tx)?;
    if !member.is_active() {
        return Ok(Verdict::Stay);
    }
    let held = tiers.iter().find(|tier| tier.id == member.tier_id);
    let held = held.ok_or_else(|| Fault::bug("a member's tier is gone"))?;
    let earned = highest(tx, &tiers, member)?;
    let grace = Settings::load(tx, keys::OPTION)?.integer(&keys::TIERS_DOWNGRADE_GRACE_DAYS);
    let found = verdict((held.rank, held.id), (earned.rank, earned.id), member.below_since, tx.now(), grace);
    match found {
        Verdict::Stay | Verdict::InGrace => {}
        Verdict::Recovered => members::store::set_below(tx, member.id, None)?,
        Verdict::BelowFrom(since) => members::store::set_below(tx, member.id, Some(since))?,
        Verdict::Promote(to) | Verdict::Demote(to) => change(tx, member, to)?,
    }
    Ok(found)
}

fn highest<'tiers>(tx: &mut Tx, tiers: &'tiers [Tier], member: &Member) -> Result<&'tiers Tier, Fault> {
    for tier in tiers.iter().rev() {
        let holds = tier.qualification()?.holds(member, tx.now());
        let context = TierContext { member_id: member.id, user_id: member.user_id, tier_id: tier.id };
        if tx.filter::<TierQualifies>(holds, &context)? {
            return Ok(tier);
        }
    }
    tiers.first().ok_or_else(|| Fault::bug("there are no tiers"))
}

fn change(tx: &mut Tx, member: &Member, to: TierId) -> Result<(), Fault> {
    if !members::store::set_tier(tx, member.id, member.tier_id, to)? {
        tx.run_again();
        return Err(Fault::unavailable("The member's tier changed at this very moment. Try again."));
    }
    let at = tx.now();
    let (member_id, user_id) = (member.id, member.user_id);
    tx.emit(&TierChanged { member_id, user_id, from: Some(member.tier_id), to, at })
}

/// Looks at every member anew, a hundred at a time.
pub async fn recalculate(engine: &Engine) -> Result<Recalculation, Fault> {
    let mut total = Recalculation::default();
    let mut after = MemberId(0);
    loop {
        let (counted, last) = engine.write(Actor::system(), move |tx| recalculate_batch(tx, after)).await?;
        let Some(last) = last else { return Ok(total) };
        after = last;
        total.recalculated += counted.recalculated;
        total.promotions += counted.promotions;
        total.demotions += counted.demotions;
        total.unchanged += counted.unchanged;
        total.in_grace += counted.in_grace;
        total.skipped += counted.skipped;
    }
}

fn recalculate_batch(tx: &mut Tx, after: MemberId) -> Result<(Recalculation, Option<MemberId>), Fault> {
    let ids = members::store::ids_after(tx, after, BATCH)?;
    let mut counted = Recalculation::default();
    for id in &ids {
        let Some(member) = members::store::hold(tx, *id)? else { continue };
        counted.recalculated += 1;
        if !member.is_active() {
            counted.skipped += 1;
            continue;
        }
        match settle(tx, &member)? {
            Verdict::Stay | Verdict::Recovered => counted.unchanged += 1,
            Verdict::BelowFrom(_) | Verdict::InGrace => counted.in_grace += 1,
            Verdict::Promote(_) => counted.promotions += 1,
            Verdict::Demote(_) => counted.demotions += 1,
        }
    }
    Ok((counted, ids.last().copied()))
}

/// The earn multiplier of a member's tier, in basis points.
pub fn multiplier(tx: &mut Tx, member: &Member) -> Result<i64, Fault> {
    Ok(queries::get(tx, member.tier_id)?.multiplier())
}
