//! Time and chance come in from outside, so that a seeded simulation can hold both.

use crate::time::Moment;

/// What time it is. Only `adapters/system` reads the machine's clock.
pub trait Clock: Send + Sync + 'static {
    /// Now.
    fn now(&self) -> Moment;
}

/// Where chance comes from. Only `adapters/system` asks the machine for it.
pub trait Entropy: Send + Sync + 'static {
    /// Fills the buffer with bytes nobody can guess.
    fn fill(&self, buffer: &mut [u8]);
}

/// Small letters and digits that nobody mistakes for one another.
pub const SMALL: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
/// Capitals and digits that nobody mistakes for one another.
pub const CAPITALS: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

impl dyn Entropy {
    /// A code of `length` characters for people to read and type, five random bits each. The alphabets are [`SMALL`] and
    /// [`CAPITALS`].
    #[must_use]
    pub fn code(&self, alphabet: &[u8; 32], length: usize) -> String {
        let mut bytes = vec![0_u8; length];
        self.fill(&mut bytes);
        bytes.iter().map(|byte| char::from(alphabet[usize::from(byte % 32)])).collect()
    }

    /// `length` characters of `[A-Za-z0-9]`, without bias.
    #[must_use]
    pub fn alphanumeric(&self, length: usize) -> String {
        const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        let mut text = String::with_capacity(length);
        let mut buffer = [0_u8; 64];
        while text.len() < length {
            self.fill(&mut buffer);
            for byte in buffer.iter().filter(|byte| **byte < 248) {
                if text.len() < length {
                    text.push(char::from(ALPHABET[usize::from(byte % 62)]));
                }
            }
        }
        text
    }

    /// `bytes` random bytes as lower-case hex.
    #[must_use]
    pub fn hex(&self, bytes: usize) -> String {
        let mut buffer = vec![0_u8; bytes];
        self.fill(&mut buffer);
        crate::hash::hex(&buffer)
    }

    /// A version 7 UUID for `now`: sorts by time, unique by chance.
    #[must_use]
    pub fn uuid(&self, now: Moment) -> String {
        let mut random = [0_u8; 10];
        self.fill(&mut random);
        let millis = u64::try_from(now.unix()).unwrap_or(0) * 1000;
        uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid().to_string()
    }
}
