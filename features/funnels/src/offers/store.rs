//! The SQL of offers.

use kernel::ids::{FunnelId, OfferId};
use kernel::{Fault, Page, Paging, json};
use runtime::{Row, Sql, Tx, params};

use super::model::{Offer, OfferType};

const COLUMNS: &str = "id, type, name, status, product_id, variation_id, quantity, pricing_rule, targeting_rules, \
                       display_config, created_at, updated_at";
const INSERT: Sql = Sql::new(
    "INSERT INTO {p}ocart_offers (type, name, status, product_id, variation_id, quantity, pricing_rule, targeting_rules, \
     display_config, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
);
const UPDATE: Sql = Sql::new(
    "UPDATE {p}ocart_offers SET name = ?, status = ?, product_id = ?, variation_id = ?, quantity = ?, pricing_rule = ?, \
     targeting_rules = ?, display_config = ?, updated_at = ? WHERE id = ?",
);
const BY_ID: Sql = Sql::new(
    "SELECT id, type, name, status, product_id, variation_id, quantity, pricing_rule, targeting_rules, display_config, \
     created_at, updated_at FROM {p}ocart_offers WHERE id = ?",
);
const DELETE: Sql = Sql::new("DELETE FROM {p}ocart_offers WHERE id = ?");
const IN_STEPS: Sql = Sql::new("SELECT COUNT(*) FROM {p}ocart_funnel_steps WHERE offer_id = ?");
const EVENTS: Sql =
    Sql::new("SELECT COUNT(*) FROM {p}ocart_offer_events WHERE offer_id = ? AND event_type <> 'shown'");
const BUMPS_OF_FUNNEL: Sql = Sql::new(
    "SELECT o.id, o.type, o.name, o.status, o.product_id, o.variation_id, o.quantity, o.pricing_rule, o.targeting_rules, \
     o.display_config, o.created_at, o.updated_at FROM {p}ocart_offers o JOIN {p}ocart_funnel_steps s ON s.offer_id = o.id \
     WHERE s.funnel_id = ? AND s.type = 'bump' AND s.enabled = 1 AND o.status = 'active' ORDER BY s.position, s.id",
);

/// A document of a row; what does not read is our own mistake.
pub(crate) fn document<T: serde::de::DeserializeOwned>(
    row: &Row<'_>,
    column: &str,
) -> Result<T, db::DbError> {
    json::from_text(&row.get::<String>(column)?)
        .map_err(|fault| db::DbError::Column { column: column.to_owned(), problem: fault.message })
}

fn offer(row: &Row<'_>) -> Result<Offer, db::DbError> {
    let word: String = row.get("type")?;
    let kind = OfferType::parse(&word)
        .ok_or_else(|| db::DbError::Column { column: "type".to_owned(), problem: word })?;
    Ok(Offer {
        id: row.get("id")?,
        kind,
        name: row.get("name")?,
        status: row.get("status")?,
        product_id: row.get("product_id")?,
        variation_id: row.get("variation_id")?,
        quantity: row.get("quantity")?,
        pricing_rule: document(row, "pricing_rule")?,
        targeting_rules: document(row, "targeting_rules")?,
        display_config: document(row, "display_config")?,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
    })
}

pub(crate) fn insert(tx: &mut Tx, offer: &Offer) -> Result<OfferId, Fault> {
    Ok(OfferId(tx.insert(
        &INSERT,
        params![
            offer.kind.word(),
            &offer.name,
            &offer.status,
            offer.product_id,
            offer.variation_id,
            offer.quantity,
            json::to_text(&offer.pricing_rule),
            json::to_text(&offer.targeting_rules),
            json::to_text(&offer.display_config),
            offer.created_at,
            offer.updated_at
        ],
    )?))
}

pub(crate) fn update(tx: &mut Tx, offer: &Offer) -> Result<(), Fault> {
    tx.execute(
        &UPDATE,
        params![
            &offer.name,
            &offer.status,
            offer.product_id,
            offer.variation_id,
            offer.quantity,
            json::to_text(&offer.pricing_rule),
            json::to_text(&offer.targeting_rules),
            json::to_text(&offer.display_config),
            offer.updated_at,
            offer.id
        ],
    )?;
    Ok(())
}

pub(crate) fn by_id(tx: &mut Tx, id: OfferId) -> Result<Option<Offer>, Fault> {
    Ok(tx.one(&BY_ID, params![id], offer)?)
}

pub(crate) fn delete(tx: &mut Tx, id: OfferId) -> Result<(), Fault> {
    tx.execute(&DELETE, params![id])?;
    Ok(())
}

/// Does a step show it, or has a shopper decided on it?
pub(crate) fn is_used(tx: &mut Tx, id: OfferId) -> Result<bool, Fault> {
    Ok(tx.count(&IN_STEPS, params![id])? + tx.count(&EVENTS, params![id])? > 0)
}

pub(crate) fn bumps_of_funnel(tx: &mut Tx, funnel: FunnelId) -> Result<Vec<Offer>, Fault> {
    Ok(tx.rows(&BUMPS_OF_FUNNEL, params![funnel], offer)?)
}

/// A page of bumps, or of upsells and downsells. `paging.orderby` is checked by the caller.
pub(crate) fn list(tx: &mut Tx, bumps: bool, paging: &Paging) -> Result<Page<Offer>, Fault> {
    let pattern = format!("%{}%", paging.search.replace(['%', '_'], ""));
    let condition = if bumps { "type = 'bump'" } else { "type <> 'bump'" };
    let condition = format!("{condition} AND LOWER(name) LIKE ?");
    let total = tx.count_text(
        &format!("SELECT COUNT(*) FROM {{p}}ocart_offers WHERE {condition}"),
        params![&pattern],
    )?;
    let direction = if paging.descending { "DESC" } else { "ASC" };
    let rows = tx.rows_text(
        &format!(
            "SELECT {COLUMNS} FROM {{p}}ocart_offers WHERE {condition} ORDER BY {} {direction}, id {direction} LIMIT ? OFFSET ?",
            paging.orderby
        ),
        params![&pattern, i64::from(paging.per_page), paging.offset()],
        offer,
    )?;
    Ok(Page { rows, total })
}
