//! Prices, amounts, currencies and times: what reads is exact, and reads again from what is written.
#![no_main]

use kernel::decimal::Rounding;
use kernel::{Amount, Currency, Decimal, Moment};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Some(decimal) = Decimal::parse(text) {
        assert_eq!(Decimal::parse(&decimal.to_string()), Some(decimal), "{text}");
        assert_eq!(Decimal::parse(&decimal.fixed(8)), Some(decimal), "{text}");
        for rounding in [Rounding::HalfUp, Rounding::HalfDown, Rounding::Floor, Rounding::Ceiling] {
            let rounded = decimal.round(2, rounding);
            let off = (rounded.raw() - decimal.raw()).abs();
            assert!(off < Decimal::parse("0.01").expect("a number").raw(), "{text} is rounded too far");
        }
        for code in ["GBP", "JPY", "KWD"] {
            let currency = Currency::parse(code).expect("a currency");
            if let Ok(money) = decimal.to_money(currency) {
                assert_eq!(Decimal::parse(&money.major()).and_then(|again| again.to_money(currency).ok()), Some(money));
                let _ = money.display();
            }
            if let Ok(exact) = Amount::from(decimal).in_currency("amount", currency) {
                assert_eq!(Decimal::from(exact), decimal, "{text} was taken, and changed");
            }
        }
    }
    if let Some(currency) = Currency::parse(text) {
        assert!(currency.code().len() == 3 && currency.exponent() <= 4, "{text}");
        let _ = currency.symbol();
    }
    if let Some(moment) = Moment::parse(text) {
        assert_eq!(Moment::parse(&moment.rfc3339()), Some(moment), "{text}");
        assert_eq!(Moment::from_column(&moment.column()), Some(moment), "{text}");
        let _ = (moment.display("Europe/London"), moment.local_day(text), moment.day_start("Pacific/Apia"));
    }
    let _ = kernel::time::is_zone(text);
});
