//! The SQL of earn rules and awards.

use db::DbError;
use kernel::ids::MemberId;
use kernel::{Fault, Moment, json};
use runtime::{Row, Sql, Tx, params};

use super::model::{Award, Caps, EarnRule, Usage};

const RULE: Sql = Sql::new(
    "SELECT id, action, points, formula, multipliers, caps, exclusions FROM {p}oloyalty_earn_rules \
     WHERE action = ? AND status = 'active'",
);
const AWARD: Sql = Sql::new(
    "SELECT id, member_id, shadow, terms, awarded, clipped, kept, order_version, local_day, expires_at \
     FROM {p}cartwright_point_awards WHERE action = ? AND source_key = ?",
);
const INSERT: Sql = Sql::new(
    "INSERT INTO {p}cartwright_point_awards (member_id, action, source_key, shadow, terms, awarded, clipped, kept, \
     order_version, local_day, expires_at, event_at, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
);
const KEEP: Sql = Sql::new(
    "UPDATE {p}cartwright_point_awards SET kept = ?, order_version = ? WHERE id = ? AND kept = ? AND order_version = ?",
);
const DAY: Sql = Sql::new(
    "SELECT kept FROM {p}cartwright_point_awards \
     WHERE member_id = ? AND action = ? AND local_day = ? AND shadow = ? AND kept > 0",
);
const LIFETIME: Sql = Sql::new(
    "SELECT COALESCE(SUM(kept), 0) FROM {p}cartwright_point_awards WHERE member_id = ? AND action = ? AND shadow = ?",
);

/// The active rule of an action.
pub(crate) fn rule(tx: &mut Tx, action: &str) -> Result<Option<EarnRule>, Fault> {
    let found = tx.one(&RULE, params![action], |row| {
        let document = |name| row.get::<String>(name);
        Ok((
            row.get("id")?,
            row.get("action")?,
            row.get("points")?,
            [document("formula")?, document("multipliers")?, document("caps")?, document("exclusions")?],
        ))
    })?;
    let Some((id, action, points, [formula, multipliers, caps, exclusions])) = found else { return Ok(None) };
    Ok(Some(EarnRule {
        id,
        action,
        points,
        formula: json::from_text(&formula)?,
        multipliers: json::from_text(&multipliers)?,
        caps: json::from_text(&caps)?,
        exclusions: json::from_text(&exclusions)?,
    }))
}

fn award_row(row: &Row) -> Result<(Award, String), DbError> {
    let award = Award {
        id: row.get("id")?,
        member_id: row.get("member_id")?,
        shadow: row.get::<i64>("shadow")? != 0,
        terms: None,
        awarded: row.get("awarded")?,
        clipped: row.get("clipped")?,
        kept: row.get("kept")?,
        order_version: row.get("order_version")?,
        local_day: row.get("local_day")?,
        expires_at: row.get("expires_at")?,
    };
    Ok((award, row.get("terms")?))
}

/// What a cause has earned.
pub(crate) fn award(tx: &mut Tx, action: &str, source_key: &str) -> Result<Option<Award>, Fault> {
    match tx.one(&AWARD, params![action, source_key], award_row)? {
        Some((award, terms)) => Ok(Some(Award { terms: json::from_text(&terms)?, ..award })),
        None => Ok(None),
    }
}

/// False when the cause has its award already.
pub(crate) fn insert(
    tx: &mut Tx,
    cause: (&str, &str),
    award: &Award,
    event_at: Moment,
) -> Result<bool, Fault> {
    let now = tx.now();
    let inserted = tx.insert(
        &INSERT,
        params![
            award.member_id,
            cause.0,
            cause.1,
            award.shadow,
            json::to_text(&award.terms),
            award.awarded,
            award.clipped,
            award.kept,
            award.order_version,
            &award.local_day,
            award.expires_at,
            event_at,
            now
        ],
    );
    match inserted {
        Ok(_) => Ok(true),
        Err(error) if error.is_duplicate() => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// False when the award has changed meanwhile.
pub(crate) fn keep(tx: &mut Tx, before: &Award, kept: i64, order_version: i64) -> Result<bool, Fault> {
    let changed =
        tx.execute(&KEEP, params![kept, order_version, before.id, before.kept, before.order_version])?;
    Ok(changed == 1)
}

/// What the member has kept of the action so far, in shadow or for real; only what the caps ask for is looked up.
pub(crate) fn usage(
    tx: &mut Tx,
    caps: &Caps,
    (member, action): (MemberId, &str),
    local_day: &str,
    shadow: bool,
) -> Result<Usage, Fault> {
    let mut usage = Usage::default();
    if caps.per_day.is_some() || caps.events_per_day.is_some() {
        let day: Vec<i64> =
            tx.rows(&DAY, params![member, action, local_day, shadow], |row| row.get("kept"))?;
        usage.day = day.iter().sum();
        usage.day_events = i64::try_from(day.len()).unwrap_or(i64::MAX);
    }
    if caps.lifetime.is_some() {
        usage.lifetime = tx.count(&LIFETIME, params![member, action, shadow])?;
    }
    Ok(usage)
}
