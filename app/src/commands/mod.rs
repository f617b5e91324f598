//! Commands that belong to no feature.

pub mod cron;
pub mod database;
pub mod demo;
mod demo_report;
pub mod doctor;
pub mod option;
pub mod route;
pub mod serve;
pub mod uninstall;

use clap::{Arg, ArgAction};

fn flag(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).action(ArgAction::SetTrue).help(help)
}

fn named(name: &'static str) -> Arg {
    Arg::new(name).required(true)
}

fn option(name: &'static str, value: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).num_args(1).value_name(value).help(help)
}

/// Their words and arguments.
#[must_use]
pub fn own() -> Vec<(Vec<&'static str>, clap::Command)> {
    let file = || Arg::new("file").required(true).value_name("FILE");
    let command = |about: &'static str| clap::Command::new("command").about(about);
    vec![
        (
            vec!["serve"],
            command("Serve the shop, the admin and REST")
                .arg(flag("no-jobs", "Run no jobs, schedules or deliveries here"))
                .arg(
                    option(
                        "drain-seconds",
                        "N",
                        "When told to end, answer 503 at /readyz and serve on for so long, so that a balancer notices [default: 0]",
                    )
                    .env("CARTWRIGHT_DRAIN_SECONDS"),
                ),
        ),
        (
            vec!["demo"],
            command("Make a shop in a folder of its own, play ninety days of it, and serve it")
                .arg(option("seed", "N", "Everything is drawn from it [default: 1]"))
                .arg(option("days", "N", "Days to play, up to today [default: 90]"))
                .arg(option("shoppers", "N", "People who come [default: 2000]"))
                .arg(option("folder", "FOLDER", "Where the shop is made [default: cartwright-demo]"))
                .arg(flag("no-serve", "Only play, do not serve")),
        ),
        (vec!["doctor"], command("Check the installation; exit 1 if something is wrong")),
        (vec!["uninstall"], command("Drop every table of ours").arg(flag("yes", "Really"))),
        (vec!["db", "migrate"], command("Make and change the tables")),
        (vec!["db", "status"], command("List migrations")),
        (vec!["db", "verify"], command("Recompute every balance and invariant; exit 1 if one does not hold")),
        (vec!["db", "backup"], command("Write everything into FILE").arg(file())),
        (
            vec!["db", "restore"],
            command("Fill an empty database from FILE")
                .arg(file())
                .arg(flag("replace", "Delete what is there first")),
        ),
        (
            vec!["option", "list"],
            command("List every setting with its value").arg(Arg::new("option").value_name("OPTION")),
        ),
        (vec!["option", "get"], command("Print a setting").arg(named("option")).arg(named("key"))),
        (
            vec!["option", "update"],
            command("Change a setting")
                .arg(named("option"))
                .arg(named("key"))
                .arg(named("value").allow_hyphen_values(true)),
        ),
        (vec!["route", "list"], command("List every address with who may call it")),
        (vec!["cron", "event", "list"], command("List schedules and waiting jobs")),
        (vec!["cron", "event", "retry"], command("Try jobs and deliveries again that were given up")),
        (
            vec!["cron", "event", "resume"],
            command("Send and charge again after a restore; what was due before is not sent"),
        ),
        (
            vec!["cron", "event", "run"],
            command("Run what is due, or one hook")
                .arg(Arg::new("hook").value_name("HOOK"))
                .arg(flag("due-now", "Run everything that is due")),
        ),
    ]
}
