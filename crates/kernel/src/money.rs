//! Money: whole minor units and their currency. It never passes through a float, on the wire neither.

use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::decimal::Decimal;
use crate::fault::Fault;

/// An ISO 4217 currency code with its exponent (digits after the point).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

/// ISO 4217 codes without minor units.
const NO_DIGITS: [&str; 16] = [
    "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF",
    "XPF",
];
/// ISO 4217 codes with thousandths.
const THREE_DIGITS: [&str; 7] = ["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"];

impl Currency {
    /// United States dollar, the default of a fresh shop.
    pub const USD: Self = Self(*b"USD");

    /// Reads three letters, any case.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        let bytes: [u8; 3] = code.trim().to_ascii_uppercase().into_bytes().try_into().ok()?;
        bytes.iter().all(u8::is_ascii_uppercase).then_some(Self(bytes))
    }

    /// The three letters.
    #[must_use]
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("XXX")
    }

    /// Digits after the point: JPY 0, USD 2, KWD 3.
    #[must_use]
    pub fn exponent(&self) -> u32 {
        if NO_DIGITS.contains(&self.code()) {
            0
        } else if THREE_DIGITS.contains(&self.code()) {
            3
        } else {
            2
        }
    }

    /// The sign a shopper knows, or the code and a blank.
    #[must_use]
    pub fn symbol(&self) -> String {
        match self.code() {
            "USD" | "CAD" | "AUD" | "NZD" => "$".to_owned(),
            "EUR" => "€".to_owned(),
            "GBP" => "£".to_owned(),
            "JPY" | "CNY" => "¥".to_owned(),
            code => format!("{code} "),
        }
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.code())
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.code())
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = String::deserialize(deserializer)?;
        Self::parse(&code).ok_or_else(|| serde::de::Error::custom("expected a three-letter currency code"))
    }
}

impl schemars::JsonSchema for Currency {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Currency".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "pattern": "^[A-Za-z]{3}$" })
    }
}

/// Whole minor units of a currency. Events and stored documents carry it as `{"minor":142840,"currency":"USD"}`;
/// REST bodies and answers carry an [`Amount`] in major units instead.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    minor: i64,
    currency: Currency,
}

impl Money {
    /// `minor` units (cents, yen, fils) of `currency`.
    #[must_use]
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// Nothing, in `currency`.
    #[must_use]
    pub const fn zero(currency: Currency) -> Self {
        Self { minor: 0, currency }
    }

    /// The count of minor units.
    #[must_use]
    pub const fn minor(self) -> i64 {
        self.minor
    }

    /// The currency.
    #[must_use]
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// Sum; another currency or an overflow is a fault.
    pub fn plus(self, other: Self) -> Result<Self, Fault> {
        self.combine(other, i64::checked_add)
    }

    /// Difference; another currency or an overflow is a fault.
    pub fn minus(self, other: Self) -> Result<Self, Fault> {
        self.combine(other, i64::checked_sub)
    }

    fn combine(self, other: Self, operation: fn(i64, i64) -> Option<i64>) -> Result<Self, Fault> {
        if self.currency != other.currency {
            return Err(Fault::bug(format!("{} met {}", self.currency, other.currency)));
        }
        let minor = operation(self.minor, other.minor).ok_or_else(|| Fault::bug("an amount overflowed"))?;
        Ok(Self { minor, currency: self.currency })
    }

    /// Major units with exactly the currency's digits: `1428.40`, `333`, `1.250`.
    #[must_use]
    pub fn major(self) -> String {
        Decimal::from(self).fixed(self.currency.exponent())
    }

    /// For people: `$1,428.40`, `-$3.00`.
    #[must_use]
    pub fn display(self) -> String {
        let text = Decimal::from(self).fixed(self.currency.exponent());
        let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |rest| ("-", rest));
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let mut grouped = String::new();
        for (index, digit) in whole.chars().enumerate() {
            if index > 0 && (whole.len() - index).is_multiple_of(3) {
                grouped.push(',');
            }
            grouped.push(digit);
        }
        let point = if fraction.is_empty() { "" } else { "." };
        format!("{sign}{}{grouped}{point}{fraction}", self.currency.symbol())
    }

    /// The amount as it goes on the wire.
    #[must_use]
    pub fn amount(self) -> Amount {
        Amount(Decimal::from(self), Some(self.currency.exponent()))
    }
}

impl fmt::Debug for Money {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.major(), self.currency)
    }
}

/// Reads a JSON number or a string and keeps its very digits.
pub(crate) struct NumberText(pub(crate) String);

struct NumberTextVisitor;

impl<'de> Visitor<'de> for NumberTextVisitor {
    type Value = NumberText;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a number or a decimal string")
    }
    fn visit_u64<E>(self, number: u64) -> Result<NumberText, E> {
        Ok(NumberText(number.to_string()))
    }
    fn visit_i64<E>(self, number: i64) -> Result<NumberText, E> {
        Ok(NumberText(number.to_string()))
    }
    /// With `arbitrary_precision`, serde_json calls this only when the float prints as the very text that was sent.
    fn visit_f64<E>(self, number: f64) -> Result<NumberText, E> {
        Ok(NumberText(number.to_string()))
    }
    fn visit_str<E>(self, text: &str) -> Result<NumberText, E> {
        Ok(NumberText(text.to_owned()))
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<NumberText, A::Error> {
        let number = serde_json::Number::deserialize(serde::de::value::MapAccessDeserializer::new(map))?;
        Ok(NumberText(number.to_string()))
    }
}

impl<'de> Deserialize<'de> for NumberText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NumberTextVisitor)
    }
}

/// An amount in major units on the wire, whose currency stands elsewhere. Answers are JSON numbers; bodies may
/// send a number or a decimal string. [`Amount::in_currency`] refuses more digits than the currency has.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Amount(Decimal, Option<u32>);

impl Amount {
    /// As money of `currency`; more digits than it has are refused, not rounded. `field` names the culprit.
    pub fn in_currency(self, field: &str, currency: Currency) -> Result<Money, Fault> {
        let rounded =
            self.0.to_money(currency).map_err(|_| Fault::invalid(field, "The amount is too large."))?;
        if Decimal::from(rounded) != self.0 {
            let digits = currency.exponent();
            return Err(Fault::invalid(
                field,
                format!("{currency} has {digits} digits after the point; send no more than that."),
            ));
        }
        Ok(rounded)
    }

    /// The exact decimal that was sent.
    #[must_use]
    pub const fn decimal(self) -> Decimal {
        self.0
    }
}

impl From<Decimal> for Amount {
    fn from(decimal: Decimal) -> Self {
        Self(decimal, None)
    }
}

impl fmt::Debug for Amount {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.0)
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = self.1.map_or_else(|| self.0.to_string(), |digits| self.0.fixed(digits));
        let number: serde_json::Number = text.parse().map_err(serde::ser::Error::custom)?;
        number.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = NumberText::deserialize(deserializer)?;
        Decimal::parse(&text.0)
            .map(|decimal| Self(decimal, None))
            .ok_or_else(|| serde::de::Error::custom("expected an amount such as 12.50"))
    }
}

impl schemars::JsonSchema for Amount {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Amount".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "Major units, exact to the currency's digits. A body may send a number or a decimal string.",
            "type": ["number", "string"],
            "pattern": "^-?[0-9]+(\\.[0-9]{1,8})?$"
        })
    }
}
