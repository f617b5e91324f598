//! Spans as OTLP's JSON.

use serde_json::{Value, json};
use telemetry::{Role, SpanRecord};

use crate::Target;

fn attribute(key: &str, value: &str) -> Value {
    json!({ "key": key, "value": { "stringValue": value } })
}

/// One export request.
pub(crate) fn traces(target: &Target, spans: &[SpanRecord]) -> String {
    let now = (target.wall_clock)();
    let spans: Vec<Value> = spans.iter().map(|record| span(record, now)).collect();
    let resource = [
        attribute("service.name", "cartwright"),
        attribute("service.version", target.version),
        attribute("service.instance.id", &target.instance),
    ];
    json!({ "resourceSpans": [{
        "resource": { "attributes": resource },
        "scopeSpans": [{ "scope": { "name": "cartwright", "version": target.version }, "spans": spans }],
    }] })
    .to_string()
}

/// Its times are reckoned back from `now`, nanoseconds since 1970.
fn span(record: &SpanRecord, now: u128) -> Value {
    let started = now.saturating_sub(record.started.elapsed().as_nanos());
    let kind = match record.role {
        Role::Internal => 1,
        Role::Server => 2,
        Role::Client => 3,
        Role::Consumer => 5,
    };
    let parent = if record.parent_id == 0 { String::new() } else { format!("{:016x}", record.parent_id) };
    let attributes: Vec<Value> =
        record.attributes.iter().map(|(name, value)| attribute(name, value)).collect();
    json!({
        "traceId": format!("{:032x}", record.trace_id),
        "spanId": format!("{:016x}", record.span_id),
        "parentSpanId": parent,
        "name": record.name,
        "kind": kind,
        "startTimeUnixNano": started.to_string(),
        "endTimeUnixNano": (started + record.duration.as_nanos()).to_string(),
        "attributes": attributes,
        "status": { "code": if record.failed { 2 } else { 0 } },
    })
}
