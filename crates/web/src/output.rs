//! What a command prints, in WP-CLI's formats.

use std::fmt::Write as _;

use serde::Serialize;
use serde_json::{Map, Value};

/// `--format`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// A drawn table.
    #[default]
    Table,
    /// JSON.
    Json,
    /// CSV with a header.
    Csv,
    /// YAML.
    Yaml,
    /// Ids on one line.
    Ids,
    /// How many rows.
    Count,
}

/// What a command prints.
#[derive(Debug, Clone)]
pub enum Output {
    /// Rows: default fields and the rows as objects; the id is the first field.
    Rows(Vec<&'static str>, Vec<Map<String, Value>>),
    /// One object, shown as a table of Field and Value.
    Item(Vec<&'static str>, Map<String, Value>),
    /// `Success: …`, and with `--porcelain` only the id.
    Success(String, String),
    /// Text as it is.
    Text(String),
    /// Text as it is, and exit 1: `db verify` with violations, `doctor` with findings.
    Failure(String),
}

impl Output {
    /// Rows from anything that serialises to an object.
    pub fn rows<T: Serialize>(fields: &[&'static str], rows: &[T]) -> Self {
        Self::Rows(fields.to_vec(), rows.iter().map(object).collect())
    }

    /// One object from anything that serialises to one.
    pub fn item<T: Serialize>(fields: &[&'static str], item: &T) -> Self {
        Self::Item(fields.to_vec(), object(item))
    }

    /// `Success: {message}`; `--porcelain` prints `id` alone.
    pub fn success(message: impl Into<String>, id: impl ToString) -> Self {
        Self::Success(message.into(), id.to_string())
    }

    /// The text to print. `fields` narrows and orders the columns.
    #[must_use]
    pub fn print(&self, format: Format, fields: &[String], porcelain: bool, quiet: bool) -> String {
        match self {
            Self::Rows(default, rows) => {
                let fields = chosen(default, fields);
                print_rows(&fields, rows, format)
            }
            Self::Item(default, item) => {
                let fields = chosen(default, fields);
                print_item(&fields, item, format)
            }
            Self::Success(_, id) if porcelain => format!("{id}\n"),
            Self::Success(..) if quiet => String::new(),
            Self::Success(message, _) => format!("Success: {message}\n"),
            Self::Text(text) | Self::Failure(text) => text.clone(),
        }
    }
}

fn object<T: Serialize>(value: &T) -> Map<String, Value> {
    match serde_json::to_value(value) {
        Ok(Value::Object(members)) => members,
        _ => Map::new(),
    }
}

fn chosen(default: &[&'static str], fields: &[String]) -> Vec<String> {
    if fields.is_empty() {
        default.iter().map(|field| (*field).to_owned()).collect()
    } else {
        fields.to_vec()
    }
}

fn cell(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Bool(truth)) => if *truth { "1" } else { "" }.to_owned(),
        Some(other) => other.to_string(),
    }
}

fn print_item(fields: &[String], item: &Map<String, Value>, format: Format) -> String {
    if format == Format::Json {
        let narrowed: Map<String, Value> = fields
            .iter()
            .map(|field| (field.clone(), item.get(field).cloned().unwrap_or(Value::Null)))
            .collect();
        return format!("{}\n", Value::Object(narrowed));
    }
    let rows: Vec<Map<String, Value>> = fields
        .iter()
        .map(|field| {
            Map::from_iter([
                ("Field".to_owned(), Value::from(field.clone())),
                ("Value".to_owned(), item.get(field).cloned().unwrap_or(Value::Null)),
            ])
        })
        .collect();
    print_rows(&["Field".to_owned(), "Value".to_owned()], &rows, format)
}

fn print_rows(fields: &[String], rows: &[Map<String, Value>], format: Format) -> String {
    match format {
        Format::Count => format!("{}\n", rows.len()),
        Format::Ids => {
            let first = fields.first().map_or("id", String::as_str);
            let key = if rows.iter().any(|row| row.contains_key("id")) { "id" } else { first };
            format!("{}\n", rows.iter().map(|row| cell(row.get(key))).collect::<Vec<_>>().join(" "))
        }
        Format::Json => {
            let narrowed: Vec<Value> = rows
                .iter()
                .map(|row| {
                    Value::Object(
                        fields
                            .iter()
                            .map(|field| (field.clone(), row.get(field).cloned().unwrap_or(Value::Null)))
                            .collect(),
                    )
                })
                .collect();
            format!("{}\n", Value::Array(narrowed))
        }
        Format::Csv => {
            let mut text = csv_line(fields.iter().cloned());
            for row in rows {
                text.push_str(&csv_line(fields.iter().map(|field| cell(row.get(field)))));
            }
            text
        }
        Format::Yaml => yaml(fields, rows),
        Format::Table => table(fields, rows),
    }
}

/// A cell that a spreadsheet would take for a formula, marked as text the way WooCommerce does it. Numbers stay numbers.
#[must_use]
pub fn as_text(cell: String) -> String {
    let is_number = kernel::Decimal::parse(&cell).is_some();
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && !is_number { format!("'{cell}") } else { cell }
}

fn csv_line(cells: impl Iterator<Item = String>) -> String {
    let quoted: Vec<String> = cells
        .map(|cell| {
            let cell = as_text(cell);
            if cell.contains([',', '"', '\n', '\r', ' ', '\t', '\\']) {
                format!("\"{}\"", cell.replace('"', "\"\""))
            } else {
                cell
            }
        })
        .collect();
    format!("{}\n", quoted.join(","))
}

fn yaml(fields: &[String], rows: &[Map<String, Value>]) -> String {
    let mut text = String::from("---\n");
    for row in rows {
        text.push_str("- \n");
        for field in fields {
            let value = row.get(field).cloned().unwrap_or(Value::Null);
            let _ = writeln!(text, "  {field}: {value}");
        }
    }
    text
}

fn table(fields: &[String], rows: &[Map<String, Value>]) -> String {
    let cells: Vec<Vec<String>> = rows
        .iter()
        .map(|row| fields.iter().map(|field| cell(row.get(field)).replace('\n', " ")).collect())
        .collect();
    let widths: Vec<usize> = fields
        .iter()
        .enumerate()
        .map(|(column, field)| {
            cells
                .iter()
                .map(|row| row[column].chars().count())
                .chain([field.chars().count()])
                .max()
                .unwrap_or(0)
        })
        .collect();
    let rule: String =
        widths.iter().map(|width| format!("+{}", "-".repeat(width + 2))).collect::<String>() + "+\n";
    let line = |row: &[String]| {
        let mut text = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            let _ = write!(text, "| {cell}{} ", " ".repeat(width - cell.chars().count()));
        }
        text + "|\n"
    };
    let mut text = rule.clone() + &line(fields) + &rule;
    for row in &cells {
        text.push_str(&line(row));
    }
    text + &rule
}
