//! From bytes to rows.

use std::io::Read;

use serde::Serialize;

/// Rows whose quotes run to the end of the file are given up so often; each costs a look at the rest of the file.
const MOST_RUNAWAYS: usize = 100;

/// Something in a file that was not read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Line in the file, from 1; the line where the row begins.
    pub line: u64,
    /// Name of the column, or empty when the whole row or file is meant.
    pub column: String,
    /// What is wrong and what to do.
    pub problem: String,
}

impl Problem {
    /// A problem of one cell.
    #[must_use]
    pub fn new(line: u64, column: &str, problem: impl Into<String>) -> Self {
        Self { line, column: column.to_owned(), problem: problem.into() }
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.column.is_empty() {
            write!(formatter, "Line {}: {}", self.line, self.problem)
        } else {
            write!(formatter, "Line {}, {}: {}", self.line, self.column, self.problem)
        }
    }
}

/// A row that has as many cells as the header, all of them UTF-8 and trimmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Line in the file, from 1.
    pub line: u64,
    cells: Vec<String>,
}

impl Row {
    /// The cell in a column of [`Sheet::position`]; empty when the file has no such column.
    #[must_use]
    pub fn cell(&self, position: Option<usize>) -> &str {
        position.and_then(|position| self.cells.get(position)).map_or("", String::as_str)
    }
}

/// A file's rows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sheet {
    /// The header's cells as they are written.
    pub columns: Vec<String>,
    /// Rows that read.
    pub rows: Vec<Row>,
    /// Rows that do not.
    pub problems: Vec<Problem>,
}

impl Sheet {
    /// Where a column stands; case and blanks around the name do not matter.
    #[must_use]
    pub fn position(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.eq_ignore_ascii_case(name))
    }
}

/// Reads a whole file. Empty rows are passed over in silence.
pub fn read(mut source: impl Read) -> Sheet {
    let mut bytes = Vec::new();
    let mut sheet = Sheet::default();
    if let Err(error) = source.read_to_end(&mut bytes) {
        sheet.problems.push(Problem::new(1, "", format!("The file cannot be read: {error}.")));
        return sheet;
    }
    let mut rest = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes);
    let mut line = 1;
    let mut runaways = 0;
    while let Some(runaway) = read_rows(rest, line, &mut sheet) {
        // A quote that is never closed swallows the rows below it: they are read again without the row it stands in.
        let Some(length) =
            rest.get(runaway.offset..).and_then(|tail| tail.iter().position(|byte| *byte == b'\n'))
        else {
            break;
        };
        runaways += 1;
        if runaways > MOST_RUNAWAYS {
            sheet.problems.push(Problem::new(
                runaway.line,
                "",
                "Too many unclosed quotes; the rest was not read.",
            ));
            break;
        }
        rest = &rest[runaway.offset + length + 1..];
        line = runaway.line + 1;
    }
    sheet
}

/// Where a row begins that has the wrong number of cells and spans several lines.
struct Runaway {
    offset: usize,
    line: u64,
}

/// Reads rows up to the end or to a runaway. The first row ever is the header.
fn read_rows(bytes: &[u8], first_line: u64, sheet: &mut Sheet) -> Option<Runaway> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes);
    let mut record = csv::ByteRecord::new();
    loop {
        let before = reader.position().clone();
        match reader.read_byte_record(&mut record) {
            Ok(true) => {}
            Ok(false) => return None,
            Err(error) => {
                let problem = format!("The rest of the file cannot be read: {error}.");
                sheet.problems.push(Problem::new(first_line + before.line() - 1, "", problem));
                return None;
            }
        }
        let start = record.position().cloned().unwrap_or(before);
        let (offset, line) = skip_blank_lines(bytes, &start, first_line);
        if record.iter().all(|cell| cell.trim_ascii().is_empty()) {
            continue;
        }
        if sheet.columns.is_empty() {
            sheet.columns =
                record.iter().map(|cell| String::from_utf8_lossy(cell).trim().to_owned()).collect();
            continue;
        }
        if record.len() == sheet.columns.len() {
            keep(&record, line, sheet);
            continue;
        }
        let (found, expected) = (record.len(), sheet.columns.len());
        let problem = format!("The row has {found} cells, the header has {expected}.");
        sheet.problems.push(Problem::new(line, "", problem));
        if first_line + reader.position().line() - 1 > line + 1 {
            return Some(Runaway { offset, line });
        }
    }
}

/// The offset and line at which a row's text begins: the reader counts blank lines before a row to the row.
fn skip_blank_lines(bytes: &[u8], start: &csv::Position, first_line: u64) -> (usize, u64) {
    let mut offset = usize::try_from(start.byte()).unwrap_or(bytes.len());
    let mut line = first_line + start.line() - 1;
    while let Some(byte @ (b'\n' | b'\r')) = bytes.get(offset) {
        offset += 1;
        line += u64::from(*byte == b'\n');
    }
    (offset, line)
}

/// Keeps a row whose cells are all UTF-8.
fn keep(record: &csv::ByteRecord, line: u64, sheet: &mut Sheet) {
    let mut cells = Vec::with_capacity(record.len());
    let mut whole = true;
    for (cell, column) in record.iter().zip(&sheet.columns) {
        if let Ok(text) = std::str::from_utf8(cell) {
            cells.push(text.trim().to_owned());
        } else {
            whole = false;
            sheet.problems.push(Problem::new(line, column, "The text is not valid UTF-8."));
        }
    }
    if whole {
        sheet.rows.push(Row { line, cells });
    }
}

/// Reads a yes or no as files write it; empty is `default`.
pub fn flag(text: &str, default: bool) -> Result<bool, String> {
    match text.to_ascii_lowercase().as_str() {
        "" => Ok(default),
        "1" | "yes" | "true" => Ok(true),
        "0" | "no" | "false" => Ok(false),
        _ => Err("Use 1 or 0.".to_owned()),
    }
}

/// Reads a whole number within bounds; empty is none.
pub fn whole_number(text: &str, smallest: i64, largest: i64) -> Result<Option<i64>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    match text.parse::<i64>() {
        Ok(number) if (smallest..=largest).contains(&number) => Ok(Some(number)),
        _ => Err(format!("Use a whole number from {smallest} to {largest}.")),
    }
}

/// The entries of a list cell, trimmed, without empty ones. A backslash before the separator keeps it.
#[must_use]
pub fn list(text: &str, separator: char) -> Vec<String> {
    let mut entries = vec![String::new()];
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        if character == separator {
            entries.push(String::new());
        } else if let Some(entry) = entries.last_mut() {
            let kept = if character == '\\' { characters.next_if_eq(&separator) } else { None };
            entry.push(kept.unwrap_or(character));
        }
    }
    entries.iter().map(|entry| entry.trim().to_owned()).filter(|entry| !entry.is_empty()).collect()
}
