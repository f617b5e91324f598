//! Which tier a member qualifies for, and what to do about it.

use kernel::Moment;
use kernel::ids::TierId;

use super::model::Qualification;
use crate::members::model::Member;

impl Qualification {
    /// Does it hold for the member? What cannot be understood does not hold.
    #[must_use]
    pub fn holds(&self, member: &Member, now: Moment) -> bool {
        let all = self.all.iter().flatten().all(|rule| rule.holds(member, now));
        let any = self.any.as_ref().is_none_or(|rules| rules.iter().any(|rule| rule.holds(member, now)));
        let not = self.not.as_ref().is_none_or(|rule| !rule.holds(member, now));
        all && any && not && self.comparison_holds(member, now)
    }

    fn comparison_holds(&self, member: &Member, now: Moment) -> bool {
        let Some(metric) = &self.metric else { return self.op.is_none() && self.value.is_none() };
        let found = match metric.as_str() {
            "lifetime_earned" => member.lifetime_earned,
            "lifetime_redeemed" => member.lifetime_redeemed,
            "points_balance" => member.points_balance,
            "member_days" => now.seconds_since(member.enrolled_at).div_euclid(86_400),
            _ => return false,
        };
        let Some(value) = self.value else { return false };
        match self.op.as_deref().unwrap_or(">=") {
            ">=" => found >= value,
            ">" => found > value,
            "<=" => found <= value,
            "<" => found < value,
            "=" => found == value,
            _ => false,
        }
    }

    /// The lifetime points it asks for, when it asks for nothing else: 0 for an empty one.
    #[must_use]
    pub fn lifetime_threshold(&self) -> Option<i64> {
        if *self == Self::default() {
            return Some(0);
        }
        match (&self.all, &self.any, &self.not, self.metric.as_deref(), self.op.as_deref()) {
            (None, None, None, Some("lifetime_earned"), Some(">=")) => self.value,
            (Some(rules), None, None, None, None) if rules.len() == 1 => {
                rules.first().and_then(Self::lifetime_threshold)
            }
            _ => None,
        }
    }
}

/// What becomes of a member's tier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing changes.
    Stay,
    /// Qualifies for the tier again: the grace period that ran is over.
    Recovered,
    /// Below the threshold from now on.
    BelowFrom(Moment),
    /// Below the threshold, the grace period still runs.
    InGrace,
    /// Up.
    Promote(TierId),
    /// Down.
    Demote(TierId),
}

/// `held` and `earned` are the rank and id of the tier held and of the highest one qualified for.
#[must_use]
pub fn verdict(
    held: (i64, TierId),
    earned: (i64, TierId),
    below_since: Option<Moment>,
    now: Moment,
    grace_days: i64,
) -> Verdict {
    if earned.0 > held.0 {
        return Verdict::Promote(earned.1);
    }
    if earned.0 == held.0 {
        return if below_since.is_some() { Verdict::Recovered } else { Verdict::Stay };
    }
    match below_since {
        _ if grace_days == 0 => Verdict::Demote(earned.1),
        Some(since) if since.plus_days(grace_days) <= now => Verdict::Demote(earned.1),
        Some(_) => Verdict::InGrace,
        None => Verdict::BelowFrom(now),
    }
}
