//! A bump as a shopper meets it.

use kernel::contracts::ocart::OfferEvent;
use kernel::ids::{FunnelId, OfferId, ProductId};
use kernel::{Amount, Currency, Decimal};
use schemars::JsonSchema;
use serde::Serialize;

use crate::offers::model::{BumpPosition, Offer};

/// A bump that this cart may take, with its price now.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct EligibleBump {
    /// The offer.
    pub id: OfferId,
    /// The funnel that shows it.
    pub funnel_id: FunnelId,
    /// Headline.
    pub headline: String,
    /// A sentence or two.
    pub description: String,
    /// On the button that accepts.
    pub accept_label: String,
    /// Where it stands on the page.
    pub position: BumpPosition,
    /// What is added.
    pub product_id: ProductId,
    /// Its name.
    pub product_name: String,
    /// Picture address, or empty.
    pub image: String,
    /// Units.
    pub quantity: i64,
    /// Price of all units, as the shop enters prices.
    pub price: Amount,
    /// The same without the offer.
    pub regular_price: Amount,
    /// Currency of the prices.
    pub currency: Currency,
    /// In the cart already?
    pub accepted: bool,
    /// The whole offer and its price of one, for the server.
    #[serde(skip)]
    pub(crate) offer: Offer,
    #[serde(skip)]
    pub(crate) unit_price: Decimal,
    /// Price of one without the offer.
    #[serde(skip)]
    pub(crate) regular_unit_price: Decimal,
}

/// An answer to a bump.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct BumpAnswer {
    /// Row of `ocart_offer_events`.
    pub offer_event_id: i64,
    /// The offer.
    pub offer_id: OfferId,
    /// `accepted` or `declined`.
    pub event_type: String,
    /// What the cart comes to now.
    pub cart_total: Amount,
    /// Currency.
    pub currency: Currency,
}

impl BumpAnswer {
    pub(crate) fn new(event: &OfferEvent, cart_total: kernel::Money) -> Self {
        Self {
            offer_event_id: event.id,
            offer_id: event.offer_id,
            event_type: event.event_type.clone(),
            cart_total: cart_total.amount(),
            currency: cart_total.currency(),
        }
    }
}
