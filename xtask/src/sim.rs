//! `cargo xtask sim`: seeds, replays, planted faults; a world that fails is made smaller and kept.
#![expect(clippy::print_stdout, reason = "a tool of the command line")]

use std::collections::VecDeque;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use clap::ArgMatches;
use kernel::Fault;
use proof::{Outcome, PLANTS, Plan, Plant, Template, play};

/// Worlds tried while a failing one is made smaller.
const MOST_TRIES: usize = 40;

fn kept() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../sim/failing-seeds.txt")
}

/// Plays what is asked for; false when something was found that must not be, or a planted fault was not found.
pub fn run(matches: &ArgMatches) -> Result<bool, Fault> {
    let number = |name: &str| matches.get_one::<u64>(name).copied().unwrap_or_default();
    let template = Template::make()?;
    let threads = usize::try_from(number("threads")).unwrap_or(1).max(1);
    let (first, many) = (number("seed"), number("seeds"));
    let plans: Vec<Plan> = if let Some(line) = matches.get_one::<String>("plan") {
        vec![Plan::parse(line)?]
    } else if matches.get_flag("replay") {
        replayed()?
    } else {
        (first..first.saturating_add(many)).map(Plan::of).collect()
    };
    match matches.get_one::<String>("plant").map(String::as_str) {
        None => sweep(&template, plans, threads, matches.get_flag("digests")),
        Some(wanted) => {
            let chosen: Vec<(&str, Plant)> =
                PLANTS.into_iter().filter(|(name, _)| wanted == "all" || *name == wanted).collect();
            if chosen.is_empty() {
                let names: Vec<&str> = PLANTS.iter().map(|(name, _)| *name).collect();
                return Err(Fault::invalid("plant", format!("Use all or one of: {}.", names.join(", "))));
            }
            let mut all = true;
            for (name, plant) in chosen {
                all &= hunt(&template, name, plant, &plans, threads)?;
            }
            Ok(all)
        }
    }
}

fn replayed() -> Result<Vec<Plan>, Fault> {
    let text = std::fs::read_to_string(kept()).unwrap_or_default();
    text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')).map(Plan::parse).collect()
}

/// Plays plans on so many threads until one says stop; gives what was played, in the order of the plans.
fn played(
    template: &Template,
    plans: &[Plan],
    plant: Option<Plant>,
    threads: usize,
    stop: impl Fn(&Outcome) -> bool + Sync,
) -> Vec<Outcome> {
    let queue: Mutex<VecDeque<Plan>> = Mutex::new(plans.iter().cloned().collect());
    let outcomes: Mutex<Vec<Outcome>> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let next = queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
                    let Some(plan) = next else { return };
                    let outcome = outcome(template, &plan, plant);
                    if stop(&outcome) {
                        queue.lock().unwrap_or_else(PoisonError::into_inner).clear();
                    }
                    outcomes.lock().unwrap_or_else(PoisonError::into_inner).push(outcome);
                }
            });
        }
    });
    let mut outcomes = outcomes.into_inner().unwrap_or_else(PoisonError::into_inner);
    outcomes.sort_by_key(|outcome| outcome.plan.seed);
    outcomes
}

/// A world that cannot be played to its end has failed as well.
fn outcome(template: &Template, plan: &Plan, plant: Option<Plant>) -> Outcome {
    play(template, plan, plant).unwrap_or_else(|fault| Outcome {
        plan: plan.clone(),
        violations: vec![format!("the world could not be played: {}", fault.message)],
        struck: Vec::new(),
        digest: 0,
        requests: 0,
        charges: 0,
        letters: 0,
        given_up: 0,
        webhooks: 0,
        tally: Vec::new(),
    })
}

fn sweep(template: &Template, plans: Vec<Plan>, threads: usize, digests: bool) -> Result<bool, Fault> {
    let outcomes = played(template, &plans, None, threads, |_| false);
    let sum = |count: fn(&Outcome) -> usize| outcomes.iter().map(count).sum::<usize>();
    println!(
        "{} worlds: {} requests, {} charges, {} webhooks, {} letters, {} faults, {} visits given up",
        outcomes.len(),
        sum(|outcome| outcome.requests),
        sum(|outcome| outcome.charges),
        sum(|outcome| outcome.webhooks),
        sum(|outcome| outcome.letters),
        sum(|outcome| outcome.struck.len()),
        sum(|outcome| outcome.given_up),
    );
    let mut tally: Vec<(&str, i64)> = Vec::new();
    for (what, many) in outcomes.iter().flat_map(|outcome| &outcome.tally) {
        match tally.iter_mut().find(|(known, _)| known == what) {
            Some(sum) => sum.1 += many,
            None => tally.push((what, *many)),
        }
    }
    let tally: Vec<String> = tally.into_iter().map(|(what, many)| format!("{many} {what}")).collect();
    println!("{}", tally.join(", "));
    if digests {
        outcomes.iter().for_each(|outcome| println!("{}: digest {:016x}", outcome.plan, outcome.digest));
    }
    let failed: Vec<&Outcome> = outcomes.iter().filter(|outcome| !outcome.violations.is_empty()).collect();
    for outcome in &failed {
        println!("\nseed {} failed:", outcome.plan.seed);
        let small = if plans.len() == 1 { (*outcome).clone() } else { smaller(template, outcome) };
        for violation in &small.violations {
            println!("  {violation}");
        }
        for (number, kind) in &small.struck {
            println!("  fault {number}: {kind:?}");
        }
        println!("  digest {:016x}; replay: cargo xtask sim --plan '{}'", small.digest, small.plan);
        keep(&small)?;
    }
    println!("{} of {} worlds failed", failed.len(), outcomes.len());
    Ok(failed.is_empty())
}

/// Fewer rounds, fewer faults, and it still fails.
fn smaller(template: &Template, failed: &Outcome) -> Outcome {
    let mut best = failed.clone();
    let mut tries = 0;
    let mut attempt = |plan: Plan, best: &mut Outcome| {
        tries += 1;
        if tries > MOST_TRIES {
            return false;
        }
        let outcome = outcome(template, &plan, None);
        let fails = !outcome.violations.is_empty();
        if fails {
            *best = outcome;
        }
        fails
    };
    while best.plan.rounds > 1 {
        let plan = Plan { rounds: best.plan.rounds - 1, ..best.plan.clone() };
        if !attempt(plan, &mut best) {
            break;
        }
    }
    let mut part = best.struck.len();
    while part > 0 {
        let numbers: Vec<u32> = best.struck.iter().map(|(number, _)| *number).collect();
        for chunk in numbers.chunks(part) {
            let mut plan = best.plan.clone();
            plan.without.extend(chunk);
            attempt(plan, &mut best);
        }
        part /= 2;
    }
    best
}

/// Writes a failing world where the next run of the checks will play it again.
fn keep(outcome: &Outcome) -> Result<(), Fault> {
    let path = kept();
    let text = std::fs::read_to_string(&path).unwrap_or_default();
    let line = outcome.plan.to_string();
    if text.lines().any(|known| known.split('#').next().unwrap_or_default().trim() == line) {
        return Ok(());
    }
    let problem = |error: std::io::Error| Fault::bug(format!("{}: {error}", path.display()));
    let mut file = std::fs::OpenOptions::new().create(true).append(true).open(&path).map_err(problem)?;
    let what = outcome.violations.first().cloned().unwrap_or_default();
    writeln!(file, "{line} # {what}").map_err(problem)
}

/// Looks for a planted fault until some world shows it.
fn hunt(
    template: &Template,
    name: &str,
    plant: Plant,
    plans: &[Plan],
    threads: usize,
) -> Result<bool, Fault> {
    let outcomes = played(template, plans, Some(plant), threads, |outcome| !outcome.violations.is_empty());
    let found = outcomes.iter().find(|outcome| !outcome.violations.is_empty());
    match found {
        Some(outcome) => {
            let what = outcome.violations.first().map_or("", String::as_str);
            println!("{name}: found by seed {}, after {} worlds: {what}", outcome.plan.seed, outcomes.len());
        }
        None => println!("{name}: NOT FOUND in {} worlds", outcomes.len()),
    }
    Ok(found.is_some())
}
