//! A bump's line in a cart.

use kernel::contracts::ocart::{CheckOffers, OfferChanges};
use kernel::ids::OfferId;
use kernel::{Decimal, Fault};
use runtime::ports::OfferLine;
use runtime::{Actor, Engine, Tx};

use super::commands::{choose, enough, finish, must, quantity_in_range, room, sold_name};
use super::model::{PricedCart, StoredLine};
use super::{queries, rules, store};

/// Puts a bump's line into the cart, or changes it; there is one line of an offer.
pub fn put_offer_line(tx: &mut Tx, token: &str, offer: &OfferLine) -> Result<PricedCart, Fault> {
    let mut cart = must(tx, token)?;
    let before = cart.document.clone();
    quantity_in_range(offer.product.quantity)?;
    if offer.unit_price < Decimal::ZERO {
        return Err(Fault::bug("an offer below zero"));
    }
    let chosen = choose(tx, &offer.product)?;
    let name = sold_name(tx, &chosen)?;
    let key =
        rules::line_key(chosen.product_id, chosen.variation_id, &chosen.variation, Some(offer.offer_id.0));
    enough(tx, &cart, &chosen.sold, &name, &key, offer.product.quantity)?;
    let line = StoredLine {
        key,
        product_id: chosen.product_id,
        variation_id: chosen.variation_id,
        quantity: offer.product.quantity,
        variation: chosen.variation,
        offer_id: Some(offer.offer_id.0),
        offer_price: Some(offer.unit_price),
    };
    match cart.document.lines.iter_mut().find(|known| known.offer_id == line.offer_id) {
        Some(known) => *known = line,
        None => {
            room(&cart)?;
            cart.document.lines.push(line);
        }
    }
    finish(tx, cart, &before)
}

/// Takes a bump's line out; nothing happens when there is none.
pub fn remove_offer_line(tx: &mut Tx, token: &str, offer_id: OfferId) -> Result<PricedCart, Fault> {
    let mut cart = must(tx, token)?;
    let before = cart.document.clone();
    cart.document.lines.retain(|line| line.offer_id != Some(offer_id.0));
    finish(tx, cart, &before)
}

/// Holds a cart's offers to what they ask: one that is not for the cart any more is taken out with a notice, and prices are
/// those of now. Nothing is written where everything is as it must be.
pub(crate) async fn hold_conditions(engine: &Engine, token: &str) -> Result<(), Fault> {
    let owned = token.to_owned();
    let cart = engine
        .read(move |tx| match store::find(tx, &owned)? {
            Some(cart) if cart.document.lines.iter().any(|line| line.offer_id.is_some()) => {
                queries::snapshot(&queries::price(tx, &cart)?).map(Some)
            }
            _ => Ok(None),
        })
        .await?;
    let Some(cart) = cart else { return Ok(()) };
    let changes = engine.ask(CheckOffers { cart }).await?;
    if changes == OfferChanges::default() {
        return Ok(());
    }
    let owned = token.to_owned();
    engine.write(Actor::system(), move |tx| change_offers(tx, &owned, &changes)).await
}

fn change_offers(tx: &mut Tx, token: &str, changes: &OfferChanges) -> Result<(), Fault> {
    let mut cart = must(tx, token)?;
    let priced = queries::price(tx, &cart)?;
    for id in &changes.gone {
        let gone = priced.lines.iter().find(|line| line.line.offer_id == Some(id.0));
        if let Some(gone) = gone {
            let notice =
                format!("The offer “{}” is not for the cart as it is now and was taken out.", gone.name);
            cart.document.notices.push(notice);
        }
        cart.document.lines.retain(|line| line.offer_id != Some(id.0));
    }
    for line in &changes.changed {
        for held in cart.document.lines.iter_mut().filter(|held| held.offer_id == Some(line.offer_id.0)) {
            held.offer_price = Some(line.unit_price);
            held.quantity = line.quantity;
        }
    }
    store::save(tx, &mut cart)
}
