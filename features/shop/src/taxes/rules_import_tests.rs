//! Files of tax rates, whole and broken.

use super::parse;

const HEADER: &str =
    "Country Code,State Code,ZIP/Postcode,City,Rate %,Tax Name,Priority,Compound,Shipping,Tax Class\n";

fn problems(rows: &str) -> Vec<String> {
    let report = parse(format!("{HEADER}{rows}").as_bytes());
    report.problems.iter().map(ToString::to_string).collect()
}

#[test]
fn stars_and_lists_are_read() {
    let text = format!(
        "\u{feff}{HEADER}GB,*,*,*,20.0000,VAT,1,1,1,\nus,al,12345; 123-456;9*,*,2.0000,US AL,2,1,0,Reduced rate\n"
    );
    let report = parse(text.as_bytes());
    assert!(report.problems.is_empty());
    let [vat, alabama] = report.rates.as_slice() else { panic!("{report:?}") };
    assert_eq!(
        (vat.country.as_str(), vat.state.as_str(), vat.percent.to_string()),
        ("GB", "", "20".to_owned())
    );
    assert!(vat.postcodes.is_empty() && vat.cities.is_empty() && vat.compound && vat.shipping);
    assert_eq!((alabama.country.as_str(), alabama.state.as_str(), alabama.priority), ("US", "AL", 2));
    assert_eq!(alabama.postcodes, ["12345", "123456", "9*"]);
    assert_eq!((alabama.class.as_str(), alabama.shipping), ("reduced-rate", false));
}

#[test]
fn broken_rows_are_told_by_line_and_field_and_good_ones_kept() {
    let rows = "GBR,*,*,*,20,VAT,1,0,1,\nGB,*,*,*,twenty,VAT,1,0,1,\nGB,*,*,*,-1,VAT,x,0,1,\nGB,*,*,*,20,VAT,1,0,1,\n\
                GB,*,*,*,1.23456,VAT,1,0,1,\nGB,*,1...2...3,*,20,VAT,1,perhaps,1,\nGB,*,*,*,20,VAT\n";
    assert_eq!(
        problems(rows),
        [
            "Line 2, Country Code: Use a country code of two letters, or * for any country.",
            "Line 3, Rate %: Use a percentage such as 20 or 8.875.",
            "Line 4, Rate %: Use a percentage from 0 to 600.",
            "Line 4, Priority: Use a whole number from 1 to 1000000.",
            "Line 6, Rate %: Use at most 4 digits after the point.",
            "Line 7, Compound: Use 1 or 0.",
            "Line 7, ZIP/Postcode: 1...2...3 is no postcode: write 12345, 123* or 12000...12999.",
            "Line 8: The row has 6 cells, the header has 10.",
        ]
    );
    assert_eq!(parse(format!("{HEADER}{rows}").as_bytes()).rates.len(), 1);
}

#[test]
fn a_file_without_header_is_refused() {
    let report = parse(&b"GB,*,*,*,20.0000,VAT,1,1,1,\n"[..]);
    assert!(report.rates.is_empty());
    assert_eq!(report.problems.len(), 1);
    assert!(report.problems[0].to_string().starts_with("Line 1: The header misses: Country Code"));
}

#[test]
fn woocommerces_sample_is_read() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/sample_tax_rates.csv");
    let Ok(file) = std::fs::File::open(path) else {
        println!("skipped: ../shared/data/sample_tax_rates.csv is not there");
        return;
    };
    let report = parse(file);
    assert!(report.problems.is_empty(), "{:?}", report.problems);
    assert_eq!(report.rates.len(), 5);
    assert_eq!(report.rates[4].postcodes, ["12345", "123456"]);
}
