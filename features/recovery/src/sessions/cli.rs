//! `cartwright cartbay session list|show|expire|delete`.

use runtime::Actor;
use web::command::{option, positional};
use web::{Command, Output};

use super::{commands, queries, store};

const FIELDS: [&str; 8] =
    ["id", "status", "email", "cart_total", "currency", "captured_at", "emails_sent", "recovered_revenue"];
const ALL_FIELDS: [&str; 22] = [
    "id",
    "status",
    "email",
    "source",
    "cart_total",
    "currency",
    "cart_item_count",
    "consent",
    "consent_at",
    "captured_at",
    "last_activity_at",
    "abandoned_at",
    "closed_at",
    "close_reason",
    "restore_clicked_at",
    "recovered_at",
    "recovered_order_id",
    "recovered_revenue",
    "attribution_source",
    "emails_sent",
    "events",
    "notifications",
];

pub(crate) fn commands() -> Vec<Command> {
    vec![list(), show(), expire(), delete()]
}

fn list() -> Command {
    Command::new(
        &["cartbay", "session", "list"],
        "List sessions, newest first",
        |command| {
            command
                .arg(option("status", "captured, abandoned, recovered, expired or suppressed"))
                .arg(option("search", "Part of the address"))
        },
        |engine, arguments| async move {
            let status = arguments.get("status").unwrap_or_default().to_owned();
            let mut paging = kernel::Paging::first(1_000);
            paging.search = arguments.get("search").unwrap_or_default().to_lowercase();
            let page = engine.read(move |tx| queries::list(tx, &status, &paging)).await?;
            Ok(Output::rows(&FIELDS, &page.rows))
        },
    )
}

fn show() -> Command {
    Command::new(
        &["cartbay", "session", "show"],
        "Show a session with its events and messages",
        |command| command.arg(positional("id", "The session")),
        |engine, arguments| async move {
            let id: i64 = arguments.id("id")?;
            let detail = engine.read(move |tx| queries::detail(tx, id)).await?;
            Ok(Output::item(&ALL_FIELDS, &detail))
        },
    )
}

fn expire() -> Command {
    Command::new(
        &["cartbay", "session", "expire"],
        "End a session: nothing more is sent for it",
        |command| command.arg(positional("id", "The session")),
        |engine, arguments| async move {
            let id: i64 = arguments.id("id")?;
            engine.write(Actor::cli(), move |tx| commands::expire(tx, id)).await?;
            Ok(Output::success(format!("Expired session {id}."), id))
        },
    )
}

fn delete() -> Command {
    Command::new(
        &["cartbay", "session", "delete"],
        "Erase a session and all that was kept with it",
        |command| command.arg(positional("id", "The session")),
        |engine, arguments| async move {
            let id: i64 = arguments.id("id")?;
            engine
                .write(Actor::cli(), move |tx| {
                    let session = store::get(tx, id)?;
                    commands::erase(tx, &session)
                })
                .await?;
            Ok(Output::success(format!("Deleted session {id}."), id))
        },
    )
}
