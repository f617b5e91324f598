//! What happens to a session.

use kernel::Fault;
use kernel::contracts::shop::CartSnapshot;
use kernel::ids::OrderId;
use runtime::{Enqueue, Tx};
use serde_json::json;

use super::jobs::RemoveSession;
use super::model::{ABANDONED, CAPTURED, CLOSED, EXPIRED, Session};
use super::{store, store_consents, store_events};
use crate::carts::model::Cart;
use crate::{carts, runs};

/// The shop's cart has changed: its session follows, and counts as active again. An emptied cart keeps what was saved.
pub(crate) fn cart_changed(tx: &mut Tx, cart: &Cart, snapshot: &CartSnapshot) -> Result<(), Fault> {
    let emptied = snapshot.lines.is_empty();
    let find = if emptied { store::open_by_cart } else { store::open_without_cart };
    let Some(mut session) = find(tx, &cart.session_token)? else { return Ok(()) };
    if !emptied {
        session.take(snapshot);
    }
    session.last_activity_at = session.last_activity_at.max(cart.last_activity_at);
    activate(tx, &mut session)?;
    store::save(tx, &mut session)
}

/// Captured again after an abandonment: what has not been sent waits.
pub(crate) fn activate(tx: &mut Tx, session: &mut Session) -> Result<(), Fault> {
    if session.state == ABANDONED {
        CAPTURED.clone_into(&mut session.state);
        runs::commands::pause(tx, session.id)?;
        store_events::log(tx, session.id, "updated", &json!({ "source": session.source }))?;
    }
    Ok(())
}

/// The cart has been idle for the threshold: its session is abandoned and its run begins.
pub(crate) fn abandon_cart(tx: &mut Tx, cart: &Cart) -> Result<(), Fault> {
    let Some(mut session) = store::open_by_cart(tx, &cart.session_token)? else { return Ok(()) };
    if session.state == ABANDONED {
        return Ok(());
    }
    ABANDONED.clone_into(&mut session.state);
    session.abandoned_at = Some(tx.now());
    store::save(tx, &mut session)?;
    store_events::log(tx, session.id, "abandoned", &json!({}))?;
    supersede(tx, &session)?;
    runs::commands::begin(tx, &session)
}

/// A shopper with several carts hears of the last one only.
fn supersede(tx: &mut Tx, latest: &Session) -> Result<(), Fault> {
    for mut session in store::open_by_email(tx, &latest.email_hash)? {
        if session.id != latest.id && session.state == ABANDONED {
            close(tx, &mut session, EXPIRED, "superseded", OrderId(0))?;
        }
    }
    Ok(())
}

/// Ends a session without recovery; what has not been sent is cancelled.
pub(crate) fn close(
    tx: &mut Tx,
    session: &mut Session,
    state: &str,
    reason: &str,
    order_id: OrderId,
) -> Result<(), Fault> {
    state.clone_into(&mut session.state);
    reason.clone_into(&mut session.close_reason);
    session.closed_at = Some(tx.now());
    session.closed_order_id = order_id;
    runs::commands::stop_session(tx, session.id, reason)?;
    store::save(tx, session)
}

/// Ends the open session of a cart that an owner has marked.
pub(crate) fn close_cart(tx: &mut Tx, cart: &Cart, reason: &str) -> Result<(), Fault> {
    match store::open_by_cart(tx, &cart.session_token)? {
        Some(mut session) => close(tx, &mut session, CLOSED, reason, cart.order_id),
        None => Ok(()),
    }
}

/// An owner ends a session: nothing more is sent for it.
pub(crate) fn expire(tx: &mut Tx, id: i64) -> Result<(), Fault> {
    let mut session = store::get(tx, id)?;
    if session.is_open() {
        close(tx, &mut session, EXPIRED, "expired_by_owner", OrderId(0))?;
    }
    Ok(())
}

/// Takes a session and all that hangs on it away, out of the order list and out of its cart as well.
pub(crate) fn erase(tx: &mut Tx, session: &Session) -> Result<(), Fault> {
    runs::commands::stop_session(tx, session.id, "withdrawn")?;
    runs::store::forget(tx, session.id)?;
    store_events::forget(tx, session.id)?;
    store_consents::forget(tx, session.id)?;
    carts::store::forget_session(tx, session.id)?;
    store::delete(tx, session.id)?;
    let now = tx.now();
    tx.enqueue(&RemoveSession { session_id: session.id }, &format!("session:{}", session.id), now)
}
