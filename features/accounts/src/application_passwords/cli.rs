//! `cartwright user application-password create|list|delete`.

use runtime::Actor;
use web::command::positional;
use web::{Command, Output};

use super::{commands, store};
use crate::users::queries;

pub(crate) fn commands() -> Vec<Command> {
    vec![
        Command::new(
            &["user", "application-password", "create"],
            "Make a password for a program",
            |command| {
                command
                    .arg(positional("user", "Id, login name or address"))
                    .arg(positional("name", "What it is for"))
            },
            |engine, arguments| async move {
                let (who, name) = (arguments.need("user")?.to_owned(), arguments.need("name")?.to_owned());
                let password = engine
                    .write(Actor::cli(), move |tx| {
                        let user = queries::find(tx, &who)?;
                        Ok(commands::create(tx, user.id, &name)?.0)
                    })
                    .await?;
                Ok(Output::success(format!("Created application password.\nPassword: {password}"), password))
            },
        ),
        Command::new(
            &["user", "application-password", "list"],
            "List an account's application passwords",
            |command| command.arg(positional("user", "Id, login name or address")),
            |engine, arguments| async move {
                let who = arguments.need("user")?.to_owned();
                let rows = engine
                    .read(move |tx| {
                        let user = queries::find(tx, &who)?;
                        store::of_user(tx, user.id)
                    })
                    .await?;
                Ok(Output::rows(&["uuid", "name", "created"], &rows))
            },
        ),
        Command::new(
            &["user", "application-password", "delete"],
            "Revoke an application password",
            |command| {
                command.arg(positional("user", "Id, login name or address")).arg(positional("uuid", "Which"))
            },
            |engine, arguments| async move {
                let (who, uuid) = (arguments.need("user")?.to_owned(), arguments.need("uuid")?.to_owned());
                engine
                    .write(Actor::cli(), move |tx| {
                        let user = queries::find(tx, &who)?;
                        commands::revoke(tx, user.id, &uuid)
                    })
                    .await?;
                Ok(Output::success("Deleted 1 of 1 application password.", ""))
            },
        ),
    ]
}
