//! What a person does in a restored cart.

use kernel::Fault;
use kernel::contracts::shop::CartSnapshot;
use kernel::ids::OrderId;
use runtime::Tx;
use serde_json::json;

use super::commands;
use super::model::{CLOSED, RestoreResult, Session};
use super::store;
use super::store_events::{self, RestoredCart};
use crate::suppression::store::{Fate, add_event};
use crate::{carts, runs};

/// Somebody acts in a cart that a restore link led to: that is the click, once per visit, and from now on the session
/// follows this cart. False when the cart came from no link, or this was known.
pub(crate) fn confirm(tx: &mut Tx, cart: &CartSnapshot) -> Result<bool, Fault> {
    let Some(restored) = store_events::restored_cart(tx, &cart.token)? else { return Ok(false) };
    if restored.confirmed_at.is_some() || !store_events::confirm_cart(tx, &restored)? {
        return Ok(false);
    }
    let Some(mut session) = store::by_id(tx, restored.session_id)?.filter(Session::is_open) else {
        return Ok(false);
    };
    let now = tx.now();
    store_events::log(tx, session.id, "restore_clicked", &json!({ "notification_id": restored.message_id }))?;
    session.restore_clicked_at = Some(now);
    if let Some(outcome) = &restored.outcome {
        log_outcome(tx, session.id, outcome)?;
        session.restore_result = Some(outcome.clone());
    }
    count_click(tx, &session, &restored)?;
    move_to(tx, &mut session, &restored, cart)?;
    // Whoever is there needs no further email, until the cart is left again.
    commands::activate(tx, &mut session)?;
    store::save(tx, &mut session)?;
    let Some(mut row) = carts::commands::observe(tx, cart, now)? else { return Ok(true) };
    let mut session = store::get(tx, session.id)?;
    session.cart_id = row.id;
    store::save(tx, &mut session)?;
    row.email = session.email;
    row.phone = session.phone;
    row.session_id = session.id;
    carts::store::set_contact(tx, &row)?;
    Ok(true)
}

fn log_outcome(tx: &mut Tx, session_id: i64, result: &RestoreResult) -> Result<(), Fault> {
    let event = match (result.added + result.partial, result.partial + result.failed) {
        (0, _) => "cart_restore_failed",
        (_, 0) => "cart_restored",
        _ => "cart_restore_partial",
    };
    let data = json!({ "added": result.added, "partial": result.partial, "failed": result.failed });
    store_events::log(tx, session_id, event, &data)
}

fn count_click(tx: &mut Tx, session: &Session, restored: &RestoredCart) -> Result<(), Fault> {
    let Some(message) = runs::store_messages::by_id(tx, restored.message_id)? else { return Ok(()) };
    let fate = Fate {
        event_type: "click",
        run_id: message.run_id,
        message_id: message.id,
        step: message.step,
        contact_hash: &session.email_hash,
        detail: "",
    };
    add_event(tx, &fate)
}

/// The session follows the restored cart. Its former cart may be in somebody else's hands: nothing of the shopper
/// stays with it. Where the restored cart had a session of its own, the shopper is written to for one of the two.
fn move_to(
    tx: &mut Tx,
    session: &mut Session,
    restored: &RestoredCart,
    cart: &CartSnapshot,
) -> Result<(), Fault> {
    if kernel::hash::same(&session.cart_token, &cart.token) {
        return Ok(());
    }
    if let Some(mut other) = store::open_by_cart(tx, &cart.token)? {
        commands::close(tx, &mut other, CLOSED, "merged", OrderId(0))?;
    }
    let former = std::mem::replace(&mut session.cart_token, cart.token.clone());
    store_events::keep_former_cart(tx, session.id, restored.message_id, &former)?;
    carts::store::forget_session(tx, session.id)
}

/// The session's cart goes on under another token: its browser was given a new secret.
pub(crate) fn renew(tx: &mut Tx, from: &str, to: &str) -> Result<(), Fault> {
    carts::store::renew(tx, from, to)?;
    store_events::renew_cart(tx, from, to)?;
    if let Some(mut session) = store::open_by_cart(tx, from)? {
        to.clone_into(&mut session.cart_token);
        store::save(tx, &mut session)?;
    }
    Ok(())
}

/// The session behind a cart: its own, or the one whose restore link has just led to it. A session's former cart tells
/// nothing of it.
pub(crate) fn of_cart(tx: &mut Tx, token: &str) -> Result<Option<Session>, Fault> {
    if let Some(session) = store::open_by_cart(tx, token)? {
        return Ok(Some(session));
    }
    let fresh = store_events::restored_cart(tx, token)?.filter(|cart| cart.confirmed_at.is_none());
    let Some(restored) = fresh else { return Ok(None) };
    Ok(store::by_id(tx, restored.session_id)?.filter(Session::is_open))
}
