//! `cartwright oloyalty tiers list|recalc`.

use serde::Serialize;
use web::{Command, Output};

use super::model::times;
use super::{commands, queries};
use crate::ledger::model::grouped;

const FIELDS: [&str; 6] = ["id", "rank", "slug", "name", "threshold", "multiplier"];

#[derive(Serialize)]
struct Row {
    id: i64,
    rank: i64,
    slug: String,
    name: String,
    threshold: String,
    multiplier: String,
}

pub(crate) fn commands() -> Vec<Command> {
    vec![
        Command::new(
            &["oloyalty", "tiers", "list"],
            "List tiers",
            |command| command,
            |engine, _| async move {
                let tiers = engine.read(queries::all).await?;
                let rows: Vec<Row> = tiers
                    .into_iter()
                    .map(|tier| Row {
                        id: tier.id.0,
                        rank: tier.rank,
                        threshold: tier.threshold().map_or_else(|| "by rules".to_owned(), grouped),
                        multiplier: times(tier.multiplier()),
                        slug: tier.slug,
                        name: tier.name,
                    })
                    .collect();
                Ok(Output::rows(&FIELDS, &rows))
            },
        ),
        Command::new(
            &["oloyalty", "tiers", "recalc"],
            "Evaluate every member's tier anew",
            |command| command,
            |engine, _| async move {
                let done = commands::recalculate(&engine).await?;
                let message = format!(
                    "recalculated {} members · {} promotions · {} demotions · {} unchanged · {} in grace · {} skipped",
                    grouped(done.recalculated),
                    grouped(done.promotions),
                    grouped(done.demotions),
                    grouped(done.unchanged),
                    grouped(done.in_grace),
                    grouped(done.skipped)
                );
                Ok(Output::success(message, done.recalculated))
            },
        ),
    ]
}
