//! What happens to a cart's row.

use kernel::contracts::ocart::{CartAbandoned, CartConverted, CartCreated};
use kernel::contracts::shop::CartSnapshot;
use kernel::ids::{CartId, OrderId};
use kernel::{Fault, Moment};
use runtime::settings::{Settings, cartbay, ocart};
use runtime::{Emit, Enqueue, Tx};

use super::jobs::{self, CheckCart};
use super::model::{ABANDONED, ACTIVE, CONVERTED, Cart};
use super::{rules, store};
use crate::{attribution, sessions};

/// Takes a cart's content over, and its session follows. An older state than the row holds is left out; an empty cart
/// that was never seen is not written.
pub(crate) fn observe(tx: &mut Tx, snapshot: &CartSnapshot, at: Moment) -> Result<Option<Cart>, Fault> {
    let Some(seen) = take_over(tx, snapshot, at)? else { return Ok(None) };
    if seen.session_follows {
        sessions::commands::cart_changed(tx, &seen.cart, snapshot)?;
    }
    Ok(Some(seen.cart))
}

/// A cart's row as it is now.
pub(crate) struct Seen {
    pub(crate) cart: Cart,
    session_follows: bool,
}

/// As [`observe`], for whoever writes the session itself.
pub(crate) fn take_over(tx: &mut Tx, snapshot: &CartSnapshot, at: Moment) -> Result<Option<Seen>, Fault> {
    let Some(known) = store::by_token(tx, &snapshot.token)? else {
        if snapshot.lines.is_empty() {
            return Ok(None);
        }
        let id = store::insert(tx, snapshot, at)?;
        let cart = created(tx, id)?;
        // The order may have been heard of before the cart it came from.
        if let Some(order_id) = attribution::store::order_of_cart(tx, &snapshot.token, at)? {
            convert(tx, &cart, order_id)?;
        }
        return Ok(Some(Seen { cart, session_follows: true }));
    };
    // The shop empties a cart that was paid for, and its last change may arrive late: neither is activity.
    let paid_for = known.status == CONVERTED && (snapshot.lines.is_empty() || at <= known.updated_at);
    if paid_for || at < known.snapshot_at {
        return Ok(Some(Seen { cart: known, session_follows: false }));
    }
    let latest = at.max(known.last_activity_at);
    let was_converted = known.status == CONVERTED;
    let cart = store::take_over(tx, known, snapshot, latest)?;
    if was_converted {
        store::start_over(tx, cart.id, at)?;
        let cart = created(tx, cart.id)?;
        return Ok(Some(Seen { cart, session_follows: false }));
    }
    schedule_check(tx, &cart)?;
    Ok(Some(Seen { cart, session_follows: true }))
}

fn created(tx: &mut Tx, id: CartId) -> Result<Cart, Fault> {
    let cart = get(tx, id)?;
    tx.emit(&CartCreated { cart: cart.record() })?;
    schedule_check(tx, &cart)?;
    Ok(cart)
}

/// A cart that must be there.
pub(crate) fn get(tx: &mut Tx, id: CartId) -> Result<Cart, Fault> {
    store::by_id(tx, id)?.ok_or_else(|| Fault::not_found("cart"))
}

/// The threshold in force, minutes.
pub(crate) fn threshold_minutes(tx: &mut Tx) -> Result<i64, Fault> {
    let ocart = Settings::load(tx, ocart::OPTION)?;
    let cartbay = Settings::load(tx, cartbay::OPTION)?;
    Ok(rules::threshold_minutes(&ocart, &cartbay))
}

/// Sets the cart's one check, a timeout after its last activity. An empty cart needs none.
pub(crate) fn schedule_check(tx: &mut Tx, cart: &Cart) -> Result<(), Fault> {
    let key = jobs::key(cart.id);
    tx.cancel_job::<CheckCart>(&key)?;
    if cart.item_count > 0 && cart.status == ACTIVE {
        let due = cart.last_activity_at.plus_minutes(threshold_minutes(tx)?);
        tx.enqueue(&CheckCart { cart_id: cart.id }, &key, due)?;
    }
    Ok(())
}

/// Marks the cart abandoned if it has been idle for the threshold, or sets its check anew. True when it was marked.
pub(crate) fn check(tx: &mut Tx, id: CartId) -> Result<bool, Fault> {
    let Some(cart) = store::by_id(tx, id)? else { return Ok(false) };
    if cart.status != ACTIVE || cart.item_count == 0 {
        return Ok(false);
    }
    let due = cart.last_activity_at.plus_minutes(threshold_minutes(tx)?);
    if due > tx.now() {
        schedule_check(tx, &cart)?;
        return Ok(false);
    }
    abandon(tx, &cart)?;
    Ok(true)
}

/// Marks the cart abandoned now, and its session with it.
pub(crate) fn abandon(tx: &mut Tx, cart: &Cart) -> Result<(), Fault> {
    tx.cancel_job::<CheckCart>(&jobs::key(cart.id))?;
    store::abandon(tx, cart.id)?;
    let cart = get(tx, cart.id)?;
    tx.emit(&CartAbandoned { cart: cart.record() })?;
    sessions::commands::abandon_cart(tx, &cart)
}

/// Marks the cart converted by an order. False when it was before.
pub(crate) fn convert(tx: &mut Tx, cart: &Cart, order_id: OrderId) -> Result<bool, Fault> {
    if cart.status == CONVERTED && (cart.order_id == order_id || order_id.0 == 0) {
        return Ok(false);
    }
    tx.cancel_job::<CheckCart>(&jobs::key(cart.id))?;
    store::convert(tx, cart.id, order_id)?;
    let cart = get(tx, cart.id)?;
    tx.emit(&CartConverted { cart: cart.record(), order_id })?;
    Ok(true)
}

/// An owner's mark: `abandoned` or `converted`.
pub(crate) fn mark(tx: &mut Tx, id: CartId, status: &str) -> Result<Cart, Fault> {
    let cart = get(tx, id)?;
    match status {
        ABANDONED if cart.item_count == 0 => {
            return Err(Fault::refused("cart_empty", "An empty cart cannot be abandoned."));
        }
        ABANDONED if cart.status == CONVERTED => {
            return Err(Fault::refused("cart_converted", "This cart has become an order."));
        }
        ABANDONED if cart.status != ABANDONED => abandon(tx, &cart)?,
        CONVERTED => {
            convert(tx, &cart, cart.order_id)?;
            sessions::commands::close_cart(tx, &cart, "marked_converted")?;
        }
        ABANDONED => {}
        _ => return Err(Fault::invalid("status", "Use abandoned or converted.")),
    }
    get(tx, id)
}
