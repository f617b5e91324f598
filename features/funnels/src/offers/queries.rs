//! Reading offers and what became of them.

use std::collections::BTreeMap;

use kernel::ids::{FunnelId, OfferId};
use kernel::{Fault, Page, Paging};
use runtime::Tx;

use super::model::{Offer, OfferType};
use super::{store, store_events};

/// Columns a list may be ordered by.
pub const ORDER_COLUMNS: [&str; 4] = ["id", "name", "created_at", "updated_at"];

/// Bumps are one list, upsells and downsells the other.
pub fn list(tx: &mut Tx, bumps: bool, paging: &Paging) -> Result<Page<Offer>, Fault> {
    store::list(tx, bumps, paging)
}

/// An offer of either list, or 404.
pub fn get(tx: &mut Tx, bump: bool, id: OfferId) -> Result<Offer, Fault> {
    store::by_id(tx, id)?
        .filter(|offer| (offer.kind == OfferType::Bump) == bump)
        .ok_or_else(|| Fault::not_found(if bump { "bump" } else { "upsell" }))
}

/// An offer of any kind.
pub fn find(tx: &mut Tx, id: OfferId) -> Result<Option<Offer>, Fault> {
    store::by_id(tx, id)
}

/// What became of an offer in one funnel.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OfferFigures {
    /// Times shown.
    pub shown: i64,
    /// Times bought.
    pub accepted: i64,
    /// Times declined.
    pub declined: i64,
    /// Revenue, minor units of the shop's currency, tax included.
    pub revenue_minor: i64,
}

/// Figures of a funnel's offers.
pub fn figures(tx: &mut Tx, funnel: FunnelId) -> Result<BTreeMap<OfferId, OfferFigures>, Fault> {
    Ok(summed(&store_events::figures(tx, funnel)?))
}

/// Figures of one offer in all funnels.
pub fn figures_of(tx: &mut Tx, offer: OfferId) -> Result<OfferFigures, Fault> {
    let all = summed(&store_events::figures_of_offer(tx, offer)?);
    Ok(all.get(&offer).copied().unwrap_or_default())
}

fn summed(figures: &[store_events::Figure]) -> BTreeMap<OfferId, OfferFigures> {
    let mut all: BTreeMap<OfferId, OfferFigures> = BTreeMap::new();
    for figure in figures {
        let of_offer = all.entry(figure.offer_id).or_default();
        match figure.event_type.as_str() {
            "shown" => of_offer.shown += figure.events,
            "declined" => of_offer.declined += figure.events,
            // A bump in a cart that nobody paid for is no sale.
            "accepted" => {
                of_offer.accepted += figure.ordered;
                of_offer.revenue_minor += figure.amount_minor;
            }
            _ => {}
        }
    }
    all
}
