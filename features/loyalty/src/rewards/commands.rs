//! Keeping the catalogue.

use kernel::ids::RewardId;
use kernel::{Amount, Currency, Decimal, Fault, text};
use runtime::audit::AuditLog;
use runtime::settings::shop;
use runtime::{Audit, Tx};
use schemars::JsonSchema;
use serde::Deserialize;

use super::model::{ACTIVE, INACTIVE, Reward, RewardConditions, RewardKind, RewardValue, exact};
use super::{queries, store};
use crate::ledger::commands::MOST_POINTS;

/// A reward to be put into the catalogue.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewReward {
    /// What members read.
    pub name: String,
    /// More of it.
    #[serde(default)]
    pub description: String,
    /// `cart_pct`, `cart_fixed` or `free_ship`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Points that it costs, at least 1.
    pub points_cost: i64,
    /// How much it gives.
    #[serde(default)]
    pub value: RewardValue,
    /// When its code works.
    #[serde(default)]
    pub conditions: RewardConditions,
    /// `active` (the default) or `inactive`.
    #[serde(default = "active")]
    pub status: String,
}

fn active() -> String {
    ACTIVE.to_owned()
}

/// Changes of a reward; what is left out stays. What was redeemed before keeps what it was redeemed for.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RewardChange {
    /// What members read.
    pub name: Option<String>,
    /// More of it.
    pub description: Option<String>,
    /// Points that it costs, at least 1.
    pub points_cost: Option<i64>,
    /// How much it gives.
    pub value: Option<RewardValue>,
    /// When its code works.
    pub conditions: Option<RewardConditions>,
    /// `active` or `inactive`.
    pub status: Option<String>,
}

/// Puts a reward into the catalogue.
pub fn create(tx: &mut Tx, new: &NewReward) -> Result<Reward, Fault> {
    let now = tx.now();
    let reward = Reward {
        id: RewardId(0),
        name: new.name.clone(),
        description: new.description.clone(),
        kind: RewardKind::parse(&new.kind)?.name().to_owned(),
        points_cost: new.points_cost,
        value: new.value,
        conditions: new.conditions,
        status: new.status.clone(),
        created_at: now,
        updated_at: now,
    };
    let currency = shop::currency(tx)?;
    same_currency(reward.value.currency, currency)?;
    let mut reward = checked(reward, currency)?;
    reward.id = store::put_reward(tx, &reward)?;
    tx.audit(AuditLog::OLoyalty, "reward.create", ("reward", reward.id.to_string()), None, Some(&reward))?;
    Ok(reward)
}

/// Changes a reward. Amounts that are sent are in the shop's currency; what stays keeps its own, also where the shop has
/// another one by now.
pub fn update(tx: &mut Tx, id: RewardId, change: &RewardChange) -> Result<Reward, Fault> {
    let before = queries::held(tx, id)?;
    let currency = currency_after(tx, &before, change)?;
    let is = before.clone();
    let after = Reward {
        name: change.name.clone().unwrap_or(is.name),
        description: change.description.clone().unwrap_or(is.description),
        points_cost: change.points_cost.unwrap_or(is.points_cost),
        value: change.value.unwrap_or(is.value),
        conditions: change.conditions.unwrap_or(is.conditions),
        status: change.status.clone().unwrap_or(is.status),
        updated_at: tx.now(),
        ..before.clone()
    };
    let after = checked(after, currency)?;
    store::put_reward(tx, &after)?;
    tx.audit(AuditLog::OLoyalty, "reward.update", ("reward", id.to_string()), Some(&before), Some(&after))?;
    Ok(after)
}

/// The currency of a reward's amounts after a change: that of the amounts that stay, else the shop's. A reward has one.
fn currency_after(tx: &mut Tx, before: &Reward, change: &RewardChange) -> Result<Currency, Fault> {
    let shops = shop::currency(tx)?;
    same_currency(change.value.and_then(|value| value.currency), shops)?;
    let amount_stays = change.value.is_none() && before.value.amount.is_some();
    let least_stays = change.conditions.is_none() && before.conditions.cart_min_total.is_some();
    let Some(own) = before.currency().filter(|_| amount_stays || least_stays) else { return Ok(shops) };
    let sent = [
        ("value.amount", change.value.and_then(|value| value.amount)),
        ("conditions.cart_min_total", change.conditions.and_then(|conditions| conditions.cart_min_total)),
    ];
    match sent.into_iter().find(|(_, amount)| amount.is_some()) {
        Some((field, _)) if own != shops => {
            let problem = format!(
                "The shop's currency is {shops} and this reward's is {own}: send value and conditions."
            );
            Err(Fault::invalid(field, problem))
        }
        _ => Ok(own),
    }
}

fn same_currency(given: Option<Currency>, shops: Currency) -> Result<(), Fault> {
    match given {
        Some(given) if given != shops => {
            Err(Fault::invalid("value.currency", format!("The shop's currency is {shops}: leave this out.")))
        }
        _ => Ok(()),
    }
}

/// The reward as it is stored, with its amounts in `currency`, or what is wrong with it.
fn checked(reward: Reward, currency: Currency) -> Result<Reward, Fault> {
    if !(1..=MOST_POINTS).contains(&reward.points_cost) {
        return Err(Fault::invalid("points_cost", "Use a whole number of at least 1, such as 400."));
    }
    if ![ACTIVE, INACTIVE].contains(&reward.status.as_str()) {
        return Err(Fault::invalid("status", "Use active or inactive."));
    }
    let kind = RewardKind::parse(&reward.kind)?;
    let percent = percent(kind, reward.value.percent)?;
    let amount = amount(kind, reward.value.amount, currency)?;
    let least = reward.conditions.cart_min_total;
    if let Some(least) = least
        && least.in_currency("conditions.cart_min_total", currency)?.minor() < 0
    {
        return Err(Fault::invalid("conditions.cart_min_total", "Use an amount of at least 0, such as 50."));
    }
    let least = least.filter(|least| !least.decimal().is_zero());
    let has_amount = amount.is_some() || least.is_some();
    let value = RewardValue { percent, amount, currency: has_amount.then_some(currency) };
    let (value, conditions) = exact(value, RewardConditions { cart_min_total: least });
    Ok(Reward {
        name: text::line("name", &reward.name, 100)?,
        description: text::optional_line("description", &reward.description, 500)?,
        value,
        conditions,
        ..reward
    })
}

fn percent(kind: RewardKind, given: Option<Amount>) -> Result<Option<Amount>, Fault> {
    let field = "value.percent";
    match (kind, given) {
        (RewardKind::CartPercent, Some(percent)) => {
            let exact = percent.decimal();
            let whole = exact.round(2, kernel::decimal::Rounding::HalfUp) == exact;
            if exact.is_negative() || exact.is_zero() || exact > Decimal::whole(100) || !whole {
                let problem =
                    "Use a percentage above 0 and at most 100 with at most two digits after the point.";
                return Err(Fault::invalid(field, problem));
            }
            Ok(given)
        }
        (RewardKind::CartPercent, None) => {
            Err(Fault::invalid(field, "Say how many per cent the reward takes off, such as 10."))
        }
        (_, Some(_)) => Err(Fault::invalid(field, "Only cart_pct has a percentage: leave this out.")),
        (_, None) => Ok(None),
    }
}

fn amount(kind: RewardKind, given: Option<Amount>, currency: Currency) -> Result<Option<Amount>, Fault> {
    let field = "value.amount";
    match (kind, given) {
        (RewardKind::CartFixed, Some(amount)) => {
            if amount.in_currency(field, currency)?.minor() <= 0 {
                return Err(Fault::invalid(field, "Use an amount above 0, such as 10."));
            }
            Ok(given)
        }
        (RewardKind::CartFixed, None) => {
            Err(Fault::invalid(field, "Say how much the reward takes off, such as 10."))
        }
        (_, Some(_)) => Err(Fault::invalid(field, "Only cart_fixed has an amount: leave this out.")),
        (_, None) => Ok(None),
    }
}
