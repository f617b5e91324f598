//! One conversation with a mail server: each stage by itself, so that what goes wrong is known by where it went wrong.

use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use lettre::address::Envelope;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::Mechanism;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{Extension, MailBodyParameter, MailParameter};
use runtime::ports::MailError;

use crate::Patience;
use crate::address::{Security, Server};
use crate::outcome::{Stage, Trouble, fate};

/// How long a server may take over the farewell, which changes nothing any more.
const FAREWELL: Duration = Duration::from_secs(2);

/// Hands a message over; `Ok` once the server has taken responsibility.
pub(crate) async fn send(
    server: &Server,
    patience: Patience,
    envelope: &Envelope,
    message: &[u8],
) -> Result<(), MailError> {
    let ended = AtomicBool::new(false);
    let talk = Talk { patience, ended: &ended };
    match tokio::time::timeout(patience.mail, talk.through(server, envelope, message)).await {
        Ok(outcome) => outcome,
        Err(_) => Err(talk.fate(Stage::Message, &Trouble::Late)),
    }
}

struct Talk<'a> {
    patience: Patience,
    /// The final dot may have reached the server: from here on nobody knows before it answers.
    ended: &'a AtomicBool,
}

impl Talk<'_> {
    async fn through(&self, server: &Server, envelope: &Envelope, message: &[u8]) -> Result<(), MailError> {
        let mut connection = self.connected(server).await?;
        let outcome = self.handed_over(&mut connection, envelope, message).await;
        // Whatever it says to that, the mail's fate is known.
        let _ = tokio::time::timeout(FAREWELL.min(self.patience.command), connection.abort()).await;
        outcome
    }

    async fn connected(&self, server: &Server) -> Result<AsyncSmtpConnection, MailError> {
        let wrapped = match &server.security {
            Security::Wrapped(parameters) => Some(parameters.clone()),
            _ => None,
        };
        let place = (server.host.as_str(), server.port);
        let timeout = Some(self.patience.command);
        let connecting = AsyncSmtpConnection::connect_tokio1(place, timeout, &server.hello, wrapped, None);
        let mut connection = self.step(Stage::Greeting, connecting).await?;
        match &server.security {
            Security::Required(parameters) => {
                self.step(Stage::Greeting, connection.starttls(parameters.clone(), &server.hello)).await?;
            }
            Security::Opportunistic(parameters) if connection.can_starttls() => {
                self.step(Stage::Greeting, connection.starttls(parameters.clone(), &server.hello)).await?;
            }
            _ => {}
        }
        if let Some(credentials) = &server.credentials {
            let mechanisms = [Mechanism::Plain, Mechanism::Login];
            self.step(Stage::Login, connection.auth(&mechanisms, credentials)).await?;
        }
        Ok(connection)
    }

    async fn handed_over(
        &self,
        connection: &mut AsyncSmtpConnection,
        envelope: &Envelope,
        message: &[u8],
    ) -> Result<(), MailError> {
        let info = connection.server_info();
        let mut options = Vec::new();
        let beyond_ascii = |address: &lettre::Address| !address.to_string().is_ascii();
        if envelope.from().is_some_and(beyond_ascii) || envelope.to().iter().any(beyond_ascii) {
            if !info.supports_feature(Extension::SmtpUtfEight) {
                return Err(MailError::Refused("the mail server takes no addresses beyond ASCII".to_owned()));
            }
            options.push(MailParameter::SmtpUtfEight);
        }
        if !message.is_ascii() && info.supports_feature(Extension::EightBitMime) {
            options.push(MailParameter::Body(MailBodyParameter::EightBitMime));
        }
        let from = Mail::new(envelope.from().cloned(), options);
        self.step(Stage::Sender, connection.command(from)).await?;
        for to in envelope.to() {
            self.step(Stage::Recipient, connection.command(Rcpt::new(to.clone(), Vec::new()))).await?;
        }
        self.step(Stage::Message, connection.command(Data)).await?;
        // The iterator's end is what stands directly before the final dot.
        let parts = std::iter::once(message).chain(std::iter::from_fn(|| {
            self.ended.store(true, Ordering::Relaxed);
            None
        }));
        self.step(Stage::Message, connection.message_iter(parts)).await.map(drop)
    }

    async fn step<T>(
        &self,
        stage: Stage,
        step: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, MailError> {
        match tokio::time::timeout(self.patience.command, step).await {
            Ok(Ok(done)) => Ok(done),
            Ok(Err(error)) => Err(self.fate(stage, &Trouble::of(&error))),
            Err(_) => Err(self.fate(stage, &Trouble::Late)),
        }
    }

    fn fate(&self, stage: Stage, trouble: &Trouble) -> MailError {
        fate(stage, self.ended.load(Ordering::Relaxed), trouble)
    }
}
