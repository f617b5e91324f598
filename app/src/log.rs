//! The log: lines of text or of JSON on standard error, each with the id of the request it belongs to.
//!
//! Invariant: what looks like a mail address never gets through, whoever wrote the message.

use std::borrow::Cow;
use std::fmt;

use kernel::Fault;
use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use crate::configuration::Configuration;

/// How a line is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object per line.
    Json,
}

impl LogFormat {
    /// From its name.
    pub fn parse(name: &str) -> Result<Self, Fault> {
        match name {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            _ => Err(Fault::invalid("log-format", "Use text or json.")),
        }
    }
}

/// Starts it. A second start in one process (tests) keeps the first.
pub fn start(configuration: &Configuration) {
    let filter = tracing_subscriber::EnvFilter::try_new(&configuration.log)
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn"));
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .event_format(configuration.observation.log_format)
        .try_init();
}

#[derive(Default)]
struct Fields {
    message: String,
    others: Map<String, Value>,
}

impl Fields {
    fn put(&mut self, field: &Field, value: impl Into<Value>) {
        self.others.insert(field.name().to_owned(), value.into());
    }

    fn text(&mut self, field: &Field, text: &str) {
        let text = masked(text).into_owned();
        if field.name() == "message" {
            self.message = text;
        } else {
            self.put(field, text);
        }
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.text(field, &format!("{value:?}"));
    }
    fn record_str(&mut self, field: &Field, value: &str) {
        self.text(field, value);
    }
    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, value);
    }
    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, value);
    }
    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, value);
    }
}

impl<S, N> FormatEvent<S, N> for LogFormat
where
    S: Subscriber + for<'span> LookupSpan<'span>,
    N: for<'writer> FormatFields<'writer> + 'static,
{
    fn format_event(
        &self,
        _: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut fields = Fields::default();
        event.record(&mut fields);
        if let Some(here) = telemetry::current() {
            fields.others.insert("request_id".to_owned(), Value::from(here.origin.request_id()));
        }
        let mut time = String::new();
        SystemTime.format_time(&mut Writer::new(&mut time))?;
        let (level, target) = (event.metadata().level(), event.metadata().target());
        match self {
            Self::Json => {
                let mut line = Map::new();
                line.insert("time".to_owned(), Value::from(time));
                line.insert("level".to_owned(), Value::from(level.as_str()));
                line.insert("target".to_owned(), Value::from(target));
                line.insert("message".to_owned(), Value::from(fields.message));
                line.extend(fields.others);
                writeln!(writer, "{}", Value::Object(line))
            }
            Self::Text => {
                write!(writer, "{time} {level:>5} {target}: {}", fields.message.escape_debug())?;
                for (name, value) in &fields.others {
                    write!(writer, " {name}={value}")?;
                }
                writeln!(writer)
            }
        }
    }
}

/// The text with `[address]` in place of whatever looks like a mail address or a password before a host.
fn masked(text: &str) -> Cow<'_, str> {
    if !text.contains('@') {
        return Cow::Borrowed(text);
    }
    let local = |character: char| character.is_alphanumeric() || "._%+-!#$&'*=?^`{|}~".contains(character);
    let domain = |character: char| character.is_alphanumeric() || ".-[]:".contains(character);
    let (mut shown, mut rest) = (String::with_capacity(text.len()), text);
    while let Some((before, after)) = rest.split_once('@') {
        let kept = before.trim_end_matches(local);
        let left = after.trim_start_matches(domain);
        shown.push_str(kept);
        if kept.len() == before.len() || left.len() == after.len() {
            shown.push('@');
            rest = after;
        } else {
            shown.push_str("[address]");
            rest = left;
        }
    }
    shown.push_str(rest);
    Cow::Owned(shown)
}

#[cfg(test)]
mod tests {
    use super::masked;

    #[test]
    fn addresses_do_not_get_through() {
        for (text, shown) in [
            ("550 no such user <ada.lovelace+shop@example.com> here", "550 no such user <[address]> here"),
            ("a@b.example, ü@ümlaut.example", "[address], [address]"),
            ("mysql://root:secret@127.0.0.1:3306/shop", "mysql://root:[address]/shop"),
            ("nothing to hide @ all", "nothing to hide @ all"),
            ("plain", "plain"),
        ] {
            assert_eq!(masked(text), shown);
        }
    }
}
