//! Prometheus's text format, version 0.0.4.

use std::fmt::Write as _;

use crate::figures::{Histogram, MICROSECONDS};

/// What kind of figure a family holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Only goes up.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Buckets, sum and count.
    Histogram,
}

/// A page of figures being written. Samples of a family must follow its head.
#[derive(Debug, Default)]
pub struct Exposition {
    text: String,
    name: &'static str,
}

impl Exposition {
    /// Starts a family: its name, what kind it is, and one line that says what it counts and in which unit.
    pub fn family(&mut self, name: &'static str, kind: Kind, help: &str) {
        let word = match kind {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
            Kind::Histogram => "histogram",
        };
        let _ = writeln!(self.text, "# HELP {name} {help}\n# TYPE {name} {word}");
        self.name = name;
    }

    /// A sample of the family.
    pub fn sample(&mut self, labels: &[(&str, &str)], value: u64) {
        self.line("", labels, None, &value.to_string());
    }

    /// A family of one sample.
    pub fn single(&mut self, name: &'static str, kind: Kind, help: &str, value: u64) {
        self.family(name, kind, help);
        self.sample(&[], value);
    }

    /// A histogram's samples.
    pub fn histogram(&mut self, labels: &[(&str, &str)], histogram: &Histogram) {
        let durations = histogram.bounds == MICROSECONDS;
        let shown = |value: u64| if durations { seconds(value) } else { value.to_string() };
        let counts = histogram.cumulative();
        for (bound, count) in histogram.bounds.iter().zip(&counts) {
            self.line("_bucket", labels, Some(&shown(*bound)), &count.to_string());
        }
        let all = counts.last().copied().unwrap_or_default().to_string();
        self.line("_bucket", labels, Some("+Inf"), &all);
        self.line("_sum", labels, None, &shown(histogram.sum()));
        self.line("_count", labels, None, &all);
    }

    fn line(&mut self, ending: &str, labels: &[(&str, &str)], bound: Option<&str>, value: &str) {
        self.text.push_str(self.name);
        self.text.push_str(ending);
        let mut mark = '{';
        for (name, text) in labels.iter().copied().chain(bound.map(|bound| ("le", bound))) {
            let _ = write!(self.text, "{mark}{name}=\"{}\"", escaped(text));
            mark = ',';
        }
        if mark == ',' {
            self.text.push('}');
        }
        let _ = writeln!(self.text, " {value}");
    }

    /// The page.
    #[must_use]
    pub fn finish(self) -> String {
        self.text
    }
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

/// Microseconds as seconds, exactly, without zeros at the end.
fn seconds(microseconds: u64) -> String {
    let text = format!("{}.{:06}", microseconds / 1_000_000, microseconds % 1_000_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
