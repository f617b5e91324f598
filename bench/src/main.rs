//! `bench units|http|process|all [--seconds N]`: figures on standard output, as the tables of docs/performance.md.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program whose product is its output")]

mod bare;
mod table;
mod units;

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let what = arguments.first().map_or("all", String::as_str);
    let seconds = arguments.iter().skip_while(|argument| *argument != "--seconds").nth(1);
    let seconds = seconds.and_then(|text| text.parse().ok()).unwrap_or(5);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("no runtime: {error}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(run(what, seconds)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("{}", fault.message);
            ExitCode::FAILURE
        }
    }
}

async fn run(what: &str, seconds: u64) -> Result<(), kernel::Fault> {
    if matches!(what, "units" | "all") {
        let folder = tempfile::tempdir().map_err(|error| kernel::Fault::bug(error.to_string()))?;
        let mut rows =
            units::measure(&format!("sqlite:{}", folder.path().join("bench.db").display()), seconds).await?;
        match std::env::var("CARTWRIGHT_TEST_MYSQL_URL").ok() {
            Some(url) => rows.extend(units::measure(&url, seconds).await?),
            None => eprintln!("skipped on MariaDB: CARTWRIGHT_TEST_MYSQL_URL is not set"),
        }
        println!("{}", table::markdown(&rows));
    }
    Ok(())
}
