//! The command line: the features' commands and the program's own, in WP-CLI's manner.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::time::Duration;

use clap::{Arg, ArgAction, ArgMatches};
use kernel::Fault;
use runtime::Engine;
use web::{Arguments, Command, Output};

use crate::commands;
use crate::configuration::{self, Configuration};
use crate::wiring::Application;

/// What goes to standard output and to standard error.
#[derive(Debug, Clone, Default)]
pub struct Printed {
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub error: String,
}

impl Printed {
    /// Only an error.
    #[must_use]
    pub fn error(text: &str) -> Self {
        Self { out: String::new(), error: text.to_owned() }
    }
}

/// Runs a command line; gives what is printed and the exit code.
pub async fn run(arguments: impl IntoIterator<Item = OsString>) -> (Printed, u8) {
    let feature_commands: Vec<Command> = crate::features::commands();
    let matches = match root(&feature_commands).try_get_matches_from(arguments) {
        Ok(matches) => matches,
        Err(error) => return misread(&error),
    };
    ended(dispatch(&matches, &feature_commands).await)
}

/// Runs one of the features' commands in a server that is up; gives what is printed and the exit code, as [`run`] does.
pub async fn within(engine: Engine, commands: &[Command], arguments: Vec<String>) -> (Printed, u8) {
    let words = std::iter::once("cartwright".to_owned()).chain(arguments);
    let matches = match tree(commands, Vec::new()).try_get_matches_from(words) {
        Ok(matches) => matches,
        Err(error) => return misread(&error),
    };
    let (path, innermost) = innermost(&matches);
    let words: Vec<&str> = path.iter().map(String::as_str).collect();
    let arguments = Arguments(innermost.clone());
    let printed = match commands.iter().find(|command| command.path == words) {
        Some(command) => (command.run)(engine, arguments.clone()).await,
        None => Err(Fault::not_found("command")),
    };
    ended(printed.and_then(|output| print(&output, &arguments)))
}

/// The command line could not be read, or asked for help.
fn misread(error: &clap::Error) -> (Printed, u8) {
    let text = error.render().to_string();
    if error.use_stderr() {
        (Printed::error(&text), 2)
    } else {
        (Printed { out: text, error: String::new() }, 0)
    }
}

fn ended(result: Result<(String, u8), Fault>) -> (Printed, u8) {
    match result {
        Ok((text, code)) => (Printed { out: text, error: String::new() }, code),
        Err(fault) => (Printed::error(&format!("Error: {fault}\n")), 1),
    }
}

fn print(output: &Output, arguments: &Arguments) -> Result<(String, u8), Fault> {
    let text = output.print(
        arguments.format()?,
        &arguments.fields(),
        arguments.flag("porcelain"),
        arguments.flag("quiet"),
    );
    Ok((text, u8::from(matches!(output, Output::Failure(_)))))
}

async fn dispatch(matches: &ArgMatches, feature_commands: &[Command]) -> Result<(String, u8), Fault> {
    let configuration = Configuration::read(matches)?;
    crate::log::start(&configuration);
    let (path, innermost) = innermost(matches);
    let words: Vec<&str> = path.iter().map(String::as_str).collect();
    let arguments = Arguments(innermost.clone());
    let output = match words.as_slice() {
        ["serve"] => {
            let drain = Duration::from_secs(commands::serve::drain_seconds(&arguments)?);
            let manner = commands::serve::Manner { no_jobs: arguments.flag("no-jobs"), drain };
            commands::serve::run(configuration, manner).await?
        }
        ["demo"] => commands::demo::run(configuration, &arguments).await?,
        ["doctor"] => commands::doctor::run(configuration).await?,
        ["uninstall"] => commands::uninstall::run(configuration, arguments.flag("yes")).await?,
        ["db", action] => commands::database::run(configuration, action, &arguments).await?,
        ["option", action] => commands::option::run(configuration, action, &arguments).await?,
        ["route", "list"] => commands::route::run(&configuration),
        ["cron", "event", action] => commands::cron::run(configuration, action, &arguments).await?,
        _ => run_feature_command(configuration, feature_commands, &words, &arguments).await?,
    };
    print(&output, &arguments)
}

async fn run_feature_command(
    configuration: Configuration,
    feature_commands: &[Command],
    words: &[&str],
    arguments: &Arguments,
) -> Result<Output, Fault> {
    let command = feature_commands
        .iter()
        .find(|command| command.path == words)
        .ok_or_else(|| Fault::not_found("command"))?;
    let here = crate::features::of(&configuration);
    if !here.iter().any(|feature| feature.commands.iter().any(|known| known.path == words)) {
        return Err(elsewhere(&configuration, words));
    }
    let application = Application::open(configuration)?;
    application.migrate().await?;
    application.engine.install_schedules().await?;
    let output = (command.run)(application.engine.clone(), arguments.clone()).await;
    application.engine.db().close().await;
    output
}

/// The command is one of another kind of installation.
fn elsewhere(configuration: &Configuration, words: &[&str]) -> Fault {
    let reason = match &configuration.wordpress {
        Some(store) => format!("the shop is the WooCommerce at {}: do it there", store.url),
        None => "no WordPress is named: set CARTWRIGHT_WORDPRESS_URL".to_owned(),
    };
    Fault::refused("not_here", format!("`{}` does nothing here, since {reason}.", words.join(" ")))
}

/// The words that were given and the arguments of the last one.
fn innermost(matches: &ArgMatches) -> (Vec<String>, &ArgMatches) {
    let (mut path, mut current) = (Vec::new(), matches);
    while let Some((word, inner)) = current.subcommand() {
        path.push(word.to_owned());
        current = inner;
    }
    (path, current)
}

/// The whole tree.
fn root(feature_commands: &[Command]) -> clap::Command {
    configuration::arguments(tree(feature_commands, commands::own()))
}

fn tree(feature_commands: &[Command], own: Vec<(Vec<&'static str>, clap::Command)>) -> clap::Command {
    let root = clap::Command::new("cartwright")
        .about("Checkout funnels, cart recovery and loyalty for a WooCommerce shop")
        .version(env!("CARGO_PKG_VERSION"))
        .subcommand_required(true)
        .arg_required_else_help(true);
    let mut tree = Node::default();
    for command in own {
        tree.insert(&command.0, command.1);
    }
    for command in feature_commands {
        tree.insert(&command.path, command.clap.clone());
    }
    tree.attach(root)
}

#[derive(Default)]
struct Node {
    leaf: Option<clap::Command>,
    below: BTreeMap<&'static str, Node>,
}

impl Node {
    fn insert(&mut self, path: &[&'static str], leaf: clap::Command) {
        match path.split_first() {
            None => self.leaf = Some(leaf),
            Some((word, rest)) => self.below.entry(word).or_default().insert(rest, leaf),
        }
    }

    fn attach(self, command: clap::Command) -> clap::Command {
        self.below.into_iter().fold(command, |command, (word, node)| command.subcommand(node.command(word)))
    }

    fn command(mut self, word: &'static str) -> clap::Command {
        let command = match self.leaf.take() {
            Some(leaf) => leaf.name(word).args(output_arguments()),
            None => clap::Command::new(word).subcommand_required(true).arg_required_else_help(true),
        };
        self.attach(command)
    }
}

fn output_arguments() -> [Arg; 4] {
    [
        Arg::new("format").long("format").num_args(1).help("table, json, csv, yaml, ids or count"),
        Arg::new("fields").long("fields").num_args(1).help("Columns, comma separated"),
        Arg::new("porcelain").long("porcelain").action(ArgAction::SetTrue).help("Print only the new id"),
        Arg::new("quiet").long("quiet").action(ArgAction::SetTrue).help("Print no success message"),
    ]
}
