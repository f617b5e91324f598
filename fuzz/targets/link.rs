//! What strangers send: pairing codes, signed calls and announcements of a store, its answers, calls in a gateway's name,
//! and the headers that every request may bring. The first line is a header or a code, the rest a body.
#![no_main]

use std::collections::BTreeMap;

use http::{HeaderMap, HeaderName, HeaderValue, header};
use kernel::{Moment, json};
use libfuzzer_sys::fuzz_target;
use runtime::ports::Webhook;
use serde_json::Value;
use testpay::webhook;
use web::headers::{cookies, forwarded_for, traceparent};
use woocommerce::calls::model::{Key, KeyState};
use woocommerce::calls::rest::{Hello, KeyChange};
use woocommerce::calls::rules::{self, Shown};
use woocommerce::inbox::model::{Batch, CustomerData, ReviewData, UserData};
use woocommerce::inbox::rules as inbox;
use woocommerce::pairing::model::{Acquaintance, Code, Introduction};
use woocommerce::refusals;
use woocommerce::transport::Answer;

const NOW: i64 = 1_800_000_000;
const ID: &str = "0123456789abcdef";
const SITE: &str = "0123456789abcdef0123456789abcdef";
const PATH: &str = "/cartwright/v1/events";
const SECRET: &str = "whsec-of-the-fuzzer";

fuzz_target!(|data: &[u8]| {
    let end = data.iter().position(|byte| *byte == b'\n').unwrap_or(data.len());
    let (line, body) = (&data[..end], data.get(end + 1..).unwrap_or_default());
    let text = String::from_utf8_lossy(line);
    codes(&text);
    calls(line, body);
    if let Ok(value) = serde_json::from_slice::<Value>(body) {
        announcements(&value);
    }
    answers(data, &text, body);
    gateway(&text, body);
    headers(line, &text);
});

/// A code that is read is written as it was, and is known to nobody who does not know its bytes.
fn codes(text: &str) {
    if let Ok(code) = Code::parse(text) {
        assert!(code.bytes.len() == 32 && !code.address.ends_with('/'), "{text:?} is no code");
        assert!(Code::parse(&code.text()).is_ok_and(|again| again == code), "{text:?} is read in two ways");
        let caller = Introduction {
            site: SITE.to_owned(),
            address: code.address.clone(),
            nonce: SITE.to_owned(),
            proof: text.to_owned(),
        };
        assert!(!code.is_known_to(&caller));
    }
    if let Ok((id, secret)) = rules::given_key(text) {
        assert!(rules::is_hex(&id, 16) && secret.len() == 32, "{text:?} is no key");
    }
}

/// The store's key, which whoever sends this does not have.
fn key() -> Key {
    let now = Moment::from_unix(NOW);
    Key {
        id: ID.to_owned(),
        secret: vec![7; 32],
        state: KeyState::Current,
        good_until: None,
        created_at: now,
    }
}

/// The five headers, by words of the line; a call is taken only as it was signed.
fn calls(line: &[u8], body: &[u8]) {
    let now = Moment::from_unix(NOW);
    let names = [rules::KEY, rules::SITE, rules::TIME, rules::NONCE, rules::SIGNATURE];
    let mut headers = HeaderMap::new();
    for (name, word) in names.into_iter().zip(line.split(|byte| *byte == b' ')) {
        if let Ok(value) = HeaderValue::from_bytes(word) {
            headers.insert(name, value);
        }
    }
    if let Ok(shown) = Shown::read(&headers) {
        let good = rules::signature(&key().secret, PATH, shown.time, &shown.nonce, &shown.site, body);
        let taken = rules::check(&shown, Some(&key()), SITE, now, PATH, body);
        assert!(taken.is_err() || (shown.signature == good && shown.site == SITE), "{shown:?} is nobody's");
        assert!(rules::check(&shown, None, SITE, now, PATH, body).is_err());
    }
    let signature = rules::signature(&key().secret, PATH, NOW, SITE, SITE, body);
    let mut shown =
        Shown { key: ID.to_owned(), site: SITE.to_owned(), time: NOW, nonce: SITE.to_owned(), signature };
    assert!(rules::check(&shown, Some(&key()), SITE, now, PATH, body).is_ok());
    assert!(rules::check(&shown, Some(&key()), SITE, now, PATH, &[body, b" "].concat()).is_err());
    shown.time = NOW + 1;
    assert!(
        rules::check(&shown, Some(&key()), SITE, now, PATH, body).is_err(),
        "another time, and still good"
    );
}

/// Every body that a signed call or a pairing may have.
fn announcements(value: &Value) {
    if let Ok(batch) = json::from_client::<Batch>(value.clone()) {
        for event in &batch.events {
            let subject = inbox::subject(event);
            assert!(subject.chars().count() <= 191, "{subject:?} is too long for its column");
            let order = event.name == "order" && inbox::problem(event).is_empty();
            assert!(!order || event.order_id > 0, "no order is named");
            let _ = inbox::said_at(event, Moment::from_unix(NOW));
            let _ = json::from_client::<ReviewData>(event.data.clone());
            let _ = json::from_client::<CustomerData>(event.data.clone());
            let _ = json::from_client::<UserData>(event.data.clone());
        }
    }
    let _ = json::from_client::<KeyChange>(value.clone());
    let _ = json::from_client::<Hello>(value.clone());
    let _ = json::from_client::<Introduction>(value.clone());
    let _ = json::from_client::<Acquaintance>(value.clone());
}

/// What is not a good answer is a fault of ours that says no more than it may.
fn answers(data: &[u8], text: &str, body: &[u8]) {
    let statuses = [200, 204, 302, 400, 401, 403, 404, 409, 422, 429, 500, 503];
    let status = statuses[usize::from(data.first().copied().unwrap_or_default()) % statuses.len()];
    let answer = Answer { status, location: text.to_owned(), body: body.to_vec().into() };
    match refusals::read("/cartwright/v1/host/place_order", &answer) {
        Ok(_) => assert!(status < 300, "{status} is no good answer"),
        Err(fault) => {
            assert!(matches!(fault.status(), 400 | 404 | 409 | 422 | 502), "{fault:?}");
            assert!(fault.message.chars().count() <= 700, "{fault:?} is long");
        }
    }
    let _ = refusals::code(&answer);
}

/// A call in the gateway's name is taken only with its signature, whatever the body.
fn gateway(text: &str, body: &[u8]) {
    let call = |signature: String| Webhook {
        headers: BTreeMap::from([(webhook::HEADER.to_owned(), signature)]),
        body: body.to_vec(),
        at: Moment::from_unix(NOW),
    };
    let signed = |time: i64| {
        let signed = [time.to_string().as_bytes(), b".", body].concat();
        format!("t={time},v1={}", kernel::hash::hmac_sha256(SECRET.as_bytes(), &signed))
    };
    let forged = webhook::read(SECRET, &call(text.to_owned()));
    let time = text.split(',').find_map(|part| part.strip_prefix("t=")).unwrap_or_default();
    let right = kernel::hash::hmac_sha256(SECRET.as_bytes(), &[time.as_bytes(), b".", body].concat());
    let is_signed = text.contains(&format!("v1={right}"));
    assert!(is_signed || forged.is_err_and(|fault| fault.status() == 401), "nobody signed {text:?}");
    match webhook::read(SECRET, &call(signed(NOW))) {
        Ok(key) => assert!(key.is_none_or(|key| !key.is_empty())),
        Err(fault) => assert!(fault.status() == 400, "signed, and refused: {fault:?}"),
    }
    for late in [NOW - webhook::TOLERANCE - 1, NOW + webhook::TOLERANCE + 1, i64::MIN, i64::MAX] {
        assert!(webhook::read(SECRET, &call(signed(late))).is_err_and(|fault| fault.status() == 401));
    }
}

/// Headers that any request may bring.
fn headers(line: &[u8], text: &str) {
    let mut headers = HeaderMap::new();
    for part in line.split(|byte| *byte == b'\r') {
        if let Ok(value) = HeaderValue::from_bytes(part) {
            headers.append(header::COOKIE, value.clone());
            headers.append(HeaderName::from_static("x-forwarded-for"), value);
        }
    }
    for (name, value) in cookies(&headers) {
        assert!(!name.contains(['=', ';']) && !value.contains(';'), "{name:?} is no cookie");
    }
    if let Some(address) = forwarded_for(&headers) {
        let last =
            headers.get_all("x-forwarded-for").iter().next_back().and_then(|value| value.to_str().ok());
        let last = last.and_then(|list| list.rsplit(',').next()).map(str::trim);
        assert!(
            last.is_some_and(|last| last.parse() == Ok(address)),
            "{address} is not what the proxy wrote"
        );
    }
    if let Some((trace, span)) = traceparent(text) {
        assert!(trace != 0 && span != 0 && text.is_ascii());
        let written = format!("-{trace:032x}-{span:016x}");
        assert!(text.to_ascii_lowercase()[2..].starts_with(&written), "{text:?} is read as {written}");
    }
}
