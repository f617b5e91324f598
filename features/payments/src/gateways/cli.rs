//! `cartwright ocart gateway list`.

use web::{Command, Output};

use super::queries;

pub(crate) fn commands() -> Vec<Command> {
    vec![Command::new(
        &["ocart", "gateway", "list"],
        "List the payment gateways that are on",
        |command| command,
        |engine, _| async move {
            Ok(Output::rows(&["id", "title", "one_click", "status"], &queries::list(&engine)))
        },
    )]
}
