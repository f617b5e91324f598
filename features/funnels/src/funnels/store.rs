//! The SQL of funnels.

use kernel::ids::FunnelId;
use kernel::{Fault, Page, Paging, json};
use runtime::{Row, Sql, Tx, params};

use super::model::Funnel;
use crate::offers::store::document;

const COLUMNS: &str = "id, name, slug, status, trigger_rules, settings, created_at, updated_at";
const INSERT: Sql = Sql::new(
    "INSERT INTO {p}ocart_funnels (name, slug, status, trigger_rules, settings, created_at, updated_at) \
     VALUES (?, ?, ?, ?, ?, ?, ?)",
);
const UPDATE: Sql = Sql::new(
    "UPDATE {p}ocart_funnels SET name = ?, slug = ?, status = ?, trigger_rules = ?, settings = ?, updated_at = ? \
     WHERE id = ?",
);
const BY_ID: Sql = Sql::new(
    "SELECT id, name, slug, status, trigger_rules, settings, created_at, updated_at FROM {p}ocart_funnels WHERE id = ?",
);
const BY_SLUG: Sql = Sql::new(
    "SELECT id, name, slug, status, trigger_rules, settings, created_at, updated_at FROM {p}ocart_funnels WHERE slug = ?",
);
const ACTIVE: Sql = Sql::new(
    "SELECT id, name, slug, status, trigger_rules, settings, created_at, updated_at FROM {p}ocart_funnels \
     WHERE status = 'active' ORDER BY id",
);
const DELETE: Sql = Sql::new("DELETE FROM {p}ocart_funnels WHERE id = ?");
const EVENTS: Sql = Sql::new("SELECT COUNT(*) FROM {p}ocart_offer_events WHERE funnel_id = ?");
const CHECKOUTS: Sql =
    Sql::new("SELECT COUNT(*) FROM {p}cartwright_checkouts WHERE funnel_id = ? AND order_id > 0");

fn funnel(row: &Row<'_>) -> Result<Funnel, db::DbError> {
    Ok(Funnel {
        id: row.get("id")?,
        name: row.get("name")?,
        slug: row.get("slug")?,
        status: row.get("status")?,
        trigger_rules: document(row, "trigger_rules")?,
        settings: document(row, "settings")?,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
    })
}

/// The slug's unique key decides between two of the same name at once.
fn taken(error: db::DbError) -> Fault {
    if error.is_duplicate() {
        Fault::conflict("slug_taken", "Another funnel has this slug. Choose another.")
    } else {
        error.into()
    }
}

pub(crate) fn insert(tx: &mut Tx, funnel: &Funnel) -> Result<FunnelId, Fault> {
    let values = params![
        &funnel.name,
        &funnel.slug,
        &funnel.status,
        json::to_text(&funnel.trigger_rules),
        json::to_text(&funnel.settings),
        funnel.created_at,
        funnel.updated_at
    ];
    Ok(FunnelId(tx.insert(&INSERT, values).map_err(taken)?))
}

pub(crate) fn update(tx: &mut Tx, funnel: &Funnel) -> Result<(), Fault> {
    let values = params![
        &funnel.name,
        &funnel.slug,
        &funnel.status,
        json::to_text(&funnel.trigger_rules),
        json::to_text(&funnel.settings),
        funnel.updated_at,
        funnel.id
    ];
    tx.execute(&UPDATE, values).map_err(taken)?;
    Ok(())
}

pub(crate) fn by_id(tx: &mut Tx, id: FunnelId) -> Result<Option<Funnel>, Fault> {
    Ok(tx.one(&BY_ID, params![id], funnel)?)
}

pub(crate) fn by_slug(tx: &mut Tx, slug: &str) -> Result<Option<Funnel>, Fault> {
    Ok(tx.one(&BY_SLUG, params![slug], funnel)?)
}

/// Active ones, oldest first.
pub(crate) fn active(tx: &mut Tx) -> Result<Vec<Funnel>, Fault> {
    Ok(tx.rows(&ACTIVE, params![], funnel)?)
}

/// Has a shopper been through it?
pub(crate) fn is_used(tx: &mut Tx, id: FunnelId) -> Result<bool, Fault> {
    Ok(tx.count(&EVENTS, params![id])? + tx.count(&CHECKOUTS, params![id])? > 0)
}

pub(crate) fn delete(tx: &mut Tx, id: FunnelId) -> Result<(), Fault> {
    tx.execute(&DELETE, params![id])?;
    Ok(())
}

/// A page of funnels, of one status when given. `paging.orderby` is checked by the caller.
pub(crate) fn list(tx: &mut Tx, status: &str, paging: &Paging) -> Result<Page<Funnel>, Fault> {
    let pattern = format!("%{}%", paging.search.replace(['%', '_'], ""));
    let condition = "(LOWER(name) LIKE ? OR slug LIKE ?) AND (? = '' OR status = ?)";
    let total = tx.count_text(
        &format!("SELECT COUNT(*) FROM {{p}}ocart_funnels WHERE {condition}"),
        params![&pattern, &pattern, status, status],
    )?;
    let direction = if paging.descending { "DESC" } else { "ASC" };
    let rows = tx.rows_text(
        &format!(
            "SELECT {COLUMNS} FROM {{p}}ocart_funnels WHERE {condition} ORDER BY {} {direction}, id {direction} LIMIT ? OFFSET ?",
            paging.orderby
        ),
        params![&pattern, &pattern, status, status, i64::from(paging.per_page), paging.offset()],
        funnel,
    )?;
    Ok(Page { rows, total })
}
