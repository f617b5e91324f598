//! What has happened to an order, told from its present state and what was known of it.

use kernel::contracts::shop::OrderSnapshot;
use kernel::ids::OrderId;

use super::model::{Happening, Known, OrderState};

/// The status under which a deleted order is told of, as WooCommerce names it.
pub const GONE: &str = "trash";

/// An order of a shopper, and not a draft of one or a recovery session that only looks like one.
#[must_use]
pub fn counts(order: &OrderSnapshot) -> bool {
    !matches!(order.status.as_str(), "checkout-draft" | "auto-draft" | "draft" | "new" | "")
        && !order.status.starts_with("cartbay-")
        && order.created_via != kernel::contracts::cartbay::CREATED_VIA
}

/// What is known after a state was seen, and what has happened to get there. Nothing when there is nothing to know: an
/// order that was deleted before it was seen, a draft, or a state older than the known one.
#[must_use]
pub fn compare(known: Option<&Known>, state: &OrderState) -> Option<(Known, Vec<Happening>)> {
    match (known, &state.order) {
        (None, None) => None,
        (None, Some(order)) if !counts(order) => None,
        (None, Some(order)) => Some(first(order, state)),
        (Some(known), None) if known.is_gone => None,
        (Some(known), None) => Some(gone(known)),
        (Some(known), Some(order)) if order.version < known.order.version && !known.is_gone => None,
        (Some(known), Some(order)) => Some(since(known, order, state)),
    }
}

fn paid(order: &OrderSnapshot) -> bool {
    order.is_paid() || order.paid_at.is_some()
}

fn after(order: &OrderSnapshot, is_paid: bool, state: &OrderState) -> Known {
    Known {
        order: order.clone(),
        is_paid,
        is_gone: false,
        refunds: state.refunds.iter().map(|refund| refund.id).collect(),
    }
}

fn first(order: &OrderSnapshot, state: &OrderState) -> (Known, Vec<Happening>) {
    let mut happened = vec![Happening::Placed];
    if paid(order) {
        happened.push(Happening::Paid);
    }
    if order.status != "pending" {
        happened.push(Happening::Changed { from: "pending".to_owned() });
    }
    happened.extend(refunds(&[], state));
    (after(order, paid(order), state), happened)
}

fn since(known: &Known, order: &OrderSnapshot, state: &OrderState) -> (Known, Vec<Happening>) {
    let mut happened = Vec::new();
    if paid(order) && !known.is_paid {
        happened.push(Happening::Paid);
    }
    let from = if known.is_gone { GONE } else { known.order.status.as_str() };
    let deleted = known.refunds.iter().any(|id| state.refunds.iter().all(|refund| refund.id != *id));
    let new_refunds = refunds(&known.refunds, state);
    let sums = order.total != known.order.total
        || (order.refunded_total != known.order.refunded_total && new_refunds.is_empty());
    if from != order.status || deleted || sums {
        happened.push(Happening::Changed { from: from.to_owned() });
    }
    happened.extend(new_refunds);
    (after(order, known.is_paid || paid(order), state), happened)
}

fn refunds(told: &[OrderId], state: &OrderState) -> Vec<Happening> {
    let fresh = state.refunds.iter().filter(|refund| !told.contains(&refund.id));
    fresh.map(|refund| Happening::Refunded { refund: refund.id, amount: refund.amount }).collect()
}

/// The order as it last stood, in the bin: what it was counted for is taken back.
fn gone(known: &Known) -> (Known, Vec<Happening>) {
    let from = known.order.status.clone();
    let mut order = known.order.clone();
    GONE.clone_into(&mut order.status);
    order.version += 1;
    let known = Known { order, is_gone: true, ..known.clone() };
    let happened = if from == GONE { Vec::new() } else { vec![Happening::Changed { from }] };
    (known, happened)
}
