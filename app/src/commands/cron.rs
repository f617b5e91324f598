//! `cartwright cron event list|run|retry|resume`.

use kernel::Fault;
use serde::Serialize;
use web::{Arguments, Output};

use crate::configuration::Configuration;
use crate::wiring::Application;

#[derive(Serialize)]
struct Event {
    hook: String,
    next_run_gmt: String,
    recurrence: String,
    last_run_gmt: String,
    last_error: String,
}

/// Runs one of the actions, with or without a server beside it.
pub async fn run(configuration: Configuration, action: &str, arguments: &Arguments) -> Result<Output, Fault> {
    let application = Application::open(configuration)?;
    application.migrate().await?;
    application.engine.install_schedules().await?;
    let output = match (action, arguments.get("hook")) {
        ("list", _) => list(&application).await?,
        ("run", Some(hook)) => {
            application.engine.run_hook(hook).await?;
            application.engine.run_due().await?;
            Output::success(format!("Executed the cron event '{hook}'."), hook)
        }
        ("run", None) if arguments.flag("due-now") => {
            let done = application.engine.run_due().await?;
            Output::success(format!("Executed a total of {done} cron events."), done)
        }
        ("resume", _) => match application.engine.resume(recovery::settle_restored).await? {
            Some(since) => {
                Output::success(format!("Sending and charging go on; they had waited since {since}."), 1)
            }
            None => Output::success("Sending and charging were not waiting.", 0),
        },
        ("retry", _) => {
            let again = application.engine.retry_given_up().await?;
            Output::success(format!("{again} jobs and deliveries are tried again."), again)
        }
        _ => return Err(Fault::invalid("hook", "Give a hook, or --due-now.")),
    };
    let held = application.engine.read(runtime::held_since).await?;
    application.engine.db().close().await;
    if let Some(since) = held {
        tracing::warn!(%since, "sending and charging wait since a restore; run: cartwright cron event resume");
    }
    Ok(output)
}

async fn list(application: &Application) -> Result<Output, Fault> {
    let engine = &application.engine;
    let every = |hook: &str| {
        let known = engine.schedules().iter().find(|schedule| schedule.hook == hook);
        known.map_or_else(String::new, |schedule| format!("{} seconds", schedule.every_seconds))
    };
    let schedules = engine.schedule_rows().await?.into_iter().map(|row| Event {
        recurrence: every(&row.hook),
        hook: row.hook,
        next_run_gmt: row.next_at.column(),
        last_run_gmt: row.last_at.map(kernel::Moment::column).unwrap_or_default(),
        last_error: row.last_error,
    });
    let jobs = engine.job_rows().await?.into_iter().map(|row| Event {
        hook: format!("{} {}", row.kind, row.unique_key),
        next_run_gmt: row.due_at.column(),
        recurrence: "once".to_owned(),
        last_run_gmt: String::new(),
        last_error: row.last_error,
    });
    let rows: Vec<Event> = schedules.chain(jobs).collect();
    Ok(Output::rows(&["hook", "next_run_gmt", "recurrence", "last_run_gmt", "last_error"], &rows))
}
