//! Capturing an address, and withdrawing it.

use kernel::contracts::shop::CartSnapshot;
use kernel::ids::OrderId;
use kernel::{Fault, Money, text};
use runtime::Tx;
use runtime::settings::{Settings, cartbay, ocart};
use serde_json::json;

use super::model::{CAPTURED, Session};
use super::{commands, commands_restored, store, store_consents, store_events};
use crate::{attribution, carts, runs, suppression};

/// A capture as it was asked for.
#[derive(Debug, Clone)]
pub(crate) struct Capture {
    pub(crate) email: String,
    pub(crate) phone: String,
    pub(crate) consent: bool,
    pub(crate) funnel: String,
    pub(crate) source: String,
}

/// What came of it. A suppressed address gives the same answer as any other: whether it is suppressed is nobody's
/// business.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Captured {
    /// Written, or taken as if.
    Yes,
    /// Withdrawn, or there was nothing to keep.
    Withdrawn,
    /// Capturing is off.
    Off,
}

/// Captures the address with the shop's own cart. Without consent, where it is required, whatever was kept of this
/// cart's shopper is erased and nothing is stored.
pub(crate) fn capture(tx: &mut Tx, cart: &CartSnapshot, request: &Capture) -> Result<Captured, Fault> {
    commands_restored::confirm(tx, cart)?;
    let required = Settings::load(tx, ocart::OPTION)?.boolean(&ocart::RECOVERY_CONSENT_REQUIRED);
    if !request.consent && required {
        withdraw(tx, &cart.token)?;
        return Ok(Captured::Withdrawn);
    }
    let email = text::email("email", &request.email)?;
    let phone = text::optional_line("phone", &request.phone, 40)?;
    let on = Settings::load(tx, cartbay::OPTION)?.boolean(&cartbay::CAPTURE_ENABLED)
        && Settings::load(tx, ocart::OPTION)?.boolean(&ocart::GENERAL_ENABLED);
    if !on {
        return Ok(Captured::Off);
    }
    if cart.lines.is_empty() {
        return Err(Fault::new(
            kernel::FaultKind::Invalid,
            "no_active_cart",
            "There is nothing in the cart yet. Put something in and try again.",
        ));
    }
    let email_hash = text::email_hash(&email);
    if suppression::store::is_suppressed(tx, "email", &email_hash)? {
        return Ok(Captured::Yes);
    }
    let now = tx.now();
    let seen = carts::commands::take_over(tx, cart, now)?;
    let mut row = seen.ok_or_else(|| Fault::bug("a cart with lines was not written"))?.cart;
    let (mut session, created) = match store::open_without_cart(tx, &cart.token)? {
        Some(session) => (session, false),
        None => (open(tx, cart, request, &row)?, true),
    };
    session.email = email;
    session.email_hash = email_hash;
    session.phone = phone;
    let consent_text = Settings::load(tx, cartbay::OPTION)?.text(&cartbay::CONSENT_TEXT);
    session.consent_at =
        store_consents::record(tx, &session, request.consent, &consent_text, &request.source)?;
    session.consent = request.consent;
    session.consent_text = consent_text;
    session.funnel.clone_from(&request.funnel);
    session.take(cart);
    session.last_activity_at = now;
    commands::activate(tx, &mut session)?;
    store::save(tx, &mut session)?;
    if !created {
        // The address may have been corrected: what has not been sent goes to the new one.
        runs::store_messages::readdress(tx, &session)?;
    }
    let event = if created { "captured" } else { "updated" };
    store_events::log(tx, session.id, event, &json!({ "source": session.source }))?;
    row.email.clone_from(&session.email);
    row.phone.clone_from(&session.phone);
    row.session_id = session.id;
    carts::store::set_contact(tx, &row)?;
    Ok(Captured::Yes)
}

fn open(
    tx: &mut Tx,
    cart: &CartSnapshot,
    request: &Capture,
    row: &carts::model::Cart,
) -> Result<Session, Fault> {
    let now = tx.now();
    let mut session = Session {
        id: 0,
        version: 0,
        cart_id: row.id,
        cart_token: cart.token.clone(),
        email: String::new(),
        email_hash: String::new(),
        phone: String::new(),
        state: CAPTURED.to_owned(),
        close_reason: String::new(),
        source: request.source.clone(),
        funnel: request.funnel.clone(),
        consent: request.consent,
        consent_text: String::new(),
        consent_at: now,
        fingerprint: String::new(),
        total: cart.total,
        item_count: cart.item_count,
        cart: cart.clone(),
        captured_at: now,
        last_activity_at: now,
        abandoned_at: None,
        closed_at: None,
        closed_order_id: OrderId(0),
        recovered_at: None,
        recovered_order_id: OrderId(0),
        recovered_revenue: Money::zero(cart.currency),
        restore_clicked_at: None,
        restore_result: None,
        coupon_code: String::new(),
        coupon_expires_at: None,
        updated_at: now,
    };
    session.id = store::insert(tx, &session)?;
    attribution::store::remember_orders(tx, session.id, &session.cart_token)?;
    Ok(session)
}

/// Erases the open session of a cart. True when there was one.
pub(crate) fn withdraw(tx: &mut Tx, cart_token: &str) -> Result<bool, Fault> {
    match store::open_by_cart(tx, cart_token)? {
        Some(session) => commands::erase(tx, &session).map(|()| true),
        None => Ok(false),
    }
}
