//! `cartwright oloyalty points adjust`.

use kernel::Fault;
use runtime::Actor;
use web::command::{flag, option, positional};
use web::{Command, Output};

use super::commands::{Adjust, adjust};
use super::model::grouped;
use crate::members::cli::{Who, by};

pub(crate) fn commands() -> Vec<Command> {
    vec![Command::new(
        &["oloyalty", "points", "adjust"],
        "Correct a member's points",
        |command| {
            command
                .arg(positional("member", "Account id; with --by=member the member's own id"))
                .arg(positional("points", "Points with their sign, such as +500 or -500"))
                .arg(option("reason", "Why"))
                .arg(flag("force", "Take points even below zero"))
                .arg(by())
        },
        |engine, arguments| async move {
            let who = Who::read(&arguments)?;
            let correction = Adjust {
                points: signed_points(arguments.need("points")?)?,
                reason: arguments.need("reason")?.to_owned(),
                force: arguments.flag("force"),
            };
            let key = engine.entropy().uuid(engine.now());
            let done = engine
                .write(Actor::cli(), move |tx| {
                    let member = who.find(tx)?;
                    adjust(tx, member.id, &correction, &key)
                })
                .await?;
            let message = format!(
                "ledger #{} written · balance {} → {} · ok",
                done.entry.id,
                grouped(done.balance_before),
                grouped(done.balance_after)
            );
            Ok(Output::success(message, done.entry.id))
        },
    )]
}

/// A number with its sign: a bare one could mean the new balance.
fn signed_points(text: &str) -> Result<i64, Fault> {
    let wrong = || Fault::invalid("points", "Give the change with its sign, such as +500 or -500.");
    if !text.starts_with(['+', '-']) {
        return Err(wrong());
    }
    text.parse().map_err(|_| wrong())
}
