//! WooCommerce's one-legged OAuth 1.0a.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// RFC 3986's unreserved characters stay as they are.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
/// Seconds that a signature's time may be off, as in WooCommerce.
pub const SIGNATURE_SECONDS: i64 = 15 * 60;

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// The text that is signed: method, address and sorted parameters. The last of a repeated parameter counts, since
/// WooCommerce's Python client sends its parameters twice.
#[must_use]
pub fn signature_base(method: &str, url: &str, query: &[(String, String)]) -> String {
    let mut last: std::collections::BTreeMap<String, String> = std::collections::BTreeMap::new();
    for (name, value) in query.iter().filter(|(name, _)| name != "oauth_signature") {
        last.insert(encoded(name), encoded(value));
    }
    let joined = last.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&");
    format!("{}&{}&{}", method.to_ascii_uppercase(), encoded(url), encoded(&joined))
}

/// The base64 signature under `secret&`, by `HMAC-SHA256` or `HMAC-SHA1`; `None` for any other method.
#[must_use]
pub fn signature(method_name: &str, secret: &str, base: &str) -> Option<String> {
    let key = format!("{}&", encoded(secret));
    match method_name {
        "HMAC-SHA256" => {
            let mut mac = Hmac::<sha2::Sha256>::new_from_slice(key.as_bytes()).ok()?;
            mac.update(base.as_bytes());
            Some(STANDARD.encode(mac.finalize().into_bytes()))
        }
        "HMAC-SHA1" => {
            let mut mac = Hmac::<sha1::Sha1>::new_from_slice(key.as_bytes()).ok()?;
            mac.update(base.as_bytes());
            Some(STANDARD.encode(mac.finalize().into_bytes()))
        }
        _ => None,
    }
}
