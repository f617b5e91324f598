//! What becomes of an attempt by the gateway's answer. Pure.

use kernel::Money;
use runtime::ports::{GatewayCharge, GatewayError};

use super::model::State;

/// What is recorded of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// Where the attempt stands now.
    pub state: State,
    /// The gateway's id of the payment, or empty.
    pub transaction_id: String,
    /// Where the challenge is, or empty.
    pub challenge: String,
    /// Why not, or empty.
    pub code: String,
    /// A sentence for the shopper, or empty.
    pub message: String,
    /// Id of the method that the gateway kept.
    pub saved_method: Option<String>,
    /// For people: `Visa ending 4242`.
    pub method_label: String,
    /// The amount that the gateway named, when it is not the one that was asked.
    pub other_amount: Option<Money>,
}

/// The code of an attempt whose answer names another amount than was asked.
pub const AMOUNT_MISMATCH: &str = "amount_mismatch";

impl Recorded {
    fn of(state: State, code: &str, message: &str) -> Self {
        Self {
            state,
            transaction_id: String::new(),
            challenge: String::new(),
            code: shortened(code, 100),
            message: shortened(message, 300),
            saved_method: None,
            method_label: String::new(),
            other_amount: None,
        }
    }

    /// For an attempt of which the gateway knows nothing and whose card is not kept.
    #[must_use]
    pub fn abandoned() -> Self {
        let message =
            "The payment was interrupted before it reached the bank. Nothing was charged; please pay again.";
        Self::of(State::Abandoned, "abandoned", message)
    }

    /// For a one-click charge of an order that has no saved method.
    #[must_use]
    pub fn without_method() -> Self {
        Self::of(State::Refused, "no_saved_method", "There is no saved payment method. Enter a card to pay.")
    }
}

/// What to record of the gateway's answer to a charge of `asked`. Unknown is never success, and neither is success
/// with another amount.
#[must_use]
pub fn recorded(asked: Money, answer: Result<GatewayCharge, GatewayError>) -> Recorded {
    match answer {
        Ok(GatewayCharge::Succeeded { transaction_id, amount, saved_method, method_label }) => {
            let mut recorded = if amount == asked {
                Recorded::of(State::Succeeded, "", "")
            } else {
                let message = "The payment could not be confirmed yet. The shop is looking into it.";
                Recorded::of(State::Unknown, AMOUNT_MISMATCH, message)
            };
            recorded.other_amount = Some(amount).filter(|amount| *amount != asked);
            recorded.transaction_id = transaction_id;
            recorded.saved_method = saved_method;
            recorded.method_label = shortened(&method_label, 191);
            recorded
        }
        Ok(GatewayCharge::RequiresAction { transaction_id, challenge }) => Recorded {
            transaction_id,
            challenge,
            ..Recorded::of(
                State::RequiresAction,
                "requires_action",
                "Your bank asks you to approve this payment.",
            )
        },
        Err(GatewayError::Declined { code, message }) => Recorded::of(State::Declined, &code, &message),
        Err(GatewayError::Unknown(reason)) => Recorded::of(State::Unknown, "unknown", &reason),
        Err(GatewayError::Refused(reason)) => Recorded::of(State::Refused, "refused", &reason),
        Err(GatewayError::Down(_)) => Recorded::of(
            State::Down,
            "gateway_down",
            "The payment provider cannot be reached. Nothing was charged; please try again in a moment.",
        ),
    }
}

fn shortened(text: &str, longest: usize) -> String {
    text.chars().take(longest).collect()
}

/// A page of this site, whatever was asked for.
#[must_use]
pub fn within_the_site(address: &str) -> &str {
    let inside = address.starts_with('/')
        && !address.starts_with("//")
        && !address.contains('\\')
        && address.len() <= 500
        && !address.chars().any(char::is_control);
    if inside { address } else { "/" }
}
