//! Points against money, when everything is at rest: what each order gave its buyer, and what refunds left of it. The
//! arithmetic is the auditor's own: whole fractions and one division at the end.

use std::collections::{BTreeMap, BTreeSet};

use db::{Sql, Tx, params};
use kernel::{Decimal, Fault, Moment, json};
use serde::Deserialize;

use crate::bank::SKEW_SECONDS;
use crate::world::World;

const RULE: Sql = Sql::new(
    "SELECT points, formula, multipliers, exclusions, caps FROM {p}oloyalty_earn_rules \
     WHERE action = 'order.completed' AND status = 'active'",
);
const TIERS: Sql = Sql::new("SELECT qualification_rules, perks FROM {p}oloyalty_tiers ORDER BY `rank`");
const AWARDS: Sql = Sql::new(
    "SELECT a.source_key, a.awarded, a.clipped, a.kept, a.shadow, a.local_day, a.created_at, m.id AS member, m.user_id, \
     o.customer_id, o.status, o.total_amount FROM {p}cartwright_point_awards a \
     JOIN {p}oloyalty_members m ON m.id = a.member_id \
     LEFT JOIN {p}wc_orders o ON o.id = CAST(a.source_key AS SIGNED) AND o.type = 'shop_order' \
     WHERE a.action = 'order.completed' ORDER BY a.id",
);
const LINES: Sql = Sql::new(
    "SELECT i.order_id, m.meta_value AS net, t.meta_value AS tax FROM {p}woocommerce_order_items i \
     JOIN {p}woocommerce_order_itemmeta m ON m.order_item_id = i.order_item_id AND m.meta_key = '_line_total' \
     JOIN {p}woocommerce_order_itemmeta t ON t.order_item_id = i.order_item_id AND t.meta_key = '_line_tax' \
     WHERE i.order_item_type = 'line_item' ORDER BY i.order_item_id",
);
const REFUNDS: Sql = Sql::new(
    "SELECT parent_order_id, total_amount, date_created_gmt FROM {p}wc_orders \
     WHERE type = 'shop_order_refund' AND status = 'wc-completed' ORDER BY id",
);
const ENTRIES: Sql = Sql::new(
    "SELECT member_id, order_id, type, source, points, lifetime_delta FROM {p}oloyalty_ledger ORDER BY member_id, seq",
);
const HELD: Sql = Sql::new(
    "SELECT m.id, t.qualification_rules FROM {p}oloyalty_members m JOIN {p}oloyalty_tiers t ON t.id = m.tier_id \
     ORDER BY m.id",
);
/// States in which an order has earned nothing in the end.
const UNDONE: [&str; 4] = ["wc-refunded", "wc-cancelled", "wc-failed", "trash"];
/// The exact units of `Decimal` in one unit of currency.
const UNITS: i128 = 100_000_000;

/// The one rule of the worlds: so many points for each unit of the goods' price, without tax and after discounts.
#[derive(Debug, Deserialize)]
struct Formula {
    #[serde(rename = "type")]
    kind: String,
    per: Decimal,
}

#[derive(Debug, Deserialize)]
struct Caps {
    per_day: i64,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Perks {
    earn_multiplier: Option<Decimal>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Qualification {
    all: Vec<Condition>,
}

#[derive(Debug, Deserialize)]
struct Condition {
    value: i64,
}

/// A step of the ladder: lifetime points from which on, and times what, in exact units.
type Step = (i64, i128);

/// Points per what, in exact units, the most of a member's day, and the ladder of tiers.
struct Terms {
    points: i128,
    per: i128,
    per_day: i64,
    ladder: Vec<Step>,
}

/// The goods of an order and what came back, in exact units.
#[derive(Debug, Default, Clone)]
struct Goods {
    net: i128,
    with_tax: i128,
    refunds: Vec<(i128, Moment)>,
}

impl Goods {
    /// Points when so much of the money has gone back: goods bear refunds by their value, what exceeds them (shipping)
    /// takes nothing.
    fn points(&self, terms: &Terms, multiplier: i128, refunded: i128) -> i128 {
        let left = (self.with_tax - refunded).max(0);
        let whole = self.with_tax.max(1) * terms.per * UNITS;
        (self.net * terms.points * multiplier * left) / whole
    }

    /// What may have gone back when the order's state of then was written: any of the refunds that were begun.
    fn refunded_by(&self, moment: Moment) -> BTreeSet<i128> {
        let mut sums = BTreeSet::from([0]);
        for (amount, begun) in &self.refunds {
            if *begun <= moment.plus_seconds(SKEW_SECONDS) {
                sums.extend(sums.clone().into_iter().map(|sum| sum + amount));
            }
        }
        sums
    }

    fn refunded(&self) -> i128 {
        self.refunds.iter().map(|(amount, _)| amount).sum()
    }
}

struct Award {
    order: i64,
    awarded: i64,
    clipped: i64,
    kept: i64,
    shadow: bool,
    day: String,
    created_at: Moment,
    member: i64,
    user: i64,
    customer: Option<i64>,
    status: String,
    total: i128,
}

fn terms(tx: &mut Tx<'_>) -> Result<Terms, Fault> {
    let rule = tx.one(&RULE, params![], |row| {
        let document = |name| row.get::<String>(name);
        Ok((
            row.get::<i64>("points")?,
            document("formula")?,
            document("multipliers")?,
            document("exclusions")?,
            document("caps")?,
        ))
    })?;
    let (points, formula, multipliers, exclusions, caps) =
        rule.ok_or_else(|| Fault::bug("the world has no rule for purchases"))?;
    let formula: Formula = json::from_text(&formula)?;
    let Caps { per_day } = json::from_text(&caps)?;
    let plain = multipliers.contains(r#""products":{},"categories":{}"#)
        && exclusions == r#"{"products":[],"categories":[]}"#;
    if formula.kind != "per_currency" || !plain {
        return Err(Fault::bug("the world's rule for purchases is not the one that the auditor knows"));
    }
    let rows = tx.rows(&TIERS, params![], |row| {
        Ok((row.get::<String>("qualification_rules")?, row.get::<String>("perks")?))
    })?;
    let mut ladder = Vec::new();
    for (rules, perks) in rows {
        let perks: Perks = json::from_text(&perks)?;
        ladder.push((threshold(&rules)?, perks.earn_multiplier.map_or(UNITS, Decimal::raw)));
    }
    Ok(Terms { points: i128::from(points), per: formula.per.raw(), per_day, ladder })
}

/// Lifetime points that a tier asks for.
fn threshold(rules: &str) -> Result<i64, Fault> {
    let rules: Qualification = json::from_text(rules)?;
    Ok(rules.all.first().map_or(0, |condition| condition.value))
}

fn awards(tx: &mut Tx<'_>) -> Result<Vec<Award>, Fault> {
    let awards = tx.rows(&AWARDS, params![], |row| {
        Ok(Award {
            order: row.get::<String>("source_key")?.parse().unwrap_or_default(),
            awarded: row.get("awarded")?,
            clipped: row.get("clipped")?,
            kept: row.get("kept")?,
            shadow: row.get::<i64>("shadow")? != 0,
            day: row.get("local_day")?,
            created_at: row.get("created_at")?,
            member: row.get("member")?,
            user: row.get("user_id")?,
            customer: row.get("customer_id")?,
            status: row.get::<Option<String>>("status")?.unwrap_or_default(),
            total: row.get::<Option<Decimal>>("total_amount")?.map_or(0, Decimal::raw),
        })
    })?;
    Ok(awards)
}

fn goods(tx: &mut Tx<'_>) -> Result<BTreeMap<i64, Goods>, Fault> {
    let mut goods: BTreeMap<i64, Goods> = BTreeMap::new();
    let lines = tx.rows(&LINES, params![], |row| {
        Ok((row.get::<i64>("order_id")?, row.get::<String>("net")?, row.get::<String>("tax")?))
    })?;
    for (order, net, tax) in lines {
        let exact = |text: &str| Decimal::parse(text).map_or(0, Decimal::raw);
        let goods = goods.entry(order).or_default();
        goods.net += exact(&net);
        goods.with_tax += exact(&net) + exact(&tax);
    }
    let refunds = tx.rows(&REFUNDS, params![], |row| {
        Ok((
            row.get::<i64>("parent_order_id")?,
            row.get::<Decimal>("total_amount")?,
            row.get::<Moment>("date_created_gmt")?,
        ))
    })?;
    for (order, total, begun) in refunds {
        goods.entry(order).or_default().refunds.push((-total.raw(), begun));
    }
    Ok(goods)
}

/// What the ledger says.
#[derive(Debug, Default)]
struct Ledger {
    /// Times what each order earned for each member: by the most that he had earned before it. No tier is lost within
    /// the few days of a world.
    multipliers: BTreeMap<(i64, i64), i128>,
    /// What each order has given each member and taken from him.
    posted: BTreeMap<(i64, i64), i64>,
    /// The most that each member had ever earned.
    most: BTreeMap<i64, i64>,
}

fn ledger(tx: &mut Tx<'_>, terms: &Terms) -> Result<Ledger, Fault> {
    let entries = tx.rows(&ENTRIES, params![], |row| {
        Ok((
            (row.get::<i64>("member_id")?, row.get::<i64>("order_id")?),
            row.get::<String>("source")?,
            row.get::<i64>("points")?,
            row.get::<i64>("lifetime_delta")?,
        ))
    })?;
    let (mut ledger, mut lifetimes) = (Ledger::default(), BTreeMap::<i64, i64>::new());
    for ((member, order), source, points, delta) in entries {
        let most = ledger.most.entry(member).or_default();
        if source.starts_with("order.") {
            let step = terms.ladder.iter().rev().find(|(from, _)| *most >= *from);
            ledger.multipliers.entry((member, order)).or_insert(step.map_or(UNITS, |(_, times)| *times));
            *ledger.posted.entry((member, order)).or_default() += points;
        }
        let lifetime = lifetimes.entry(member).or_default();
        *lifetime += delta;
        *most = (*most).max(*lifetime);
    }
    Ok(ledger)
}

/// Nobody holds another tier than the highest that he has ever reached.
fn tiers(tx: &mut Tx<'_>, terms: &Terms, ledger: &Ledger) -> Result<Vec<String>, Fault> {
    let held = tx.rows(&HELD, params![], |row| {
        Ok((row.get::<i64>("id")?, row.get::<String>("qualification_rules")?))
    })?;
    let mut found = Vec::new();
    for (member, rules) in held {
        let most = ledger.most.get(&member).copied().unwrap_or_default();
        let step = terms.ladder.iter().rev().find(|(from, _)| most >= *from).map_or(0, |(from, _)| *from);
        if threshold(&rules)? != step {
            found.push(format!("member {member} has earned {most} and is not in the tier from {step}"));
        }
    }
    Ok(found)
}

/// Every award is what the order's goods gave at the time, and keeps what the refunds have left of them.
pub fn awarded(world: &World<'_>, found: &mut Vec<String>) -> Result<(), Fault> {
    let (terms, awards, goods, ledger, tiers) = world.ground.audit.read_now(|tx| {
        let terms = terms(tx)?;
        let ledger = ledger(tx, &terms)?;
        let tiers = tiers(tx, &terms, &ledger)?;
        Ok((terms, awards(tx)?, goods(tx)?, ledger, tiers))
    })?;
    found.extend(tiers);
    let mut days: BTreeMap<(i64, &str), i64> = BTreeMap::new();
    for award in &awards {
        *days.entry((award.member, &award.day)).or_default() += award.kept;
    }
    for ((member, day), kept) in days {
        if kept > terms.per_day {
            found.push(format!("member {member} keeps {kept} points of {day}, more than a day may give"));
        }
    }
    for award in awards {
        let Award { order, awarded, kept, .. } = award;
        if award.shadow || award.clipped != 0 || award.customer != Some(award.user) {
            found.push(format!(
                "the award of order {order} of customer {:?} is user {}'s, shadow {}, clipped {}",
                award.customer, award.user, award.shadow, award.clipped
            ));
            continue;
        }
        let goods = goods.get(&order).cloned().unwrap_or_default();
        let multiplier = ledger.multipliers.get(&(award.member, order)).copied().unwrap_or(UNITS);
        let gave = |refunded: i128| goods.points(&terms, multiplier, refunded);
        let possible: BTreeSet<i128> = goods.refunded_by(award.created_at).into_iter().map(gave).collect();
        if !possible.contains(&i128::from(awarded)) {
            found
                .push(format!("{awarded} points of order {order} were awarded, its goods gave {possible:?}"));
        }
        let undone = UNDONE.contains(&award.status.as_str()) || goods.refunded() >= award.total;
        let left = if undone { 0 } else { gave(goods.refunded()) };
        let posted = ledger.posted.get(&(award.member, order)).copied().unwrap_or_default();
        if posted != kept {
            found.push(format!("{posted} points of order {order} are in the ledger, {kept} are kept"));
        }
        if i128::from(kept) != left {
            found.push(format!("{kept} points of order {order} are kept, its refunds leave {left}"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use kernel::Moment;

    use super::{Goods, Terms, UNITS};

    #[test]
    fn refunds_take_by_the_value_of_the_goods() {
        let terms = Terms { points: 1, per: UNITS, per_day: 100, ladder: vec![(0, UNITS)] };
        let at = Moment::default();
        // 40.00 net, 48.00 with tax; shipping stands beside it.
        let goods = Goods {
            net: 40 * UNITS,
            with_tax: 48 * UNITS,
            refunds: vec![(12 * UNITS, at), (6 * UNITS, at.plus_seconds(60))],
        };
        assert_eq!(goods.points(&terms, UNITS, 0), 40);
        assert_eq!(goods.points(&terms, UNITS + UNITS / 4, 0), 50);
        assert_eq!(goods.points(&terms, UNITS, goods.refunded()), 25);
        assert_eq!(goods.points(&terms, UNITS, 50 * UNITS), 0);
        assert_eq!(goods.refunded_by(at).into_iter().collect::<Vec<_>>(), [0, 12 * UNITS]);
    }
}
