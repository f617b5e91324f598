//! Where mail goes.

use async_trait::async_trait;

/// A message, ready to send.
#[derive(Debug, Clone, Default)]
pub struct Mail {
    /// Unique and stable: `key@host` becomes the Message-ID, so a repeat is recognisable.
    pub key: String,
    /// Sender address.
    pub from: String,
    /// Sender name.
    pub from_name: String,
    /// Recipient.
    pub to: String,
    /// Subject, one line.
    pub subject: String,
    /// Plain-text part.
    pub text: String,
    /// HTML part.
    pub html: String,
    /// Further headers, such as `List-Unsubscribe`.
    pub headers: Vec<(String, String)>,
}

/// Why a message did not go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MailError {
    /// The message is refused for good. Nothing is known against the address.
    Refused(String),
    /// Nobody has this address: it is not written to again.
    NoMailbox(String),
    /// The server refuses this shop (5xx before any recipient was named, a login, a relay it does not allow): nothing was
    /// accepted, the owner must mend something, and the message can wait.
    Misconfigured(String),
    /// Not now (4xx, no connection): nothing was accepted, try again later.
    Down(String),
    /// The connection was lost after the message was handed over: it may have gone.
    Unknown(String),
}

/// Sends mail.
#[async_trait]
pub trait Mailer: Send + Sync + 'static {
    /// `smtp` or `outbox`.
    fn name(&self) -> &'static str;
    /// Sends; `Ok` once the next server has taken responsibility.
    async fn send(&self, mail: &Mail) -> Result<(), MailError>;
}
