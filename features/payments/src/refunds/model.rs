//! A refund through the gateway.

use kernel::Money;
use kernel::contracts::payments::ChargeOutcome;
use kernel::ids::OrderId;

use crate::charges::model::State;

/// A refund as recorded.
#[derive(Debug, Clone)]
pub(crate) struct Refund {
    pub(crate) key: String,
    /// What the gateway knows it by; none for one from before there were such keys, which it knows by `key`.
    pub(crate) gateway_key: Option<String>,
    pub(crate) order_id: OrderId,
    pub(crate) attempt_id: i64,
    pub(crate) amount: Money,
    pub(crate) state: State,
    pub(crate) gateway_refund_id: String,
    pub(crate) code: String,
    pub(crate) message: String,
}

impl Refund {
    /// What a caller hears; the transaction is the gateway's id of the refund.
    pub(crate) fn outcome(&self) -> ChargeOutcome {
        match self.state {
            State::Succeeded => ChargeOutcome::Succeeded { transaction_id: self.gateway_refund_id.clone() },
            state if state.is_final() => {
                ChargeOutcome::Declined { code: self.code.clone(), message: self.message.clone() }
            }
            _ => ChargeOutcome::Pending { attempt_key: self.key.clone() },
        }
    }
}
