//! What a checkout elsewhere is to show.

use kernel::contracts::ocart::{BumpLine, FunnelCheckout, ShownBump};
use kernel::contracts::shop::CartSnapshot;
use kernel::ids::{FunnelId, OfferId};
use kernel::{Fault, FaultKind};
use runtime::settings::ocart;
use runtime::{Engine, Settings};

use crate::bumps;
use crate::bumps::model::EligibleBump;
use crate::funnels;
use crate::funnels::model::Funnel;

/// The active funnel of a slug; without a slug the one that fits the cart. The plain checkout stands in for one that is
/// gone, and while `OCart` is off.
pub(crate) async fn funnel(engine: &Engine, slug: &str, cart: &CartSnapshot) -> Result<Funnel, Fault> {
    let (slug, cart) = (slug.to_owned(), cart.clone());
    engine
        .read(move |tx| {
            let on = Settings::load(tx, ocart::OPTION)?.boolean(&ocart::GENERAL_ENABLED);
            if slug.is_empty() || !on {
                return funnels::queries::for_cart(tx, &cart);
            }
            match funnels::queries::by_slug(tx, &slug) {
                Err(fault) if fault.kind == FaultKind::NotFound => Ok(Funnel::plain(tx.now())),
                found => found,
            }
        })
        .await
}

/// What taking a bump puts into the cart.
pub(crate) fn line(bump: &EligibleBump) -> BumpLine {
    let line = bumps::commands::line(bump);
    BumpLine {
        offer_id: line.offer_id,
        product_id: line.product.product_id,
        variation_id: line.product.variation_id,
        quantity: line.product.quantity,
        unit_price: line.unit_price,
    }
}

/// The funnel's checkout for a cart.
pub(crate) fn checkout(
    funnel: &Funnel,
    cart: &CartSnapshot,
    bumps: &[EligibleBump],
) -> Result<FunnelCheckout, Fault> {
    let mut shown = Vec::with_capacity(bumps.len());
    for bump in bumps {
        let regular = bump.regular_unit_price.times(bump.quantity);
        shown.push(ShownBump {
            line: line(bump),
            headline: bump.headline.clone(),
            description: bump.description.clone(),
            accept_label: bump.accept_label.clone(),
            position: bump.position.word().to_owned(),
            product_name: bump.product_name.clone(),
            image: bump.image.clone(),
            price: bump.unit_price.times(bump.quantity).to_money(bump.currency)?,
            regular_price: regular.to_money(bump.currency)?,
            accepted: bump.accepted,
        });
    }
    let (changed, gone) = differences(cart, bumps);
    Ok(FunnelCheckout {
        funnel_id: funnel.id,
        slug: if funnel.id == FunnelId(0) { String::new() } else { funnel.slug.clone() },
        name: funnel.name.clone(),
        bumps: shown,
        changed,
        gone,
    })
}

/// Lines of the cart whose price or units are others now, and offers that the cart may not hold any more.
pub(crate) fn differences(cart: &CartSnapshot, bumps: &[EligibleBump]) -> (Vec<BumpLine>, Vec<OfferId>) {
    let (mut changed, mut gone) = (Vec::new(), Vec::new());
    for held in &cart.lines {
        let Some(id) = held.offer_id else { continue };
        match bumps.iter().find(|bump| bump.id.0 == id).map(line) {
            Some(line) if line.unit_price != held.unit_price || line.quantity != held.quantity => {
                changed.push(line);
            }
            Some(_) => {}
            None => gone.push(OfferId(id)),
        }
    }
    (changed, gone)
}
