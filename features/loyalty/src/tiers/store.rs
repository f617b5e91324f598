//! The SQL of tiers.

use std::sync::Arc;

use db::DbError;
use kernel::Fault;
use runtime::{Row, Sql, Tx, params};
use serde_json::Value;

use super::model::Tier;

const ALL: Sql = Sql::new(
    "SELECT id, slug, name, `rank` AS tier_rank, qualification_rules, perks, color, icon FROM {p}oloyalty_tiers ORDER BY `rank`",
);

/// Whoever changes a tier has the transaction forget this.
const REMEMBERED: &str = "oloyalty_tiers";

fn tier(row: &Row) -> Result<(Tier, String, String), DbError> {
    let tier = Tier {
        id: row.get("id")?,
        slug: row.get("slug")?,
        name: row.get("name")?,
        rank: row.get("tier_rank")?,
        qualification_rules: Value::Null,
        perks: Value::Null,
        color: row.get("color")?,
        icon: row.get("icon")?,
    };
    Ok((tier, row.get("qualification_rules")?, row.get("perks")?))
}

/// All tiers, lowest first; looked up once in a transaction.
pub(crate) fn all(tx: &mut Tx) -> Result<Arc<Vec<Tier>>, Fault> {
    if let Some(tiers) = tx.remembered(REMEMBERED) {
        return Ok(tiers);
    }
    let tiers = Arc::new(read(tx)?);
    tx.remember(REMEMBERED, Arc::clone(&tiers));
    Ok(tiers)
}

fn read(tx: &mut Tx) -> Result<Vec<Tier>, Fault> {
    tx.rows(&ALL, params![], tier)?
        .into_iter()
        .map(|(tier, rules, perks)| {
            let qualification_rules = kernel::json::from_text(&rules)?;
            Ok(Tier { qualification_rules, perks: kernel::json::from_text(&perks)?, ..tier })
        })
        .collect()
}
