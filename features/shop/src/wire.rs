//! What WooCommerce's bodies and lists have in common: addresses in part, metadata, local times, dates of lists.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use kernel::contracts::shop::Address;
use kernel::{Fault, Moment};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use web::Call;

/// An address of which only what is named changes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default)]
pub struct AddressBody {
    first_name: Option<String>,
    last_name: Option<String>,
    company: Option<String>,
    address_1: Option<String>,
    address_2: Option<String>,
    city: Option<String>,
    state: Option<String>,
    postcode: Option<String>,
    country: Option<String>,
    email: Option<String>,
    phone: Option<String>,
}

impl AddressBody {
    /// `known` with what is named here.
    #[must_use]
    pub fn onto(&self, known: &Address) -> Address {
        let pick = |named: &Option<String>, known: &str| named.clone().unwrap_or_else(|| known.to_owned());
        Address {
            first_name: pick(&self.first_name, &known.first_name),
            last_name: pick(&self.last_name, &known.last_name),
            company: pick(&self.company, &known.company),
            address_1: pick(&self.address_1, &known.address_1),
            address_2: pick(&self.address_2, &known.address_2),
            city: pick(&self.city, &known.city),
            state: pick(&self.state, &known.state),
            postcode: pick(&self.postcode, &known.postcode),
            country: pick(&self.country, &known.country),
            email: pick(&self.email, &known.email),
            phone: pick(&self.phone, &known.phone),
        }
    }
}

/// One metadata value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Meta {
    /// Of its own among the metadata of one thing.
    pub id: i64,
    /// Key.
    pub key: String,
    /// Anything.
    pub value: Value,
}

/// A metadata value to set; without a value it is taken away.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct MetaBody {
    /// Names the value to change; else the first of the key is changed, or one is added.
    #[serde(default)]
    pub id: Option<i64>,
    /// Key.
    #[serde(default)]
    pub key: Option<String>,
    /// Anything; null takes it away.
    #[serde(default)]
    pub value: Value,
}

/// How large a metadata value may be, in bytes.
pub(crate) const LARGEST_VALUE: usize = 20_000;

impl MetaBody {
    /// The key, checked; of a value that is named by its id the one it has may be left out.
    pub(crate) fn checked_key(&self, known: Option<&str>) -> Result<String, Fault> {
        match (&self.key, known) {
            (Some(key), _) if !key.trim().is_empty() => kernel::text::line("meta_data", key, 191),
            (_, Some(known)) => Ok(known.to_owned()),
            _ => Err(Fault::missing("meta_data.key")),
        }
    }

    pub(crate) fn check_value(&self) -> Result<(), Fault> {
        if self.value.to_string().len() > LARGEST_VALUE {
            return Err(Fault::invalid("meta_data", "Use values of at most 20,000 bytes."));
        }
        Ok(())
    }
}

/// How many metadata values one thing may have.
const MOST_META: usize = 500;

/// Sets metadata as WooCommerce does: by id, else by key; null takes a value away.
pub(crate) fn merge_meta(known: &mut Vec<Meta>, bodies: &[MetaBody]) -> Result<(), Fault> {
    for body in bodies {
        body.check_value()?;
        let by_id = body.id.and_then(|id| known.iter().position(|meta| meta.id == id));
        let by_key = || known.iter().position(|meta| body.key.as_ref() == Some(&meta.key));
        match by_id.or_else(by_key) {
            Some(place) if body.value.is_null() => {
                known.remove(place);
            }
            Some(place) => {
                known[place].key = body.checked_key(Some(&known[place].key))?;
                known[place].value.clone_from(&body.value);
            }
            None if body.value.is_null() => {}
            None => {
                let id = known.iter().map(|meta| meta.id).max().unwrap_or(0) + 1;
                known.push(Meta { id, key: body.checked_key(None)?, value: body.value.clone() });
            }
        }
    }
    if known.len() > MOST_META {
        return Err(Fault::invalid("meta_data", format!("Use at most {MOST_META} values.")));
    }
    Ok(())
}

/// A time as WooCommerce's clients write it. One that names no zone is by the shop's clock, or by UTC where `zone` is so.
pub(crate) fn moment(field: &str, text: &str, zone: &str) -> Result<Moment, Fault> {
    let text = text.trim();
    let local = || -> Option<Moment> {
        let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
        let civil: DateTime = text.parse().ok()?;
        let moment = Moment::from_unix(civil.to_zoned(zone).ok()?.timestamp().as_second());
        Moment::parse(&moment.rfc3339())
    };
    Moment::parse(text)
        .or_else(local)
        .ok_or_else(|| Fault::invalid(field, "Use a time such as 2026-05-07T14:42:00."))
}

/// A date that a body names by the shop's clock, by UTC, or both: where both are named the one counts that says something
/// new, so that an answer can be sent back with either changed. An empty text takes the date away.
pub(crate) fn date(
    field: &str,
    (local, gmt): (Option<&String>, Option<&String>),
    known: Option<Moment>,
    zone: &str,
) -> Result<Option<Moment>, Fault> {
    let read = |field: &str, text: Option<&String>, zone: &str| -> Result<Option<Option<Moment>>, Fault> {
        let Some(text) = text else { return Ok(None) };
        if text.trim().is_empty() {
            Ok(Some(None))
        } else {
            moment(field, text, zone).map(|at| Some(Some(at)))
        }
    };
    let local = read(field, local, zone)?;
    let gmt = read(&format!("{field}_gmt"), gmt, "UTC")?;
    Ok(match (local, gmt) {
        (Some(local), Some(gmt)) if local == known => gmt,
        (Some(local), _) => local,
        (None, Some(gmt)) => gmt,
        (None, None) => known,
    })
}

/// Between which times rows were made and changed; both ends are left out, as in WooCommerce.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Dates {
    /// Made later.
    pub after: Option<Moment>,
    /// Made earlier.
    pub before: Option<Moment>,
    /// Changed later.
    pub modified_after: Option<Moment>,
    /// Changed earlier.
    pub modified_before: Option<Moment>,
}

impl Dates {
    /// `after`, `before`, `modified_after` and `modified_before`, by the shop's clock unless `dates_are_gmt`.
    pub(crate) fn of(call: &Call, zone: &str) -> Result<Self, Fault> {
        let zone = if call.yes_or_no("dates_are_gmt")?.unwrap_or(false) { "UTC" } else { zone };
        let read = |name: &str| -> Result<Option<Moment>, Fault> {
            let Some(text) = call.query(name).filter(|text| !text.trim().is_empty()) else { return Ok(None) };
            // What has lost its plus sign on the way is a time all the same.
            let text = text.trim().replace(' ', "+");
            let text = if text.contains('T') { text } else { text.replace('+', "T") };
            if !text.contains('T') {
                return Err(Fault::invalid(name, "Use a time such as 2026-05-07T14:42:00."));
            }
            moment(name, &text, zone).map(Some)
        };
        Ok(Self {
            after: read("after")?,
            before: read("before")?,
            modified_after: read("modified_after")?,
            modified_before: read("modified_before")?,
        })
    }
}

/// The parameters that [`Dates`] reads, for OpenAPI.
pub(crate) const DATES: [(&str, &str); 5] = [
    ("after", "Made after this time."),
    ("before", "Made before this time."),
    ("modified_after", "Changed after this time."),
    ("modified_before", "Changed before this time."),
    ("dates_are_gmt", "true: times without a zone are UTC, not by the shop's clock."),
];

/// The parameters that narrow a list to some rows, for OpenAPI.
pub(crate) const ROWS: [(&str, &str); 2] =
    [("include", "Only these ids, separated by commas."), ("exclude", "Not these ids, separated by commas.")];

/// `context`, which every list of WooCommerce takes; both ways show the same here.
pub(crate) fn check_context(call: &Call) -> Result<(), Fault> {
    call.choice("context", &["view", "edit", "embed"]).map(drop)
}
