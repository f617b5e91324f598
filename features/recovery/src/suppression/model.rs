//! Rows of suppression and deliverability.

use kernel::Moment;
use kernel::ids::RunId;
use schemars::JsonSchema;
use serde::Serialize;

/// Why an address is suppressed.
pub(crate) const REASONS: [&str; 5] = ["bounce", "complaint", "unsubscribe", "manual", "winback_failed"];

/// A row of `ocart_suppression`.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Suppression {
    /// Row.
    pub id: i64,
    /// `email` or `sms`.
    pub channel: String,
    /// The address; empty when only its hash is kept.
    pub email: String,
    /// The telephone number, for `sms`.
    pub phone: String,
    /// `bounce`, `complaint`, `unsubscribe`, `manual` or `winback_failed`.
    pub reason: String,
    /// Where it came from: `link`, `one_click`, `admin`, `rest`, `cli`, `smtp`.
    pub source: String,
    /// Since.
    pub created_at: Moment,
}

/// A row of `ocart_deliverability_events`.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct DeliverabilityEvent {
    /// Row.
    pub id: i64,
    /// `email` or `sms`.
    pub channel: String,
    /// `send`, `click`, `bounce`, `fail`, `rejected` (the mail server refuses this shop), `unknown`, `unsubscribe`.
    pub event_type: String,
    /// The run, or 0.
    pub run_id: RunId,
    /// Zero-based step.
    pub step: i64,
    /// Short reason, never an address.
    pub detail: String,
    /// When.
    pub created_at: Moment,
}
