//! `cargo xtask`: work on the program itself.

mod connector;
mod sim;

use std::process::ExitCode;

use clap::{Arg, ArgAction, Command};

fn command() -> Command {
    let number = |name: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_parser(clap::value_parser!(u64)).help(help)
    };
    let sim = Command::new("sim")
        .about("Plays worlds under faults and audits them")
        .arg(number("seeds", "How many seeds").default_value("20"))
        .arg(number("seed", "The first seed").default_value("1"))
        .arg(
            Arg::new("plan")
                .long("plan")
                .help("One world, as a failing one was printed: `7 rounds=3 without=1-4`"),
        )
        .arg(
            Arg::new("plant")
                .long("plant")
                .help("With a planted fault, which must be found; `all` for each in turn"),
        )
        .arg(Arg::new("replay").long("replay").action(ArgAction::SetTrue).help("The worlds that once failed"))
        .arg(
            Arg::new("digests")
                .long("digests")
                .action(ArgAction::SetTrue)
                .help("Tells the hash of each history"),
        )
        .arg(number("threads", "Worlds played at once").default_value("2"));
    let connector = Command::new("connector").about("Makes the WordPress plugin's zip in target/");
    Command::new("xtask")
        .about("Work on Cartwright itself")
        .subcommand_required(true)
        .subcommand(sim)
        .subcommand(connector)
}

#[expect(clippy::print_stderr, reason = "a tool of the command line")]
fn main() -> ExitCode {
    let matches = command().get_matches();
    let outcome = match matches.subcommand() {
        Some(("sim", matches)) => sim::run(matches),
        Some(("connector", _)) => connector::run().map_err(kernel::Fault::bug),
        _ => Ok(true),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(fault) => {
            eprintln!("{fault}");
            ExitCode::FAILURE
        }
    }
}
