//! What is signed and how; nothing here reads a clock or a table.

use http::HeaderMap;
use kernel::{Fault, FaultKind, Moment, hash};

use super::model::{Key, KeyState};

/// The key's id.
pub const KEY: &str = "x-cartwright-key";
/// The store's id.
pub const SITE: &str = "x-cartwright-site";
/// Seconds since 1970.
pub const TIME: &str = "x-cartwright-time";
/// 32 hexadecimal digits, used once.
pub const NONCE: &str = "x-cartwright-nonce";
/// The signature.
pub const SIGNATURE: &str = "x-cartwright-signature";

/// Seconds that the two clocks may differ.
pub const CLOCK_SECONDS: i64 = 300;
/// Seconds for which a nonce is remembered: longer than a call of either clock is good.
pub const NONCE_SECONDS: i64 = 600;
/// Seconds for which a key that was rotated away is good for what comes in.
pub const OVERLAP_SECONDS: i64 = 600;

/// What a call says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Key id.
    pub key: String,
    /// The store's id.
    pub site: String,
    /// Seconds since 1970.
    pub time: i64,
    /// Used once.
    pub nonce: String,
    /// Hexadecimal.
    pub signature: String,
}

/// 401 with a code that names the reason.
#[must_use]
pub fn refused(code: &'static str, message: &str) -> Fault {
    Fault::new(FaultKind::Unauthenticated, code, message)
}

/// No signature, or not the right one.
#[must_use]
pub fn wrong_signature() -> Fault {
    refused("cartwright_signature", "The call is not signed, or was altered on its way.")
}

/// No such key, or one that is not good any more.
#[must_use]
pub fn wrong_key() -> Fault {
    refused("cartwright_key", "The key is not known or was revoked. Pair the store and this server anew.")
}

/// Another store than the paired one.
#[must_use]
pub fn wrong_site() -> Fault {
    refused(
        "cartwright_site",
        "This server is paired with another store, or the store was copied. Pair this one on a server of its own.",
    )
}

impl Shown {
    /// From a call's headers; what is missing or of the wrong shape counts as unsigned.
    pub fn read(headers: &HeaderMap) -> Result<Self, Fault> {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let shown = Self {
            key: text(KEY).to_owned(),
            site: text(SITE).to_owned(),
            time: text(TIME).parse().map_err(|_| wrong_signature())?,
            nonce: text(NONCE).to_owned(),
            signature: text(SIGNATURE).to_owned(),
        };
        let whole = is_hex(&shown.key, 16)
            && is_hex(&shown.site, 32)
            && is_hex(&shown.nonce, 32)
            && is_hex(&shown.signature, 64);
        if whole { Ok(shown) } else { Err(wrong_signature()) }
    }
}

/// So many lower-case hexadecimal digits?
#[must_use]
pub fn is_hex(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

/// The signature of a call. `path` begins with the namespace: `/cartwright/v1/events`.
#[must_use]
pub fn signature(secret: &[u8], path: &str, time: i64, nonce: &str, site: &str, body: &[u8]) -> String {
    let lines = format!("POST\n{path}\n{time}\n{nonce}\n{site}\n{}", hash::sha256(body));
    hash::hmac_sha256(secret, lines.as_bytes())
}

/// Is the key good for what comes in?
#[must_use]
pub fn is_good(key: &Key, now: Moment) -> bool {
    match key.state {
        KeyState::Current | KeyState::Next => true,
        KeyState::Previous => key.good_until.is_some_and(|until| now <= until),
        KeyState::Revoked => false,
    }
}

/// Checks a call against the key it names and the paired store's id (empty while the store has not said it). Whether the
/// nonce is fresh is the table's to say.
pub fn check(
    shown: &Shown,
    key: Option<&Key>,
    site: &str,
    now: Moment,
    path: &str,
    body: &[u8],
) -> Result<(), Fault> {
    let key = key.filter(|key| is_good(key, now)).ok_or_else(wrong_key)?;
    if (now.unix().saturating_sub(shown.time)).saturating_abs() > CLOCK_SECONDS {
        return Err(refused(
            "cartwright_clock",
            "The call is more than five minutes old, or one of the two clocks is wrong. Set both by a time server.",
        ));
    }
    let expected = signature(&key.secret, path, shown.time, &shown.nonce, &shown.site, body);
    if !hash::same(&expected, &shown.signature) {
        return Err(wrong_signature());
    }
    if site.is_empty() || site == shown.site { Ok(()) } else { Err(wrong_site()) }
}

/// The secret of the next key: it never travels.
#[must_use]
pub fn rotated(secret: &[u8], nonce: &str, id: &str) -> Vec<u8> {
    derived(secret, &format!("rotate\n{nonce}\n{id}"))
}

/// 32 bytes: HMAC-SHA-256 of a text under a key.
#[must_use]
pub fn derived(secret: &[u8], text: &str) -> Vec<u8> {
    hash::unhex(&hash::hmac_sha256(secret, text.as_bytes())).unwrap_or_default()
}

/// `key id:64 hex digits`, as the configuration gives a key.
pub fn given_key(text: &str) -> Result<(String, Vec<u8>), Fault> {
    let (id, secret) = text.trim().split_once(':').unwrap_or_default();
    let secret = hash::unhex(secret).filter(|secret| secret.len() == 32);
    match secret {
        Some(secret) if is_hex(id, 16) => Ok((id.to_owned(), secret)),
        _ => Err(Fault::invalid(
            "CARTWRIGHT_WORDPRESS_KEY",
            "Give 16 hexadecimal digits, a colon and 64 hexadecimal digits, the same as in wp-config.php.",
        )),
    }
}
