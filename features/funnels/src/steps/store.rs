//! The SQL of steps.

use kernel::ids::{FunnelId, OfferId, StepId};
use kernel::{Fault, json};
use runtime::{Row, Sql, Tx, params};

use super::model::{Branch, FunnelStep, StepType};
use crate::offers::store::document;

const INSERT: Sql = Sql::new(
    "INSERT INTO {p}ocart_funnel_steps (funnel_id, type, position, branch, offer_id, enabled, accepted_target_step_id, \
     declined_target_step_id, settings, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
);
const UPDATE: Sql = Sql::new(
    "UPDATE {p}ocart_funnel_steps SET position = ?, branch = ?, offer_id = ?, enabled = ?, accepted_target_step_id = ?, \
     declined_target_step_id = ?, settings = ?, updated_at = ? WHERE id = ?",
);
const OF_FUNNEL: Sql = Sql::new(
    "SELECT id, funnel_id, type, position, branch, offer_id, enabled, accepted_target_step_id, declined_target_step_id, \
     settings, created_at, updated_at FROM {p}ocart_funnel_steps WHERE funnel_id = ? ORDER BY position, id",
);
const BY_ID: Sql = Sql::new(
    "SELECT id, funnel_id, type, position, branch, offer_id, enabled, accepted_target_step_id, declined_target_step_id, \
     settings, created_at, updated_at FROM {p}ocart_funnel_steps WHERE id = ?",
);
const OF_OFFER: Sql = Sql::new(
    "SELECT s.id, s.funnel_id, s.type, s.position, s.branch, s.offer_id, s.enabled, s.accepted_target_step_id, \
     s.declined_target_step_id, s.settings, s.created_at, s.updated_at FROM {p}ocart_funnel_steps s \
     JOIN {p}ocart_funnels f ON f.id = s.funnel_id WHERE s.offer_id = ? AND s.enabled = 1 AND f.status = 'active' \
     ORDER BY s.funnel_id, s.position, s.id",
);
const DELETE: Sql = Sql::new("DELETE FROM {p}ocart_funnel_steps WHERE id = ?");
const DELETE_OF_FUNNEL: Sql = Sql::new("DELETE FROM {p}ocart_funnel_steps WHERE funnel_id = ?");

fn step(row: &Row<'_>) -> Result<FunnelStep, db::DbError> {
    let unknown = |column: &str, problem: &str| db::DbError::Column {
        column: column.to_owned(),
        problem: problem.to_owned(),
    };
    let (kind, branch): (String, String) = (row.get("type")?, row.get("branch")?);
    let target = |column: &str| Ok::<_, db::DbError>(row.get::<Option<i64>>(column)?.map(StepId));
    Ok(FunnelStep {
        id: row.get("id")?,
        funnel_id: row.get("funnel_id")?,
        kind: StepType::parse(&kind).ok_or_else(|| unknown("type", &kind))?,
        position: row.get("position")?,
        branch: Branch::parse(&branch).ok_or_else(|| unknown("branch", &branch))?,
        offer_id: row.get("offer_id")?,
        enabled: row.get("enabled")?,
        accepted_target_step_id: target("accepted_target_step_id")?,
        declined_target_step_id: target("declined_target_step_id")?,
        settings: document(row, "settings")?,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
    })
}

pub(crate) fn insert(tx: &mut Tx, step: &FunnelStep) -> Result<StepId, Fault> {
    Ok(StepId(tx.insert(
        &INSERT,
        params![
            step.funnel_id,
            step.kind.word(),
            step.position,
            step.branch.word(),
            step.offer_id,
            step.enabled,
            step.accepted_target_step_id,
            step.declined_target_step_id,
            json::to_text(&step.settings),
            step.created_at,
            step.updated_at
        ],
    )?))
}

pub(crate) fn update(tx: &mut Tx, step: &FunnelStep) -> Result<(), Fault> {
    tx.execute(
        &UPDATE,
        params![
            step.position,
            step.branch.word(),
            step.offer_id,
            step.enabled,
            step.accepted_target_step_id,
            step.declined_target_step_id,
            json::to_text(&step.settings),
            step.updated_at,
            step.id
        ],
    )?;
    Ok(())
}

/// In their order.
pub(crate) fn of_funnel(tx: &mut Tx, funnel: FunnelId) -> Result<Vec<FunnelStep>, Fault> {
    Ok(tx.rows(&OF_FUNNEL, params![funnel], step)?)
}

pub(crate) fn by_id(tx: &mut Tx, id: StepId) -> Result<Option<FunnelStep>, Fault> {
    Ok(tx.one(&BY_ID, params![id], step)?)
}

/// Enabled steps of active funnels that show the offer.
pub(crate) fn of_offer(tx: &mut Tx, offer: OfferId) -> Result<Vec<FunnelStep>, Fault> {
    Ok(tx.rows(&OF_OFFER, params![offer], step)?)
}

pub(crate) fn delete(tx: &mut Tx, id: StepId) -> Result<(), Fault> {
    tx.execute(&DELETE, params![id])?;
    Ok(())
}

pub(crate) fn delete_of_funnel(tx: &mut Tx, funnel: FunnelId) -> Result<(), Fault> {
    tx.execute(&DELETE_OF_FUNNEL, params![funnel])?;
    Ok(())
}
