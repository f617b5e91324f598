//! Awards: what happens earns points by the rules, and what is undone gives them back.

use kernel::contracts::oloyalty::{EarnContext, EarnEligible, EarnPoints};
use kernel::ids::OrderId;
use kernel::{Fault, Moment};
use runtime::engine::Surroundings;
use runtime::settings::oloyalty as keys;
use runtime::{ApplyFilter, Settings, Tx};

use super::model::{ACCOUNT_CREATED, Award, EarnRule, Terms};
use super::{rules, store};
use crate::ledger;
use crate::ledger::model::{EntryKind, NewEntry};
use crate::members;
use crate::members::model::Member;

const HALF_A_DAY: i64 = 43_200;

/// The welcome bonus of a new account, once per account.
pub fn award_welcome(tx: &mut Tx, member: &Member, at: Moment) -> Result<(), Fault> {
    award_fixed(tx, member, ACCOUNT_CREATED, &member.user_id.to_string(), at)
}

/// The fixed points of an action's rule, once per `source_key`.
fn award_fixed(
    tx: &mut Tx,
    member: &Member,
    action: &'static str,
    source_key: &str,
    at: Moment,
) -> Result<(), Fault> {
    let settings = Settings::load(tx, keys::OPTION)?;
    if !settings.boolean(&keys::POINTS_ENABLED) || store::award(tx, action, source_key)?.is_some() {
        return Ok(());
    }
    let cause = Cause { action, source_key: source_key.to_owned(), order_id: OrderId(0), version: 0, at };
    let rule = store::rule(tx, action)?;
    let points = rule.as_ref().map_or(0, |rule| rule.points);
    give(tx, &settings, member, &cause, rule.as_ref(), &mut |_, _, _| Ok((points, None)))
}

/// What an award is for.
pub(super) struct Cause {
    pub(super) action: &'static str,
    pub(super) source_key: String,
    pub(super) order_id: OrderId,
    pub(super) version: i64,
    pub(super) at: Moment,
}

/// Points by the formula and the terms to keep, for a member and a rule.
pub(super) type Compute<'a> =
    &'a mut dyn FnMut(&mut Tx, &Member, &EarnRule) -> Result<(i64, Option<Terms>), Fault>;

/// Records what a cause has earned, even nothing, and posts it unless in shadow mode. The caller has made sure that
/// the cause has no award yet.
pub(super) fn give(
    tx: &mut Tx,
    settings: &Settings,
    member: &Member,
    cause: &Cause,
    rule: Option<&EarnRule>,
    compute: Compute,
) -> Result<(), Fault> {
    let member = members::queries::held(tx, member.id)?;
    let shadow = settings.boolean(&keys::POINTS_SHADOW_MODE);
    let at = cause.at.min(tx.now());
    let local_day = at.local_day(tx.zone());
    let context = EarnContext {
        member_id: member.id,
        user_id: member.user_id,
        action: cause.action.to_owned(),
        order_id: cause.order_id,
    };
    let eligible = tx.filter::<EarnEligible>(member.is_active() && rule.is_some(), &context)?;
    let (mut terms, mut uncapped, mut awarded) = (None, 0, 0);
    if let Some(rule) = rule.filter(|_| eligible) {
        let (computed, found) = compute(tx, &member, rule)?;
        terms = found;
        uncapped = tx.filter::<EarnPoints>(computed, &context)?.clamp(0, ledger::commands::MOST_POINTS);
        let usage = store::usage(tx, &rule.caps, (member.id, cause.action), &local_day, shadow)?;
        awarded = rules::capped(uncapped, &rule.caps, usage);
        if let Some(terms) = &mut terms {
            terms.by_share |= uncapped != computed;
            terms.uncapped = uncapped;
        }
    }
    let award = Award {
        id: 0,
        member_id: member.id,
        shadow,
        terms,
        awarded,
        clipped: uncapped - awarded,
        kept: awarded,
        order_version: cause.version,
        local_day,
        expires_at: expiry(tx, settings, at),
    };
    let first = store::insert(tx, (cause.action, &cause.source_key), &award, at)?;
    let posts = awarded > 0 && !shadow;
    if !first || (!posts && !members::store::count_award(tx, &member)?) {
        tx.run_again();
        return Err(Fault::unavailable("The member earned something else at this very moment. Try again."));
    }
    if !posts {
        return Ok(());
    }
    let entry = NewEntry {
        member_id: member.id,
        kind: EntryKind::Earn,
        points: awarded,
        lifetime_delta: awarded,
        source: cause.action,
        source_id: cause.source_key.clone(),
        order_id: cause.order_id,
        note: String::new(),
        expires_at: award.expires_at,
        event_at: at,
    };
    ledger::commands::append_award(tx, &member, &entry).map(|_| ())
}

/// The end of the local day so many days after `at`; none when points do not lapse.
fn expiry(tx: &Tx, settings: &Settings, at: Moment) -> Option<Moment> {
    let days = settings.integer(&keys::POINTS_EXPIRE_AFTER_DAYS);
    // From noon, so that a day of 23 or 25 hours does not lead into another one.
    let noon = at.day_start(tx.zone()).plus_seconds(HALF_A_DAY);
    (days > 0).then(|| noon.plus_days(days + 1).day_start(tx.zone()))
}
