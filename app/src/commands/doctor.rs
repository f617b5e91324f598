//! `cartwright doctor`: one line per check, exit 1 if any fails.

use std::fmt::Write as _;
use std::os::unix::fs::PermissionsExt as _;

use kernel::Fault;
use web::Output;

use crate::configuration::Configuration;
use crate::wiring::Application;

struct Check {
    name: &'static str,
    /// What is so, or what is wrong and the remedy.
    outcome: Result<String, String>,
}

/// Runs every check.
pub async fn run(configuration: Configuration) -> Result<Output, Fault> {
    let mut checks = vec![secret_key(&configuration), public_address(&configuration)];
    match Application::open(configuration.clone()) {
        Ok(application) => {
            checks.push(database(&application).await);
            checks.push(deliveries(&application).await);
            checks.push(gateways(&application));
            checks.push(mail(&application).await);
            application.engine.db().close().await;
        }
        Err(fault) => checks.push(Check { name: "database", outcome: Err(fault.to_string()) }),
    }
    checks.push(Check {
        name: "wordpress",
        outcome: Ok("not linked: the embedded shop is the shop".to_owned()),
    });
    let mut report = String::new();
    for check in &checks {
        let (word, text) = match &check.outcome {
            Ok(text) => ("ok", text),
            Err(text) => ("FAILED", text),
        };
        let _ = writeln!(report, "{word:6} {:10} {text}", check.name);
    }
    if checks.iter().any(|check| check.outcome.is_err()) {
        Ok(Output::Failure(report))
    } else {
        Ok(Output::Text(report))
    }
}

fn secret_key(configuration: &Configuration) -> Check {
    let outcome = if configuration.secret_key.is_some() {
        Ok("given in the environment".to_owned())
    } else {
        let path = &configuration.secret_key_file;
        match std::fs::metadata(path) {
            Ok(found) if found.permissions().mode() & 0o077 != 0 => {
                Err(format!("{0} can be read by others; run: chmod 600 {0}", path.display()))
            }
            Ok(_) => Ok(format!("{}", path.display())),
            Err(_) => Ok(format!("{} is made at the first start", path.display())),
        }
    };
    Check { name: "secret key", outcome }
}

fn public_address(configuration: &Configuration) -> Check {
    let local =
        ["127.0.0.1", "localhost", "[::1]"].iter().any(|host| configuration.public_url.contains(host));
    let outcome = if configuration.public_url.starts_with("https://") || local {
        Ok(configuration.public_url.clone())
    } else {
        Err(format!("{} is not https; put a proxy with a certificate in front", configuration.public_url))
    };
    Check { name: "address", outcome }
}

async fn database(application: &Application) -> Check {
    let (db, migrations) = (application.engine.db().clone(), application.migrations.clone());
    let status = tokio::task::spawn_blocking(move || db.migration_status(&migrations)).await;
    let outcome = match status {
        Ok(Ok(rows)) => {
            let pending = rows.iter().filter(|(_, applied)| applied.is_none()).count();
            if pending == 0 {
                Ok(format!("{:?}, {} migrations applied", application.engine.db().engine(), rows.len()))
            } else {
                Err(format!("{pending} migrations are pending; run: cartwright db migrate"))
            }
        }
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err("the check stopped".to_owned()),
    };
    Check { name: "database", outcome }
}

async fn deliveries(application: &Application) -> Check {
    let outcome = match application.engine.undelivered().await {
        Ok(waiting) if waiting > 10_000 => {
            Err(format!("{waiting} events wait to be delivered; is a server running without --no-jobs?"))
        }
        Ok(waiting) => Ok(format!("{waiting} events wait to be delivered")),
        Err(fault) => Err(fault.to_string()),
    };
    Check { name: "events", outcome }
}

fn gateways(application: &Application) -> Check {
    let names: Vec<&str> = application.engine.gateways().map(runtime::ports::Gateway::id).collect();
    let outcome = match names.as_slice() {
        [] => Err("no payment gateway is on; nobody can pay".to_owned()),
        ["test"] if application.configuration.public_url.starts_with("https://") => Err(
            "only the test gateway is on, at a public address; set --test-gateway=false and a real gateway"
                .to_owned(),
        ),
        names => Ok(names.join(", ")),
    };
    Check { name: "gateways", outcome }
}

async fn mail(application: &Application) -> Check {
    let outcome = match &application.configuration.smtp_url {
        None => Ok("no SMTP server: mail goes to the built-in outbox".to_owned()),
        Some(url) => {
            let address = url
                .rsplit('@')
                .next()
                .unwrap_or(url)
                .trim_start_matches("smtp://")
                .trim_start_matches("smtps://");
            let address = address.split(['/', '?']).next().unwrap_or(address);
            let address = if address.contains(':') { address.to_owned() } else { format!("{address}:25") };
            match tokio::time::timeout(
                std::time::Duration::from_secs(5),
                tokio::net::TcpStream::connect(&address),
            )
            .await
            {
                Ok(Ok(_)) => Ok(format!("{address} answers")),
                _ => Err(format!("{address} does not answer; check CARTWRIGHT_SMTP_URL and the firewall")),
            }
        }
    };
    Check { name: "mail", outcome }
}
