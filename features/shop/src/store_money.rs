//! Amounts as `wc/store/v1` shows them: minor units as text, the currency's look beside them.

use kernel::{Currency, Decimal, Fault};
use schemars::JsonSchema;
use serde::Serialize;

/// How a currency is written.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct CurrencyLook {
    currency_code: String,
    currency_symbol: String,
    currency_minor_unit: u32,
    currency_decimal_separator: String,
    currency_thousand_separator: String,
    currency_prefix: String,
    currency_suffix: String,
}

impl CurrencyLook {
    /// Of a currency.
    pub(crate) fn of(currency: Currency) -> Self {
        Self {
            currency_code: currency.code().to_owned(),
            currency_symbol: currency.symbol(),
            currency_minor_unit: currency.exponent(),
            currency_decimal_separator: ".".to_owned(),
            currency_thousand_separator: ",".to_owned(),
            currency_prefix: currency.symbol(),
            currency_suffix: String::new(),
        }
    }
}

/// An amount in minor units as text.
pub(crate) fn minor(amount: Decimal, currency: Currency) -> Result<String, Fault> {
    Ok(amount.to_money(currency)?.minor().to_string())
}
