//! Codes, proofs and the key they lead to.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::{Fault, FaultKind, hash};

use super::model::{Acquaintance, Code, Introduction};
use crate::calls::rules::{derived, is_hex};

/// Seconds for which a code is good.
pub const CODE_SECONDS: i64 = 900;
/// After so many wrong codes nobody can pair for [`CODE_SECONDS`].
pub const WRONG_ALLOWED: i64 = 10;

impl Code {
    /// As it is shown and typed.
    #[must_use]
    pub fn text(&self) -> String {
        format!("cw1.{}.{}", URL_SAFE_NO_PAD.encode(&self.address), URL_SAFE_NO_PAD.encode(&self.bytes))
    }

    /// What was typed or pasted, with blanks and line breaks around or within it.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let text: String = text.chars().filter(|character| !character.is_whitespace()).collect();
        let mut parts = text.split('.');
        let decoded = |part: Option<&str>| URL_SAFE_NO_PAD.decode(part.unwrap_or_default()).ok();
        let (name, address, bytes) = (parts.next(), decoded(parts.next()), decoded(parts.next()));
        let address = address.and_then(|bytes| String::from_utf8(bytes).ok());
        match (name, address, bytes, parts.next()) {
            (Some("cw1"), Some(address), Some(bytes), None) if bytes.len() == 32 => {
                Ok(Self { address: address.trim_end_matches('/').to_owned(), bytes })
            }
            _ => Err(Fault::invalid("code", "Copy the whole code from the store, from cw1. to its end.")),
        }
    }

    fn hmac(&self, text: &str) -> String {
        hash::hmac_sha256(&self.bytes, text.as_bytes())
    }

    /// That the caller knows the code.
    #[must_use]
    pub fn proof(&self, site: &str, address: &str, nonce: &str) -> String {
        self.hmac(&format!("pair\n{site}\n{address}\n{nonce}"))
    }

    /// That the side which answers knows it.
    #[must_use]
    pub fn answer(&self, caller_nonce: &str, own_nonce: &str, key: &str, site: &str) -> String {
        self.hmac(&format!("paired\n{caller_nonce}\n{own_nonce}\n{key}\n{site}"))
    }

    /// The secret of the key that both sides come to.
    #[must_use]
    pub fn secret(&self, caller_nonce: &str, own_nonce: &str, key: &str) -> Vec<u8> {
        derived(&self.bytes, &format!("secret\n{caller_nonce}\n{own_nonce}\n{key}"))
    }

    /// Does whoever introduces himself know this code?
    #[must_use]
    pub fn is_known_to(&self, caller: &Introduction) -> bool {
        hash::same(&self.proof(&caller.site, &caller.address, &caller.nonce), &caller.proof)
    }

    /// Does whoever answers know this code?
    #[must_use]
    pub fn is_answered_by(&self, caller_nonce: &str, answer: &Acquaintance) -> bool {
        let expected = self.answer(caller_nonce, &answer.nonce, &answer.key, &answer.site);
        is_hex(&answer.key, 16) && is_hex(&answer.site, 32) && hash::same(&expected, &answer.proof)
    }
}

/// 403: no such code, or one that was used or is too old.
#[must_use]
pub fn wrong_code() -> Fault {
    Fault::new(
        FaultKind::Forbidden,
        "cartwright_code",
        "This code is not good, or not any more. Make a new one where you made this, and type it within a quarter of an hour.",
    )
}

/// 409: the server serves another store.
#[must_use]
pub fn other_store(address: &str) -> Fault {
    Fault::conflict(
        "cartwright_other_store",
        format!(
            "This server serves the store{} already. Disconnect that one first, or run a server of its own for this one.",
            if address.is_empty() { String::new() } else { format!(" at {address}") }
        ),
    )
}
