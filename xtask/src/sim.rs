//! `cargo xtask sim`: seeds, replays, planted faults; a world that fails is made smaller and kept.
#![expect(clippy::print_stdout, reason = "a tool of the command line")]

use std::collections::VecDeque;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use clap::ArgMatches;
use kernel::Fault;
use proof::plan::Kind;
use proof::{Outcome, PLANTS, Plan, Plant, Template, play};

/// Worlds tried while a failing one is made smaller.
const MOST_TRIES: usize = 40;
/// Worlds from which on a sweep must have seen everything that there is to see.
const MANY: usize = 100;
/// Findings that are shown of worlds in which a planted fault was not found.
const MOST_OTHERS: usize = 10;

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
    let figures = figures(&outcomes);
    let told: Vec<String> = figures.iter().map(|(what, many)| format!("{many} {what}")).collect();
    println!("{} worlds: {}", outcomes.len(), told.join(", "));
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
    let unseen = unseen(outcomes.len(), &figures);
    if !unseen.is_empty() {
        println!("nothing was seen of: {}", unseen.join(", "));
    }
    Ok(failed.is_empty() && unseen.is_empty())
}

/// What happened in all worlds together.
fn figures(outcomes: &[Outcome]) -> Vec<(&'static str, i64)> {
    let sum = |count: fn(&Outcome) -> usize| {
        i64::try_from(outcomes.iter().map(count).sum::<usize>()).unwrap_or(i64::MAX)
    };
    let mut figures = vec![
        ("requests", sum(|outcome| outcome.requests)),
        ("charges", sum(|outcome| outcome.charges)),
        ("webhooks", sum(|outcome| outcome.webhooks)),
        ("letters", sum(|outcome| outcome.letters)),
        ("faults", sum(|outcome| outcome.struck.len())),
        ("visits given up", sum(|outcome| outcome.given_up)),
    ];
    for kind in Kind::ALL {
        let struck = |outcome: &Outcome| outcome.struck.iter().filter(|(_, struck)| *struck == kind).count();
        let many = outcomes.iter().map(struck).sum::<usize>();
        figures.push((kind.name(), i64::try_from(many).unwrap_or(i64::MAX)));
    }
    for (what, many) in outcomes.iter().flat_map(|outcome| &outcome.tally) {
        match figures.iter_mut().find(|(known, _)| known == what) {
            Some(sum) => sum.1 += many,
            None => figures.push((what, *many)),
        }
    }
    figures
}

/// What a sweep of many worlds did not see at all: then nothing is proven of it.
fn unseen(worlds: usize, figures: &[(&'static str, i64)]) -> Vec<&'static str> {
    let none = figures.iter().filter(|(_, many)| *many == 0).map(|(what, _)| *what);
    if worlds < MANY { Vec::new() } else { none.collect() }
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

/// Looks for a planted fault until some world shows it by what it must be known by; what else is wrong in a world is
/// said when nothing showed it.
fn hunt(
    template: &Template,
    name: &str,
    plant: Plant,
    plans: &[Plan],
    threads: usize,
) -> Result<bool, Fault> {
    let shown = |outcome: &Outcome| {
        outcome.violations.iter().find(|finding| plant.is_betrayed_by(finding)).map(String::to_owned)
    };
    let outcomes = played(template, plans, Some(plant), threads, |outcome| shown(outcome).is_some());
    let found = outcomes.iter().find_map(|outcome| Some((outcome.plan.seed, shown(outcome)?)));
    match &found {
        Some((seed, what)) => {
            println!("{name}: found by seed {seed}, after {} worlds: {what}", outcomes.len());
        }
        None => {
            println!("{name}: NOT FOUND in {} worlds", outcomes.len());
            for finding in outcomes.iter().flat_map(|outcome| &outcome.violations).take(MOST_OTHERS) {
                println!("  something else: {finding}");
            }
        }
    }
    Ok(found.is_some())
}

#[cfg(test)]
mod tests {
    use super::{MANY, unseen};

    #[test]
    fn many_worlds_must_have_seen_everything() {
        let figures = [("charges", 4), ("refunds", 0)];
        assert_eq!(unseen(MANY, &figures), ["refunds"]);
        assert_eq!(unseen(MANY - 1, &figures), Vec::<&str>::new());
        assert_eq!(unseen(MANY, &[("charges", 1)]), Vec::<&str>::new());
    }
}
