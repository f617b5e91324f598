//! What the holder of a cart was shown last: a checkout charges that and nothing else.

use kernel::Fault;
use kernel::contracts::shop::Address;
use kernel::ids::UserId;
use runtime::{Actor, Engine, Tx};

use super::commands::must;
use super::commands_offers::hold_conditions;
use super::model::{CartDocument, PricedCart};
use super::{queries, rules, store};

/// The cart as it is to be shown. It is written only where something else was shown before.
pub(crate) async fn shown(engine: &Engine, token: Option<&str>) -> Result<Option<PricedCart>, Fault> {
    let Some(token) = token.map(str::to_owned) else { return Ok(None) };
    hold_conditions(engine, &token).await?;
    let looked_up = token.clone();
    let seen = engine
        .read(move |tx| {
            let Some(cart) = store::find(tx, &looked_up)? else { return Ok(None) };
            let priced = queries::price(tx, &cart)?;
            Ok(Some((cart.document.shown == priced.hash && priced.removed.is_empty(), priced)))
        })
        .await?;
    match seen {
        Some((true, priced)) => Ok(Some(priced)),
        Some((false, _)) => engine.write(Actor::system(), move |tx| show(tx, &token)).await,
        None => Ok(None),
    }
}

/// Remembers what the holder of a cart is shown at this moment: what fell away is out of the cart from now on.
fn show(tx: &mut Tx, token: &str) -> Result<Option<PricedCart>, Fault> {
    let Some(mut cart) = store::find(tx, token)? else { return Ok(None) };
    let before = cart.document.clone();
    let mut priced = queries::price(tx, &cart)?;
    rules::keep_what_holds(&mut cart.document, &priced);
    priced.notices.clone_from(&cart.document.notices);
    if cart.document != before {
        store::save(tx, &mut cart)?;
    }
    Ok(Some(priced))
}

/// As [`show`], of the cart as a checkout has just found it: with this destination, sold to this account.
pub(crate) fn show_at_checkout(
    tx: &mut Tx,
    token: &str,
    (billing, shipping): (&Address, &Address),
    customer_id: UserId,
) -> Result<PricedCart, Fault> {
    let mut cart = must(tx, token)?;
    cart.document.billing = billing.clone();
    cart.document.shipping = shipping.clone();
    let document = CartDocument { customer_id: customer_id.0, ..cart.document.clone() };
    let mut priced = queries::price_document(tx, token, &document, true)?;
    rules::keep_what_holds(&mut cart.document, &priced);
    priced.notices.clone_from(&cart.document.notices);
    store::save(tx, &mut cart)?;
    Ok(priced)
}
