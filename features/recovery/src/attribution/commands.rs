//! What an order does to carts, sessions and runs.

use kernel::contracts::shop::OrderSnapshot;
use kernel::ids::{OrderId, RunId};
use kernel::{Fault, Moment};
use runtime::Tx;
use runtime::settings::{Settings, ocart};
use serde_json::json;

use super::store::Attribution;
use super::{rules, store};
use crate::sessions::model::{ABANDONED, CLOSED, RECOVERED, Session};
use crate::sessions::store_events;
use crate::{carts, runs, sessions};

/// Takes an announcement of an order over.
pub(crate) fn observe(tx: &mut Tx, order: &OrderSnapshot) -> Result<(), Fault> {
    if order.created_via == kernel::contracts::cartbay::CREATED_VIA {
        return Ok(());
    }
    let Some(counted) = store::take_fact(tx, order)? else { return Ok(()) };
    if rules::qualifies(&order.status) && !counted && order.parent_id.0 == 0 {
        settle(tx, order)?;
    }
    adjust(tx, order)
}

/// The order has come to count: its cart is converted, the shopper's sessions end.
fn settle(tx: &mut Tx, order: &OrderSnapshot) -> Result<(), Fault> {
    let at = rules::placed_at(order);
    let matched = matching(tx, order, at)?;
    if !order.cart_token.is_empty()
        && let Some(cart) = carts::store::by_token(tx, &order.cart_token)?
        && (cart.created_at <= at || matched.as_ref().is_some_and(|session| session.cart_id == cart.id))
    {
        carts::commands::convert(tx, &cart, order.id)?;
    }
    if let Some(mut session) = matched {
        end(tx, &mut session, order, at)?;
    }
    if !order.billing_email.is_empty() {
        let hash = kernel::text::email_hash(&order.billing_email);
        for mut session in sessions::store::open_by_email(tx, &hash)? {
            if rules::was_before(session.captured_at, at) {
                sessions::commands::close(tx, &mut session, CLOSED, "ordered", order.id)?;
            }
        }
    }
    Ok(())
}

/// The session that became the order: of its cart, of the restore link that made its cart, or of its address.
fn matching(tx: &mut Tx, order: &OrderSnapshot, at: Moment) -> Result<Option<Session>, Fault> {
    if !order.cart_token.is_empty() {
        let by_cart = match sessions::store::open_by_cart(tx, &order.cart_token)? {
            Some(session) => Some(session),
            None => match click(tx, &order.cart_token, at)? {
                Some(click) => sessions::store::by_id(tx, click.session_id)?,
                None => None,
            },
        };
        if let Some(session) = by_cart.filter(Session::is_open) {
            let later = order.id.0 > store::orders_before(tx, session.id)?;
            let of_this_cart = kernel::hash::same(&session.cart_token, &order.cart_token) && later;
            if of_this_cart || rules::was_before(session.captured_at, at) {
                return Ok(Some(session));
            }
        }
    }
    if order.billing_email.is_empty() {
        return Ok(None);
    }
    let hash = kernel::text::email_hash(&order.billing_email);
    let mut open = sessions::store::open_by_email(tx, &hash)?;
    open.retain(|session| rules::was_before(session.captured_at, at));
    let abandoned = open.iter().position(|session| session.state == ABANDONED).unwrap_or(0);
    Ok((abandoned < open.len()).then(|| open.swap_remove(abandoned)))
}

/// The click within the window that led to a cart.
fn click(tx: &mut Tx, cart_token: &str, at: Moment) -> Result<Option<store_events::Click>, Fault> {
    let days = Settings::load(tx, ocart::OPTION)?.integer(&ocart::RECOVERY_ATTRIBUTION_CLICK_DAYS);
    store_events::click_of_cart(tx, cart_token, at.plus_days(-days))
}

/// Ends the matched session: recovered when recovery had a part in it.
fn end(tx: &mut Tx, session: &mut Session, order: &OrderSnapshot, at: Moment) -> Result<(), Fault> {
    let revenue = rules::net(order)?;
    if session.abandoned_at.is_none() {
        let data = json!({ "order_id": order.id, "revenue": revenue.amount() });
        store_events::log(tx, session.id, "completed_before_abandonment", &data)?;
        return sessions::commands::close(tx, session, CLOSED, "completed_before_abandonment", order.id);
    }
    // What went to the owner's test address counts for nothing, neither as a mail nor as a click on its link.
    let (tried, messages): (Vec<_>, Vec<_>) =
        runs::store_messages::of_session(tx, session.id)?.into_iter().partition(|message| message.test_mode);
    let click = click(tx, &order.cart_token, at)?
        .filter(|click| click.session_id == session.id)
        .filter(|click| !tried.iter().any(|message| message.id == click.message_id));
    let last =
        messages.iter().filter(|message| message.sent_at.is_some()).max_by_key(|message| message.sent_at);
    let tier = rules::tier(click.is_some(), last.and_then(|message| message.sent_at), at);
    let message_id = click.map(|click| click.message_id).or(last.map(|message| message.id)).unwrap_or(0);
    let mut attribution = Attribution {
        session_id: session.id,
        order_id: order.id,
        run_id: RunId(0),
        message_id,
        tier: tier.to_owned(),
        gross: order.total,
        refunded: order.total.minus(revenue)?,
    };
    if tier == rules::ORGANIC {
        store::add(tx, &attribution)?;
        store_events::log(tx, session.id, "closed", &json!({ "order_id": order.id, "reason": tier }))?;
        return sessions::commands::close(tx, session, CLOSED, rules::ORGANIC, order.id);
    }
    let run = runs::commands::convert(tx, session.id, order.id, revenue)?;
    attribution.run_id = run.unwrap_or(RunId(0));
    store::add(tx, &attribution)?;
    recover(session, tx.now(), order.id, tier);
    set_revenue(session, revenue);
    let data = json!({
        "order_id": order.id, "revenue": revenue.amount(), "attribution_source": tier, "notification_id": message_id,
    });
    store_events::log(tx, session.id, "recovered", &data)?;
    sessions::store::save(tx, session)
}

fn recover(session: &mut Session, now: Moment, order_id: OrderId, tier: &str) {
    RECOVERED.clone_into(&mut session.state);
    tier.clone_into(&mut session.close_reason);
    session.closed_at = Some(now);
    session.closed_order_id = order_id;
    session.recovered_at = Some(now);
    session.recovered_order_id = order_id;
}

/// A session's column holds amounts of its own currency only.
fn set_revenue(session: &mut Session, revenue: kernel::Money) {
    if session.total.currency() == revenue.currency() {
        session.recovered_revenue = revenue;
    }
}

/// Refunds and cancellations change what was attributed.
fn adjust(tx: &mut Tx, order: &OrderSnapshot) -> Result<(), Fault> {
    let Some(attribution) = store::of_order(tx, order.id)? else { return Ok(()) };
    let net = rules::net(order)?;
    let refunded = attribution.gross.minus(net)?;
    if refunded == attribution.refunded {
        return Ok(());
    }
    store::set_refunded(tx, order.id, refunded)?;
    if attribution.tier == rules::ORGANIC {
        return Ok(());
    }
    runs::commands::set_revenue(tx, attribution.run_id, net)?;
    if let Some(mut session) = sessions::store::by_id(tx, attribution.session_id)? {
        set_revenue(&mut session, net);
        let data = json!({ "order_id": order.id, "revenue": net.amount() });
        store_events::log(tx, session.id, "revenue_adjusted", &data)?;
        sessions::store::save(tx, &mut session)?;
    }
    Ok(())
}
