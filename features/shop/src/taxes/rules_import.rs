//! The tax rates of a file in WooCommerce's ten columns.

use std::io::Read;

use kernel::decimal::{Decimal, Rounding};

use super::model::TaxRate;
use super::rules::{class_slug, normal_postcode};
use crate::sheet::{self, Problem, Row, Sheet};

const COUNTRY: &str = "Country Code";
const STATE: &str = "State Code";
const POSTCODE: &str = "ZIP/Postcode";
const CITY: &str = "City";
const PERCENT: &str = "Rate %";
const NAME: &str = "Tax Name";
const PRIORITY: &str = "Priority";
const COMPOUND: &str = "Compound";
const SHIPPING: &str = "Shipping";
const CLASS: &str = "Tax Class";
const COLUMNS: [&str; 10] =
    [COUNTRY, STATE, POSTCODE, CITY, PERCENT, NAME, PRIORITY, COMPOUND, SHIPPING, CLASS];

/// What a file of tax rates holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ImportReport {
    /// Good rows in the order of the file, with id 0.
    pub rates: Vec<TaxRate>,
    /// What was not read.
    pub problems: Vec<Problem>,
}

/// Reads a file of tax rates. `*` and nothing mean any country, state, postcode or city; postcodes and cities are
/// separated by `;`.
pub fn parse(source: impl Read) -> ImportReport {
    let mut sheet = sheet::read(source);
    let mut report = ImportReport { rates: Vec::new(), problems: std::mem::take(&mut sheet.problems) };
    let missing: Vec<&str> = COLUMNS.into_iter().filter(|name| sheet.position(name).is_none()).collect();
    if !missing.is_empty() {
        let problem = format!("The header misses: {}.", missing.join(", "));
        report.problems = vec![Problem::new(1, "", problem)];
        return report;
    }
    for row in &sheet.rows {
        let mut reading = Reading { sheet: &sheet, row, problems: Vec::new() };
        let rate = reading.rate();
        if reading.problems.is_empty() {
            report.rates.push(rate);
        } else {
            report.problems.append(&mut reading.problems);
        }
    }
    report.problems.sort_by_key(|problem| problem.line);
    report
}

struct Reading<'sheet> {
    sheet: &'sheet Sheet,
    row: &'sheet Row,
    problems: Vec<Problem>,
}

impl Reading<'_> {
    fn rate(&mut self) -> TaxRate {
        TaxRate {
            id: 0,
            country: self.country(),
            state: self.state(),
            percent: self.percent(),
            name: self.any_or_line(NAME, 200),
            priority: self.priority(),
            compound: self.flag(COMPOUND, false),
            shipping: self.flag(SHIPPING, true),
            class: class_slug(&self.any_or_line(CLASS, 200)),
            postcodes: self.postcodes(),
            cities: self.locations(CITY).iter().map(|city| city.to_uppercase()).collect(),
        }
    }

    fn cell(&self, column: &str) -> &str {
        self.row.cell(self.sheet.position(column))
    }

    fn problem(&mut self, column: &str, problem: impl Into<String>) {
        self.problems.push(Problem::new(self.row.line, column, problem));
    }

    fn any_or_line(&mut self, column: &str, longest: usize) -> String {
        let cell = self.cell(column);
        let text = if cell == "*" { String::new() } else { cell.to_owned() };
        if text.chars().count() > longest || text.chars().any(char::is_control) {
            self.problem(column, format!("Use one line of at most {longest} characters."));
        }
        text
    }

    fn country(&mut self) -> String {
        let country = self.any_or_line(COUNTRY, 200).to_uppercase();
        if !country.is_empty() && !kernel::places::is_country(&country) {
            self.problem(COUNTRY, "Use a country code of two letters, or * for any country.");
        }
        country
    }

    fn state(&mut self) -> String {
        let state = self.any_or_line(STATE, 200);
        let country = self.cell(COUNTRY).to_uppercase();
        match kernel::places::state(STATE, &country, &state) {
            Ok(code) => code.to_uppercase(),
            Err(fault) => {
                let problem = fault.params.into_values().next().unwrap_or_default();
                self.problem(STATE, problem);
                String::new()
            }
        }
    }

    fn percent(&mut self) -> Decimal {
        let problem = match Decimal::parse(self.cell(PERCENT)) {
            None => "Use a percentage such as 20 or 8.875.",
            Some(percent) if percent.is_negative() || percent > Decimal::whole(600) => {
                "Use a percentage from 0 to 600."
            }
            Some(percent) if percent != percent.round(4, Rounding::HalfUp) => {
                "Use at most 4 digits after the point."
            }
            Some(percent) => return percent,
        };
        self.problem(PERCENT, problem);
        Decimal::ZERO
    }

    fn priority(&mut self) -> i64 {
        match sheet::whole_number(self.cell(PRIORITY), 1, 1_000_000) {
            Ok(priority) => priority.unwrap_or(1),
            Err(problem) => {
                self.problem(PRIORITY, problem);
                1
            }
        }
    }

    fn flag(&mut self, column: &str, default: bool) -> bool {
        match sheet::flag(self.cell(column), default) {
            Ok(flag) => flag,
            Err(problem) => {
                self.problem(column, problem);
                default
            }
        }
    }

    fn locations(&mut self, column: &str) -> Vec<String> {
        let mut entries = sheet::list(self.cell(column), ';');
        entries.retain(|entry| entry != "*");
        entries.dedup();
        if entries.iter().any(|entry| entry.chars().count() > 200) {
            self.problem(column, "Use at most 200 characters between two semicolons.");
        }
        entries
    }

    fn postcodes(&mut self) -> Vec<String> {
        let mut postcodes = Vec::new();
        for entry in self.locations(POSTCODE) {
            let postcode = normal_postcode(&entry);
            let ends: Vec<&str> = postcode.split("...").collect();
            let good = match ends.as_slice() {
                [single] => !single.trim_end_matches('*').contains('*') && !single.contains(".."),
                [first, last] => [first, last].iter().all(|end| !end.is_empty() && !end.contains(['*', '.'])),
                _ => false,
            };
            if good {
                postcodes.push(postcode);
            } else {
                self.problem(
                    POSTCODE,
                    format!("{entry} is no postcode: write 12345, 123* or 12000...12999."),
                );
            }
        }
        postcodes
    }
}
