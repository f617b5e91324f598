//! Sequences, runs and messages.

use kernel::contracts::ocart::RunRecord;
use kernel::ids::{CartId, OrderId, RunId, SequenceId};
use kernel::{Amount, Currency, Moment, Money};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Nothing has been sent yet.
pub(crate) const PENDING: &str = "pending";
/// Something has been sent.
pub(crate) const RUNNING: &str = "running";
/// Its last step has gone, or will not go.
pub(crate) const COMPLETED: &str = "completed";
/// Ended in an order.
pub(crate) const CONVERTED: &str = "converted";
/// Ended without one.
pub(crate) const STOPPED: &str = "stopped";

/// A step of a sequence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SequenceStep {
    /// `email`.
    pub channel: String,
    /// Minutes after the trigger.
    pub delay_min: i64,
    /// `cart_nudge_1`, `cart_nudge_2` or `cart_nudge_3`.
    pub template: String,
}

/// A row of `ocart_recovery_sequences`.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Sequence {
    /// Row.
    pub id: SequenceId,
    /// Name for owners.
    pub name: String,
    /// `cart_abandoned`.
    pub trigger_type: String,
    /// Steps in order.
    pub steps: Vec<SequenceStep>,
    /// `active` or `paused`.
    pub status: String,
    /// Made at.
    pub created_at: Moment,
    /// Changed at.
    pub updated_at: Moment,
}

/// A row of `ocart_recovery_runs`.
#[derive(Debug, Clone)]
pub(crate) struct Run {
    pub(crate) id: RunId,
    pub(crate) cart_id: CartId,
    pub(crate) session_id: i64,
    pub(crate) sequence_id: SequenceId,
    pub(crate) current_step: i64,
    pub(crate) status: String,
    pub(crate) stop_reason: String,
    pub(crate) revenue: Money,
    pub(crate) order_id: OrderId,
    pub(crate) started_at: Moment,
    pub(crate) updated_at: Moment,
}

impl Run {
    /// As hooks carry it.
    pub(crate) fn record(&self) -> RunRecord {
        RunRecord {
            id: self.id,
            cart_id: self.cart_id,
            sequence_id: self.sequence_id,
            current_step: self.current_step,
            status: self.status.clone(),
        }
    }
}

/// A run as REST and the command line show it.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct RunRow {
    /// Row.
    pub id: RunId,
    /// The cart.
    pub cart_id: CartId,
    /// The CartBay session.
    pub session_id: i64,
    /// The sequence.
    pub sequence_id: SequenceId,
    /// Zero-based step that is next.
    pub current_step: i64,
    /// `pending`, `running`, `completed`, `converted`, `stopped`.
    pub status: String,
    /// `ordered`, `unsubscribed`, `manual`, …, or empty.
    pub stop_reason: String,
    /// Revenue attributed, net of refunds.
    pub revenue_recovered: Amount,
    /// Its currency.
    pub currency: Currency,
    /// The order that ended it, or 0.
    pub order_id: OrderId,
    /// Begun at.
    pub started_at: Moment,
    /// Changed at.
    pub updated_at: Moment,
}

impl From<&Run> for RunRow {
    fn from(run: &Run) -> Self {
        Self {
            id: run.id,
            cart_id: run.cart_id,
            session_id: run.session_id,
            sequence_id: run.sequence_id,
            current_step: run.current_step,
            status: run.status.clone(),
            stop_reason: run.stop_reason.clone(),
            revenue_recovered: run.revenue.amount(),
            currency: run.revenue.currency(),
            order_id: run.order_id,
            started_at: run.started_at,
            updated_at: run.updated_at,
        }
    }
}

/// Waits for its time.
pub(crate) const QUEUED: &str = "queued";
/// The shopper is active again: waits for another abandonment.
pub(crate) const PAUSED: &str = "paused";
/// Being sent.
pub(crate) const CLAIMED: &str = "claimed";
/// The next server has it.
pub(crate) const SENT: &str = "sent";
/// Refused for good, or tried often enough.
pub(crate) const FAILED: &str = "failed";
/// It may have gone; it is not sent again.
pub(crate) const UNKNOWN: &str = "unknown";
/// Will not be sent.
pub(crate) const CANCELED: &str = "canceled";

/// A row of `cartwright_messages`.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    pub(crate) id: i64,
    pub(crate) run_id: RunId,
    pub(crate) session_id: i64,
    pub(crate) step: i64,
    pub(crate) channel: String,
    pub(crate) template: String,
    pub(crate) state: String,
    pub(crate) key: String,
    pub(crate) email_hash: String,
    pub(crate) recipient_mask: String,
    pub(crate) subject: String,
    pub(crate) attempts: i64,
    pub(crate) due_at: Moment,
    /// When it was meant to go, however often it was tried since.
    pub(crate) planned_at: Moment,
    /// It went to the owner's test address: it counts for nothing.
    pub(crate) test_mode: bool,
    pub(crate) sent_at: Option<Moment>,
    pub(crate) cancel_reason: String,
    pub(crate) last_error: String,
    pub(crate) queued_at: Moment,
}

/// A message as the faces show it: `_cartbay_notifications`.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Notification {
    /// Row.
    pub id: i64,
    /// Zero-based step.
    pub step_index: i64,
    /// `email`.
    pub channel: String,
    /// Template.
    pub email_type: String,
    /// `queued`, `paused`, `claimed`, `sent`, `failed`, `unknown`, `canceled`.
    pub status: String,
    /// First letter and domain.
    pub recipient_mask: String,
    /// Subject, once composed.
    pub subject: String,
    /// Tries so far.
    pub attempts: i64,
    /// Made at.
    pub queued_at: Moment,
    /// To be sent at.
    pub scheduled_at: Moment,
    /// Taken by the next server at.
    pub sent_at: Option<Moment>,
    /// Why it will not be sent, or empty.
    pub cancel_reason: String,
    /// What went wrong last, or empty.
    pub last_error: String,
}

impl From<&Message> for Notification {
    fn from(message: &Message) -> Self {
        Self {
            id: message.id,
            step_index: message.step,
            channel: message.channel.clone(),
            email_type: message.template.clone(),
            status: message.state.clone(),
            recipient_mask: message.recipient_mask.clone(),
            subject: message.subject.clone(),
            attempts: message.attempts,
            queued_at: message.queued_at,
            scheduled_at: message.due_at,
            sent_at: message.sent_at,
            cancel_reason: message.cancel_reason.clone(),
            last_error: message.last_error.clone(),
        }
    }
}
