//! Mail by SMTP.
//!
//! Invariants: a message's key is its Message-ID, so a repeat is recognisable; nothing of a mail can add a header line;
//! what may have been accepted is told as unknown, never as failed; passwords and addresses never reach a log.

mod letter;
#[cfg(test)]
mod tests;

use std::time::Duration;

use async_trait::async_trait;
use kernel::Fault;
use lettre::transport::smtp::Error;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};
use runtime::ports::{Mail, MailError, Mailer};

/// How long the server may take over one command.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Sends each message over a connection of its own.
pub struct SmtpMailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
}

impl SmtpMailer {
    /// From `smtp://user:password@host:587?tls=required` (STARTTLS; `tls=opportunistic` or none at all for a local
    /// relay) or `smtps://user:password@host:465`. A bad address is a 400 that never repeats it.
    pub fn from_url(url: &str) -> Result<Self, Fault> {
        let refused = || {
            Fault::invalid(
                "smtp_url",
                "Use an address such as smtps://user:password@mail.example.com:465 or \
                 smtp://user:password@mail.example.com:587?tls=required.",
            )
        };
        if !url.starts_with("smtp://") && !url.starts_with("smtps://") {
            return Err(refused());
        }
        let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(url).map_err(|_| refused())?;
        Ok(Self { transport: builder.timeout(Some(TIMEOUT)).build() })
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
        match self.transport.send(message).await {
            Ok(_) => Ok(()),
            Err(error) => Err(outcome(&error)),
        }
    }
}

/// Replies about the login, not about the letter: someone must mend the settings, and the letter can wait.
const LOGIN_REPLIES: [u16; 4] = [530, 534, 535, 538];

fn outcome(error: &Error) -> MailError {
    let code = error.status().map(u16::from);
    if error.is_permanent() && !code.is_some_and(|code| LOGIN_REPLIES.contains(&code)) {
        return MailError::Refused(described(code, "the mail server refused the message"));
    }
    if code.is_some() {
        return MailError::Down(described(code, "the mail server cannot take the message now"));
    }
    // Before the connection stands, or when the settings and the server do not fit, nothing can have been accepted.
    if error.is_client() || error.is_tls() || is_connection(error) {
        return MailError::Down("the mail server cannot be reached".to_owned());
    }
    MailError::Unknown("the connection to the mail server was lost".to_owned())
}

/// The library has no question for this kind, only its name.
fn is_connection(error: &Error) -> bool {
    error.to_string().starts_with("Connection error")
}

/// The server's own words may repeat the address: only the number is kept.
fn described(code: Option<u16>, text: &str) -> String {
    code.map_or_else(|| text.to_owned(), |code| format!("{text} ({code})"))
}
