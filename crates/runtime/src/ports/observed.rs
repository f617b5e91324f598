//! Gateways and the mailer with somebody beside them who counts, times and writes the log.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use kernel::{Fault, Money};
use telemetry::{Role, Span};

use super::gateway::{Gateway, GatewayCharge, GatewayCommand, GatewayError, Webhook};
use super::mailer::{Mail, MailError, Mailer};
use crate::figures::Calls;

/// A call that is being made. One that nobody waits for any more is counted as `dropped`.
struct Ongoing<'a> {
    calls: &'a Calls,
    started: Instant,
    outcome: &'static str,
    span: Span,
}

impl<'a> Ongoing<'a> {
    fn start(calls: &'a Calls, name: &str) -> Self {
        Self { calls, started: Instant::now(), outcome: "dropped", span: Span::start(name, Role::Client) }
    }

    fn ends(&mut self, outcome: &'static str) {
        self.outcome = outcome;
    }
}

impl Drop for Ongoing<'_> {
    fn drop(&mut self) {
        let outcome = self.outcome;
        self.calls.ended(outcome, self.started.elapsed());
        self.span.tell("outcome", || outcome);
        if matches!(outcome, "unknown" | "down" | "refused" | "dropped") {
            self.span.fail();
        }
    }
}

fn error_word(error: &GatewayError) -> &'static str {
    match error {
        GatewayError::Declined { .. } => "declined",
        GatewayError::Unknown(_) => "unknown",
        GatewayError::Refused(_) => "refused",
        GatewayError::Down(_) => "down",
    }
}

fn charge_word(answer: &Result<GatewayCharge, GatewayError>) -> &'static str {
    match answer {
        Ok(GatewayCharge::Succeeded { .. }) => "succeeded",
        Ok(GatewayCharge::RequiresAction { .. }) => "requires_action",
        Err(error) => error_word(error),
    }
}

/// A gateway, watched.
pub(crate) struct ObservedGateway {
    pub(crate) inner: Arc<dyn Gateway>,
    pub(crate) calls: Arc<BTreeMap<&'static str, Calls>>,
}

impl ObservedGateway {
    /// Makes one call; `word` says how it ended. A gateway's own words never reach the log: they may name a person.
    async fn watched<T>(
        &self,
        operation: &'static str,
        call: impl Future<Output = T> + Send,
        word: impl Fn(&T) -> &'static str + Send,
    ) -> T {
        let Some(calls) = self.calls.get(operation) else { return call.await };
        let mut ongoing = Ongoing::start(calls, &format!("gateway {operation}"));
        let gateway = self.inner.id();
        ongoing.span.tell("gateway", || gateway);
        let here = ongoing.span.here();
        let answer = telemetry::within(here.or_else(telemetry::current), call).await;
        let outcome = word(&answer);
        ongoing.ends(outcome);
        let milliseconds = u64::try_from(ongoing.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        if matches!(outcome, "unknown" | "down" | "refused") {
            tracing::warn!(
                gateway,
                operation,
                outcome,
                milliseconds,
                "a gateway did not answer as it should"
            );
        } else {
            tracing::info!(gateway, operation, outcome, milliseconds, "a gateway answered");
        }
        answer
    }
}

#[async_trait]
impl Gateway for ObservedGateway {
    fn id(&self) -> &'static str {
        self.inner.id()
    }
    fn title(&self) -> &'static str {
        self.inner.title()
    }
    fn one_click(&self) -> bool {
        self.inner.one_click()
    }
    async fn charge(&self, command: &GatewayCommand) -> Result<GatewayCharge, GatewayError> {
        self.watched("charge", self.inner.charge(command), charge_word).await
    }
    async fn look_up(&self, key: &str) -> Result<Option<Result<GatewayCharge, GatewayError>>, GatewayError> {
        let word = |answer: &Result<Option<Result<GatewayCharge, GatewayError>>, GatewayError>| match answer {
            Ok(Some(charge)) => charge_word(charge),
            Ok(None) => "none",
            Err(error) => error_word(error),
        };
        self.watched("look_up", self.inner.look_up(key), word).await
    }
    async fn refund(&self, key: &str, transaction_id: &str, amount: Money) -> Result<String, GatewayError> {
        let word =
            |answer: &Result<String, GatewayError>| answer.as_ref().err().map_or("succeeded", error_word);
        self.watched("refund", self.inner.refund(key, transaction_id, amount), word).await
    }
    async fn answer_challenge(
        &self,
        transaction_id: &str,
        approve: bool,
    ) -> Result<GatewayCharge, GatewayError> {
        let call = self.inner.answer_challenge(transaction_id, approve);
        self.watched("answer_challenge", call, charge_word).await
    }

    fn read_webhook(&self, webhook: &Webhook) -> Result<Option<String>, Fault> {
        self.inner.read_webhook(webhook)
    }
}

/// A mailer, watched.
pub(crate) struct ObservedMailer {
    pub(crate) inner: Arc<dyn Mailer>,
    pub(crate) calls: Arc<Calls>,
}

#[async_trait]
impl Mailer for ObservedMailer {
    fn name(&self) -> &'static str {
        self.inner.name()
    }

    async fn send(&self, mail: &Mail) -> Result<(), MailError> {
        let mut ongoing = Ongoing::start(&self.calls, "mail send");
        let here = ongoing.span.here();
        let answer = telemetry::within(here.or_else(telemetry::current), self.inner.send(mail)).await;
        let outcome = match &answer {
            Ok(()) => "sent",
            Err(MailError::Refused(_)) => "refused",
            Err(MailError::NoMailbox(_)) => "no_mailbox",
            Err(MailError::Misconfigured(_)) => "misconfigured",
            Err(MailError::Down(_)) => "down",
            Err(MailError::Unknown(_)) => "unknown",
        };
        ongoing.ends(outcome);
        if outcome == "sent" {
            tracing::info!(mailer = self.inner.name(), key = mail.key, "a mail went out");
        } else {
            tracing::warn!(mailer = self.inner.name(), key = mail.key, outcome, "a mail did not go out");
        }
        answer
    }
}
