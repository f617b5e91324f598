//! Signatures, clocks, keys and sites.

use kernel::Moment;

use super::model::{Key, KeyState};
use super::rules::{self, Shown};

const NOW: Moment = Moment::from_unix(1_795_262_400);
const PATH: &str = "/cartwright/v1/events";

fn key(state: KeyState) -> Key {
    Key {
        id: "0123456789abcdef".to_owned(),
        secret: (0..32).collect(),
        state,
        good_until: (state == KeyState::Previous).then(|| NOW.plus_seconds(600)),
        created_at: NOW,
    }
}

fn shown(time: i64, body: &[u8]) -> Shown {
    let (nonce, site) = ("00112233445566778899aabbccddeeff".to_owned(), "f".repeat(32));
    let signature = rules::signature(&key(KeyState::Current).secret, PATH, time, &nonce, &site, body);
    Shown { key: "0123456789abcdef".to_owned(), site, time, nonce, signature }
}

fn code(shown: &Shown, key: Option<&Key>, site: &str, now: Moment, body: &[u8]) -> &'static str {
    rules::check(shown, key, site, now, PATH, body).err().map_or("taken", |fault| fault.code)
}

/// The same numbers stand in the plugin's tests.
#[test]
fn the_signature_is_the_one_of_the_contract() {
    let signature = shown(NOW.unix(), b"{}").signature;
    let lines = "POST\n/cartwright/v1/events\n1795262400\n00112233445566778899aabbccddeeff\n\
                 ffffffffffffffffffffffffffffffff\n\
                 44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
    let secret: Vec<u8> = (0..32).collect();
    assert_eq!(signature, kernel::hash::hmac_sha256(&secret, lines.as_bytes()));
}

#[test]
fn each_refusal_names_its_reason() {
    let (good, current) = (shown(NOW.unix(), b"{}"), key(KeyState::Current));
    let site = "f".repeat(32);
    assert_eq!(code(&good, Some(&current), &site, NOW, b"{}"), "taken");
    assert_eq!(
        code(&good, Some(&current), "", NOW, b"{}"),
        "taken",
        "the first word of a store given by its key"
    );
    assert_eq!(code(&good, Some(&current), &"e".repeat(32), NOW, b"{}"), "cartwright_site");
    assert_eq!(code(&good, Some(&current), &site, NOW, b"{ }"), "cartwright_signature");
    assert_eq!(code(&good, None, &site, NOW, b"{}"), "cartwright_key");
    assert_eq!(code(&good, Some(&key(KeyState::Revoked)), &site, NOW, b"{}"), "cartwright_key");
    for (seconds, expected) in
        [(-300, "taken"), (300, "taken"), (-301, "cartwright_clock"), (301, "cartwright_clock")]
    {
        let off = shown(NOW.unix() + seconds, b"{}");
        assert_eq!(code(&off, Some(&current), &site, NOW, b"{}"), expected, "{seconds} seconds off");
    }
    let elsewhere = Shown { site: "e".repeat(32), ..good };
    assert_eq!(
        code(&elsewhere, Some(&current), &site, NOW, b"{}"),
        "cartwright_signature",
        "the site is signed"
    );
}

#[test]
fn a_rotated_key_is_good_for_ten_more_minutes() {
    let previous = key(KeyState::Previous);
    for (seconds, good) in [(0, true), (600, true), (601, false)] {
        assert_eq!(rules::is_good(&previous, NOW.plus_seconds(seconds)), good);
    }
}

#[test]
fn a_given_key_is_read_or_refused_with_the_remedy() {
    let text = format!("0123456789abcdef:{}", "0f".repeat(32));
    assert_eq!(rules::given_key(&text).unwrap().1, vec![15; 32]);
    for wrong in ["", "0123456789abcdef", "0123456789abcdef:00", "xyz:00", &text[1..]] {
        assert!(rules::given_key(wrong).unwrap_err().params.contains_key("CARTWRIGHT_WORDPRESS_KEY"));
    }
}
