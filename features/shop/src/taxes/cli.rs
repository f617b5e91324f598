//! `cartwright tax import`.

use std::fmt::Write as _;

use kernel::Fault;
use runtime::Actor;
use web::command::positional;
use web::{Command, Output};

use super::commands;

pub(crate) fn commands() -> Vec<Command> {
    vec![Command::new(
        &["tax", "import"],
        "Import WooCommerce's tax rate CSV",
        |command| command.arg(positional("file", "The CSV file")),
        |engine, arguments| async move {
            let path = arguments.need("file")?.to_owned();
            let file = std::fs::read(&path)
                .map_err(|error| Fault::invalid("file", format!("{path} cannot be read: {error}")))?;
            let imported = engine.write(Actor::cli(), move |tx| commands::import(tx, &file)).await?;
            let mut text = String::new();
            for problem in &imported.problems {
                let _ =
                    writeln!(text, "Warning: line {} {}: {}", problem.line, problem.column, problem.problem);
            }
            let _ = writeln!(
                text,
                "Success: {} tax rates created, {} already there.",
                imported.created, imported.known
            );
            let failed = imported.created + imported.known == 0 && !imported.problems.is_empty();
            Ok(if failed { Output::Failure(text) } else { Output::Text(text) })
        },
    )]
}
