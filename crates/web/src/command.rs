//! Commands in WP-CLI's manner: features hand them in, the binary runs them.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use clap::ArgMatches;
use kernel::Fault;
use runtime::Engine;

use crate::output::{Format, Output};

type Run = Arc<
    dyn Fn(Engine, Arguments) -> Pin<Box<dyn Future<Output = Result<Output, Fault>> + Send>> + Send + Sync,
>;

/// What was given to a command.
#[derive(Debug, Clone)]
pub struct Arguments(pub ArgMatches);

impl Arguments {
    /// A value, if given.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.try_get_one::<String>(name).ok().flatten().map(String::as_str)
    }

    /// A value that must be there.
    pub fn need(&self, name: &str) -> Result<&str, Fault> {
        self.get(name).ok_or_else(|| Fault::missing(name))
    }

    /// A positive row id.
    pub fn id<T: From<i64>>(&self, name: &str) -> Result<T, Fault> {
        self.need(name)?
            .parse::<i64>()
            .ok()
            .filter(|id| *id > 0)
            .map(T::from)
            .ok_or_else(|| Fault::invalid(name, "Give a positive number."))
    }

    /// A flag without a value.
    #[must_use]
    pub fn flag(&self, name: &str) -> bool {
        self.0.try_get_one::<bool>(name).ok().flatten().copied().unwrap_or(false)
    }

    /// `--format`; the table unless given.
    pub fn format(&self) -> Result<Format, Fault> {
        match self.get("format").unwrap_or("table") {
            "table" => Ok(Format::Table),
            "json" => Ok(Format::Json),
            "csv" => Ok(Format::Csv),
            "yaml" => Ok(Format::Yaml),
            "ids" => Ok(Format::Ids),
            "count" => Ok(Format::Count),
            _ => Err(Fault::invalid("format", "Use table, json, csv, yaml, ids or count.")),
        }
    }

    /// `--fields=a,b`.
    #[must_use]
    pub fn fields(&self) -> Vec<String> {
        self.get("fields")
            .map(|list| list.split(',').map(|field| field.trim().to_owned()).collect())
            .unwrap_or_default()
    }
}

/// A command: where it stands (`["ocart", "cart", "list"]`), its arguments, its work.
#[derive(Clone)]
pub struct Command {
    /// Words before the arguments.
    pub path: Vec<&'static str>,
    /// Arguments and help. The kit adds `--format`, `--fields`, `--porcelain` and `--quiet`.
    pub clap: clap::Command,
    /// The work.
    pub run: Run,
}

impl Command {
    /// `Command::new(&["oloyalty", "points", "adjust"], "Adjust a member's points", |command| command.arg(…), run)`.
    pub fn new<F, Fut>(
        path: &[&'static str],
        about: &'static str,
        arguments: impl FnOnce(clap::Command) -> clap::Command,
        run: F,
    ) -> Self
    where
        F: Fn(Engine, Arguments) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Output, Fault>> + Send + 'static,
    {
        let name = path.last().copied().unwrap_or("command");
        let clap = arguments(clap::Command::new(name).about(about));
        Self {
            path: path.to_vec(),
            clap,
            run: Arc::new(move |engine, arguments| Box::pin(run(engine, arguments))),
        }
    }
}

impl std::fmt::Debug for Command {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.path.join(" "))
    }
}

/// A positional argument that must be given.
#[must_use]
pub fn positional(name: &'static str, help: &'static str) -> clap::Arg {
    clap::Arg::new(name).help(help).required(true).allow_hyphen_values(true)
}

/// `--name=value`.
#[must_use]
pub fn option(name: &'static str, help: &'static str) -> clap::Arg {
    clap::Arg::new(name).long(name).help(help).num_args(1).allow_hyphen_values(true)
}

/// `--name`.
#[must_use]
pub fn flag(name: &'static str, help: &'static str) -> clap::Arg {
    clap::Arg::new(name).long(name).help(help).action(clap::ArgAction::SetTrue)
}
