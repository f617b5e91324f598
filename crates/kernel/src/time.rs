//! Points in time: whole seconds, UTC. Columns hold `YYYY-MM-DD HH:MM:SS`, the wire RFC 3339 with `Z`.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A second in UTC.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Moment(i64);

/// Years that both databases keep and every text of ours can say.
const YEARS: std::ops::RangeInclusive<i16> = 1000..=9999;

impl Moment {
    /// Seconds since 1970-01-01 UTC.
    #[must_use]
    pub const fn from_unix(seconds: i64) -> Self {
        Self(seconds)
    }

    /// Seconds since 1970-01-01 UTC.
    #[must_use]
    pub const fn unix(self) -> i64 {
        self.0
    }

    /// This much later (or earlier, when negative).
    #[must_use]
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0 + seconds)
    }

    /// This many minutes later.
    #[must_use]
    pub const fn plus_minutes(self, minutes: i64) -> Self {
        Self(self.0 + minutes * 60)
    }

    /// This many days of 24 hours later.
    #[must_use]
    pub const fn plus_days(self, days: i64) -> Self {
        Self(self.0 + days * 86_400)
    }

    /// Seconds from `earlier` to this.
    #[must_use]
    pub const fn seconds_since(self, earlier: Self) -> i64 {
        self.0 - earlier.0
    }

    fn civil(self) -> DateTime {
        Timestamp::from_second(self.0).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(TimeZone::UTC).datetime()
    }

    /// `YYYY-MM-DD HH:MM:SS`, as columns hold it. Sorts as time does.
    #[must_use]
    pub fn column(self) -> String {
        self.civil().strftime("%Y-%m-%d %H:%M:%S").to_string()
    }

    /// Reads a column.
    #[must_use]
    pub fn from_column(text: &str) -> Option<Self> {
        let civil: DateTime = text.replace(' ', "T").parse().ok()?;
        Some(Self(civil.to_zoned(TimeZone::UTC).ok()?.timestamp().as_second()))
    }

    /// `2026-05-07T14:42:00Z`.
    #[must_use]
    pub fn rfc3339(self) -> String {
        self.civil().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    }

    /// Reads RFC 3339 with any offset.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let timestamp: Timestamp = text.trim().parse().ok()?;
        let moment = Self(timestamp.as_second());
        YEARS.contains(&moment.civil().year()).then_some(moment)
    }

    /// `2026-05-07T14:42:00` without a zone, as `wc/v3` prints its `*_gmt` fields.
    #[must_use]
    pub fn woocommerce(self) -> String {
        self.civil().strftime("%Y-%m-%dT%H:%M:%S").to_string()
    }

    /// The local calendar day `YYYY-MM-DD` in a zone such as `Europe/Berlin`; an unknown zone counts as UTC.
    #[must_use]
    pub fn local_day(self, zone: &str) -> String {
        self.zoned(zone).strftime("%Y-%m-%d").to_string()
    }

    /// For people: `7 May 2026, 14:42`, in a zone.
    #[must_use]
    pub fn display(self, zone: &str) -> String {
        self.zoned(zone).strftime("%-d %B %Y, %H:%M").to_string()
    }

    /// The first second of the local day that this falls in, in `zone`.
    #[must_use]
    pub fn day_start(self, zone: &str) -> Self {
        self.zoned(zone).start_of_day().map_or(self, |start| Self(start.timestamp().as_second()))
    }

    /// In a named zone, for calendar arithmetic; an unknown zone counts as UTC.
    #[must_use]
    pub fn zoned(self, zone: &str) -> jiff::Zoned {
        let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
        Timestamp::from_second(self.0).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(zone)
    }
}

/// Is there a time zone of this name?
#[must_use]
pub fn is_zone(name: &str) -> bool {
    TimeZone::get(name).is_ok()
}

impl std::fmt::Debug for Moment {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.rfc3339())
    }
}

impl std::fmt::Display for Moment {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.rfc3339())
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.rfc3339())
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text)
            .ok_or_else(|| serde::de::Error::custom("expected a time such as 2026-05-07T14:42:00Z"))
    }
}

impl schemars::JsonSchema for Moment {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Moment".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "format": "date-time" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_that_a_database_cannot_keep_are_not_read() {
        for text in ["-004999-01-01T00:00:00Z", "0999-12-31T23:59:59Z", "9999-12-31T23:30:00-01:00", ""] {
            assert_eq!(Moment::parse(text), None, "{text}");
        }
        for text in ["1000-01-01T00:00:00Z", "9998-12-31T23:59:59Z"] {
            assert_eq!(Moment::parse(text).map(Moment::rfc3339).as_deref(), Some(text));
        }
    }
}
