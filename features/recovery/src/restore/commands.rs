//! Following a restore link.

use kernel::contracts::shop::CartLine;
use kernel::{Fault, FaultKind};
use runtime::ports::{AddToCart, RestoreLine, RestoreOutcome, RestoredLine};
use runtime::{Actor, Engine, Tx};
use serde_json::json;

use crate::sessions::model::{CLOSED, RECOVERED, RestoreLineResult, RestoreResult, Session};
use crate::sessions::store_events::{self, RESTORE, Token};
use crate::suppression::store::Fate;
use crate::{carts, runs, sessions, suppression};

/// Where the shopper goes on.
#[derive(Debug)]
pub(crate) struct Restored {
    /// The cart's token, for the cookie.
    pub(crate) cart_token: String,
    /// Line by line; empty when the cart still stood.
    pub(crate) lines: Vec<RestoredLine>,
    /// Nothing could be put back.
    pub(crate) empty: bool,
    /// The shopper has ordered since.
    pub(crate) ordered: bool,
}

/// Opens the cart behind a token. A forged token is a 404, one past its time a 410.
pub(crate) async fn restore(engine: &Engine, token: &str) -> Result<Restored, Fault> {
    let text = token.to_owned();
    let (session, token) = engine.read(move |tx| find(tx, &text)).await?;
    if matches!(session.state.as_str(), RECOVERED | CLOSED) {
        return Ok(Restored { cart_token: String::new(), lines: Vec::new(), empty: false, ordered: true });
    }
    let live = engine.host().cart(&session.cart_token).await?;
    let outcome = match live {
        Some(cart) if !cart.lines.is_empty() => RestoreOutcome { cart, lines: Vec::new() },
        _ => {
            let (lines, coupons) = wanted(&session);
            engine.host().restore_cart(&session.cart_token, &lines, &coupons).await?
        }
    };
    let cart_token = outcome.cart.token.clone();
    let lines = outcome.lines.clone();
    let empty = outcome.cart.lines.is_empty();
    engine.write(Actor::system(), move |tx| record(tx, &token, &outcome)).await?;
    Ok(Restored { cart_token, lines, empty, ordered: false })
}

fn find(tx: &mut Tx, text: &str) -> Result<(Session, Token), Fault> {
    let forged = || {
        Fault::new(
            FaultKind::NotFound,
            "invalid_token",
            "This link is not known. Use the whole link of the newest mail.",
        )
    };
    let token = store_events::token(tx, RESTORE, text)?.ok_or_else(forged)?;
    if token.expires_at.is_some_and(|end| end < tx.now()) {
        return Err(Fault::new(FaultKind::NotFound, "expired_token", "This link has expired."));
    }
    let session = sessions::store::by_id(tx, token.session_id)?.ok_or_else(forged)?;
    Ok((session, token))
}

/// Lines to put back. What a bump had added belongs to the checkout and is offered there again.
fn wanted(session: &Session) -> (Vec<RestoreLine>, Vec<String>) {
    let line = |line: &CartLine| RestoreLine {
        product: AddToCart {
            product_id: line.product_id,
            variation_id: line.variation_id,
            quantity: line.quantity,
            variation: line.variation.clone(),
        },
        name: line.name.clone(),
        unit_price: line.unit_price,
    };
    let lines = session.cart.lines.iter().filter(|line| line.offer_id.is_none()).map(line).collect();
    (lines, session.cart.coupon_codes.clone())
}

/// Writes the click down and has the session follow the cart that it led to.
fn record(tx: &mut Tx, token: &Token, outcome: &RestoreOutcome) -> Result<(), Fault> {
    let mut session = sessions::store::get(tx, token.session_id)?;
    let now = tx.now();
    store_events::log(tx, session.id, "restore_clicked", &json!({ "notification_id": token.message_id }))?;
    store_events::add_cart(tx, session.id, token.message_id, &outcome.cart.token)?;
    session.restore_clicked_at = Some(now);
    session.cart_token.clone_from(&outcome.cart.token);
    if !outcome.lines.is_empty() {
        let result = result(outcome, now);
        let event = match (result.added + result.partial, result.partial + result.failed) {
            (0, _) => "cart_restore_failed",
            (_, 0) => "cart_restored",
            _ => "cart_restore_partial",
        };
        let data = json!({ "added": result.added, "partial": result.partial, "failed": result.failed });
        store_events::log(tx, session.id, event, &data)?;
        session.restore_result = Some(result);
    }
    if let Some(message) = runs::store_messages::by_id(tx, token.message_id)? {
        let fate = Fate {
            event_type: "click",
            run_id: message.run_id,
            message_id: message.id,
            step: message.step,
            contact_hash: &token.contact_hash,
            detail: "",
        };
        suppression::store::add_event(tx, &fate)?;
    }
    sessions::store::save(tx, &mut session)?;
    if outcome.lines.is_empty() {
        return Ok(());
    }
    // A cart built anew may have another token: the session's row has to be known under it before the next check.
    if let Some(mut cart) = carts::commands::observe(tx, &outcome.cart, now)? {
        cart.email = session.email;
        cart.phone = session.phone;
        cart.session_id = session.id;
        carts::store::set_contact(tx, &cart)?;
    }
    Ok(())
}

fn result(outcome: &RestoreOutcome, now: kernel::Moment) -> RestoreResult {
    let count = |wanted: &[&str]| {
        let lines = outcome.lines.iter().filter(|line| wanted.contains(&line.outcome)).count();
        i64::try_from(lines).unwrap_or(i64::MAX)
    };
    RestoreResult {
        total_items: i64::try_from(outcome.lines.len()).unwrap_or(i64::MAX),
        added: count(&["added", "price_changed"]),
        partial: count(&["reduced"]),
        failed: count(&["missing", "out_of_stock"]),
        results: outcome
            .lines
            .iter()
            .map(|line| RestoreLineResult { name: line.name.clone(), outcome: line.outcome.to_owned() })
            .collect(),
        recorded_at: now,
    }
}
