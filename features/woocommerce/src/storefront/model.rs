//! Questions of the store's pages and their answers, as they travel.

use kernel::contracts::ocart::{BumpLine, FunnelCheckout, ShownBump};
use kernel::contracts::oloyalty::MemberBalance;
use kernel::contracts::shop::CartSnapshot;
use kernel::ids::{FunnelId, OfferId, OrderId, ProductId, UserId};
use kernel::{Amount, Currency, Decimal, Fault};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What is the checkout to show?
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckoutQuestion {
    /// Slug of the funnel; empty for the one that fits the cart.
    #[serde(default)]
    pub funnel: String,
    /// The cart as it stands.
    pub cart: Value,
}

/// A bump was ticked, or unticked.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BumpQuestion {
    /// Slug of the funnel; empty for the one that fits the cart.
    #[serde(default)]
    pub funnel: String,
    /// The bump.
    pub offer_id: OfferId,
    /// Ticked?
    pub accepted: bool,
    /// The cart as it stands.
    pub cart: Value,
}

/// Where does the buyer of an order go?
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PaidQuestion {
    /// The order.
    pub order_id: OrderId,
    /// Its key.
    pub order_key: String,
}

/// What does a user have?
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct BalanceQuestion {
    /// The user who looks at the page.
    pub user: Looking,
}

/// Who looks at a page.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct Looking {
    /// The user's id.
    pub id: UserId,
}

/// What is put into a cart.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct LineProduct {
    /// The product (the parent of a variation).
    pub product_id: ProductId,
    /// The variation, or 0.
    pub variation_id: ProductId,
    /// Units.
    pub quantity: i64,
    /// Attributes, as pairs.
    pub variation: Vec<(String, String)>,
}

/// A line as `put_offer_line` knows it.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Line {
    /// The offer.
    pub offer_id: OfferId,
    /// What is added.
    pub product: LineProduct,
    /// Price of one, as the store enters prices.
    pub unit_price: Decimal,
}

impl From<BumpLine> for Line {
    fn from(line: BumpLine) -> Self {
        Self {
            offer_id: line.offer_id,
            product: LineProduct {
                product_id: line.product_id,
                variation_id: line.variation_id,
                quantity: line.quantity,
                variation: Vec::new(),
            },
            unit_price: line.unit_price,
        }
    }
}

/// A bump, ready to be shown.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Bump {
    /// The offer.
    pub offer_id: OfferId,
    /// What taking it puts into the cart.
    pub line: Line,
    /// Headline.
    pub headline: String,
    /// A sentence or two.
    pub description: String,
    /// On whatever accepts.
    pub accept_label: String,
    /// `above_payment`, `in_shipping` or `in_summary`.
    pub position: String,
    /// Name of the product.
    pub name: String,
    /// Picture address, or empty.
    pub image: String,
    /// Price of all units, as the store enters prices.
    pub price: Amount,
    /// The same for people.
    pub price_text: String,
    /// Without the offer; null where it saves nothing.
    pub regular_price: Option<Amount>,
    /// The same for people.
    pub regular_price_text: Option<String>,
    /// Of the prices.
    pub currency: Currency,
    /// In the cart already?
    pub accepted: bool,
}

impl From<ShownBump> for Bump {
    fn from(bump: ShownBump) -> Self {
        let saves = bump.regular_price.minor() > bump.price.minor();
        Self {
            offer_id: bump.line.offer_id,
            line: bump.line.into(),
            headline: bump.headline,
            description: bump.description,
            accept_label: bump.accept_label,
            position: bump.position,
            name: bump.product_name,
            image: bump.image,
            price: bump.price.amount(),
            price_text: bump.price.display(),
            regular_price: saves.then(|| bump.regular_price.amount()),
            regular_price_text: saves.then(|| bump.regular_price.display()),
            currency: bump.price.currency(),
            accepted: bump.accepted,
        }
    }
}

/// What a checkout shows of its funnel.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct CheckoutAnswer {
    /// The funnel, to be kept with the order; 0 for none.
    pub funnel_id: FunnelId,
    /// Its slug, or empty.
    pub funnel: String,
    /// Its name.
    pub name: String,
    /// Bumps that the cart may take.
    pub bumps: Vec<Bump>,
    /// Lines of taken bumps whose price is another now.
    pub changed: Vec<Line>,
    /// Taken bumps that no longer fit the cart.
    pub gone: Vec<OfferId>,
}

impl From<FunnelCheckout> for CheckoutAnswer {
    fn from(checkout: FunnelCheckout) -> Self {
        Self {
            funnel_id: checkout.funnel_id,
            funnel: checkout.slug,
            name: checkout.name,
            bumps: checkout.bumps.into_iter().map(Bump::from).collect(),
            changed: checkout.changed.into_iter().map(Line::from).collect(),
            gone: checkout.gone,
        }
    }
}

/// What the store is to put in its cart; null: to take out.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct BumpAnswer {
    /// The line.
    pub line: Option<Line>,
}

/// Where the buyer goes.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct PaidAnswer {
    /// Address of the upsell page; null for the thank-you page.
    pub url: Option<String>,
}

/// What a user has.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct BalanceAnswer {
    /// Is the user a member?
    pub member: bool,
    /// Points to spend.
    pub points: i64,
    /// The same for people: `4,820`.
    pub points_text: String,
    /// What they are worth; null for who is no member.
    pub worth: Option<Amount>,
    /// The same for people.
    pub worth_text: String,
    /// Slug of the tier.
    pub tier: String,
    /// Name of the tier.
    pub tier_name: String,
    /// Name of the next tier; empty at the top.
    pub next_tier: String,
    /// Points missing for it.
    pub missing: i64,
}

impl From<Option<MemberBalance>> for BalanceAnswer {
    fn from(balance: Option<MemberBalance>) -> Self {
        let Some(balance) = balance else {
            return Self {
                member: false,
                points: 0,
                points_text: "0".to_owned(),
                worth: None,
                worth_text: String::new(),
                tier: String::new(),
                tier_name: String::new(),
                next_tier: String::new(),
                missing: 0,
            };
        };
        Self {
            member: true,
            points: balance.points,
            points_text: balance.points_text,
            worth: Some(balance.worth.amount()),
            worth_text: balance.worth.display(),
            tier: balance.tier,
            tier_name: balance.tier_name,
            next_tier: balance.next_tier,
            missing: balance.missing,
        }
    }
}

/// Reads a cart that the store told; 400 where it is none, or has no token.
pub fn cart(told: &Value) -> Result<CartSnapshot, Fault> {
    let cart: CartSnapshot = serde_json::from_str(&told.to_string())
        .map_err(|problem| Fault::invalid("cart", format!("This is not a cart: {problem}.")))?;
    let is_token = cart.token.len() == 32 && cart.token.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_token {
        Ok(cart)
    } else {
        Err(Fault::invalid("cart", "Send the cart's token, 32 hexadecimal digits."))
    }
}
