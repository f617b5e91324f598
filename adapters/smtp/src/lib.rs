//! Mail by SMTP.
//!
//! Invariants: a message's key is its Message-ID, so a repeat is recognisable; nothing of a mail can add a header line;
//! what may have been accepted is told as unknown, never as failed, and what cannot have been, as not accepted; no server
//! holds a mail up beyond a bound; passwords and addresses never reach a log.

mod address;
mod conversation;
mod letter;
mod outcome;
#[cfg(test)]
mod tests;

use std::time::Duration;

use async_trait::async_trait;
use kernel::Fault;
use runtime::ports::{Mail, MailError, Mailer};

use address::Server;

/// How long the server may take.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// Over the connection, and over each command.
    pub command: Duration,
    /// Over a mail altogether.
    pub mail: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { command: Duration::from_secs(30), mail: Duration::from_mins(2) }
    }
}

/// Sends each message over a connection of its own.
pub struct SmtpMailer {
    server: Server,
    patience: Patience,
}

impl SmtpMailer {
    /// From `smtp://user:password@host:587?tls=required` (STARTTLS; `tls=opportunistic` or none at all for a local
    /// relay) or `smtps://user:password@host:465`. A bad address is a 400 that never repeats it.
    pub fn from_url(url: &str) -> Result<Self, Fault> {
        Ok(Self { server: Server::parse(url)?, patience: Patience::default() })
    }

    /// The same with another patience.
    #[must_use]
    pub fn with_patience(mut self, patience: Patience) -> Self {
        self.patience = patience;
        self
    }
}

impl std::fmt::Debug for SmtpMailer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("SmtpMailer(…)")
    }
}

#[async_trait]
impl Mailer for SmtpMailer {
    fn name(&self) -> &'static str {
        "smtp"
    }

    async fn send(&self, mail: &Mail) -> Result<(), MailError> {
        let message = letter::build(mail)?;
        conversation::send(&self.server, self.patience, message.envelope(), &message.formatted()).await
    }
}
