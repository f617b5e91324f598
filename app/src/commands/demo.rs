//! `cartwright demo`: a shop in a folder of its own, ninety simulated days of it, then the server.

use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::Instant;

use kernel::{Clock as _, Entropy, Fault};
use sim::{Play, Progress};
use system::{SystemClock, SystemEntropy};
use tokio::net::TcpListener;
use web::{Arguments, Output};

use super::{demo_report, serve};
use crate::configuration::Configuration;
use crate::demo;
use crate::wiring::Application;

/// Marks a folder as the demo's own.
const MARKER: &str = "cartwright-demo.txt";
const MARKER_TEXT: &str =
    "This folder was made by `cartwright demo`, which replaces its own files here when it is run again.\n";
/// The demo's database.
const DATABASE: &str = "shop.db";
/// Files that the demo makes, and takes away before it makes them anew.
const OWN: [&str; 5] = [DATABASE, "shop.db-wal", "shop.db-shm", "cartwright.key", MARKER];
/// Characters of the administrator's password.
const PASSWORD_LENGTH: usize = 12;

/// What was asked for.
struct Wanted {
    seed: u64,
    days: u32,
    shoppers: usize,
    folder: PathBuf,
    serves: bool,
}

impl Wanted {
    fn read(arguments: &Arguments) -> Result<Self, Fault> {
        let number = |name: &str, default: u64, most: u64| match arguments.get(name) {
            None => Ok(default),
            Some(text) => text
                .parse()
                .ok()
                .filter(|number| *number <= most && (name == "seed" || *number > 0))
                .ok_or_else(|| Fault::invalid(name, format!("Give a whole number up to {most}."))),
        };
        Ok(Self {
            seed: number("seed", 1, u64::MAX)?,
            days: u32::try_from(number("days", 90, 365)?).unwrap_or(90),
            shoppers: usize::try_from(number("shoppers", 2_000, 20_000)?).unwrap_or(2_000),
            folder: PathBuf::from(arguments.get("folder").unwrap_or("cartwright-demo")),
            serves: !arguments.flag("no-serve"),
        })
    }
}

/// Makes the shop, plays it, says what happened, and serves it.
#[expect(clippy::print_stdout, reason = "what happened is read before the server ends, not after")]
pub async fn run(configuration: Configuration, arguments: &Arguments) -> Result<Output, Fault> {
    let wanted = Wanted::read(arguments)?;
    if wanted.serves {
        free(&configuration.listen).await?;
    }
    make_folder(&wanted.folder)?;
    let configuration = own(configuration, &wanted.folder);
    let began = Instant::now();
    let end = SystemClock.now();
    let play = Play { seed: wanted.seed, days: wanted.days, shoppers: wanted.shoppers, end };
    let start = end.plus_days(-i64::from(play.days));
    let stage = demo::open(configuration, start, wanted.seed).await?;
    let mut bar = Bar::new();
    let summary = sim::play(&stage.world, play, &mut |progress| bar.show(progress)).await?;
    bar.end();
    let configuration = stage.close().await?;
    let report = demo_report::of(&play, &summary, began.elapsed())
        + &demo_report::addresses(&configuration, &summary, &wanted.folder, wanted.serves);
    if !summary.violations.is_empty() {
        return Ok(Output::Failure(report));
    }
    if !wanted.serves {
        return Ok(Output::Text(report));
    }
    println!("{report}");
    let application = Application::open(configuration)?;
    serve::prepare(&application).await?;
    serve::serve(&application, serve::Manner::default(), serve::stopped()?).await?;
    Ok(Output::Text(String::new()))
}

/// Nobody waits half a minute to hear that the address is taken.
async fn free(address: &str) -> Result<(), Fault> {
    let bound = TcpListener::bind(address).await;
    bound.map(drop).map_err(|error| {
        Fault::invalid(
            "listen",
            format!(
                "{address} cannot be listened on: {error}. Choose another with --listen, or use --no-serve."
            ),
        )
    })
}

/// A fresh folder, an empty one, or the demo's own from before; anything else is left alone.
fn make_folder(folder: &Path) -> Result<(), Fault> {
    let problem = |error: std::io::Error| {
        Fault::invalid("folder", format!("{} cannot be used: {error}", folder.display()))
    };
    std::fs::create_dir_all(folder).map_err(problem)?;
    if folder.join(MARKER).is_file() {
        for name in OWN {
            match std::fs::remove_file(folder.join(name)) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(problem(error)),
                _ => {}
            }
        }
    } else if std::fs::read_dir(folder).map_err(problem)?.next().is_some() {
        return Err(Fault::invalid(
            "folder",
            format!("{} holds other files. Name an empty or a new folder with --folder.", folder.display()),
        ));
    }
    std::fs::write(folder.join(MARKER), MARKER_TEXT).map_err(problem)
}

/// The demo never touches the installation's own database, key or mail server, and always takes test cards.
fn own(configuration: Configuration, folder: &Path) -> Configuration {
    let chance: &dyn Entropy = &SystemEntropy;
    let password = configuration.admin_password.clone();
    Configuration {
        database_url: format!("sqlite:{}", folder.join(DATABASE).display()),
        secret_key_file: folder.join("cartwright.key"),
        secret_key: None,
        smtp_url: None,
        test_gateway: true,
        test_gateway_hold_ms: 0,
        observation: Default::default(),
        test_gateway_url: None,
        test_gateway_webhook_secret: None,
        admin_password: Some(password.unwrap_or_else(|| chance.alphanumeric(PASSWORD_LENGTH))),
        ..configuration
    }
}

/// A bar for people, a line every ten days for files.
struct Bar {
    terminal: bool,
}

/// Characters of the bar.
const WIDTH: u32 = 30;

impl Bar {
    fn new() -> Self {
        Self { terminal: std::io::stderr().is_terminal() }
    }

    fn show(&mut self, progress: Progress) {
        let Progress { day, days, visits, orders } = progress;
        let mut out = std::io::stderr().lock();
        // Who cannot be told misses nothing that the summary does not say.
        let _ = if self.terminal {
            let done = usize::try_from(day * WIDTH / days.max(1)).unwrap_or(0);
            let left = usize::try_from(WIDTH).unwrap_or(0).saturating_sub(done);
            let bar = format!("{}{}", "█".repeat(done), "░".repeat(left));
            write!(out, "\r{bar}  day {day:>3} of {days}  {visits:>6} visits  {orders:>5} orders ")
        } else if day.is_multiple_of(10) || day == days {
            writeln!(out, "day {day} of {days}: {visits} visits, {orders} orders")
        } else {
            Ok(())
        };
        let _ = out.flush();
    }

    fn end(&self) {
        if self.terminal {
            let _ = writeln!(std::io::stderr().lock());
        }
    }
}
