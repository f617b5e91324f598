//! `cartwright option list|get|update`: the settings, by options row and dotted key.

use kernel::Fault;
use runtime::audit::AuditLog;
use runtime::settings::{self, Settings};
use runtime::{Actor, Engine};
use serde::Serialize;
use web::{Arguments, Output};

use crate::configuration::Configuration;
use crate::wiring::Application;

/// Options rows that hold settings.
const ROWS: [&str; 4] = ["ocart_settings", "oloyalty_settings", "cartbay_settings", "shop_settings"];

#[derive(Serialize)]
struct Row {
    option: &'static str,
    key: &'static str,
    value: String,
    help: &'static str,
}

/// Runs one of the commands.
pub async fn run(configuration: Configuration, action: &str, arguments: &Arguments) -> Result<Output, Fault> {
    let application = Application::open(configuration)?;
    application.migrate().await?;
    let output = match action {
        "list" => list(&application.engine, arguments.get("option")).await,
        "get" => get(&application.engine, arguments).await,
        _ => update(&application.engine, arguments).await,
    };
    application.engine.db().close().await;
    output
}

fn row(name: &str) -> Result<&'static str, Fault> {
    ROWS.into_iter()
        .find(|known| *known == name)
        .ok_or_else(|| Fault::invalid("option", format!("Use one of: {}.", ROWS.join(", "))))
}

async fn list(engine: &Engine, only: Option<&str>) -> Result<Output, Fault> {
    let names: Vec<&'static str> = match only {
        Some(name) => vec![row(name)?],
        None => ROWS.to_vec(),
    };
    let rows = engine
        .read(move |tx| {
            let mut rows = Vec::new();
            for option in names {
                let stored = Settings::load(tx, option)?;
                rows.extend(settings::of(option).iter().map(|setting| Row {
                    option,
                    key: setting.key,
                    value: plain(&stored.value(setting)),
                    help: setting.help,
                }));
            }
            Ok(rows)
        })
        .await?;
    Ok(Output::rows(&["option", "key", "value", "help"], &rows))
}

fn plain(value: &serde_json::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned)
}

async fn get(engine: &Engine, arguments: &Arguments) -> Result<Output, Fault> {
    let (option, key) = (row(arguments.need("option")?)?, arguments.need("key")?.to_owned());
    let setting = settings::of(option)
        .iter()
        .find(|setting| setting.key == key)
        .ok_or_else(|| Fault::invalid("key", format!("There is no setting {key} in {option}.")))?;
    let value = engine.read(move |tx| Ok(Settings::load(tx, option)?.value(setting))).await?;
    Ok(Output::Text(format!("{}\n", plain(&value))))
}

async fn update(engine: &Engine, arguments: &Arguments) -> Result<Output, Fault> {
    let (option, key) = (row(arguments.need("option")?)?, arguments.need("key")?.to_owned());
    let change = vec![(key.clone(), serde_json::Value::from(arguments.need("value")?.to_owned()))];
    let log = if option == "oloyalty_settings" { AuditLog::OLoyalty } else { AuditLog::OCart };
    engine.write(Actor::cli(), move |tx| Settings::load(tx, option)?.change(tx, log, &change)).await?;
    Ok(Output::success(format!("Updated {key} of {option}."), key))
}
