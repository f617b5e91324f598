//! Figures in Prometheus's format, and origins that survive a column.

use std::sync::Arc;
use std::time::Duration;

use telemetry::{Counter, Exposition, Here, Histogram, Kind, Origin, current, within, within_now};

#[test]
fn a_page_of_figures_reads_as_prometheus_wants_it() {
    let (counter, durations, numbers) =
        (Counter::default(), Histogram::of_durations(), Histogram::of_numbers());
    counter.add(3);
    durations.observe(Duration::from_micros(700));
    durations.observe(Duration::from_millis(30_000));
    numbers.observe_number(64);
    let mut page = Exposition::default();
    page.family("things_total", Kind::Counter, "Things.");
    page.sample(&[("kind", "a \"b\"\\c")], counter.value());
    page.family("wait_seconds", Kind::Histogram, "Waits.");
    page.histogram(&[("kind", "read")], &durations);
    page.family("group", Kind::Histogram, "Groups.");
    page.histogram(&[], &numbers);
    let text = page.finish();
    for line in [
        "# TYPE things_total counter",
        "things_total{kind=\"a \\\"b\\\"\\\\c\"} 3",
        "wait_seconds_bucket{kind=\"read\",le=\"0.0005\"} 0",
        "wait_seconds_bucket{kind=\"read\",le=\"0.001\"} 1",
        "wait_seconds_bucket{kind=\"read\",le=\"10\"} 1",
        "wait_seconds_bucket{kind=\"read\",le=\"+Inf\"} 2",
        "wait_seconds_sum{kind=\"read\"} 30.0007",
        "wait_seconds_count{kind=\"read\"} 2",
        "group_bucket{le=\"32\"} 0",
        "group_bucket{le=\"64\"} 1",
        "group_sum 64",
        "group_count 1",
    ] {
        assert!(text.lines().any(|known| known == line), "{line} is missing in\n{text}");
    }
}

#[test]
fn an_origin_survives_its_column() {
    let plain = Origin::of_request("checkout-4711").unwrap();
    assert_eq!(plain.column(), "checkout-4711");
    assert_eq!(Origin::from_column("checkout-4711"), Some(plain.clone()));
    let joined = plain.in_trace(0xabc);
    assert_eq!(Origin::from_column(&joined.column()), Some(joined));
    let uuid = Origin::of_request("0198c0de-0000-7000-8000-00000000beef").unwrap();
    assert_eq!(format!("{:032x}", uuid.trace_id()), "0198c0de00007000800000000000beef");
    for bad in ["", "short", "has a space in it", "line\nbreak-in-it", "ümlaut-in-the-id", &"x".repeat(65)] {
        assert_eq!(Origin::of_request(bad), None, "{bad}");
    }
}

#[tokio::test]
async fn work_knows_whom_it_is_done_for() {
    let origin = Arc::new(Origin::of_request("a-request-id").unwrap());
    let here = Some(Here { origin, span_id: 0 });
    let known = || current().map(|here| here.origin.request_id().to_owned());
    assert_eq!(known(), None);
    assert_eq!(within(here.clone(), async { known() }).await.as_deref(), Some("a-request-id"));
    assert_eq!(within_now(here, known).as_deref(), Some("a-request-id"));
    assert_eq!(known(), None);
}
