//! `cartwright ocart cart list|show|mark`.

use kernel::ids::CartId;
use runtime::Actor;
use web::command::{option, positional};
use web::{Command, Output};

use super::model::CartRow;
use super::{commands, queries};

const FIELDS: [&str; 7] = ["id", "email", "status", "total", "currency", "item_count", "updated_at"];
const ALL_FIELDS: [&str; 12] = [
    "id",
    "email",
    "phone",
    "status",
    "total",
    "currency",
    "item_count",
    "items",
    "order_id",
    "created_at",
    "updated_at",
    "abandoned_at",
];

pub(crate) fn commands() -> Vec<Command> {
    vec![list(), show(), mark()]
}

fn list() -> Command {
    Command::new(
        &["ocart", "cart", "list"],
        "List carts, newest first",
        |command| {
            command
                .arg(option("status", "active, abandoned, converted or expired"))
                .arg(option("since", "Changed since: 90m, 24h, 7d or a date"))
        },
        |engine, arguments| async move {
            let status = arguments.get("status").map(str::to_owned);
            let since = arguments.get("since").map(str::to_owned);
            let rows = engine.read(move |tx| queries::list(tx, status.as_deref(), since.as_deref())).await?;
            Ok(Output::rows(&FIELDS, &rows))
        },
    )
}

fn show() -> Command {
    Command::new(
        &["ocart", "cart", "show"],
        "Show a cart",
        |command| command.arg(positional("id", "The cart")),
        |engine, arguments| async move {
            let id: CartId = arguments.id("id")?;
            let cart = engine.read(move |tx| queries::get(tx, id)).await?;
            Ok(Output::item(&ALL_FIELDS, &CartRow::from(&cart)))
        },
    )
}

fn mark() -> Command {
    Command::new(
        &["ocart", "cart", "mark"],
        "Mark a cart abandoned or converted",
        |command| {
            command.arg(positional("id", "The cart")).arg(positional("status", "abandoned or converted"))
        },
        |engine, arguments| async move {
            let id: CartId = arguments.id("id")?;
            let status = arguments.need("status")?.to_owned();
            let cart = engine.write(Actor::cli(), move |tx| commands::mark(tx, id, &status)).await?;
            Ok(Output::success(format!("Marked cart {} {}.", cart.id, cart.status), cart.id))
        },
    )
}
