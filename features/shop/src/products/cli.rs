//! `cartwright product import|list`.

use runtime::Actor;
use serde::Serialize;
use web::command::{option, positional};
use web::{Command, Output};

use super::model_list::{Filter, Only, Order};
use super::{commands, queries};

#[derive(Serialize)]
struct Row {
    id: i64,
    r#type: String,
    sku: String,
    name: String,
    price: String,
    stock_status: String,
}

pub(crate) fn commands() -> Vec<Command> {
    vec![import(), list()]
}

fn import() -> Command {
    Command::new(
        &["product", "import"],
        "Import WooCommerce's product CSV",
        |command| command.arg(positional("file", "The CSV file")),
        |engine, arguments| async move {
            let path = arguments.need("file")?.to_owned();
            let file = std::fs::read(&path)
                .map_err(|error| kernel::Fault::invalid("file", format!("{path} cannot be read: {error}")))?;
            let imported = engine
                .write(Actor::cli(), move |tx| {
                    let decimals = runtime::settings::shop::currency(tx)?.exponent();
                    commands::import(tx, &file, decimals)
                })
                .await?;
            let mut text: String = imported
                .problems
                .iter()
                .map(|problem| {
                    format!("Warning: line {} {}: {}\n", problem.line, problem.column, problem.problem)
                })
                .collect();
            let done = imported.created + imported.updated;
            text.push_str(&format!(
                "Success: {} products created, {} updated.\n",
                imported.created, imported.updated
            ));
            if done == 0 && !imported.problems.is_empty() {
                Ok(Output::Failure(text))
            } else {
                Ok(Output::Text(text))
            }
        },
    )
}

fn list() -> Command {
    Command::new(
        &["product", "list"],
        "List products",
        |command| command.arg(option("search", "Words in name or SKU")),
        |engine, arguments| async move {
            let search = arguments.get("search").unwrap_or_default().to_lowercase();
            let rows = engine
                .read(move |tx| {
                    let now = tx.now();
                    let only = if search.is_empty() { Vec::new() } else { vec![Only::NameOrSku(search)] };
                    let filter = Filter { only, order: Order::Id, limit: 10_000, now, ..Filter::default() };
                    let page = queries::list(tx, &filter)?;
                    Ok(page
                        .rows
                        .into_iter()
                        .map(|product| Row {
                            id: product.id.0,
                            price: product.price(now).map(|price| price.to_string()).unwrap_or_default(),
                            r#type: product.kind,
                            sku: product.sku.unwrap_or_default(),
                            name: product.name,
                            stock_status: product.stock_status,
                        })
                        .collect::<Vec<_>>())
                })
                .await?;
            Ok(Output::rows(&["id", "type", "sku", "name", "price", "stock_status"], &rows))
        },
    )
}
