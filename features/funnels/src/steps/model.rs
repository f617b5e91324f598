//! A step of a funnel.

use kernel::Moment;
use kernel::ids::{FunnelId, OfferId, StepId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum StepType {
    /// The checkout page.
    Checkout,
    /// An offer on the checkout page.
    Bump,
    /// An offer after the payment.
    Upsell,
    /// An offer after a declined one.
    Downsell,
    /// The end.
    ThankYou,
    /// A page of the merchant's own words.
    Custom,
}

impl StepType {
    /// All of them, in a funnel's usual order.
    pub const ALL: [Self; 6] =
        [Self::Checkout, Self::Bump, Self::Upsell, Self::Downsell, Self::Custom, Self::ThankYou];

    /// As the column holds it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Checkout => "checkout",
            Self::Bump => "bump",
            Self::Upsell => "upsell",
            Self::Downsell => "downsell",
            Self::ThankYou => "thank_you",
            Self::Custom => "custom",
        }
    }

    /// Reads the column.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// Comes after the payment?
    #[must_use]
    pub const fn is_after_payment(self) -> bool {
        matches!(self, Self::Upsell | Self::Downsell | Self::Custom)
    }

    /// Shows an offer?
    #[must_use]
    pub const fn has_offer(self) -> bool {
        matches!(self, Self::Bump | Self::Upsell | Self::Downsell)
    }
}

/// Which answer to the offer before leads here.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Branch {
    /// Any.
    #[default]
    Default,
    /// It was accepted.
    Accepted,
    /// It was declined, or could not be charged.
    Declined,
}

impl Branch {
    /// As the column holds it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Accepted => "accepted",
            Self::Declined => "declined",
        }
    }

    /// Reads the column.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Default, Self::Accepted, Self::Declined].into_iter().find(|branch| branch.word() == word)
    }
}

/// Words of a custom step.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct StepSettings {
    /// Headline of a custom step.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub headline: String,
    /// Text of a custom step.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub text: String,
}

/// A row of `ocart_funnel_steps`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FunnelStep {
    /// Row.
    pub id: StepId,
    /// The funnel.
    pub funnel_id: FunnelId,
    /// What it is.
    #[serde(rename = "type")]
    pub kind: StepType,
    /// From 1.
    pub position: i64,
    /// Which answer leads here.
    pub branch: Branch,
    /// The offer of a bump, upsell or downsell, else 0.
    pub offer_id: OfferId,
    /// Off is skipped.
    pub enabled: bool,
    /// Where an accepted offer leads, when not to the next step.
    pub accepted_target_step_id: Option<StepId>,
    /// Where a declined offer leads, when not to the next step.
    pub declined_target_step_id: Option<StepId>,
    /// Words of a custom step.
    pub settings: StepSettings,
    /// Made at.
    pub created_at: Moment,
    /// Changed at.
    pub updated_at: Moment,
}
