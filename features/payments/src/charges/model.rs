//! An attempt to charge.

use kernel::contracts::payments::ChargeOutcome;
use kernel::ids::{OrderId, UserId};
use kernel::{Moment, Money};
use runtime::ports::GatewaySource;
use serde::Serialize;

/// Where an attempt stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Written; what the gateway made of it is not recorded.
    Open,
    /// The shopper must pass a challenge.
    RequiresAction,
    /// The money has moved.
    Succeeded,
    /// The bank said no.
    Declined,
    /// The gateway did not say. May have been charged.
    Unknown,
    /// The gateway refused the request itself.
    Refused,
    /// The gateway could not be reached; nothing was charged.
    Down,
    /// The gateway has never seen it, and what should have paid is not kept: it cannot be sent again.
    Abandoned,
}

const WORDS: [(State, &str); 8] = [
    (State::Open, "open"),
    (State::RequiresAction, "requires_action"),
    (State::Succeeded, "succeeded"),
    (State::Declined, "declined"),
    (State::Unknown, "unknown"),
    (State::Refused, "refused"),
    (State::Down, "down"),
    (State::Abandoned, "abandoned"),
];

impl State {
    /// As stored.
    #[must_use]
    pub fn word(self) -> &'static str {
        WORDS.iter().find(|(state, _)| *state == self).map_or("unknown", |(_, word)| word)
    }

    /// From its stored word; anything strange counts as unknown, which is never success.
    #[must_use]
    pub fn read(word: &str) -> Self {
        WORDS.iter().find(|(_, known)| *known == word).map_or(Self::Unknown, |(state, _)| *state)
    }

    /// True when nothing more can come of it.
    #[must_use]
    pub const fn is_final(self) -> bool {
        !matches!(self, Self::Open | Self::RequiresAction | Self::Unknown)
    }
}

/// An attempt as recorded. It never holds what the shopper typed.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// Row.
    pub id: i64,
    /// Unique key.
    pub key: String,
    /// What the gateway knows it by; none for one from before there were such keys, which it knows by `key`.
    pub gateway_key: Option<String>,
    /// The order being paid.
    pub order_id: OrderId,
    /// Gateway id.
    pub gateway: String,
    /// How much.
    pub amount: Money,
    /// Where it stands.
    pub state: State,
    /// The gateway's id of the payment, or empty.
    pub transaction_id: String,
    /// Where the challenge is, or empty.
    pub challenge: String,
    /// Why not, or empty.
    pub code: String,
    /// A sentence for the shopper, or empty.
    pub message: String,
    /// The gateway's id of the saved method that pays; `None` for what the shopper typed.
    pub source_method: Option<String>,
    /// Keep the method for one-click offers.
    pub save_method: bool,
    /// The account that buys, or 0.
    pub customer: UserId,
    /// For people: `Visa ending 4242`.
    pub method_label: String,
    /// Shown in the gateway's record.
    pub description: String,
    /// Page of this site after a challenge.
    pub return_url: String,
    /// Given back or promised back so far, in minor units.
    pub refunded: i64,
    /// Held by whoever talks to the gateway, until then.
    pub claimed_until: Option<Moment>,
}

impl Attempt {
    /// What a caller hears.
    #[must_use]
    pub fn outcome(&self) -> ChargeOutcome {
        match self.state {
            State::Succeeded => ChargeOutcome::Succeeded { transaction_id: self.transaction_id.clone() },
            State::RequiresAction => ChargeOutcome::RequiresAction {
                attempt_key: self.key.clone(),
                challenge: self.challenge.clone(),
            },
            State::Open | State::Unknown => ChargeOutcome::Pending { attempt_key: self.key.clone() },
            State::Declined | State::Refused | State::Down | State::Abandoned => {
                ChargeOutcome::Declined { code: self.code.clone(), message: self.message.clone() }
            }
        }
    }

    /// The gateway's idempotency key.
    #[must_use]
    pub fn at_gateway(&self) -> &str {
        self.gateway_key.as_deref().unwrap_or(&self.key)
    }

    /// Given up before it was begun: there is no order and no amount.
    pub(crate) fn was_given_up(&self) -> bool {
        self.state == State::Abandoned && self.order_id.0 == 0
    }

    /// What pays, when it is kept.
    #[must_use]
    pub fn saved_source(&self) -> Option<GatewaySource> {
        self.source_method.clone().map(GatewaySource::Saved)
    }
}
