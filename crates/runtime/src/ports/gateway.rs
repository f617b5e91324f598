//! A payment gateway.

use std::collections::BTreeMap;

use async_trait::async_trait;
use kernel::{Fault, Moment, Money};

/// What pays.
#[derive(Clone)]
pub enum GatewaySource {
    /// What the gateway's form produced (for the test gateway a card number).
    Fresh(String),
    /// The gateway's id of a saved method; charged off-session.
    Saved(String),
}

impl std::fmt::Debug for GatewaySource {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Fresh(_) => "Fresh(…)",
            Self::Saved(_) => "Saved(…)",
        })
    }
}

/// One charge. The same `key` always means the same charge.
#[derive(Debug, Clone)]
pub struct GatewayCommand {
    /// Idempotency key, handed on to the gateway.
    pub key: String,
    /// How much.
    pub amount: Money,
    /// What pays.
    pub source: GatewaySource,
    /// Keep the method for later off-session charges.
    pub save_method: bool,
    /// Shown in the gateway's record.
    pub description: String,
    /// Where the gateway sends the browser after a challenge.
    pub return_url: String,
}

/// The gateway's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GatewayCharge {
    /// The money has moved.
    Succeeded {
        /// The gateway's id of the payment.
        transaction_id: String,
        /// Amount, as the gateway has it; compared with what was asked.
        amount: Money,
        /// Id of the saved method, when one was kept.
        saved_method: Option<String>,
        /// For people: `Visa ending 4242`.
        method_label: String,
    },
    /// The shopper must pass a challenge.
    RequiresAction {
        /// The gateway's id of the payment.
        transaction_id: String,
        /// Address of the challenge.
        challenge: String,
    },
}

/// Why there is no charge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GatewayError {
    /// The bank says no. Final for this key.
    Declined {
        /// Reason, such as `card_declined` or `authentication_required`.
        code: String,
        /// A sentence for the shopper.
        message: String,
    },
    /// No answer, or one that does not say. May have been charged: look it up, never use another key.
    Unknown(String),
    /// The gateway refuses the request itself. Final: nothing was charged.
    Refused(String),
    /// Could not be reached; certainly nothing was charged.
    Down(String),
}

/// A call that a gateway makes by itself, to say that something has become of a charge.
#[derive(Clone)]
pub struct Webhook {
    /// Headers; names in lower case.
    pub headers: BTreeMap<String, String>,
    /// The body's bytes as they came: signatures are made over them.
    pub body: Vec<u8>,
    /// When it came.
    pub at: Moment,
}

impl std::fmt::Debug for Webhook {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Webhook({} bytes)", self.body.len())
    }
}

/// A payment gateway.
#[async_trait]
pub trait Gateway: Send + Sync + 'static {
    /// Id, such as `test`.
    fn id(&self) -> &'static str;
    /// What a shopper reads.
    fn title(&self) -> &'static str;
    /// True when a saved method can be charged in one click.
    fn one_click(&self) -> bool;
    /// Charges, or gives the outcome that this key has had already.
    async fn charge(&self, command: &GatewayCommand) -> Result<GatewayCharge, GatewayError>;
    /// What became of a key: `None` when the gateway has never seen it.
    async fn look_up(&self, key: &str) -> Result<Option<Result<GatewayCharge, GatewayError>>, GatewayError>;
    /// Gives money back. The same key gives it once. The gateway's id of the refund.
    async fn refund(&self, key: &str, transaction_id: &str, amount: Money) -> Result<String, GatewayError>;
    /// The shopper's answer to a challenge that this gateway shows on our own pages. Most gateways show theirs
    /// themselves and refuse.
    async fn answer_challenge(
        &self,
        _transaction_id: &str,
        _approve: bool,
    ) -> Result<GatewayCharge, GatewayError> {
        Err(GatewayError::Refused("This gateway asks its questions on its own pages.".to_owned()))
    }
    /// The key of the charge that a call of the gateway is about; `None` when it is about nothing that matters here. The
    /// call says where to look and is not believed beyond that: what became of the charge is asked of the gateway
    /// itself, so that late, repeated and reordered calls do no harm. 401 `webhook_signature` for one that the
    /// gateway has not signed, 404 where the gateway makes no such calls.
    fn read_webhook(&self, _webhook: &Webhook) -> Result<Option<String>, Fault> {
        Err(Fault::not_found("webhook"))
    }
}
