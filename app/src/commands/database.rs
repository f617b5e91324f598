//! `cartwright db migrate|status|verify|backup|restore`.

use std::fmt::Write as _;
use std::path::PathBuf;

use kernel::Fault;
use serde::Serialize;
use web::{Arguments, Output};

use crate::configuration::Configuration;
use crate::wiring::Application;

#[derive(Serialize)]
struct Row {
    id: String,
    status: &'static str,
    applied_at: String,
}

/// Runs one of the actions.
pub async fn run(configuration: Configuration, action: &str, arguments: &Arguments) -> Result<Output, Fault> {
    let application = Application::open(configuration)?;
    let output = match action {
        "migrate" => {
            let applied = application.migrate().await?;
            Output::success(format!("{applied} migrations applied."), applied)
        }
        "status" => status(&application).await?,
        "verify" => verify(&application).await?,
        "backup" => backup(&application, arguments).await?,
        "restore" => restore(&application, arguments).await?,
        _ => return Err(Fault::not_found("command")),
    };
    application.engine.db().close().await;
    Ok(output)
}

/// Runs something blocking of the database off the runtime's threads; its refusal is for the person at the keyboard.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, db::DbError> + Send + 'static,
) -> Result<T, Fault> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| Fault::bug("the database thread stopped"))?
        .map_err(|error| Fault::refused("database", error.to_string()))
}

async fn status(application: &Application) -> Result<Output, Fault> {
    let (db, migrations) = (application.engine.db().clone(), application.migrations.clone());
    let rows: Vec<Row> = blocking(move || db.migration_status(&migrations))
        .await?
        .into_iter()
        .map(|(id, applied)| Row {
            id,
            status: if applied.is_some() { "applied" } else { "pending" },
            applied_at: applied.map(|moment| moment.to_string()).unwrap_or_default(),
        })
        .collect();
    Ok(Output::rows(&["id", "status", "applied_at"], &rows))
}

async fn verify(application: &Application) -> Result<Output, Fault> {
    let mut report = String::new();
    let mut violations = 0;
    for verifier in application.engine.verifiers() {
        let found = application.engine.read(verifier.check).await?;
        let word = if found.is_empty() { "ok" } else { "FAILED" };
        let _ = writeln!(report, "{word:6} {}", verifier.name);
        for violation in &found {
            let _ = writeln!(
                report,
                "       {} {}: {}",
                violation.invariant, violation.subject, violation.detail
            );
        }
        violations += found.len();
    }
    if violations == 0 {
        let _ = writeln!(report, "Success: {} invariants hold.", application.engine.verifiers().len());
        Ok(Output::Text(report))
    } else {
        let _ = writeln!(report, "{violations} violations.");
        Ok(Output::Failure(report))
    }
}

async fn backup(application: &Application, arguments: &Arguments) -> Result<Output, Fault> {
    let file = PathBuf::from(arguments.need("file")?);
    let (db, migrations) = (application.engine.db().clone(), application.migrations.clone());
    let rows = blocking(move || db.backup(&migrations, &file)).await?;
    Ok(Output::success(format!("{rows} rows written."), rows))
}

async fn restore(application: &Application, arguments: &Arguments) -> Result<Output, Fault> {
    let (file, replace) = (PathBuf::from(arguments.need("file")?), arguments.flag("replace"));
    let (db, migrations) = (application.engine.db().clone(), application.migrations.clone());
    let rows = blocking(move || db.restore(&migrations, &file, replace)).await?;
    application.engine.write(runtime::Actor::cli(), runtime::hold_outgoing).await?;
    let text = format!(
        "{rows} rows restored. Nothing is sent or charged by itself before you run: cartwright cron event resume"
    );
    Ok(Output::success(text, rows))
}
