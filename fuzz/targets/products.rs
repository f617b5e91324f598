//! A file of products: whatever its bytes, each row is either read within the bounds of its columns or named by its line.
#![no_main]

use libfuzzer_sys::fuzz_target;
use shop::catalogue::import::{ImportSettings, parse};

fuzz_target!(|file: &[u8]| {
    let report = parse(file, ImportSettings { price_decimals: 2, has: &|_| false });
    assert!(report.problems.iter().all(|problem| problem.line > 0), "a problem without a line");
    let rows = shop::sheet::read(file);
    for row in &rows.rows {
        for position in 0..rows.columns.len() + 2 {
            let cell = row.cell(Some(position));
            let _ = shop::sheet::flag(cell, true);
            if let Ok(Some(number)) = shop::sheet::whole_number(cell, -5, 5) {
                assert!((-5..=5).contains(&number), "{number} is out of its bounds");
            }
            let _ = shop::sheet::list(cell, ',');
        }
    }
    assert!(report.products.len() <= rows.rows.len(), "more products than rows");
});
