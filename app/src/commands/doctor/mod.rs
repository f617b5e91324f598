//! `cartwright doctor`: one line per check, each with what is so, or with what is wrong and the remedy; exit 1 if
//! anything is wrong. It changes nothing: it makes no database, no key and no table.

mod database;
mod outside;
mod settings;
mod work;

use std::fmt::Write as _;
use std::path::Path;

use kernel::Fault;
use web::Output;

use crate::configuration::Configuration;
use crate::wiring::Application;

/// What is so, or what is wrong and the remedy.
type Outcome = Result<String, String>;

struct Check {
    name: &'static str,
    outcome: Outcome,
}

/// Runs every check.
pub async fn run(configuration: Configuration) -> Result<Output, Fault> {
    let file = sqlite_file(&configuration.database_url);
    let there = file.is_none_or(Path::exists);
    let mut checks = vec![
        Check { name: "secret key", outcome: settings::secret_key(&configuration) },
        Check { name: "address", outcome: settings::address(&configuration) },
        Check { name: "proxy", outcome: settings::proxy(&configuration) },
        Check { name: "time zone", outcome: settings::time_zone(&configuration) },
        Check { name: "log", outcome: settings::log(&configuration) },
        Check { name: "files", outcome: settings::database_file(file) },
        Check { name: "disk", outcome: settings::disk(file) },
    ];
    if there {
        within(&configuration, &mut checks).await;
    } else {
        let outcome = Err("there is no database yet; run: cartwright db migrate".to_owned());
        checks.push(Check { name: "database", outcome });
    }
    checks.push(Check { name: "mail server", outcome: outside::mail_server(&configuration).await });
    checks.push(Check { name: "collector", outcome: outside::collector(&configuration).await });
    if configuration.wordpress.is_none() {
        let outcome = Ok("not linked: the embedded shop is the shop".to_owned());
        checks.push(Check { name: "wordpress", outcome });
    }
    Ok(report(&checks))
}

/// The checks that need the program put together.
async fn within(configuration: &Configuration, checks: &mut Vec<Check>) {
    let mut configuration = configuration.clone();
    let own_key = configuration.secret_key.is_some();
    let missing_key = !own_key && !configuration.secret_key_file.exists();
    if missing_key || settings::secret_key(&configuration).is_err() {
        // Any key will do to look around; a start would make one, and doctor makes nothing.
        configuration.secret_key = Some("-".repeat(64));
    }
    let application = match Application::open(configuration) {
        Ok(application) => application,
        Err(fault) => {
            // Only the database is ever unavailable here; anything else is a setting, and the fault names it.
            let named = fault.kind != kernel::FaultKind::Unavailable;
            let problem = if named { fault.to_string() } else { database::unopened(&fault) };
            checks.push(Check { name: if named { "settings" } else { "database" }, outcome: Err(problem) });
            return;
        }
    };
    let schema = database::schema(&application).await;
    let usable = schema.is_ok();
    checks.push(Check { name: "database", outcome: schema });
    checks.push(Check { name: "safety", outcome: database::safety(&application).await });
    checks.push(Check { name: "prefix", outcome: database::prefix(&application).await });
    checks.push(Check { name: "gateways", outcome: outside::gateways(&application) });
    if usable {
        if missing_key && database::in_use(&application).await {
            checks.push(Check {
                name: "key file",
                outcome: Err(settings::lost_key(&application.configuration)),
            });
        }
        checks.push(Check { name: "clock", outcome: work::clock(&application).await });
        checks.push(Check { name: "schedules", outcome: work::schedules(&application).await });
        checks.push(Check { name: "events", outcome: work::events(&application).await });
        checks.push(Check { name: "jobs", outcome: work::jobs(&application).await });
        checks.push(Check { name: "sender", outcome: outside::sender(&application).await });
        checks.push(Check { name: "mail", outcome: outside::mail(&application).await });
        if application.configuration.wordpress.is_some() {
            checks.push(Check { name: "wordpress", outcome: outside::wordpress(&application).await });
        }
    }
    application.engine.db().close().await;
}

fn report(checks: &[Check]) -> Output {
    let mut report = String::new();
    for check in checks {
        let (word, text) = match &check.outcome {
            Ok(text) => ("ok", text),
            Err(text) => ("FAILED", text),
        };
        let _ = writeln!(report, "{word:6} {:11} {text}", check.name);
    }
    if checks.iter().any(|check| check.outcome.is_err()) {
        Output::Failure(report)
    } else {
        Output::Text(report)
    }
}

fn sqlite_file(url: &str) -> Option<&Path> {
    url.strip_prefix("sqlite:").filter(|path| *path != ":memory:").map(Path::new)
}

/// The host of an address, without its port.
fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let authority = authority.rsplit('@').next().unwrap_or_default();
    match authority.strip_prefix('[') {
        Some(bracketed) => bracketed.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    }
}

/// Whether shoppers elsewhere are to come: an address of this machine alone is a trial.
fn is_public(configuration: &Configuration) -> bool {
    let host = host(&configuration.public_url);
    let here = host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
    !(here || host == "localhost" || host.ends_with(".localhost"))
}
