//! A file of tax rates, and a place that is looked up in what was read of it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use shop::taxes::{Place, parse, rates_by_class};

fuzz_target!(|file: &[u8]| {
    let report = parse(file);
    assert!(report.problems.iter().all(|problem| problem.line > 0), "a problem without a line");
    let text = String::from_utf8_lossy(file);
    let mut words = text.split(|letter: char| letter == ',' || letter == ';' || letter == '\n').map(str::to_owned);
    let mut word = || words.next_back().unwrap_or_default();
    for country in ["GB".to_owned(), word()] {
        let place = Place { country, state: word(), postcode: word(), city: word() };
        for (class, rates) in rates_by_class(&report.rates, &place) {
            assert!(report.rates.iter().any(|rate| rate.class == class), "a class from nowhere");
            assert!(rates.len() <= report.rates.len(), "more rates than were read");
        }
    }
});
