//! `bench units|http|process|all [--seconds N] [--mysql URL] [--program PATH] [--oha PATH]`: figures on standard output, as
//! the tables of docs/performance.md. `bench counts [--keep]`: instructions of the hot paths beside those kept in the
//! repository; `bench repeat PATH TIMES`: one of them, for a profiler;
//! `bench statements`: what the units of three of them ask of the database.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program whose product is its output")]

mod bare;
mod bare_mariadb;
mod counts;
mod http;
mod process;
mod server;
mod statements;
mod table;
mod units;

use std::path::PathBuf;
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let arguments = Arguments(std::env::args().skip(1).collect());
    match arguments.0.first().map(String::as_str) {
        Some("counts") => return counts::compare(arguments.0.iter().any(|argument| argument == "--keep")),
        Some(counts::COUNTED) => return counts::run(),
        Some("repeat") => {
            let times = arguments.0.get(2).and_then(|text| text.parse().ok()).unwrap_or(1);
            return counts::repeat(arguments.0.get(1).map_or("", String::as_str), times);
        }
        _ => {}
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("no runtime: {error}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(run(&arguments)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("{}", fault.message);
            ExitCode::FAILURE
        }
    }
}

struct Arguments(Vec<String>);

impl Arguments {
    fn value(&self, name: &str) -> Option<&str> {
        self.0.iter().skip_while(|argument| *argument != name).nth(1).map(String::as_str)
    }
}

async fn run(arguments: &Arguments) -> Result<(), kernel::Fault> {
    let what = arguments.0.first().map_or("all", String::as_str);
    let seconds = arguments.value("--seconds").and_then(|text| text.parse().ok()).unwrap_or(5);
    let program = PathBuf::from(arguments.value("--program").unwrap_or("target/release/cartwright"));
    let oha = PathBuf::from(arguments.value("--oha").unwrap_or("target/tools/bin/oha"));
    if what == "statements" {
        return statements::print().await;
    }
    if matches!(what, "units" | "all") {
        let folder = tempfile::tempdir().map_err(|error| kernel::Fault::bug(error.to_string()))?;
        let file = format!("sqlite:{}", folder.path().join("bench.db").display());
        let mut rows = units::measure(&file, seconds).await?;
        match arguments.value("--mysql") {
            Some(url) => rows.extend(units::measure(url, seconds).await?),
            None => eprintln!("skipped on MariaDB: no --mysql URL"),
        }
        println!("{}", table::markdown(&rows));
    }
    if matches!(what, "http" | "all") {
        println!("{}", table::markdown(&http::measure(&program, &oha, seconds).await?));
    }
    if matches!(what, "process" | "all") {
        println!("{}", process::measure(&program, &oha).await?);
    }
    Ok(())
}
