//! `cartwright ocart funnel list|create|show|activate|archive`.

use kernel::{Fault, Paging};
use runtime::{Actor, Engine};
use serde::Serialize;
use web::command::{flag, option, positional};
use web::{Arguments, Command, Output};

use super::commands::{self, NewFunnel};
use super::model::{CheckoutLayout, Funnel, FunnelSettings};
use super::queries;
use crate::steps;

#[derive(Serialize)]
struct Line {
    id: i64,
    name: String,
    slug: String,
    status: String,
    layout: &'static str,
    steps: usize,
}

fn line(funnel: &Funnel, steps: usize) -> Line {
    Line {
        id: funnel.id.0,
        name: funnel.name.clone(),
        slug: funnel.slug.clone(),
        status: funnel.status.clone(),
        layout: funnel.settings.layout.word(),
        steps,
    }
}

const FIELDS: [&str; 6] = ["id", "name", "slug", "status", "layout", "steps"];

async fn list(engine: Engine, arguments: Arguments) -> Result<Output, Fault> {
    let status = arguments.get("status").unwrap_or_default().to_owned();
    let lines = engine
        .read(move |tx| {
            let paging = Paging { descending: false, ..Paging::first(10_000) };
            let page = queries::list(tx, &status, &paging)?;
            let counted = page.rows.iter().map(|funnel| {
                let steps = steps::store::of_funnel(tx, funnel.id)?.len();
                Ok(line(funnel, steps))
            });
            counted.collect::<Result<Vec<Line>, Fault>>()
        })
        .await?;
    Ok(Output::rows(&FIELDS, &lines))
}

async fn create(engine: Engine, arguments: Arguments) -> Result<Output, Fault> {
    let layout = match arguments.get("layout") {
        None => CheckoutLayout::default(),
        Some(word) => CheckoutLayout::parse(word)
            .ok_or_else(|| Fault::invalid("layout", "Use one_step, two_step or three_step."))?,
    };
    let fresh = NewFunnel {
        name: arguments.need("name")?.to_owned(),
        slug: arguments.get("slug").map(str::to_owned),
        status: arguments.flag("activate").then(|| "active".to_owned()),
        settings: FunnelSettings { layout, headline: String::new() },
        ..NewFunnel::default()
    };
    let funnel = engine.write(Actor::cli(), move |tx| commands::create(tx, &fresh)).await?;
    Ok(Output::success(format!("Created funnel {}.", funnel.id), funnel.id))
}

async fn show(engine: Engine, arguments: Arguments) -> Result<Output, Fault> {
    let which = arguments.need("funnel")?.to_owned();
    let line = engine
        .read(move |tx| {
            let funnel = queries::find(tx, &which)?;
            let steps = steps::store::of_funnel(tx, funnel.id)?.len();
            Ok(line(&funnel, steps))
        })
        .await?;
    Ok(Output::item(&FIELDS, &line))
}

async fn set_status(
    engine: Engine,
    arguments: Arguments,
    status: &'static str,
    done: &'static str,
) -> Result<Output, Fault> {
    let which = arguments.need("funnel")?.to_owned();
    let funnel = engine
        .write(Actor::cli(), move |tx| {
            let funnel = queries::find(tx, &which)?;
            commands::set_status(tx, funnel.id, status)
        })
        .await?;
    Ok(Output::success(format!("{done} funnel {}.", funnel.id), funnel.id))
}

pub(crate) fn commands() -> Vec<Command> {
    let which = || positional("funnel", "Id or slug");
    vec![
        Command::new(
            &["ocart", "funnel", "list"],
            "List funnels",
            |command| command.arg(option("status", "draft, active or archived")),
            list,
        ),
        Command::new(
            &["ocart", "funnel", "create"],
            "Make a funnel with its checkout and thank-you steps",
            |command| {
                command
                    .arg(positional("name", "Name"))
                    .arg(option("slug", "In /checkout/{slug}; made of the name when left out"))
                    .arg(option("layout", "one_step, two_step or three_step"))
                    .arg(flag("activate", "Active at once, not a draft"))
            },
            create,
        ),
        Command::new(&["ocart", "funnel", "show"], "Show a funnel", |command| command.arg(which()), show),
        Command::new(
            &["ocart", "funnel", "activate"],
            "Lead shoppers through a funnel",
            |command| command.arg(which()),
            |engine, arguments| set_status(engine, arguments, "active", "Activated"),
        ),
        Command::new(
            &["ocart", "funnel", "archive"],
            "Take a funnel out of use",
            |command| command.arg(which()),
            |engine, arguments| set_status(engine, arguments, "archived", "Archived"),
        ),
    ]
}
