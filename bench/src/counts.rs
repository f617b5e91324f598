//! Instructions of six hot paths as callgrind counts them, compared with those in `bench/counts.txt`: times differ with the
//! machine and its mood, counts hardly do.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use kernel::Fault;
use serde_json::json;
use sim::browser::Browser;

use crate::units::{self, Shop, Work};

/// The first argument of the process that runs under callgrind.
pub const COUNTED: &str = "counted";
/// What is kept.
const KEPT: &str = "bench/counts.txt";
/// How much more is too much, in percent.
const ALLOWANCE: u64 = 10;
/// Runs of each path whose instructions are counted, after as many that are not.
const RUNS: u64 = 20;

/// The paths, in the order in which they are run.
const PATHS: [&str; 6] =
    ["award points", "place an order", "capture", "checkout page", "product page", "REST hello"];

/// Counts, and compares with what is kept; `keep` writes the file anew.
pub fn compare(keep: bool) -> ExitCode {
    match counted().and_then(|counts| told(&counts, keep)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(fault) => {
            eprintln!("{}", fault.message);
            ExitCode::FAILURE
        }
    }
}

/// Prints both counts of each path; true when none grew too much.
fn told(counts: &BTreeMap<&str, u64>, keep: bool) -> Result<bool, Fault> {
    let kept = std::fs::read_to_string(KEPT).unwrap_or_default();
    let kept: BTreeMap<&str, u64> = kept.lines().filter_map(line).collect();
    let mut good = true;
    println!("{:<16}{:>14}{:>14}", "path", "instructions", "kept");
    for name in PATHS {
        let count = counts.get(name).copied().unwrap_or_default();
        let before = kept.get(name).copied().unwrap_or_default();
        let too_many = count * 100 > before * (100 + ALLOWANCE);
        let note = match (too_many, count * (100 + ALLOWANCE) < before * 100) {
            _ if keep => "",
            (true, _) => "  more than allowed",
            (_, true) => "  fewer: keep them with scripts/sections/counts --keep",
            _ => "",
        };
        println!("{name:<16}{count:>14}{before:>14}{note}");
        good &= !too_many;
    }
    if !keep {
        return Ok(good);
    }
    let lines: String = PATHS
        .iter()
        .map(|name| format!("{name}: {}\n", counts.get(name).copied().unwrap_or_default()))
        .collect();
    std::fs::write(KEPT, lines).map_err(|error| Fault::bug(format!("{KEPT}: {error}")))?;
    Ok(true)
}

fn line(text: &str) -> Option<(&str, u64)> {
    let (name, count) = text.split_once(": ")?;
    Some((name, count.trim().parse().ok()?))
}

/// Runs this program under callgrind, which writes one profile at each [`boundary`]: every second one holds the runs of a path.
fn counted() -> Result<BTreeMap<&'static str, u64>, Fault> {
    let problem = |what: &str, error: &dyn std::fmt::Display| Fault::bug(format!("{what}: {error}"));
    let folder = tempfile::tempdir().map_err(|error| problem("no folder", &error))?;
    let program = std::env::current_exe().map_err(|error| problem("no program", &error))?;
    let profile = folder.path().join("profile");
    let done = Command::new("valgrind")
        .args(["--tool=callgrind", "--dump-after=*boundary_of_counts*"])
        .arg(format!("--callgrind-out-file={}", profile.display()))
        .arg(program)
        .arg(COUNTED)
        .stdout(Stdio::null())
        .output()
        .map_err(|error| problem("valgrind does not run", &error))?;
    if !done.status.success() {
        return Err(Fault::bug(String::from_utf8_lossy(&done.stderr).into_owned()));
    }
    let mut counts = BTreeMap::new();
    for (index, name) in PATHS.iter().enumerate() {
        let path = PathBuf::from(format!("{}.{}", profile.display(), 2 * index + 2));
        counts.insert(*name, sum(&path)? / RUNS);
    }
    Ok(counts)
}

/// The instructions of one profile.
fn sum(profile: &Path) -> Result<u64, Fault> {
    let text = std::fs::read_to_string(profile)
        .map_err(|error| Fault::bug(format!("{}: {error}", profile.display())))?;
    text.lines()
        .find_map(|line| line.strip_prefix("totals: ").or_else(|| line.strip_prefix("summary: ")))
        .and_then(|count| count.trim().parse().ok())
        .ok_or_else(|| Fault::bug(format!("{} has no sum", profile.display())))
}

/// Where callgrind writes down what it has counted so far and begins anew.
#[inline(never)]
fn boundary_of_counts(number: u64) {
    std::hint::black_box(number);
}

/// What runs under callgrind: each path some times to warm up, then some times between two boundaries.
pub fn run() -> ExitCode {
    on_one_thread(paths())
}

/// One path so many times, for a profiler.
pub fn repeat(name: &str, times: u64) -> ExitCode {
    on_one_thread(async move {
        let folder = tempfile::tempdir().map_err(|error| Fault::bug(error.to_string()))?;
        let (shop, mut shopper) = open(folder.path()).await?;
        for number in 0..times {
            once(&shop, &mut shopper, name, number).await?;
        }
        shop.engine.db().close().await;
        Ok(())
    })
}

fn on_one_thread(work: impl Future<Output = Result<(), Fault>>) -> ExitCode {
    let outcome = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Fault::bug(format!("no runtime: {error}")))
        .and_then(|runtime| runtime.block_on(work));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("{}", fault.message);
            ExitCode::FAILURE
        }
    }
}

async fn paths() -> Result<(), Fault> {
    let folder = tempfile::tempdir().map_err(|error| Fault::bug(error.to_string()))?;
    let (shop, mut shopper) = open(folder.path()).await?;
    for name in PATHS {
        for number in 0..RUNS {
            once(&shop, &mut shopper, name, number).await?;
        }
        boundary_of_counts(0);
        for number in RUNS..2 * RUNS {
            once(&shop, &mut shopper, name, number).await?;
        }
        boundary_of_counts(1);
    }
    shop.engine.db().close().await;
    Ok(())
}

async fn open(folder: &Path) -> Result<(Shop, Browser), Fault> {
    let url = format!("sqlite:{}", folder.join("counts.db").display());
    let shop = units::open(&url, 500).await?;
    let mut shopper = Browser::new(&shop.router, "198.51.100.1");
    fill(&mut shopper).await?;
    Ok((shop, shopper))
}

/// Puts something into the shopper's cart.
pub async fn fill(shopper: &mut Browser) -> Result<(), Fault> {
    let page = shopper.open("/product/fernway-enamel-mug").await?;
    let form = page.form_to("/cart/add").ok_or_else(|| Fault::bug("the product cannot be bought"))?;
    let added = shopper.send(&page, &form).await?;
    if added.status.is_success() { Ok(()) } else { Err(Fault::bug("no cart")) }
}

async fn once(shop: &Shop, shopper: &mut Browser, name: &str, number: u64) -> Result<(), Fault> {
    let visit = match name {
        "award points" => return units::run(shop, Work::Award).await,
        "place an order" => return units::run(shop, Work::Place).await,
        "capture" => {
            let body = json!({ "email": "ada@example.com", "consent": true, "funnel": "everyday" });
            let key = format!("capture-{number}");
            shopper.call("POST", "/wp-json/ocart/v1/checkout/capture", &body, &key).await?
        }
        "checkout page" => shopper.open("/checkout/everyday").await?,
        "product page" => shopper.open("/product/crest-fleece").await?,
        _ => shopper.open("/wp-json/ocart/v1/ping").await?,
    };
    if visit.status.is_success() {
        return Ok(());
    }
    Err(Fault::bug(format!("{name}: {} {}", visit.status, visit.text)))
}
