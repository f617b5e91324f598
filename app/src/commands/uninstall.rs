//! `cartwright uninstall --yes`: drops every table, leaves nothing.

use kernel::Fault;
use web::Output;

use crate::configuration::Configuration;
use crate::wiring::Application;

/// Drops the tables. Without `--yes` nothing happens.
pub async fn run(configuration: Configuration, yes: bool) -> Result<Output, Fault> {
    if !yes {
        return Err(Fault::invalid("yes", "This drops every table of ours for good. Say --yes to go on."));
    }
    let key_file = configuration.secret_key_file.clone();
    let application = Application::open(configuration)?;
    let (db, mut migrations) = (application.engine.db().clone(), application.migrations.clone());
    // A store that is not linked any more leaves nothing behind either. It does not hold the other way round: where a WordPress is
    // named, tables with the embedded shop's names may be WooCommerce's own.
    migrations.extend_from_slice(woocommerce::migrations::MIGRATIONS);
    let dropped = tokio::task::spawn_blocking(move || db.drop_all(&migrations))
        .await
        .map_err(|_| Fault::bug("the database thread stopped"))?
        .map_err(|error| Fault::refused("database", error.to_string()))?;
    application.engine.db().close().await;
    if key_file.exists() {
        std::fs::remove_file(&key_file).map_err(|error| {
            Fault::refused("secret_key_file", format!("{} stays: {error}", key_file.display()))
        })?;
    }
    Ok(Output::success(format!("{} tables dropped.", dropped.len()), dropped.len()))
}
