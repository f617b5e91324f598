//! A funnel.

use kernel::Moment;
use kernel::ids::FunnelId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::offers::model::TargetingRules;

/// How the checkout is laid out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CheckoutLayout {
    /// All on one page.
    OneStep,
    /// Address, then payment.
    #[default]
    TwoStep,
    /// Address, then a look at the order, then payment.
    ThreeStep,
}

impl CheckoutLayout {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::OneStep, Self::TwoStep, Self::ThreeStep];

    /// As the document holds it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::OneStep => "one_step",
            Self::TwoStep => "two_step",
            Self::ThreeStep => "three_step",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|layout| layout.word() == word)
    }
}

/// Look of a funnel.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct FunnelSettings {
    /// How the checkout is laid out.
    pub layout: CheckoutLayout,
    /// Headline of the checkout; empty for the usual one.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub headline: String,
}

/// A row of `ocart_funnels`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Funnel {
    /// Row; 0 for the plain checkout that is there without any funnel.
    pub id: FunnelId,
    /// For the admin.
    pub name: String,
    /// In `/checkout/{slug}`.
    pub slug: String,
    /// `draft`, `active` or `archived`.
    pub status: String,
    /// Which carts `/checkout` leads here.
    pub trigger_rules: TargetingRules,
    /// Look.
    pub settings: FunnelSettings,
    /// Made at.
    pub created_at: Moment,
    /// Changed at.
    pub updated_at: Moment,
}

/// Slug of the plain checkout.
pub const PLAIN: &str = "standard";

impl Funnel {
    /// The checkout that is there without any funnel: one page, no offers.
    #[must_use]
    pub fn plain(now: Moment) -> Self {
        Self {
            id: FunnelId(0),
            name: "Standard checkout".to_owned(),
            slug: PLAIN.to_owned(),
            status: "active".to_owned(),
            trigger_rules: TargetingRules::default(),
            settings: FunnelSettings { layout: CheckoutLayout::OneStep, headline: String::new() },
            created_at: now,
            updated_at: now,
        }
    }
}
