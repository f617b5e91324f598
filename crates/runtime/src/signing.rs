//! The installation's secret key: signs tokens, never leaves the process.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::Aead;
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use kernel::{Fault, Moment, hash};

/// At least 32 bytes that only this installation knows.
#[derive(Clone)]
pub struct SecretKey(std::sync::Arc<Vec<u8>>);

impl SecretKey {
    /// Takes the key's text; shorter than 32 characters is refused.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let text = text.trim();
        if text.len() < 32 {
            return Err(Fault::invalid(
                "CARTWRIGHT_SECRET_KEY",
                "The secret key needs at least 32 characters.",
            ));
        }
        Ok(Self(std::sync::Arc::new(text.as_bytes().to_vec())))
    }

    /// HMAC-SHA-256 of `message` for one purpose, so that a token of one kind never passes for another.
    #[must_use]
    pub fn sign(&self, purpose: &str, message: &str) -> String {
        let key = hash::hmac_sha256(&self.0, purpose.as_bytes());
        hash::hmac_sha256(key.as_bytes(), message.as_bytes())
    }

    /// 32 bytes for encrypting one kind of thing.
    #[must_use]
    pub fn derive(&self, purpose: &str) -> [u8; 32] {
        let digest = hash::hmac_sha256(&self.0, format!("derive:{purpose}").as_bytes());
        let mut key = [0_u8; 32];
        for (byte, pair) in key.iter_mut().zip(digest.as_bytes().chunks(2)) {
            *byte = std::str::from_utf8(pair)
                .ok()
                .and_then(|pair| u8::from_str_radix(pair, 16).ok())
                .unwrap_or(0);
        }
        key
    }

    /// `payload.expiry.signature`: readable, not forgeable, good until `expires`. The payload may hold
    /// `[A-Za-z0-9:_-]`.
    #[must_use]
    pub fn token(&self, purpose: &str, payload: &str, expires: Moment) -> String {
        let body = format!("{payload}.{}", expires.unix());
        let signature = self.sign(purpose, &body);
        format!("{body}.{}", &signature[..40])
    }

    /// The payload of a token that is whole and not past its time. A forged one is 403 `invalid_token`, one past its
    /// time 403 `expired_token`.
    pub fn open(&self, purpose: &str, token: &str, now: Moment) -> Result<String, Fault> {
        let forged =
            || Fault::new(kernel::FaultKind::Forbidden, "invalid_token", "This link or token is not valid.");
        let (body, signature) = token.rsplit_once('.').ok_or_else(forged)?;
        let (payload, expires) = body.rsplit_once('.').ok_or_else(forged)?;
        if !hash::same(&self.sign(purpose, body)[..40], signature) {
            return Err(forged());
        }
        let expires = expires.parse().map(Moment::from_unix).map_err(|_| forged())?;
        if expires < now {
            return Err(Fault::new(
                kernel::FaultKind::Forbidden,
                "expired_token",
                "This link or token has expired.",
            ));
        }
        Ok(payload.to_owned())
    }
}

/// The text under a key of [`SecretKey::derive`]: nonce and ciphertext in base64.
#[must_use]
pub fn seal(key: &[u8; 32], nonce: [u8; 24], text: &str) -> Option<String> {
    let cipher = XChaCha20Poly1305::new(key.into());
    let sealed = cipher.encrypt(&XNonce::from(nonce), text.as_bytes()).ok()?;
    Some(STANDARD.encode([nonce.as_slice(), &sealed].concat()))
}

/// The text again; `None` under another key.
#[must_use]
pub fn unseal(key: &[u8; 32], sealed: &str) -> Option<String> {
    let bytes = STANDARD.decode(sealed).ok()?;
    let (nonce, sealed) = bytes.split_at_checked(24)?;
    let nonce: [u8; 24] = nonce.try_into().ok()?;
    let text = XChaCha20Poly1305::new(key.into()).decrypt(&XNonce::from(nonce), sealed).ok()?;
    String::from_utf8(text).ok()
}

impl std::fmt::Debug for SecretKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("SecretKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_text_opens_under_its_own_key_only() {
        let sealed = seal(&[1; 32], [9; 24], "secret").unwrap();
        assert_eq!(unseal(&[1; 32], &sealed).unwrap(), "secret");
        assert!(unseal(&[2; 32], &sealed).is_none());
        assert!(unseal(&[1; 32], "rubbish").is_none());
    }
}
