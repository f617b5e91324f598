//! What an offer is.

use kernel::ids::{OfferId, ProductId};
use kernel::{Amount, Moment};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where an offer stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OfferType {
    /// On the checkout page, into the same order.
    Bump,
    /// After the payment, in one click, as a child order.
    Upsell,
    /// As an upsell, where an upsell was declined.
    Downsell,
}

impl OfferType {
    /// As the column holds it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Bump => "bump",
            Self::Upsell => "upsell",
            Self::Downsell => "downsell",
        }
    }

    /// Reads the column.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Bump, Self::Upsell, Self::Downsell].into_iter().find(|kind| kind.word() == word)
    }
}

/// Which of a product's prices a discount starts from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// What it costs now, a running sale included.
    #[default]
    Current,
    /// What it costs without a sale.
    Regular,
}

/// How an offer's price comes about. Amounts are in the shop's currency, as the shop enters prices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum PricingRule {
    /// Bumps: the whole offer for a fixed amount.
    FixedAddon {
        /// Price of one.
        amount: Amount,
    },
    /// Bumps: so many percent of the cart's subtotal without offers.
    PercentAddon {
        /// Percent, above 0 and at most 100.
        value: Amount,
    },
    /// Bumps: nothing is paid.
    FreeGift {
        /// The gift, when it is another product than the offer's own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        product_id: Option<ProductId>,
    },
    /// So many percent off the product's price.
    DiscountPct {
        /// Percent, above 0 and at most 100.
        value: Amount,
        /// Which price.
        #[serde(default)]
        basis: Basis,
    },
    /// An amount off the product's price, never below nothing.
    AmountOff {
        /// Off the price of one.
        amount: Amount,
        /// Which price.
        #[serde(default)]
        basis: Basis,
    },
    /// A price of its own.
    FixedPrice {
        /// Price of one.
        amount: Amount,
    },
    /// The product's price as it is.
    ListPrice {},
}

/// When an offer or a funnel is for a shopper; what is left out does not matter, all that is given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TargetingRules {
    /// The cart (for an upsell the order) comes to at least this much.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cart_min_total: Option<Amount>,
    /// One of these products or variations is in it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub product_in_cart: Vec<ProductId>,
    /// Something of one of these categories is in it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub category_in_cart: Vec<i64>,
}

/// Where a bump stands on the checkout page.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BumpPosition {
    /// Between the summary and the payment methods.
    #[default]
    AbovePayment,
    /// With the address.
    InShipping,
    /// Below the order's lines.
    InSummary,
}

impl BumpPosition {
    /// As the document holds it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::AbovePayment => "above_payment",
            Self::InShipping => "in_shipping",
            Self::InSummary => "in_summary",
        }
    }
}

/// What a shopper reads. Empty texts take the product's own.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct DisplayConfig {
    /// Headline.
    pub headline: String,
    /// A sentence or two.
    pub description: String,
    /// On the button that accepts.
    pub accept_label: String,
    /// On the button that declines.
    pub decline_label: String,
    /// Where a bump stands.
    pub position: BumpPosition,
}

/// A row of `ocart_offers`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Offer {
    /// Row.
    pub id: OfferId,
    /// Bump, upsell or downsell.
    #[serde(rename = "type")]
    pub kind: OfferType,
    /// For the admin.
    pub name: String,
    /// `active` or `archived`.
    pub status: String,
    /// What is offered (the parent of a variation).
    pub product_id: ProductId,
    /// The variation, or 0.
    pub variation_id: ProductId,
    /// Units.
    pub quantity: i64,
    /// Price.
    pub pricing_rule: PricingRule,
    /// For whom.
    pub targeting_rules: TargetingRules,
    /// Texts.
    pub display_config: DisplayConfig,
    /// Made at.
    pub created_at: Moment,
    /// Changed at.
    pub updated_at: Moment,
}

impl Offer {
    /// The product that is put into the cart: a gift of its own, or the offer's.
    #[must_use]
    pub fn given_product(&self) -> ProductId {
        match &self.pricing_rule {
            PricingRule::FreeGift { product_id: Some(gift) } => *gift,
            _ => self.product_id,
        }
    }

    /// The id that a price is looked up by: the variation's if there is one.
    #[must_use]
    pub fn priced_product(&self) -> ProductId {
        if self.variation_id.0 > 0 && self.given_product() == self.product_id {
            self.variation_id
        } else {
            self.given_product()
        }
    }

    /// On offer?
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.status == "active"
    }
}
