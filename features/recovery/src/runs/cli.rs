//! `cartwright ocart recovery list|runs|dispatch|stop|suppress`.

use kernel::Paging;
use kernel::ids::RunId;
use runtime::Actor;
use web::command::{flag, option, positional};
use web::{Command, Output};

use super::{commands, jobs, queries};
use crate::suppression;

pub(crate) fn commands() -> Vec<Command> {
    vec![list(), runs(), dispatch(), stop(), suppress()]
}

fn list() -> Command {
    Command::new(
        &["ocart", "recovery", "list"],
        "List recovery sequences",
        |command| command,
        |engine, _| async move {
            let rows = engine.read(queries::sequences).await?;
            Ok(Output::rows(&["id", "name", "trigger_type", "status", "steps", "updated_at"], &rows))
        },
    )
}

fn runs() -> Command {
    Command::new(
        &["ocart", "recovery", "runs"],
        "List recovery runs, newest first",
        |command| command.arg(option("status", "pending, running, completed, converted or stopped")),
        |engine, arguments| async move {
            let status = arguments.get("status").unwrap_or_default().to_owned();
            let page = engine.read(move |tx| queries::runs(tx, &status, &Paging::first(1_000))).await?;
            let fields = [
                "id",
                "session_id",
                "status",
                "current_step",
                "stop_reason",
                "revenue_recovered",
                "currency",
                "started_at",
            ];
            Ok(Output::rows(&fields, &page.rows))
        },
    )
}

fn dispatch() -> Command {
    Command::new(
        &["ocart", "recovery", "dispatch"],
        "Send what is due now",
        |command| command.arg(flag("dry-run", "Only tell what would be sent or skipped, and why")),
        |engine, arguments| async move {
            if arguments.flag("dry-run") {
                let rows = engine.read(queries::due).await?;
                let fields =
                    ["id", "run_id", "session_id", "step", "template", "recipient", "due_at", "outcome"];
                return Ok(Output::rows(&fields, &rows));
            }
            let sent = jobs::dispatch_due(&engine).await?;
            Ok(Output::success(format!("Sent {sent} messages."), sent))
        },
    )
}

fn stop() -> Command {
    Command::new(
        &["ocart", "recovery", "stop"],
        "Stop a run",
        |command| command.arg(positional("id", "The run")),
        |engine, arguments| async move {
            let id: RunId = arguments.id("id")?;
            let run = engine.write(Actor::cli(), move |tx| commands::stop(tx, id)).await?;
            Ok(Output::success(format!("Run {} is {}.", run.id, run.status), run.id))
        },
    )
}

fn suppress() -> Command {
    Command::new(
        &["ocart", "recovery", "suppress"],
        "Suppress an address",
        |command| {
            command.arg(positional("email", "The address")).arg(option(
                "reason",
                "bounce, complaint, unsubscribe, manual (unless said) or winback_failed",
            ))
        },
        |engine, arguments| async move {
            let email = arguments.need("email")?.to_owned();
            let reason = arguments.get("reason").unwrap_or("manual").to_owned();
            let row = engine
                .write(Actor::cli(), move |tx| suppression::commands::add(tx, &email, &reason, "cli"))
                .await?;
            Ok(Output::success("Suppressed the address.", row.id))
        },
    )
}
