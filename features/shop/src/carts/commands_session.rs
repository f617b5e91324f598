//! A cart's token belongs to one browser: it ends when somebody logs in or out there.

use kernel::Fault;
use kernel::contracts::shop::{CartRenewed, EnterCart, LeaveCart};
use kernel::ids::UserId;
use runtime::{Actor, Emit, Engine, Tx};

use super::commands::{TOKEN_LENGTH, finish};
use super::model::{CartDocument, StoredCart};
use super::{rules, store};
use crate::orders;

/// Where an account's cart lies while nobody is logged in. No browser can name it: a token has letters and digits only.
fn kept_key(user_id: UserId) -> String {
    format!("account:{user_id}")
}

/// Answers [`LeaveCart`]: the account keeps its cart, and the token that the browser knew opens nothing any more.
pub(crate) async fn leave(engine: Engine, request: LeaveCart) -> Result<(), Fault> {
    engine
        .write(Actor::system(), move |tx| {
            let Some(cart) = store::find(tx, &request.cart_token)? else { return Ok(()) };
            let key = kept_key(request.user_id);
            let document = CartDocument { customer_id: request.user_id.0, ..cart.document.clone() };
            store::remove(tx, &key)?;
            store::remove(tx, &cart.token)?;
            if document.lines.is_empty() {
                return Ok(());
            }
            orders::store_cart::follow(tx, document.own(), &key)?;
            store::open(tx, &key, &document)?;
            tx.emit(&CartRenewed { from: cart.token, to: key })
        })
        .await
}

/// Answers [`EnterCart`]: what the account had kept and what this browser holds, under a token that nobody knew before.
/// None when there is neither.
pub(crate) async fn enter(engine: Engine, request: EnterCart) -> Result<Option<String>, Fault> {
    engine
        .write(Actor::system(), move |tx| {
            let held = match &request.cart_token {
                Some(token) => store::find(tx, token)?,
                None => None,
            };
            let kept = store::find(tx, &kept_key(request.user_id))?;
            if held.is_none() && kept.is_none() {
                return Ok(None);
            }
            let token = tx.entropy().alphanumeric(TOKEN_LENGTH);
            let document = joined(request.user_id, held.as_ref(), kept.as_ref());
            // What the browser holds is the newer one, and comes last: its followers go on with the joined cart.
            for former in [kept, held].into_iter().flatten() {
                store::remove(tx, &former.token)?;
                orders::store_cart::follow(tx, former.document.own(), &token)?;
                tx.emit(&CartRenewed { from: former.token, to: token.clone() })?;
            }
            let empty = CartDocument { customer_id: request.user_id.0, ..CartDocument::default() };
            let mut cart = store::open(tx, &token, &empty)?;
            cart.document = document;
            finish(tx, cart, &empty)?;
            Ok(Some(token))
        })
        .await
}

/// The browser's lines and coupons, then what only the account had kept.
fn joined(user_id: UserId, held: Option<&StoredCart>, kept: Option<&StoredCart>) -> CartDocument {
    let mut document = held.map(|cart| cart.document.clone()).unwrap_or_default();
    document.customer_id = user_id.0;
    let Some(kept) = kept.map(|cart| &cart.document) else { return document };
    for line in &kept.lines {
        if document.lines.iter().all(|there| there.key != line.key) {
            document.lines.push(line.clone());
        }
    }
    for code in &kept.coupons {
        if !document.coupons.contains(code) {
            document.coupons.push(code.clone());
        }
    }
    if document.open_order == 0 {
        document.open_order = kept.open_order;
    }
    if !rules::is_known(&document.billing) {
        document.billing = kept.billing.clone();
        document.shipping = kept.shipping.clone();
    }
    document
}

/// The browser's cart, or a fresh one. A cart that has become an order and holds nothing more has ended.
pub(crate) fn current(tx: &mut Tx, token: Option<&str>, user_id: UserId) -> Result<String, Fault> {
    if let Some(token) = token
        && let Some(cart) = store::find(tx, token)?
        && (cart.document.orders == 0 || !cart.document.lines.is_empty())
    {
        return Ok(cart.token);
    }
    Ok(super::commands::open(tx, user_id)?.token)
}
