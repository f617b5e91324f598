//! Which bumps a cart may take, and for how much.

use kernel::Fault;
use kernel::contracts::shop::{CartSnapshot, ProductSnapshot};
use kernel::ids::FunnelId;
use runtime::Engine;

use super::model::EligibleBump;
use crate::offers::model::Offer;
use crate::offers::rules::{self, Surroundings};
use crate::offers::store;

/// The bumps of a funnel that this cart may take, in the funnel's order.
pub async fn eligible(
    engine: &Engine,
    funnel: FunnelId,
    cart: &CartSnapshot,
) -> Result<Vec<EligibleBump>, Fault> {
    let offers = engine.read(move |tx| store::bumps_of_funnel(tx, funnel)).await?;
    let mut bumps = Vec::with_capacity(offers.len());
    for offer in offers {
        bumps.extend(priced(engine, funnel, offer, cart).await?);
    }
    Ok(bumps)
}

/// The bump with its price, when this cart may take it.
pub(crate) async fn priced(
    engine: &Engine,
    funnel: FunnelId,
    offer: Offer,
    cart: &CartSnapshot,
) -> Result<Option<EligibleBump>, Fault> {
    let Some(product) = engine.host().product(offer.priced_product()).await? else { return Ok(None) };
    let around = Surroundings::of_cart(cart);
    if cart.lines.is_empty() || !rules::is_eligible(&offer, &product, &around) {
        return Ok(None);
    }
    bump(funnel, offer, &product, &around, cart).map(Some)
}

fn bump(
    funnel: FunnelId,
    offer: Offer,
    product: &ProductSnapshot,
    around: &Surroundings,
    cart: &CartSnapshot,
) -> Result<EligibleBump, Fault> {
    let unit_price = rules::unit_price(&offer.pricing_rule, product, around);
    let display = &offer.display_config;
    let or = |text: &str, fallback: &str| if text.is_empty() { fallback.to_owned() } else { text.to_owned() };
    Ok(EligibleBump {
        id: offer.id,
        funnel_id: funnel,
        headline: or(&display.headline, &product.name),
        description: or(&display.description, &product.short_description),
        accept_label: or(&display.accept_label, "Add to my order"),
        position: display.position,
        product_id: product.id,
        product_name: product.name.clone(),
        image: product.image.clone(),
        quantity: offer.quantity,
        price: unit_price.times(offer.quantity).to_money(cart.currency)?.amount(),
        regular_price: product.price.times(offer.quantity).to_money(cart.currency)?.amount(),
        currency: cart.currency,
        accepted: cart.lines.iter().any(|line| line.offer_id == Some(offer.id.0)),
        offer,
        unit_price,
        regular_unit_price: product.price,
    })
}
