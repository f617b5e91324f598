//! `cartwright serve`: the server, and the scheduler beside it.

use std::future::Future;
use std::time::Duration;

use kernel::Fault;
use runtime::Actor;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use web::{Arguments, Output};

use crate::configuration::Configuration;
use crate::wiring::Application;

/// The scheduler looks for due work at least this often; commits that leave work wake it at once.
const PAUSE: Duration = Duration::from_secs(1);
/// Longest time to drain.
const MOST_DRAIN_SECONDS: u64 = 600;

/// How a server serves.
#[derive(Debug, Clone, Copy, Default)]
pub struct Manner {
    /// Runs no jobs, schedules or deliveries.
    pub no_jobs: bool,
    /// After it was told to end, it says at `/readyz` that it is not ready and goes on serving for so long, until balancers
    /// have noticed.
    pub drain: Duration,
}

/// `--drain-seconds`; none unless given.
pub fn drain_seconds(arguments: &Arguments) -> Result<u64, Fault> {
    let Some(text) = arguments.get("drain-seconds").filter(|text| !text.is_empty()) else { return Ok(0) };
    let seconds = text.parse().ok().filter(|seconds| *seconds <= MOST_DRAIN_SECONDS);
    seconds.ok_or_else(|| Fault::invalid("drain-seconds", "Give a whole number of seconds from 0 to 600."))
}

/// Serves until `SIGTERM` or `SIGINT`, then finishes what is in flight.
pub async fn run(configuration: Configuration, manner: Manner) -> Result<Output, Fault> {
    let application = Application::open(configuration)?;
    prepare(&application).await?;
    serve(&application, manner, stopped()?).await?;
    Ok(Output::Text(String::new()))
}

/// Tables, schedules, the administrator.
#[expect(clippy::print_stdout, reason = "the first password is shown once, to whoever starts the server")]
pub async fn prepare(application: &Application) -> Result<(), Fault> {
    crate::first_start::closed_key(&application.configuration)?;
    application.migrate().await?;
    application.engine.install_schedules().await?;
    if let Some(password) = crate::first_start::administrator(application).await? {
        let user = &application.configuration.admin_user;
        println!(
            "First start: log in at {}/admin as {user} with {password}",
            application.configuration.public_url
        );
    }
    if application.configuration.wordpress.is_some() {
        // Customers are WordPress's users, by their ids.
        application.engine.write(Actor::system(), accounts::users::commands_mirror::make_room).await?;
    }
    Ok(())
}

/// Serves until `stop`: drains, takes no more connections, finishes requests in flight, then jobs, then the database.
#[expect(clippy::print_stdout, reason = "whoever starts a server is told where it is")]
pub async fn serve(
    application: &Application,
    manner: Manner,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), Fault> {
    let address = &application.configuration.listen;
    let listener = TcpListener::bind(address)
        .await
        .map_err(|error| Fault::invalid("listen", format!("{address} cannot be listened on: {error}")))?;
    let router = application.router()?;
    let (stopping, mut jobs_stop) = watch::channel(false);
    let engine = application.engine.clone();
    let jobs = tokio::spawn(async move {
        if !manner.no_jobs {
            let stopped = async move {
                // The sender gone means the same.
                let _ = jobs_stop.wait_for(|stop| *stop).await;
            };
            engine.run_forever(PAUSE, stopped).await;
        }
    });
    let exporter = exporter(application)?;
    let engine = application.engine.clone();
    let drained = async move {
        stop.await;
        engine.drain();
        // What is under way ends while requests are still answered.
        let _ = stopping.send(true);
        tokio::time::sleep(manner.drain).await;
    };
    println!("Serving {} on {address}", application.configuration.public_url);
    web::listen(listener, router, application.configuration.bounds.door, drained).await;
    let _ = jobs.await;
    if let Some(exporter) = exporter {
        exporter.stop().await;
    }
    application.engine.db().close().await;
    Ok(())
}

/// Sends spans to a collector, where one is set.
fn exporter(application: &Application) -> Result<Option<otlp::Exporter>, Fault> {
    let Some(url) = &application.configuration.observation.otlp_url else { return Ok(None) };
    let mut seed = [0_u8; 8];
    application.engine.entropy().fill(&mut seed);
    let target = otlp::Target {
        url: url.clone(),
        version: env!("CARGO_PKG_VERSION"),
        instance: application.engine.server_id().to_owned(),
        wall_clock: system::unix_nanoseconds,
    };
    otlp::Exporter::start(target, u64::from_ne_bytes(seed)).map(Some)
}

/// Resolves on `SIGTERM` or `SIGINT`.
pub fn stopped() -> Result<impl Future<Output = ()> + Send + 'static, Fault> {
    let listen = |kind| signal(kind).map_err(|error| Fault::bug(format!("signals cannot be heard: {error}")));
    let (mut terminate, mut interrupt) = (listen(SignalKind::terminate())?, listen(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
