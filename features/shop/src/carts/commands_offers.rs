//! A bump's line in a cart.

use kernel::ids::OfferId;
use kernel::{Decimal, Fault};
use runtime::Tx;
use runtime::ports::OfferLine;

use super::commands::{choose, enough, finish, must, quantity_in_range, room, sold_name};
use super::model::{PricedCart, StoredLine};
use super::rules;

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
