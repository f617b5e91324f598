//! The SQL of rewards and redemptions.

use db::{DbError, Param};
use kernel::ids::{MemberId, OrderId, RedemptionId, RewardId};
use kernel::{Fault, Page, Paging, json};
use runtime::{Row, Sql, Tx, params};

use super::model::{Redemption, Reward, RewardConditions, RewardFilter, RewardValue, Terms, exact};

const REWARD_COLUMNS: &str =
    "id, name, description, type, points_cost, value, conditions, status, created_at, updated_at";
macro_rules! held {
    ($end:literal) => {
        concat!(
            "SELECT id, name, description, type, points_cost, value, conditions, status, created_at, updated_at \
             FROM {p}oloyalty_rewards WHERE id = ?",
            $end
        )
    };
}
/// The row is held until the transaction ends, so that two changes queue up instead of one undoing the other.
const HOLD_REWARD: Sql = Sql::pair(held!(""), held!(" FOR UPDATE"));
const INSERT_REWARD: Sql = Sql::new(
    "INSERT INTO {p}oloyalty_rewards (name, description, type, points_cost, value, conditions, status, created_at, updated_at) \
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
);
const UPDATE_REWARD: Sql = Sql::new(
    "UPDATE {p}oloyalty_rewards SET name = ?, description = ?, points_cost = ?, value = ?, conditions = ?, status = ?, \
     updated_at = ? WHERE id = ?",
);
const COLUMNS: &str = "id, member_id, reward_id, code, status, order_id, points_spent, terms, coupon_id, issued_at, \
     consumed_at, reversed_at";
const INSERT: Sql = Sql::new(
    "INSERT INTO {p}oloyalty_redemptions (member_id, reward_id, code, status, order_id, points_spent, terms, coupon_id, \
     request_key, issued_at) VALUES (?, ?, ?, 'pending', 0, ?, ?, 0, ?, ?)",
);
const SET_COUPON: Sql = Sql::new(
    "UPDATE {p}oloyalty_redemptions SET coupon_id = ? WHERE id = ? AND coupon_id = 0 AND status <> 'reversed'",
);
const CONSUME: Sql = Sql::new(
    "UPDATE {p}oloyalty_redemptions SET status = 'consumed', order_id = ?, consumed_at = ? WHERE code = ? AND status = 'pending'",
);
const CONSUMED_BY: Sql =
    Sql::new("SELECT id FROM {p}oloyalty_redemptions WHERE order_id = ? AND status = 'consumed'");
const RELEASE: Sql = Sql::new(
    "UPDATE {p}oloyalty_redemptions SET status = 'pending', order_id = 0, consumed_at = NULL \
     WHERE id = ? AND order_id = ? AND status = 'consumed'",
);
const REVERSE: Sql = Sql::new(
    "UPDATE {p}oloyalty_redemptions SET status = 'reversed', reversed_at = ? WHERE id = ? AND status = 'pending'",
);

type Documents<const N: usize> = [String; N];

fn reward_row(row: &Row) -> Result<(Reward, Documents<2>), DbError> {
    let reward = Reward {
        id: row.get("id")?,
        name: row.get("name")?,
        description: row.get("description")?,
        kind: row.get("type")?,
        points_cost: row.get("points_cost")?,
        value: RewardValue::default(),
        conditions: RewardConditions::default(),
        status: row.get("status")?,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
    };
    Ok((reward, [row.get("value")?, row.get("conditions")?]))
}

fn reward_of((reward, [value, conditions]): (Reward, Documents<2>)) -> Result<Reward, Fault> {
    let (value, conditions) = exact(json::from_text(&value)?, json::from_text(&conditions)?);
    Ok(Reward { value, conditions, ..reward })
}

pub(crate) fn reward(tx: &mut Tx, id: RewardId) -> Result<Option<Reward>, Fault> {
    let text = format!("SELECT {REWARD_COLUMNS} FROM {{p}}oloyalty_rewards WHERE id = ?");
    tx.rows_text(&text, params![id], reward_row)?.pop().map(reward_of).transpose()
}

/// Keeps the row for this transaction; what is read of the reward stays true until it ends.
pub(crate) fn hold_reward(tx: &mut Tx, id: RewardId) -> Result<Option<Reward>, Fault> {
    tx.one(&HOLD_REWARD, params![id], reward_row)?.map(reward_of).transpose()
}

/// A page of the catalogue; `paging.orderby` is one of the columns, checked by the caller.
pub(crate) fn rewards(tx: &mut Tx, paging: &Paging, filter: &RewardFilter) -> Result<Page<Reward>, Fault> {
    let pattern = format!("%{}%", paging.search.replace(['%', '_'], ""));
    let condition = "LOWER(name) LIKE ? AND (? = '' OR type = ?) AND (? = '' OR status = ?)";
    let mut values: Vec<Param<'_>> = [&pattern, &filter.kind, &filter.kind, &filter.status, &filter.status]
        .into_iter()
        .map(Param::from)
        .collect();
    let total =
        tx.count_text(&format!("SELECT COUNT(*) FROM {{p}}oloyalty_rewards WHERE {condition}"), &values)?;
    let direction = if paging.descending { "DESC" } else { "ASC" };
    let text = format!(
        "SELECT {REWARD_COLUMNS} FROM {{p}}oloyalty_rewards WHERE {condition} ORDER BY {} {direction}, id {direction} \
         LIMIT ? OFFSET ?",
        paging.orderby
    );
    values.extend([Param::from(i64::from(paging.per_page)), Param::from(paging.offset())]);
    let found = tx.rows_text(&text, &values, reward_row)?;
    Ok(Page { rows: found.into_iter().map(reward_of).collect::<Result<_, Fault>>()?, total })
}

/// Writes a reward: a fresh one when its id is 0.
pub(crate) fn put_reward(tx: &mut Tx, reward: &Reward) -> Result<RewardId, Fault> {
    let (value, conditions) = (json::to_text(&reward.value), json::to_text(&reward.conditions));
    if reward.id.0 == 0 {
        let values = params![
            &reward.name,
            &reward.description,
            &reward.kind,
            reward.points_cost,
            &value,
            &conditions,
            &reward.status,
            reward.created_at,
            reward.updated_at
        ];
        return Ok(RewardId(tx.insert(&INSERT_REWARD, values)?));
    }
    let values = params![
        &reward.name,
        &reward.description,
        reward.points_cost,
        &value,
        &conditions,
        &reward.status,
        reward.updated_at,
        reward.id
    ];
    tx.execute(&UPDATE_REWARD, values)?;
    Ok(reward.id)
}

fn redemption_row(row: &Row) -> Result<(Redemption, Documents<1>), DbError> {
    let terms = Terms {
        name: String::new(),
        kind: String::new(),
        value: RewardValue::default(),
        conditions: RewardConditions::default(),
    };
    let redemption = Redemption {
        id: row.get("id")?,
        member_id: row.get("member_id")?,
        reward_id: row.get("reward_id")?,
        code: row.get("code")?,
        status: row.get("status")?,
        order_id: row.get("order_id")?,
        points_spent: row.get("points_spent")?,
        terms,
        coupon_id: row.get("coupon_id")?,
        issued_at: row.get("issued_at")?,
        consumed_at: row.get("consumed_at")?,
        reversed_at: row.get("reversed_at")?,
    };
    Ok((redemption, [row.get("terms")?]))
}

fn redemptions_by(tx: &mut Tx, condition: &str, values: &[Param<'_>]) -> Result<Vec<Redemption>, Fault> {
    let text = format!("SELECT {COLUMNS} FROM {{p}}oloyalty_redemptions WHERE {condition}");
    let found = tx.rows_text(&text, values, redemption_row)?;
    let whole = |(row, [terms]): (Redemption, Documents<1>)| {
        let terms: Terms = json::from_text(&terms)?;
        let (value, conditions) = exact(terms.value, terms.conditions);
        Ok(Redemption { terms: Terms { value, conditions, ..terms }, ..row })
    };
    found.into_iter().map(whole).collect()
}

pub(crate) fn redemption(tx: &mut Tx, id: RedemptionId) -> Result<Option<Redemption>, Fault> {
    Ok(redemptions_by(tx, "id = ?", params![id])?.pop())
}

/// What was redeemed by a request.
pub(crate) fn by_request(tx: &mut Tx, request: &str) -> Result<Option<Redemption>, Fault> {
    Ok(redemptions_by(tx, "request_key = ?", params![request])?.pop())
}

/// A page of a member's redemptions; `paging.orderby` is one of the columns, checked by the caller.
pub(crate) fn redemptions(tx: &mut Tx, member: MemberId, paging: &Paging) -> Result<Page<Redemption>, Fault> {
    let total =
        tx.count_text("SELECT COUNT(*) FROM {p}oloyalty_redemptions WHERE member_id = ?", params![member])?;
    let direction = if paging.descending { "DESC" } else { "ASC" };
    let condition =
        format!("member_id = ? ORDER BY {} {direction}, id {direction} LIMIT ? OFFSET ?", paging.orderby);
    let values = params![member, i64::from(paging.per_page), paging.offset()];
    Ok(Page { rows: redemptions_by(tx, &condition, values)?, total })
}

/// Gives none when the code or the request is taken.
pub(crate) fn insert(tx: &mut Tx, new: &Redemption, request: &str) -> Result<Option<RedemptionId>, Fault> {
    let terms = json::to_text(&new.terms);
    let values =
        params![new.member_id, new.reward_id, &new.code, new.points_spent, &terms, request, new.issued_at];
    match tx.insert(&INSERT, values) {
        Ok(id) => Ok(Some(RedemptionId(id))),
        Err(error) if error.is_duplicate() => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Notes the shop's coupon; a redemption whose points came back keeps none.
pub(crate) fn set_coupon(tx: &mut Tx, id: RedemptionId, coupon: i64) -> Result<(), Fault> {
    tx.execute(&SET_COUPON, params![coupon, id])?;
    Ok(())
}

/// False when no redemption that waits has the code.
pub(crate) fn consume(tx: &mut Tx, code: &str, order: OrderId) -> Result<bool, Fault> {
    let now = tx.now();
    Ok(tx.execute(&CONSUME, params![order, now, code])? == 1)
}

/// What an order has used waits again.
pub(crate) fn release(tx: &mut Tx, order: OrderId) -> Result<(), Fault> {
    let used: Vec<RedemptionId> = tx.rows(&CONSUMED_BY, params![order], |row| row.get("id"))?;
    for id in used {
        tx.execute(&RELEASE, params![id, order])?;
    }
    Ok(())
}

/// False when the redemption does not wait any more.
pub(crate) fn reverse(tx: &mut Tx, id: RedemptionId) -> Result<bool, Fault> {
    let now = tx.now();
    Ok(tx.execute(&REVERSE, params![now, id])? == 1)
}
