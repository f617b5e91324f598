//! Query strings, forms and JSON bodies, and the texts that are taken out of them.
#![no_main]

use kernel::{Amount, Currency, text};
use libfuzzer_sys::fuzz_target;
use web::Form;
use web::form::pairs;

fuzz_target!(|data: &[u8]| {
    let Ok(sent) = std::str::from_utf8(data) else { return };
    let decoded = pairs(sent);
    let form = Form::new(decoded.clone());
    let pounds = Currency::parse("GBP").expect("a currency");
    for (name, value) in &decoded {
        assert!(form.get(name).is_some(), "a field that was sent is not there");
        let _ = form.checked(name);
        if let Ok(number) = form.integer(name, 1, 99) {
            assert!((1..=99).contains(&number), "{number} is out of its bounds");
        }
        let _ = form.money(name, pounds);
        if let Ok(line) = text::line("field", value, 40) {
            assert!(line.chars().count() <= 40 && !line.contains(['\r', '\n', '\0']), "{line:?} is no line");
        }
        if let Ok(email) = text::email("email", value) {
            assert!(!email.chars().any(|letter| letter.is_control() || ",;<> \"".contains(letter)), "{email:?}");
            assert!(email.contains('@') && email.len() <= 254, "{email:?}");
            let masked = text::masked_email(&email);
            let (shown, domain) = masked.split_once('@').expect("an address stays one");
            assert!(shown.chars().count() == 4 && shown.ends_with("***"), "{email:?} is not masked");
            assert!(email.ends_with(domain), "{email:?} is another's address");
        }
        let slug = text::slug(value);
        assert!(!slug.contains(['/', '?', '#', '%', '<', '"', ' ']), "{slug:?} is no slug");
        let inside = accounts::login::storefront::within_the_site(value, "/");
        assert!(inside.starts_with('/') && !inside.starts_with("//") && !inside.contains(['\\', '\r', '\n']));
    }
    if let Ok(value) = serde_json::from_str::<serde_json::Value>(sent) {
        let _ = kernel::json::from_client::<Amount>(value.clone());
        let _ = kernel::json::from_client::<Vec<String>>(value.clone());
        let _ = kernel::json::from_client::<std::collections::BTreeMap<String, i64>>(value);
    }
});
