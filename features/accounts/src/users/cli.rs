//! `cartwright user create|list|delete`.

use kernel::Paging;
use runtime::Actor;
use web::command::{flag, option, positional};
use web::{Command, Output};

use super::commands::{self, CreateUser};
use super::queries;

const FIELDS: [&str; 6] = ["id", "user_login", "display_name", "user_email", "user_registered", "roles"];

pub(crate) fn commands() -> Vec<Command> {
    vec![create(), list(), delete()]
}

fn create() -> Command {
    Command::new(
        &["user", "create"],
        "Make an account",
        |command| {
            command
                .arg(positional("user-login", "Login name"))
                .arg(positional("user-email", "Address"))
                .arg(option("role", "administrator, shop_manager or customer"))
                .arg(option("user_pass", "Password; one is made and printed unless given"))
                .arg(option("display_name", "Name shown"))
                .arg(option("first_name", "Given name"))
                .arg(option("last_name", "Family name"))
        },
        |engine, arguments| async move {
            let given = arguments.get("user_pass").map(str::to_owned);
            let password = given.clone().unwrap_or_else(|| engine.entropy().alphanumeric(20));
            let text = |name: &str| arguments.get(name).unwrap_or_default().to_owned();
            let command = CreateUser {
                user_login: text("user-login"),
                user_email: text("user-email"),
                role: arguments.get("role").unwrap_or("customer").to_owned(),
                password: Some(password.clone()),
                display_name: text("display_name"),
                first_name: text("first_name"),
                last_name: text("last_name"),
            };
            let user = commands::create_user(&engine, Actor::cli(), command).await?;
            let shown = if given.is_some() { String::new() } else { format!("\nPassword: {password}") };
            Ok(Output::success(format!("Created user {}.{shown}", user.id), user.id))
        },
    )
}

fn list() -> Command {
    Command::new(
        &["user", "list"],
        "List accounts",
        |command| command.arg(option("role", "Only this role")).arg(option("search", "Words to look for")),
        |engine, arguments| async move {
            let role = arguments.get("role").map(str::to_owned);
            let mut paging = Paging::first(10_000);
            paging.descending = false;
            paging.search = arguments.get("search").unwrap_or_default().to_lowercase();
            let page = engine.read(move |tx| queries::list(tx, &paging)).await?;
            let rows: Vec<_> = page
                .rows
                .into_iter()
                .filter(|user| role.as_deref().is_none_or(|role| user.role_names().any(|name| name == role)))
                .collect();
            Ok(Output::rows(&FIELDS, &rows))
        },
    )
}

fn delete() -> Command {
    Command::new(
        &["user", "delete"],
        "Delete an account",
        |command| {
            command
                .arg(positional("user", "Id, login name or address"))
                .arg(flag("erase-orders", "Take name, address and telephone out of the orders as well"))
                .arg(flag("yes", "Do not ask"))
        },
        |engine, arguments| async move {
            let who = arguments.need("user")?.to_owned();
            let orders = arguments.flag("erase-orders");
            let user = engine
                .write(Actor::cli(), move |tx| {
                    let user = queries::find(tx, &who)?;
                    commands::delete_user(tx, user.id, orders)?;
                    Ok(user)
                })
                .await?;
            Ok(Output::success(format!("Removed user {}.", user.id), user.id))
        },
    )
}
