//! Tokens and signatures: nothing opens but what was signed for this very purpose, however it is bent.
#![no_main]

use std::sync::LazyLock;

use accounts::application_passwords::rules as passwords;
use funnels::upsells::model::Ticket;
use funnels::upsells::rules;
use kernel::Moment;
use kernel::ids::{OfferId, OrderId, StepId};
use libfuzzer_sys::fuzz_target;
use runtime::SecretKey;

static SECRET: LazyLock<SecretKey> =
    LazyLock::new(|| SecretKey::parse("0123456789abcdef0123456789abcdef").expect("long enough"));

fuzz_target!(|data: &[u8]| {
    let now = Moment::from_unix(1_800_000_000);
    let text = String::from_utf8_lossy(data);
    let ticket = Ticket { order_id: OrderId(7), offer_id: OfferId(8), step_id: StepId(9) };
    let good = rules::token(&SECRET, ticket, now.plus_seconds(60));
    // The fuzzer sees what texts are compared with, so it comes by the good token in time; by no other.
    assert!(text == good || rules::open(&SECRET, &text, now).is_err(), "a token that nobody signed: {text}");
    assert!(SECRET.open("restore", &text, now).is_err(), "a token that nobody signed: {text}");
    let _ = rules::open_late(&SECRET, &text, now);

    // A good token, bent: the first byte says where, the second how.
    assert!(rules::open(&SECRET, &good, now).is_ok_and(|opened| opened.order_id == ticket.order_id));
    assert!(SECRET.open("restore", &good, now).is_err(), "a token of another purpose");
    if let [place, with, ..] = data {
        let mut bent = good.clone().into_bytes();
        let place = usize::from(*place) % bent.len();
        bent[place] ^= (*with).max(1);
        let bent = String::from_utf8_lossy(&bent).into_owned();
        assert!(bent == good || rules::open(&SECRET, &bent, now).is_err(), "bent, and still good: {bent}");
    }
    assert!(rules::open(&SECRET, &format!("{good}{text}"), now).is_err() || text.is_empty());
    assert!(rules::open(&SECRET, &format!("{text}{good}"), now).is_err() || text.is_empty());

    let _ = runtime::signing::unseal(&[7; 32], &text);
    let query = web::form::pairs(&text);
    let base = passwords::signature_base("GET", "http://shop.test/wp-json/wc/v3/orders", &query);
    let _ = passwords::signature("HMAC-SHA256", &text, &base);
});
