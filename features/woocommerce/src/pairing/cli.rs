//! `cartwright wordpress pair|code|status|rotate|revoke`.

use runtime::Actor;
use serde::Serialize;
use web::command::positional;
use web::{Command, Output};

use super::commands;
use crate::calls::model::KeyState;
use crate::calls::queries;
use crate::inbox;
use crate::link::TheLink;

const FIELDS: [&str; 10] =
    ["url", "paired", "site", "address", "key", "paired_at", "heard_at", "woocommerce", "waiting", "failed"];

#[derive(Serialize)]
struct Status {
    url: String,
    paired: bool,
    site: String,
    address: String,
    key: String,
    paired_at: String,
    heard_at: String,
    woocommerce: String,
    waiting: i64,
    failed: i64,
}

pub(crate) fn commands() -> Vec<Command> {
    vec![pair(), code(), status(), rotate(), revoke()]
}

fn pair() -> Command {
    Command::new(
        &["wordpress", "pair"],
        "Connect the store by a code that was made in WordPress",
        |command| command.arg(positional("code", "The code, from cw1. to its end")),
        |engine, arguments| async move {
            commands::type_code(&engine, Actor::cli(), arguments.need("code")?).await?;
            let told = commands::greet(&engine, Actor::cli()).await;
            let site = engine.read(queries::site).await?;
            let note = if told.is_ok() { "" } else { " It has not answered a signed call yet." };
            Ok(Output::success(format!("The store at {} is connected.{note}", site.address), site.site))
        },
    )
}

fn code() -> Command {
    Command::new(
        &["wordpress", "code"],
        "Make a code to be typed in WordPress; good once, for a quarter of an hour",
        |command| command,
        |engine, _| async move {
            let (code, _) = engine.write(Actor::cli(), commands::make_code).await?;
            Ok(Output::Text(format!("{}\n", code.text())))
        },
    )
}

fn status() -> Command {
    Command::new(
        &["wordpress", "status"],
        "Show how the link with the store stands",
        |command| command,
        |engine, _| async move {
            let link = engine.ask(TheLink).await?;
            let url = link.url().to_owned();
            let status = engine
                .read(move |tx| {
                    let (site, keys) = (queries::site(tx)?, queries::keys(tx)?);
                    let current = keys.into_iter().rev().find(|key| key.state == KeyState::Current);
                    let told: serde_json::Value = serde_json::from_str(&site.told).unwrap_or_default();
                    let waiting = inbox::queries::waiting(tx)?;
                    let time = |at: Option<kernel::Moment>| at.map(|at| at.rfc3339()).unwrap_or_default();
                    Ok(Status {
                        url,
                        paired: site.is_paired() && current.is_some(),
                        key: current.map(|key| key.id).unwrap_or_default(),
                        paired_at: time(site.paired_at),
                        heard_at: time(site.heard_at),
                        woocommerce: told["woocommerce"].as_str().unwrap_or_default().to_owned(),
                        site: site.site,
                        address: site.address,
                        waiting: waiting.waiting,
                        failed: waiting.failed,
                    })
                })
                .await?;
            Ok(Output::item(&FIELDS, &status))
        },
    )
}

fn rotate() -> Command {
    Command::new(
        &["wordpress", "rotate"],
        "Put another key in the place of the present one",
        |command| command,
        |engine, _| async move {
            let id = commands::rotate(&engine, Actor::cli()).await?;
            Ok(Output::success(format!("The key is {id} now."), id))
        },
    )
}

fn revoke() -> Command {
    Command::new(
        &["wordpress", "revoke"],
        "Disconnect the store: no key is good any more",
        |command| command,
        |engine, _| async move {
            let heard = commands::disconnect(&engine, Actor::cli()).await?;
            let store = if heard { "" } else { " The store could not be told: disconnect there as well." };
            Ok(Output::success(format!("The store is disconnected.{store}"), ""))
        },
    )
}
