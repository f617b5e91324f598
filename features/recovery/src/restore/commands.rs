//! Following a restore link.

use kernel::contracts::shop::{CartLine, CartSnapshot};
use kernel::{Fault, FaultKind};
use runtime::ports::{AddToCart, RestoreLine, RestoreOutcome, RestoredLine};
use runtime::{Actor, Engine, Tx};

use crate::sessions;
use crate::sessions::model::{CLOSED, RECOVERED, RestoreLineResult, RestoreResult, Session};
use crate::sessions::store_events::{self, RESTORE, Token};

/// Where the shopper goes on.
#[derive(Debug)]
pub(crate) enum Restored {
    /// To this cart.
    Cart(RestoredTo),
    /// The shopper has ordered since.
    Ordered,
}

/// The cart that a link leads to.
#[derive(Debug)]
pub(crate) struct RestoredTo {
    /// The cart's token, for the cookie.
    pub(crate) cart_token: String,
    /// Line by line; empty when the cart still stood.
    pub(crate) lines: Vec<RestoredLine>,
    /// Names of the lines that came to others, where this browser had a filled cart of its own.
    pub(crate) joined: Option<Vec<String>>,
    /// Coupons that hold no longer.
    pub(crate) lost_coupons: Vec<String>,
    /// Nothing could be put back.
    pub(crate) empty: bool,
}

/// What a link would bring back, for whoever has not acted yet. None: the shopper has ordered since.
pub(crate) async fn look(engine: &Engine, token: &str) -> Result<Option<Vec<(String, i64)>>, Fault> {
    let text = token.to_owned();
    let (session, _) = engine.read(move |tx| find(tx, &text)).await?;
    if has_ended(&session) {
        return Ok(None);
    }
    Ok(Some(session.cart.lines.iter().map(|line| (line.name.clone(), line.quantity)).collect()))
}

fn has_ended(session: &Session) -> bool {
    matches!(session.state.as_str(), RECOVERED | CLOSED)
}

/// Puts what was left into a cart of this browser's own. A cart's token is never handed to another browser, since who
/// opened the first one may be anybody: a browser that has no cart is given a fresh one, one that has a cart keeps it
/// with what was left added. A forged token is a 404, one past its time a 410.
pub(crate) async fn restore(engine: &Engine, token: &str, browser: Option<&str>) -> Result<Restored, Fault> {
    let text = token.to_owned();
    let (session, token) = engine.read(move |tx| find(tx, &text)).await?;
    if has_ended(&session) {
        return Ok(Restored::Ordered);
    }
    let own = match browser {
        Some(browser) => engine.host().cart(browser).await?,
        None => None,
    };
    let before = own.filter(|cart| !cart.lines.is_empty());
    let is_former = |cart: &CartSnapshot| kernel::hash::same(&cart.token, &session.cart_token);
    let (lines, coupons) = wanted(&session);
    let outcome = match &before {
        Some(cart) if is_former(cart) => RestoreOutcome { cart: cart.clone(), lines: Vec::new() },
        Some(cart) => engine.host().restore_cart(&cart.token, &lines, &coupons).await?,
        None => engine.host().restore_cart("", &lines, &coupons).await?,
    };
    let joined = before.filter(|cart| !is_former(cart)).map(|cart| joined(&cart, &lines, &outcome.lines));
    let held = &outcome.cart.coupon_codes;
    let lost = |code: &String| !held.iter().any(|kept| kept.eq_ignore_ascii_case(code));
    let restored = RestoredTo {
        cart_token: outcome.cart.token.clone(),
        lines: outcome.lines.clone(),
        joined,
        lost_coupons: coupons.into_iter().filter(lost).collect(),
        empty: outcome.cart.lines.is_empty(),
    };
    engine.write(Actor::system(), move |tx| record(tx, &token, &outcome)).await?;
    Ok(Restored::Cart(restored))
}

/// Names of what was put in beside what a cart held.
fn joined(before: &CartSnapshot, wanted: &[RestoreLine], outcomes: &[RestoredLine]) -> Vec<String> {
    let held = |line: &RestoreLine| {
        before.lines.iter().any(|there| {
            there.product_id == line.product.product_id && there.variation_id == line.product.variation_id
        })
    };
    wanted
        .iter()
        .zip(outcomes)
        .filter(|(line, outcome)| {
            !held(line) && matches!(outcome.outcome, "added" | "reduced" | "price_changed")
        })
        .map(|(line, _)| line.name.clone())
        .collect()
}

fn find(tx: &mut Tx, text: &str) -> Result<(Session, Token), Fault> {
    let forged = || {
        Fault::new(
            FaultKind::NotFound,
            "invalid_token",
            "This link is not known. Use the whole link of the newest email.",
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

/// Remembers which cart the link led to. Nothing counts as a click before somebody acts there.
fn record(tx: &mut Tx, token: &Token, outcome: &RestoreOutcome) -> Result<(), Fault> {
    let now = tx.now();
    let result = (!outcome.lines.is_empty()).then(|| result(outcome, now));
    store_events::add_cart(tx, token, &outcome.cart.token, result.as_ref())
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
