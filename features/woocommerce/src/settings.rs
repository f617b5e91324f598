//! What the store says of itself, kept where every feature looks for it: name, currency, how prices are entered.

use kernel::{Currency, Fault};
use runtime::audit::AuditLog;
use runtime::settings::shop;
use runtime::{Settings, Tx};
use serde_json::Value;

use crate::calls::store;

/// Keeps the answer to, or the body of, a `hello`: in the store's row as it is, and what the features ask for in the shop's
/// settings. What cannot stand there (a currency that is none) is left as it was.
pub fn keep(tx: &mut Tx, told: &Value) -> Result<(), Fault> {
    store::set_told(tx, &told.to_string())?;
    let hooked = told.get("hooked").and_then(Value::as_array);
    if let Some(names) = hooked {
        let names: Vec<String> = names.iter().filter_map(|name| name.as_str().map(str::to_owned)).collect();
        store::set_hooked(tx, &names)?;
    }
    if let Some(address) = text(told, "address") {
        store::set_address(tx, &address)?;
    }
    let mut settings = Settings::load(tx, shop::OPTION)?;
    let known_currency = |code: &String| Currency::parse(code).is_some();
    let wanted = [
        (shop::GENERAL_NAME, text(told, "name").map(Value::from)),
        (shop::GENERAL_EMAIL, text(told, "email").map(Value::from)),
        (shop::GENERAL_CURRENCY, text(told, "currency").filter(known_currency).map(Value::from)),
        (shop::TAX_ENABLED, truth(told, "taxes")),
        (shop::TAX_PRICES_INCLUDE_TAX, truth(told, "prices_include_tax")),
    ];
    let changes: Vec<(String, Value)> = wanted
        .into_iter()
        .filter_map(|(setting, value)| Some((setting, value?)))
        .filter(|(setting, value)| setting.check(value).is_ok() && settings.value(setting) != *value)
        .map(|(setting, value)| (setting.key.to_owned(), value))
        .collect();
    if changes.is_empty() { Ok(()) } else { settings.change(tx, AuditLog::OCart, &changes) }
}

fn text(told: &Value, name: &str) -> Option<String> {
    let text: String = told.get(name)?.as_str()?.trim().chars().take(255).collect();
    (!text.is_empty()).then_some(text)
}

fn truth(told: &Value, name: &str) -> Option<Value> {
    told.get(name)?.as_bool().map(Value::from)
}
