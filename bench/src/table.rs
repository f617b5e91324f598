//! Figures as a table.

use std::fmt::Write as _;
use std::time::Duration;

/// A measured rate.
#[derive(Debug, Clone)]
pub struct Row {
    /// What was measured.
    pub name: String,
    /// Times per second.
    pub per_second: u64,
    /// 99 of 100 took no longer.
    pub p99: Option<Duration>,
    /// What it stands beside, or empty.
    pub reference: String,
    /// The reference's times per second.
    pub reference_per_second: Option<u64>,
}

/// The rows as Markdown.
#[must_use]
pub fn markdown(rows: &[Row]) -> String {
    let mut text =
        "| what | per second | p99 | reference | per second | share |\n|---|--:|--:|---|--:|--:|\n"
            .to_owned();
    for row in rows {
        let p99 = row.p99.map_or_else(|| "–".to_owned(), milliseconds);
        let (compared, share) = row.reference_per_second.map_or_else(
            || ("–".to_owned(), "–".to_owned()),
            |reference| (grouped(reference), format!("{} %", row.per_second * 100 / reference.max(1))),
        );
        let reference = if row.reference.is_empty() { "–" } else { &row.reference };
        let _ = writeln!(
            text,
            "| {} | {} | {p99} | {reference} | {compared} | {share} |",
            row.name,
            grouped(row.per_second)
        );
    }
    text
}

fn milliseconds(time: Duration) -> String {
    let hundredths = time.as_micros() / 10;
    format!("{}.{:02} ms", hundredths / 100, hundredths % 100)
}

/// With commas between thousands.
#[must_use]
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
