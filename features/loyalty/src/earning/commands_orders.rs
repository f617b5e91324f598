//! What an order earns, measured by its present state: every announcement of an order leads to the same points,
//! however often and in whatever order the announcements come.

use kernel::contracts::oloyalty::{CampaignMultiplier, EarnContext};
use kernel::contracts::shop::OrderSnapshot;
use kernel::ids::OrderId;
use kernel::{Decimal, Fault};
use runtime::settings::oloyalty as keys;
use runtime::{ApplyFilter, Settings, Tx};

use super::commands::{Cause, give};
use super::model::{Award, Basis, EarnRule, ORDER_COMPLETED, Terms};
use super::rules::{self, Standing};
use super::store;
use crate::ledger;
use crate::ledger::model::{EntryKind, NewEntry};
use crate::members;
use crate::members::model::Member;
use crate::tiers;
use crate::tiers::model::ONCE;

/// Days that points which come back can at least be used.
const GRACE_DAYS: i64 = 14;

/// Brings the points of an order in line with its state. `refund` is the refund that was just written, if one was.
/// Orders of guests earn nothing; an account that is no member yet is enrolled with its first paid order.
pub fn order_changed(tx: &mut Tx, order: &OrderSnapshot, refund: Option<OrderId>) -> Result<(), Fault> {
    let settings = Settings::load(tx, keys::OPTION)?;
    let mut standing = rules::standing(&order.status, settings.boolean(&keys::EARN_ON_PROCESSING));
    if order.total.minor() > 0 && order.refunded_total.minor() >= order.total.minor() {
        standing = Standing::Undone;
    }
    let key = order.id.to_string();
    if let Some(award) = store::award(tx, ORDER_COMPLETED, &key)? {
        members::store::hold(tx, award.member_id)?;
        let Some(award) = store::award(tx, ORDER_COMPLETED, &key)? else { return Ok(()) };
        return settle(tx, &settings, order, &award, standing, refund);
    }
    if order.customer_id.0 == 0 || !settings.boolean(&keys::POINTS_ENABLED) || !order.is_paid() {
        return Ok(());
    }
    let member = members::commands::enrol(tx, order.customer_id, &order.billing_email)?;
    if standing != Standing::Earning {
        return Ok(());
    }
    let at = order.completed_at.or(order.paid_at).unwrap_or_else(|| tx.now());
    let cause =
        Cause { action: ORDER_COMPLETED, source_key: key, order_id: order.id, version: order.version, at };
    let rule = store::rule(tx, ORDER_COMPLETED)?;
    let basis = Basis {
        include_tax: settings.boolean(&keys::EARN_INCLUDE_TAX),
        include_shipping: settings.boolean(&keys::EARN_INCLUDE_SHIPPING),
        after_discounts: settings.boolean(&keys::EARN_AFTER_DISCOUNTS),
    };
    give(tx, &settings, &member, &cause, rule.as_ref(), &mut |tx, member, rule| {
        let terms = terms(tx, order, member, rule, basis)?;
        Ok((terms.uncapped, Some(terms)))
    })
}

/// The terms of an order by a rule. The tier is the one held before the order.
fn terms(
    tx: &mut Tx,
    order: &OrderSnapshot,
    member: &Member,
    rule: &EarnRule,
    basis: Basis,
) -> Result<Terms, Fault> {
    let lines: Vec<_> = order
        .lines
        .iter()
        .filter_map(|line| {
            let multiplier = rules::line_multiplier(line, &rule.multipliers, &rule.exclusions)?;
            Some((line.id, multiplier))
        })
        .collect();
    let tier = if rule.multipliers.tier { tiers::commands::multiplier(tx, member)? } else { ONCE };
    let campaign = if rule.multipliers.campaign {
        let context = EarnContext {
            member_id: member.id,
            user_id: member.user_id,
            action: rule.action.clone(),
            order_id: order.id,
        };
        tx.filter::<CampaignMultiplier>(ONCE, &context)?.max(0)
    } else {
        ONCE
    };
    let weighted = rules::weighted_base(order, basis, &lines);
    let per = rule.formula.per.filter(|per| *per > Decimal::ZERO).unwrap_or_else(|| Decimal::whole(1));
    let by_share = rule.formula.kind == "fixed";
    let uncapped =
        if by_share { rule.points } else { rules::points(weighted, rule.points, per, tier, campaign) };
    Ok(Terms {
        rule_id: rule.id,
        points: rule.points,
        per,
        basis,
        lines,
        tier,
        campaign,
        weighted,
        uncapped,
        by_share,
        caps: rule.caps.clone(),
    })
}

/// Moves what the award keeps to what the order's state deserves, and posts the difference.
fn settle(
    tx: &mut Tx,
    settings: &Settings,
    order: &OrderSnapshot,
    award: &Award,
    standing: Standing,
    refund: Option<OrderId>,
) -> Result<(), Fault> {
    if order.version < award.order_version {
        return Ok(());
    }
    let Some(terms) = &award.terms else { return Ok(()) };
    let deserved = rules::deserved(terms, order).min(award.awarded);
    let mut kept = match standing {
        Standing::Undone => 0,
        Standing::Waiting => deserved.min(award.kept),
        Standing::Earning => deserved,
    };
    if kept > award.kept {
        kept = award.kept + room(tx, settings, award, terms, kept - award.kept)?;
    }
    if !store::keep(tx, award, kept, order.version)? {
        tx.run_again();
        return Err(Fault::unavailable("The order's points moved at this very moment. Try again."));
    }
    let change = kept - award.kept;
    if change == 0 || award.shadow {
        return Ok(());
    }
    let entry = movement(tx, order, award, change, refund);
    ledger::commands::append(tx, &entry).map(|_| ())
}

/// How many of `points` may come back: none for members who are shut out or while points are off, and never more than
/// the day of the award has left.
fn room(tx: &mut Tx, settings: &Settings, award: &Award, terms: &Terms, points: i64) -> Result<i64, Fault> {
    let member = members::queries::get(tx, award.member_id)?;
    if !member.is_active() || !settings.boolean(&keys::POINTS_ENABLED) {
        return Ok(0);
    }
    let cause = (award.member_id, ORDER_COMPLETED);
    let usage = store::usage(tx, &terms.caps, cause, &award.local_day, award.shadow)?;
    Ok(rules::capped(points, &terms.caps, usage))
}

fn movement(tx: &Tx, order: &OrderSnapshot, award: &Award, change: i64, refund: Option<OrderId>) -> NewEntry {
    let now = tx.now();
    let state = format!("{}:{}:{}", order.id, order.version, award.kept);
    let (kind, source, source_id) = match refund {
        _ if change > 0 => (EntryKind::Earn, "order.restored", state),
        Some(refund) => (EntryKind::Reverse, "order.refund", refund.to_string()),
        None => (EntryKind::Reverse, "order.undone", state),
    };
    NewEntry {
        member_id: award.member_id,
        kind,
        points: change,
        lifetime_delta: change,
        source,
        source_id,
        order_id: order.id,
        note: String::new(),
        expires_at: (change > 0)
            .then_some(award.expires_at)
            .flatten()
            .map(|expires_at| expires_at.max(now.plus_days(GRACE_DAYS))),
        event_at: now,
    }
}
